"""The order of the stages: what leaves, what is said instead, and the one event of each."""

import asyncio
import json
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

import pytest

from guard.detect.analysis import Analysis
from guard.errors import DetectError, StoreError
from guard.evidence import Evidence, new_key, opened
from guard.pipeline import Exchange, Guard
from guard.redact.fingerprints import Keys
from guard.redact.vault import Vault
from guard.rules.load import load
from guard.rules.schema import RuleSet
from guard.terms import Actor, Lang, Outcome, Request, Segment, Style, Verdict
from guard.trial import Inline

RULES = Path(__file__).parent.parent / "rules"
IBAN = "FR76 3000 6000 0112 3456 7890 189"
HOST = "api.openai.com"


class Notebook:
    """A recorder that keeps outcomes, and can be out of paper."""

    def __init__(self, broken: bool = False, torn: bool = False) -> None:
        self.outcomes: list[Outcome] = []
        self.broken = broken
        self.torn = torn

    def write(self, outcome: Outcome) -> str:
        if self.broken:
            raise StoreError("no space")
        self.outcomes.append(outcome)
        return f"event-{len(self.outcomes)}"

    async def kept(self) -> None:
        if self.torn:
            raise StoreError("no disk")


class Broken:
    """An analyzer that fails in some way."""

    def __init__(self, error: Exception | None) -> None:
        self.error = error

    async def analyze(self, segments: Sequence[Segment]) -> Analysis:
        if self.error is None:
            await asyncio.sleep(60)
        raise self.error or AssertionError


@pytest.fixture(scope="module")
def rules() -> RuleSet:
    return load(RULES)


@pytest.fixture(scope="module")
def inline(rules: RuleSet) -> Inline:
    return Inline(rules, "none")


def request_of(*contents: str, **more: object) -> Request:
    messages = [{"role": "user", "content": content} for content in contents]
    body = json.dumps({"model": "gpt-5", "messages": messages} | more, ensure_ascii=False).encode()
    headers = (("content-type", "application/json"), ("accept-encoding", "gzip"), ("authorization", "Bearer x"))
    return Request("POST", HOST, "/v1/chat/completions", headers, body)


def sent(
    rules: RuleSet, analyzer: object, request: Request, notebook: Notebook | None = None, **options: float
) -> Exchange:
    with closing(Vault("sqlite://", bytes(32))) as vault:
        guard = Guard(
            rules,
            analyzer,  # type: ignore[arg-type]
            vault,
            notebook or Notebook(),
            language=Lang.FR,
            **options,  # type: ignore[arg-type]
        )
        return asyncio.run(guard.outgoing(request, rules.services["openai-api"], Actor("ana", ("hr",))))


def test_a_surrogate_leaves_and_is_known_for_the_answer(rules: RuleSet, inline: Inline) -> None:
    rule = rules.policy["redact-personal-data"].model_copy(update={"styles": {"IBAN_CODE": Style.SURROGATE}})
    inventing = rules.model_copy(update={"policy": {rule.id: rule}})
    exchange = sent(inventing, inline, request_of(f"Mon IBAN : {IBAN}"))

    assert exchange.request is not None
    assert json.loads(exchange.request.body)["messages"][0]["content"] == "Mon IBAN : ZZ63 0000 0000 0982 4516 53"
    assert exchange.values == {("IBAN_CODE", 1): IBAN}


@pytest.mark.parametrize("style", [Style.MASK, Style.HASH, Style.DROP])
def test_what_is_gone_for_good_is_not_waited_for_in_the_answer(rules: RuleSet, inline: Inline, style: Style) -> None:
    rule = rules.policy["redact-personal-data"].model_copy(update={"styles": {"IBAN_CODE": style}})
    exchange = sent(rules.model_copy(update={"policy": {rule.id: rule}}), inline, request_of(f"Mon IBAN : {IBAN}"))

    assert exchange.request is not None
    assert b"3000 6000" not in exchange.request.body
    assert exchange.values == {}


def test_nothing_to_hide_leaves_as_the_same_object(rules: RuleSet, inline: Inline) -> None:
    request = request_of("Quelle est la capitale de l'Australie ?")
    exchange = sent(rules, inline, request)

    assert exchange.request is request
    assert (exchange.reply, exchange.values) == (None, {})


def test_what_is_hidden_leaves_as_a_placeholder_and_is_known_for_the_answer(rules: RuleSet, inline: Inline) -> None:
    notebook = Notebook()
    exchange = sent(rules, inline, request_of(f"Mon IBAN : {IBAN}"), notebook)

    assert exchange.request is not None
    body = json.loads(exchange.request.body)
    assert body["messages"][0]["content"] == "Mon IBAN : [[IBAN_CODE_1]]"
    assert exchange.values == {("IBAN_CODE", 1): IBAN}
    assert exchange.request.header("accept-encoding") == "identity"
    assert [outcome.decision.verdict for outcome in notebook.outcomes] == [Verdict.REDACT]


def test_a_refusal_is_in_the_services_form_and_quotes_its_event(rules: RuleSet, inline: Inline) -> None:
    notebook = Notebook()
    exchange = sent(rules, inline, request_of("CONFIDENTIEL\nLe projet avance."), notebook)

    assert exchange.request is None
    assert exchange.reply is not None
    assert exchange.reply.status == 400
    assert exchange.reply.header("x-should-retry") == "false"
    error = json.loads(exchange.reply.body)["error"]
    assert error["code"] == "policy_violation"
    assert exchange.event == "event-1"
    assert len(notebook.outcomes) == 1


def test_a_hold_refuses_and_names_who_can_say_yes(rules: RuleSet, inline: Inline) -> None:
    text = "Évalue la performance de cette employée et propose une sanction."
    exchange = sent(rules, inline, request_of(text))

    assert exchange.outcome.decision.verdict is Verdict.HOLD
    assert exchange.reply is not None
    error = json.loads(exchange.reply.body)["error"]
    assert error["code"] == "approval_required"
    assert all(who in error["message"] for who in exchange.outcome.decision.approvers)


@pytest.mark.parametrize(
    ("error", "failure", "retry"),
    [
        pytest.param(DetectError("worker", "died"), "worker", True, id="a worker died"),
        pytest.param(DetectError("timeout", "late"), "timeout", True, id="a worker hung"),
        pytest.param(DetectError("overload", "full"), "overload", True, id="too many wait"),
        pytest.param(DetectError("internal", "bug"), "internal", False, id="an analysis failed"),
        pytest.param(None, "timeout", True, id="a stage never ends"),
    ],
)
def test_a_failed_stage_refuses_with_503_and_leaves_its_event(
    rules: RuleSet, error: Exception | None, failure: str, retry: bool
) -> None:
    notebook = Notebook()
    exchange = sent(rules, Broken(error), request_of("Bonjour"), notebook, seconds=0.05)

    assert exchange.request is None
    assert exchange.reply is not None
    assert exchange.reply.status == 503
    assert (exchange.reply.header("retry-after") is not None) is retry
    assert [outcome.failure for outcome in notebook.outcomes] == [failure]


def test_an_event_that_cannot_be_written_keeps_the_request_here(rules: RuleSet, inline: Inline) -> None:
    exchange = sent(rules, inline, request_of("Bonjour"), Notebook(broken=True))

    assert exchange.request is None
    assert exchange.reply is not None
    assert exchange.reply.status == 503


@pytest.mark.parametrize("notebook", [Notebook(broken=True), Notebook(torn=True)], ids=["no line", "no disk"])
def test_what_cannot_be_recorded_does_not_leave_and_says_why(
    notebook: Notebook, rules: RuleSet, inline: Inline
) -> None:
    exchange = sent(rules, inline, request_of("Bonjour, quel temps fait-il ?"), notebook)

    assert (exchange.request, exchange.outcome.failure) == (None, "store")
    assert exchange.reply is not None
    assert "Journal de contrôle indisponible" in json.loads(exchange.reply.body)["error"]["message"]


def test_each_finding_has_its_fingerprint_when_there_are_keys(rules: RuleSet, inline: Inline, tmp_path: Path) -> None:
    notebook = Notebook()
    with closing(Vault("sqlite://", bytes(32))) as vault:
        guard = Guard(rules, inline, vault, notebook, keys=Keys(tmp_path))
        for text in (f"Mon IBAN : {IBAN}", f"IBAN {IBAN.replace(' ', '')}"):
            asyncio.run(guard.outgoing(request_of(text), rules.services["openai-api"], Actor("ana", ("hr",))))

    prints = [outcome.fingerprints for outcome in notebook.outcomes]
    assert [len(found) for found in prints] == [len(outcome.findings) for outcome in notebook.outcomes] == [1, 1]
    assert prints[0] == prints[1]


HOLDERS = new_key(), new_key()


class Sealing(Notebook):
    """A recorder that also looks at what is in the folder of evidence when an event is written."""

    def __init__(self, folder: Path) -> None:
        super().__init__()
        self.folder = folder
        self.files: list[int] = []

    def write(self, outcome: Outcome) -> str:
        self.files.append(len(list(self.folder.rglob("*.age"))))
        return super().write(outcome)


def witnessed(rules: RuleSet, inline: Inline, notebook: Notebook, folder: Path, text: str) -> Exchange:
    """Sent under rules that want evidence of every secret that is redacted."""
    kept = rules.policy["redact-secrets"].model_copy(update={"evidence": True})
    wanting = rules.model_copy(update={"policy": {**rules.policy, kept.id: kept}})
    with closing(Vault("sqlite://", bytes(32))) as vault:
        evidence = Evidence(folder, [HOLDERS[0][1]], [HOLDERS[1][1]])
        guard = Guard(wanting, inline, vault, notebook, evidence=evidence)
        return asyncio.run(guard.outgoing(request_of(text), rules.services["openai-api"], Actor("ana", ("hr",))))


AWS = "AKIA" + "Q3EGRIZ5WSYGX7NV"


def test_a_rule_that_wants_evidence_has_it_after_the_event_that_names_it(
    rules: RuleSet, inline: Inline, tmp_path: Path
) -> None:
    notebook = Sealing(tmp_path)
    exchange = witnessed(rules, inline, notebook, tmp_path, f"aws_access_key_id = {AWS}")
    (outcome,) = notebook.outcomes
    (path,) = tmp_path.rglob("*.age")

    assert exchange.request is not None
    assert (notebook.files, path.stem) == ([0], outcome.evidence)
    said = opened(path.read_bytes(), [private for private, _ in HOLDERS])
    assert [s["text"] for s in said["segments"] if s["where"] == "body:/messages/0/content"] == [
        f"aws_access_key_id = {AWS}"
    ]


def test_no_evidence_is_kept_of_other_prompts(rules: RuleSet, inline: Inline, tmp_path: Path) -> None:
    notebook = Notebook()
    witnessed(rules, inline, notebook, tmp_path, f"Mon IBAN : {IBAN}")
    assert [outcome.evidence for outcome in notebook.outcomes] == [None]
    assert list(tmp_path.rglob("*.age")) == []


def test_evidence_that_cannot_be_kept_keeps_the_request_here(rules: RuleSet, inline: Inline, tmp_path: Path) -> None:
    notebook, folder = Notebook(), tmp_path / "evidence"
    folder.write_text("no folder")
    exchange = witnessed(rules, inline, notebook, folder, f"aws_access_key_id = {AWS}")

    assert exchange.request is None
    assert exchange.reply is not None
    assert exchange.reply.status == 503
    assert [(o.failure, o.evidence is None) for o in notebook.outcomes] == [(None, False), ("evidence", True)]


def test_an_unforeseen_error_rises_to_the_door(rules: RuleSet) -> None:
    with pytest.raises(ZeroDivisionError):
        sent(rules, Broken(ZeroDivisionError()), request_of("Bonjour"))


def test_two_people_in_two_messages_have_two_placeholders(rules: RuleSet, inline: Inline) -> None:
    exchange = sent(rules, inline, request_of("Écris à jean.dupont@exemple.fr", "Puis à marie.curie@exemple.fr"))

    assert exchange.request is not None
    contents = [message["content"] for message in json.loads(exchange.request.body)["messages"]]
    assert contents == ["Écris à [[EMAIL_ADDRESS_1]]", "Puis à [[EMAIL_ADDRESS_2]]"]


def test_no_repr_of_an_exchange_shows_text(rules: RuleSet, inline: Inline) -> None:
    exchange = sent(rules, inline, request_of(f"Mon IBAN : {IBAN}, secret projet Licorne"))

    assert "3000" not in repr(exchange)
    assert "Licorne" not in repr(exchange)
