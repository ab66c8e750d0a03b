import json
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from guard.audit.identity import Identity
from guard.audit.questions import questions
from guard.audit.reader import Scope, reader
from guard.audit.ruling import Ruling, ruled
from guard.audit.schema import schema
from guard.audit.sink import Keeping, Sink
from guard.audit.stamp import Place
from guard.terms import Actor, Verdict

NOON = datetime(2026, 7, 23, 12, tzinfo=UTC)
FINDING = "01985b7e-6c11-7c3e-9a52-3f2f6d1c8b10"
YES = Ruling(
    FINDING,
    True,
    Actor("dpo", ("legal",)),
    "openai-api",
    "hold-employee-evaluation",
    NOON + timedelta(days=1),
    "projet 7",
)
NO = Ruling(FINDING, False, Actor("dpo\x1b[31m"), "openai-api", "hold-employee-evaluation")


def event(ruling: Ruling) -> dict[str, Any]:
    made = ruled(ruling, Place("019f8f0b-1cb0-790a-bc85-6c70105732cd", 7, NOON, "par-01"))
    return dict(json.loads(json.dumps(made)))


@pytest.mark.parametrize(
    ("ruling", "said"),
    [(YES, ("prompt.approved", 1, 8, "Approved")), (NO, ("prompt.refused", 2, 25, "Rejected"))],
    ids=["yes", "no"],
)
def test_an_answer_is_an_update_of_the_finding_that_asked(
    ruling: Ruling, said: tuple[object, ...], against_ocsf: Any
) -> None:
    made = event(ruling)
    assert (made["metadata"]["event_code"], made["action_id"], made["disposition_id"], made["disposition"]) == said
    assert (made["class_uid"], made["activity_id"], made["type_uid"], made["status_id"]) == (2006, 2, 200602, 4)
    assert made["finding_info"]["uid"] == FINDING != made["metadata"]["uid"]
    assert list(Draft202012Validator(schema()).iter_errors(made)) == against_ocsf(made) == []


def test_it_says_who_answered_why_and_until_when() -> None:
    made = event(YES)
    assert (made["actor"]["user"]["name"], made["comment"]) == ("dpo", "projet 7")
    assert made["unmapped"]["guard"]["until"] == "2026-07-24T12:00:00.000Z"
    assert "\x1b" not in json.dumps(event(NO), ensure_ascii=False)
    assert "comment" not in event(NO)


def test_what_was_answered_waits_no_more_and_is_counted_as_no_prompt(tmp_path: Path, new_outcome: Any) -> None:
    keeping = Keeping(identity=Identity("keyed", bytes(32), tmp_path / "names"))
    with closing(Sink(tmp_path / "log", "n", lambda: NOON, keeping)) as sink:
        first, second = (sink.write(new_outcome(Verdict.HOLD)) for _ in range(2))
        sink.rule(Ruling(first, True, Actor("dpo"), "openai-api", "client-data"))
    asked = questions()
    with reader(tmp_path / "log", Scope(NOON - timedelta(hours=1), NOON + timedelta(hours=1))) as tables:
        waiting = tables.ask(asked["waiting"].query)
        prompts = tables.ask("SELECT count(*) FROM events").rows
        (by,) = tables.ask("SELECT \"user\" FROM lines WHERE ruling = 'approved'").rows[0]
    assert [row[-1] for row in waiting.rows] == [second]
    assert prompts == [(2,)]
    assert by.startswith("u:")
