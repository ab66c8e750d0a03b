import json
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest

from guard.audit.checkpoint import Signer, Verifier
from guard.audit.proof import Proof, prove, proven
from guard.audit.sink import Keeping, Sink
from guard.errors import StoreError
from guard.terms import Actor, Decision, Outcome, Verdict

SIGNER = Signer(bytes(range(32)), "n-1")
VERIFIER = Verifier(SIGNER.vkey)
NOON = datetime(2026, 7, 23, 12, tzinfo=UTC)
LINES = 9


def keys(node: str) -> Verifier:
    assert node == "n-1"
    return VERIFIER


@pytest.fixture(scope="module")
def log(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[str]]:
    """A signed log of nine people, and one line more that nobody signed."""
    folder = tmp_path_factory.mktemp("log")
    uids = []
    for signer, names in ((SIGNER, [f"person{number}" for number in range(LINES)]), (None, ["late"])):
        with closing(Sink(folder, "n-1", lambda: NOON, Keeping(signer=signer))) as sink:
            uids += [
                sink.write(Outcome(Decision(Verdict.BLOCK), Actor(name), "s", "e", "api.openai.com")) for name in names
            ]
    return folder, uids


@pytest.mark.parametrize("number", range(LINES))
def test_each_event_is_proven_without_showing_another(number: int, log: tuple[Path, list[str]]) -> None:
    folder, uids = log
    text = prove(folder, uids[number], keys).model_dump_json()
    line, point = proven(text.encode(), VERIFIER)

    assert json.loads(line)["metadata"]["uid"] == uids[number]
    assert (point.node, point.size) == ("n-1", LINES)
    assert [f"person{other}" in text for other in range(LINES)] == [other == number for other in range(LINES)]


def changed(proof: Proof) -> list[Proof]:
    return [
        proof.model_copy(update={"line": proof.line.replace("person4", "person5")}),
        proof.model_copy(update={"index": 5}),
        proof.model_copy(update={"hashes": proof.hashes[:-1]}),
        proof.model_copy(update={"hashes": [*proof.hashes[:-1], proof.hashes[0]]}),
        proof.model_copy(update={"checkpoint": proof.checkpoint.replace("\n9\n", "\n8\n")}),
    ]


@pytest.mark.parametrize("number", range(5))
def test_a_proof_of_anything_else_proves_nothing(number: int, log: tuple[Path, list[str]]) -> None:
    folder, uids = log
    bad = changed(prove(folder, uids[4], keys))[number]

    with pytest.raises(StoreError, match=r"not under this checkpoint|not signed by this key"):
        proven(bad.model_dump_json().encode(), VERIFIER)


@pytest.mark.parametrize("data", [b"", b"{}", b"[]", b'{"line":"","index":0,"hashes":["%"],"checkpoint":""}'])
def test_what_is_no_proof_is_said(data: bytes) -> None:
    with pytest.raises(StoreError, match="no proof"):
        proven(data, VERIFIER)


def test_an_event_that_nobody_signed_yet_is_not_proven(log: tuple[Path, list[str]]) -> None:
    with pytest.raises(StoreError, match="try again in a minute"):
        prove(log[0], log[1][-1], keys)


@pytest.mark.parametrize(
    ("uid", "says"),
    [
        ("01985b7e-6c11-7c3e-9a52-3f2f6d1c8b10", "no event of this id"),
        ("ffffffff-ffff-7fff-bfff-ffffffffffff", "no id of an event"),
        ("../../etc/passwd", "no id of an event"),
    ],
)
def test_an_event_that_is_not_there_is_said(uid: str, says: str, log: tuple[Path, list[str]]) -> None:
    with pytest.raises(StoreError, match=says):
        prove(log[0], uid, keys)


def test_a_log_that_was_changed_proves_nothing(log: tuple[Path, list[str]], tmp_path: Path) -> None:
    for path in log[0].glob("audit-*"):
        (tmp_path / path.name).write_bytes(path.read_bytes().replace(b"person7", b"person8"))

    with pytest.raises(StoreError, match="not what its checkpoint says"):
        prove(tmp_path, log[1][0], keys)
