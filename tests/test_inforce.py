"""The whole change of rules, with real analysis processes; the running proxy is shown in tests/e2e/test_reload.py."""

import asyncio
import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from guard import inforce, settled
from guard.audit.opening import Recording
from guard.detect.pool import Pool
from guard.errors import PeopleError, RulesError
from guard.metrics import Metrics
from guard.people.who import People
from guard.pipeline import Guard
from guard.redact.fingerprints import shared_key
from guard.redact.vault import Vault
from guard.rules import seal
from guard.rules.schema import RuleSet
from guard.settings import Settings

SHIPPED = Path(__file__).resolve().parents[1] / "rules"


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    rules = tmp_path / "rules"
    for kind, name in (
        ("services", "openai-api"),
        ("detect", "iban"),
        ("policy", "block-marked-documents"),
        ("messages", "marked-document"),
        ("detect", "marking-fr"),
    ):
        (rules / kind).mkdir(parents=True, exist_ok=True)
        shutil.copy(SHIPPED / kind / f"{name}.yaml", rules / kind)
    path = rules / "policy" / "block-marked-documents.yaml"
    path.write_text(path.read_text().replace("[PERSON]", "[IBAN_CODE]"))
    return Settings(
        rules=rules, state_dir=tmp_path / "state", log_dir=tmp_path / "log", workers=1, nlp="none", log_reserve=0
    )


@pytest.fixture
def register(settings: Settings) -> Iterator[inforce.Register]:
    settings.state.mkdir()
    record = Recording(settings, shared_key, "first", lambda _: None)
    yield inforce.Register(record, Metrics(), settings.state / inforce.STATUS, settings.node)
    record.close()


def notices(settings: Settings) -> list[tuple[str, object, object]]:
    lines = [line for path in settings.log_dir.glob("*.jsonl") for line in path.read_bytes().splitlines()]
    owns = [json.loads(line)["unmapped"]["guard"] for line in lines]
    return [(own["admin"], own["subject"], own["count"]) for own in owns if own["admin"] != "start"]


def guard_of(rules: RuleSet, pool: Pool, register: inforce.Register, before: Guard | None = None) -> Guard:
    vault = Vault("sqlite://", bytes(32))
    vault.close()
    return Guard(rules, pool, vault, register.record.sink, recall=before.recall if before else None)


def edited(settings: Settings) -> None:
    path = settings.rules / "policy" / "block-marked-documents.yaml"
    path.write_text(path.read_text().replace("do not leave", "stay here") + "\n")


def test_rules_come_into_force_whole_and_the_old_ones_leave_when_nobody_needs_them(
    settings: Settings, register: inforce.Register
) -> None:
    guards: list[Guard] = []
    pools: list[Pool] = []

    def made(rules: RuleSet, pool: Pool, before: Guard | None) -> Guard:
        pools.append(pool)
        return guard_of(rules, pool, register, before)

    async def run() -> None:
        subject = inforce.Rules(settings, made, guards.append, register)
        rules = subject.read()
        assert subject.as_read(rules) == settled.digest(subject.roots)
        await subject.adopt(rules)
        await subject.adopt(subject.read())
        assert len(guards) == 1
        guards[0].deciding = 1
        edited(settings)
        assert subject.as_read(rules) == b""
        await subject.adopt(subject.read())
        assert guards[0].recall is guards[1].recall
        assert guards[0].rules.version != guards[1].rules.version
        await asyncio.sleep(0.1)
        assert pools[0].pids
        guards[0].deciding = 0
        while pools[0].pids:  # noqa: ASYNC110 - processes end by themselves
            await asyncio.sleep(0.01)
        assert pools[1].ready
        await subject.stop()
        assert not pools[1].pids

    asyncio.run(asyncio.wait_for(run(), 60))
    version = guards[1].rules.version
    assert notices(settings)[-1] == ("rules", version, None)
    assert inforce.status(settings.state)["rules"]["version"] == version


def test_answers_that_never_end_hold_few_old_processes(
    settings: Settings, register: inforce.Register, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(inforce, "_OLD", 1)
    monkeypatch.setattr(inforce, "_SOON", 0.0)
    guards: list[Guard] = []
    pools: list[Pool] = []

    def made(rules: RuleSet, pool: Pool, before: Guard | None) -> Guard:
        pools.append(pool)
        return guard_of(rules, pool, register)

    async def run() -> None:
        subject = inforce.Rules(settings.model_copy(update={"workers": 2}), made, guards.append, register)
        for _ in range(3):
            await subject.adopt(subject.read())
            guards[-1].deciding = 1
            edited(settings)
        while pools[0].pids or len(pools[1].pids) > 1:  # noqa: ASYNC110 - processes end by themselves
            await asyncio.sleep(0.01)
        assert len(pools[1].pids) == 1
        assert pools[2].ready
        await subject.stop()

    asyncio.run(asyncio.wait_for(run(), 90))
    assert "answers that began 2 sets of rules ago are withheld from here on" in caplog.text


def test_a_rule_that_has_ended_is_said_and_keeps_no_set_out_of_force(
    settings: Settings, register: inforce.Register, caplog: pytest.LogCaptureFixture
) -> None:
    path = settings.rules / "policy" / "block-marked-documents.yaml"
    path.write_text(path.read_text().replace("\nwhen:", "\nuntil: 2026-11-01\nwhen:"))
    guards: list[Guard] = []

    def made(rules: RuleSet, pool: Pool, before: Guard | None) -> Guard:
        return guard_of(rules, pool, register)

    async def run() -> None:
        subject = inforce.Rules(settings, made, guards.append, register)
        await subject.adopt(subject.read())
        await subject.stop()

    asyncio.run(asyncio.wait_for(run(), 60))
    assert guards
    assert "ended on 2026-11-01 and is not applied" in caplog.text


def test_rules_with_a_problem_are_refused_in_the_log_the_metrics_and_the_status(
    settings: Settings, register: inforce.Register
) -> None:
    subject = inforce.Rules(settings, lambda *_: pytest.fail("made"), lambda _: None, register)
    path = settings.rules / "policy" / "block-marked-documents.yaml"
    path.write_text(path.read_text().partition("tests:")[0])
    with pytest.raises(RulesError) as caught:
        subject.read()
    subject.refused(caught.value)
    assert notices(settings)[-1] == ("refused", f"{path}:2:1:", 1)
    assert register.metrics.registry.get_sample_value("prompt_guard_reload_refused", {"what": "rules"}) == 1
    assert inforce.status(settings.state)["refused"]["problems"] == 1
    subject.again()
    assert register.metrics.registry.get_sample_value("prompt_guard_reload_refused", {"what": "rules"}) == 0
    assert inforce.status(settings.state)["refused"] is None
    subject.refused(caught.value)
    register.rules("next", first=False)
    assert register.metrics.registry.get_sample_value("prompt_guard_reload_refused", {"what": "rules"}) == 0
    assert inforce.status(settings.state)["refused"] is None


def test_a_guard_that_cannot_be_made_leaves_no_process_behind(settings: Settings, register: inforce.Register) -> None:
    pools: list[Pool] = []

    def broken(rules: RuleSet, pool: Pool, before: Guard | None) -> Guard:
        pools.append(pool)
        raise ZeroDivisionError

    async def run() -> None:
        subject = inforce.Rules(settings, broken, lambda _: None, register)
        with pytest.raises(ZeroDivisionError):
            await subject.adopt(subject.read())
        assert not pools[0].pids

    asyncio.run(asyncio.wait_for(run(), 60))


def test_a_part_of_a_sealed_set_is_never_read(settings: Settings) -> None:
    seal.write(settings.rules, inforce.read_rules(settings).version)
    inforce.read_rules(settings)
    (settings.rules / "policy" / "block-marked-documents.yaml").unlink()
    with pytest.raises(RulesError, match="R207"):
        inforce.read_rules(settings)


def test_people_come_into_force_and_wrong_files_do_not(settings: Settings, register: inforce.Register) -> None:
    path = settings.state / "groups.yaml"
    path.write_text("groups:\n  hr: [camille]\n")
    known: list[People] = []
    subject = inforce.KnownPeople(settings.model_copy(update={"auth_groups": path}), known.append, register)
    assert subject.roots == (path,)
    asyncio.run(subject.adopt(subject.read()))
    path.write_text("groups:\n  hr: [camille\n")
    with pytest.raises(PeopleError) as caught:
        subject.read()
    subject.refused(caught.value)
    assert len(known) == 1
    known[0].close()
    assert [notice[0] for notice in notices(settings)[-2:]] == ["people", "refused"]
    assert "camille" not in "".join(map(str, notices(settings)))


def test_no_status_is_no_trouble(tmp_path: Path) -> None:
    assert inforce.status(tmp_path) == {}
    (tmp_path / inforce.STATUS).write_text("[]")
    assert inforce.status(tmp_path) == {}
    (tmp_path / inforce.STATUS).write_text("{")
    assert inforce.status(tmp_path) == {}
