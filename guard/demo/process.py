"""Settings -> `guard serve` in a process of its own, ready to take requests, and stopped again whatever happens.

Everything it writes stays in one folder: rules it reads may be elsewhere, but events, state and both outputs are there.
"""

import json
import os
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Self

from guard.errors import GuardError

_READY = re.compile(r"^Proxy.*127\.0\.0\.1:(\d+)", re.MULTILINE)
_START_SECONDS = 90.0
_STOP_SECONDS = 20.0


class GuardProcess:
    """The proxy, while it is entered. GuardError when it does not come up."""

    def __init__(
        self,
        folder: Path,
        *,
        upstream: Mapping[str, int],
        upstream_ca: Path,
        rules: Path | None = None,
        settings: Mapping[str, str] | None = None,
    ) -> None:
        """`upstream`: host name -> the port of 127.0.0.1 it is reached at; `settings`: more of the environment."""
        self.folder = folder
        self.log_dir = folder / "events"
        self.state_dir = folder / "state"
        self.output = folder / "stdout.txt"
        self.errors = folder / "stderr.txt"
        self.port = 0
        self.exit_code: int | None = None
        """None while it runs."""
        self._process: subprocess.Popen[bytes] | None = None
        ours = {
            "GUARD_HOST": "127.0.0.1",
            "GUARD_PORT": "0",
            "GUARD_LOG_DIR": str(self.log_dir),
            "GUARD_STATE_DIR": str(self.state_dir),
            "GUARD_UPSTREAM_CA": str(upstream_ca),
            "GUARD_UPSTREAM_MAP": ",".join(f"{host}=127.0.0.1:{port}" for host, port in upstream.items()),
        }
        kept = {name: value for name, value in os.environ.items() if not name.startswith("GUARD_")}
        place = {"GUARD_RULES": str(rules)} if rules else {}
        self._environment = kept | ours | place | dict(settings or {})

    @property
    def url(self) -> str:
        """The proxy's address, as clients want it."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def ca(self) -> Path:
        """The CA that clients must trust."""
        return self.state_dir / "ca" / "mitmproxy-ca-cert.pem"

    @property
    def pid(self) -> int:
        """The process's id; 0 when there is none."""
        return self._process.pid if self._process else 0

    def events(self) -> list[dict[str, object]]:
        """Every audit event about a prompt so far, in order."""
        lines = [line for path in sorted(self.log_dir.glob("audit-*.jsonl")) for line in path.read_bytes().splitlines()]
        events = [json.loads(line) for line in lines]
        return [event for event in events if not event["metadata"]["event_code"].startswith("admin.")]

    def __enter__(self) -> Self:
        """Start, and wait until it takes requests."""
        self.folder.mkdir(parents=True, exist_ok=True)
        try:
            with self.output.open("wb") as out, self.errors.open("wb") as err, _undisturbed():
                self._process = subprocess.Popen(
                    [sys.executable, "-m", "guard.cli", "serve"],
                    stdin=subprocess.DEVNULL,
                    stdout=out,
                    stderr=err,
                    env=self._environment,
                )
            self.port = self._wait(self._process)
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        """Stop."""
        self.stop()

    def stop(self) -> None:
        """Ask it to stop, and make it when it takes too long."""
        if self._process is None or self.exit_code is not None:
            return
        self._process.terminate()
        try:
            self.exit_code = self._process.wait(_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self.exit_code = self._process.wait()

    def _wait(self, process: subprocess.Popen[bytes]) -> int:
        end = time.monotonic() + _START_SECONDS
        while time.monotonic() < end:
            if match := _READY.search(self.output.read_text(errors="replace")):
                return int(match[1])
            if process.poll() is not None:
                raise GuardError(f"`guard serve` ended with code {process.returncode}: {self._last_words()}")
            time.sleep(0.05)
        raise GuardError(f"`guard serve` was not ready after {_START_SECONDS:.0f} seconds: {self._last_words()}")

    def _last_words(self) -> str:
        return self.errors.read_text(errors="replace").strip()[-4000:] or "it said nothing"


@contextmanager
def _undisturbed() -> Iterator[None]:
    """A signal to end waits until the block is over: a child that has just begun is not lost sight of."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    came: list[int] = []
    before = {number: signal.signal(number, lambda n, _: came.append(n)) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
        for late in came:
            signal.raise_signal(late)
