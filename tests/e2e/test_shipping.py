"""logs/shipping: rsyslog delivers the log through restarts; the others ask for what an event has."""

import json
import re
import shutil
import signal
import socket
import socketserver
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import yaml

from guard.audit import schema
from guard.audit.columns import COLUMNS
from guard.audit.sink import Sink
from guard.terms import Actor, Decision, Outcome, Verdict

SHIPPING = Path(__file__).resolve().parents[2] / "logs" / "shipping"
EVENT = Outcome(Decision(Verdict.ALLOW), Actor("jdupont"), "openai-api", "chat-completions", "api.openai.com")
CHECKPOINT = "prompt-guard/par-01/2026-07-23\n3\nAAAA\n\n— prompt-guard/par-01 BBBB\n"


class Receiver(socketserver.ThreadingTCPServer):
    """Takes syslog by counted octets, and keeps what comes whole."""

    allow_reuse_address = True
    daemon_threads = True

    def __init__(self, port: int, messages: list[bytes]) -> None:
        self.messages = messages
        self.open: list[socket.socket] = []
        super().__init__(("127.0.0.1", port), _Handler)

    def stop(self) -> None:
        self.shutdown()
        for connection in self.open:
            connection.close()
        self.server_close()


class _Handler(socketserver.StreamRequestHandler):
    server: Receiver

    def handle(self) -> None:
        self.server.open.append(self.connection)
        try:
            while size := self._size():
                message = self.rfile.read(size)
                if len(message) == size:
                    self.server.messages.append(message)
        except OSError:
            return

    def _size(self) -> int:
        digits = b""
        while (char := self.rfile.read(1)) not in (b" ", b""):
            digits += char
        return int(digits or b"0")


@contextmanager
def receiving(port: int, messages: list[bytes]) -> Iterator[None]:
    server = Receiver(port, messages)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield
    finally:
        server.stop()
        thread.join()


@contextmanager
def rsyslog(folder: Path) -> Iterator[None]:
    """The daemon, until it is asked to stop."""
    command = ["rsyslogd", "-n", "-f", str(folder / "rsyslog.conf"), "-i", str(folder / "rsyslog.pid")]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        yield
        assert process.poll() is None
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(30)


def until(done: Callable[[], bool], seconds: float = 40) -> None:
    """Wait for it; what did not come is what the test then shows."""
    end = time.monotonic() + seconds
    while not done() and time.monotonic() < end:
        time.sleep(0.1)


def uids(messages: list[bytes]) -> set[str]:
    lines = [message.partition(b" - audit - ")[2].strip() for message in list(messages)]
    return {json.loads(line)["metadata"]["uid"] for line in lines if line.startswith(b"{")}


@pytest.fixture
def conf(tmp_path: Path) -> tuple[Path, int]:
    """The shipped configuration on a folder and a port of the test's own."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = int(free.getsockname()[1])
    shipped = (SHIPPING / "60-prompt-guard.conf").read_text("utf-8")
    ours = shipped.replace("/var/log/prompt-guard", str(tmp_path / "log")).replace('port="15514"', f'port="{port}"')
    work = tmp_path / "work"
    work.mkdir()
    (tmp_path / "rsyslog.conf").write_text(f'global(workDirectory="{work}")\n{ours}', "utf-8")
    return tmp_path, port


@pytest.mark.system
@pytest.mark.skipif(shutil.which("rsyslogd") is None, reason="wants Debian's rsyslog")
def test_rsyslog_takes_the_shipped_configuration(conf: tuple[Path, int]) -> None:
    done = subprocess.run(
        ["rsyslogd", "-N1", "-f", str(conf[0] / "rsyslog.conf")],
        capture_output=True,
        text=True,
        check=False,
        timeout=30,
    )
    assert (done.returncode, "error" in done.stderr.lower()) == (0, False), done.stderr


@pytest.mark.system
@pytest.mark.skipif(shutil.which("rsyslogd") is None, reason="wants Debian's rsyslog")
def test_rsyslog_delivers_every_line_through_restarts_of_both_ends(conf: tuple[Path, int]) -> None:
    folder, port = conf
    messages: list[bytes] = []
    sink = Sink(folder / "log", "par-01")
    sent: set[str] = set()
    try:
        with rsyslog(folder):
            with receiving(port, messages):
                sent |= {sink.write(EVENT) for _ in range(200)}
                until(lambda: uids(messages) >= sent)
                assert uids(messages) == sent
            sent |= {sink.write(EVENT) for _ in range(200)}  # nobody listens
            time.sleep(1)
        sent |= {sink.write(EVENT) for _ in range(200)}  # nobody sends
        (folder / "log" / "audit-par-01-2026-07-23.ckpt").write_text(CHECKPOINT, "utf-8")
        with receiving(port, messages), rsyslog(folder):
            sent |= {sink.write(EVENT) for _ in range(200)}
            until(lambda: uids(messages) >= sent and any(b"prompt-guard/par-01/2026" in one for one in messages))
    finally:
        sink.close()
    assert sent - uids(messages) == set()
    assert uids(messages) - sent == set()
    assert [one for one in messages if b"prompt-guard/par-01/2026-07-23" in one and b"BBBB" in one]


FILES = sorted(path for path in SHIPPING.iterdir() if path.is_file())


@pytest.mark.parametrize("path", FILES, ids=[path.name for path in FILES])
def test_each_says_whether_it_was_run(path: Path) -> None:
    text = path.read_text("utf-8")
    heading = json.loads(text)["description"] if path.suffix == ".json" else text.splitlines()[0]
    assert re.search(r"\b(run here|not run): ", heading) or heading.startswith("not run:")


@pytest.mark.parametrize(
    "path", [path for path in FILES if path.suffix in (".yaml", ".yml")], ids=lambda path: path.name
)
def test_those_in_yaml_can_be_read(path: Path) -> None:
    assert isinstance(yaml.safe_load(path.read_text("utf-8")), dict)  # noqa: TID251 - other people's YAML


def paths(node: Any, definitions: Any, prefix: str = "") -> Iterator[str]:
    """Every dotted path of an event."""
    for name in re.findall(r"#/\$defs/([\w]+)", json.dumps({**node, "properties": {}})):
        yield from paths(definitions[name], definitions, prefix)
    for key, inner in node.get("properties", {}).items():
        yield prefix + key
        yield from paths(inner, definitions, f"{prefix}{key}.")


DEFINITIONS: Any = schema.schema()["$defs"]
KNOWN = {
    path
    for name in DEFINITIONS
    if "class_uid" in DEFINITIONS[name].get("properties", {})
    for path in paths(DEFINITIONS[name], DEFINITIONS)
}


def test_the_elastic_pipeline_copies_what_an_event_has() -> None:
    text = (SHIPPING / "elastic-pipeline.json").read_text("utf-8")
    copied = set(re.findall(r'"copy_from": "([\w.]+)"', text))
    assert copied
    assert copied - KNOWN == set()


def test_the_splunk_names_come_from_what_an_event_has() -> None:
    text = (SHIPPING / "splunk-props.conf").read_text("utf-8")
    used = set(re.findall(r"'([\w.{}]+)'", text)) | set(re.findall(r"FIELDALIAS-\w+ = ([\w.]+) AS", text))
    assert used
    assert {path.replace("{}", "") for path in used} - KNOWN == set()


def test_the_clickhouse_table_reads_what_an_event_has() -> None:
    text = (SHIPPING / "clickhouse.sql").read_text("utf-8")
    found = re.findall(r"JSONExtract\w*\(line, ((?:'\w+'(?:, )?)+)", text)
    used = {".".join(re.findall(r"'(\w+)'", arguments)) for arguments in found}
    typed = {path.removesuffix(".Array(String)") for path in used}
    assert len(typed) > 15
    assert typed - KNOWN - {"unmapped.guard.ms.total"} == set()


def test_the_sigma_pipeline_maps_columns_to_what_an_event_has() -> None:
    text = (SHIPPING / "sigma-pipeline-ocsf.yml").read_text("utf-8")
    mapping = yaml.safe_load(text)["transformations"][-1]["mapping"]  # noqa: TID251 - other people's YAML
    rules = [path.read_text("utf-8") for path in (SHIPPING.parent / "sigma").glob("*.yml")]
    used = {name for rule in rules for name in re.findall(r"^    ([a-z_]+)(?:\|\w+)*: ", rule, re.MULTILINE)}
    assert used - set(mapping) - {"field", "gte"} == set()
    assert set(mapping) <= {column.name for column in COLUMNS}
    assert set(mapping.values()) - KNOWN - {"unmapped.guard.ms.total"} == set()
