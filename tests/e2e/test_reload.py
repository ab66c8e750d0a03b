"""Rules and people that change while requests come."""

import json
import os
import re
import shutil
import signal
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx2
import pytest

from guard.rules.load import load

CHAT = "https://api.openai.com/v1/chat/completions"
IBAN = "Mon IBAN : FR76 3000 6000 0112 3456 7890 189"
RULE = Path("policy", "block-iban-for-hr.yaml")


def until(true: Callable[[], bool], seconds: float = 60.0) -> None:
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "it did not come about"
        time.sleep(0.1)


class Traffic:
    """One person's prompts, one after the other, while it is entered."""

    def __init__(self, known: Any, user: str) -> None:
        self._proxy = known.proxy(user, known.passwords[user])
        self._trust = ssl.create_default_context(cafile=known.stage.guard.ca)
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run)
        self.statuses: list[int] = []

    def ask(self) -> int:
        body = {"model": "gpt-5", "messages": [{"role": "user", "content": IBAN}]}
        with httpx2.Client(proxy=self._proxy, verify=self._trust, trust_env=False, timeout=30) as client:
            self.statuses.append(client.post(CHAT, json=body).status_code)
        return self.statuses[-1]

    def _run(self) -> None:
        while not self._stop.is_set():
            self.ask()
            time.sleep(0.02)

    def __enter__(self) -> "Traffic":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()


@pytest.fixture
def whole(known: Any) -> Iterator[Callable[[str], str]]:
    """The rule with another text -> the version that the whole folder then has; the rule is put back afterwards."""
    path = known.rules / RULE
    before = path.read_text()

    def version(text: str) -> str:
        copy = known.folder / "copy"
        shutil.rmtree(copy, ignore_errors=True)
        shutil.copytree(known.rules, copy)
        (copy / RULE).write_text(text)
        return load(copy).version

    first = version(before)
    yield version
    path.write_text(before)
    until(lambda: in_force(known) == first)


def counted(known: Any, what: str) -> int:
    """How often the guard has said something of itself."""
    return len([event for event in notices(known) if event["unmapped"]["guard"]["admin"] == what])


def in_force(known: Any) -> str:
    """The version that the guard's metrics and status would tell, as its log does."""
    found = [event for event in notices(known) if event["unmapped"]["guard"]["admin"] == "rules"]
    return str(found[-1]["unmapped"]["guard"]["subject"])


def notices(known: Any) -> list[dict[str, Any]]:
    texts = [path.read_bytes() for path in known.stage.guard.log_dir.glob("*.jsonl")]
    lines = [line for text in texts for line in text.split(b"\n")[:-1]]  # the last may be under the guard's pen
    return [event for line in lines if "admin" in (event := json.loads(line))["unmapped"]["guard"]]


def test_under_load_no_request_is_decided_by_a_part_of_a_set(known: Any, whole: Callable[[str], str]) -> None:
    """A rule is written anew byte by byte, each a write of its own; left half-way, and open half-way; then whole."""
    path = known.rules / RULE
    old = path.read_text()
    new = old.replace("groups: [hr]", "groups: [direction, hr]").replace("Only these", "Now only these")
    allowed = old.replace("groups: [hr]", "groups: [direction]")
    v_old, v_new, v_allowed = (whole(text) for text in (old, new, allowed))
    act = known.stage.act()
    with Traffic(known, "camille") as traffic:
        half = new.index("tests:") + len(
            "tests:\n  - groups: [direction, hr]\n    entities: [IBAN_CODE]\n    expect: block\n"
        )
        path.write_bytes(b"")
        for at, byte in enumerate(new.encode()):
            if at == half:
                with path.open("ab") as stream:
                    time.sleep(1.5)  # quiet for long, readable as it stands, and open
            with path.open("ab") as stream:
                stream.write(bytes([byte]))
        until(lambda: in_force(known) == v_new)
        refused = counted(known, "refused")
        path.write_text(allowed[: allowed.index("tests:")])
        until(lambda: counted(known, "refused") > refused)
        before = len(traffic.statuses)
        until(lambda: len(traffic.statuses) > before + 3)
        path.write_text(allowed)
        until(lambda: in_force(known) == v_allowed)
        before = len(traffic.statuses)
        until(lambda: len(traffic.statuses) > before + 3)
    decided = [event["unmapped"]["guard"] for event in act.events]
    assert {own["rules_version"] for own in decided} == {v_old, v_new, v_allowed}
    for own in decided:
        assert own["failure"] is None
        assert own["decision"] == ("redact" if own["rules_version"] == v_allowed else "block")
    assert set(traffic.statuses) == {200, 400}
    assert len(decided) == len(traffic.statuses)
    assert re.search(r"block-iban-for-hr\.yaml:\d+:\d+: R204", known.stage.guard.errors.read_text())


def test_people_change_while_it_runs_and_a_broken_file_changes_nothing(known: Any) -> None:
    groups, passwords = known.folder / "groups.yaml", known.folder / "passwords"
    before = groups.read_text(), passwords.read_text()
    traffic = Traffic(known, "sacha")
    assert traffic.ask() == 200
    try:
        groups.write_text("groups:\n  hr: [camille, sacha]\n")
        until(lambda: traffic.ask() == 400)
        passwords.write_text(before[1].partition("\n")[0] + "\nsacha:")
        until(lambda: "refused" in {event["unmapped"]["guard"]["admin"] for event in notices(known)})
        time.sleep(1.5)
        assert traffic.ask() == 400
        passwords.write_text(before[1].partition("\n")[0] + "\n")
        with pytest.raises(httpx2.ProxyError, match="407"):
            until(lambda: traffic.ask() == 0)
    finally:
        groups.write_text(before[0])
        passwords.write_text(before[1])

    def back() -> bool:
        try:
            return traffic.ask() == 200
        except httpx2.ProxyError:
            return False

    until(back)


def test_sighup_reads_at_once(known: Any) -> None:
    before = counted(known, "people")
    os.kill(known.stage.guard.pid, signal.SIGHUP)
    until(lambda: counted(known, "people") > before)
    assert Traffic(known, "sacha").ask() == 200
