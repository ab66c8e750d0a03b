"""A console -> three guarded conversations shown on it, and the exit code: 0, or 1 when a promise did not hold.

Everything runs on this machine: the stand-in service, the guard in a process of its own, and the services' real
clients. Nothing is left running or lying about, whatever happens.
"""

import json
import signal
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, Any

from rich.console import Console

from guard.demo import show
from guard.demo.captions import Captions, captions
from guard.demo.exchange import PLACEHOLDER, Exchange, Reply
from guard.demo.show import Promise, Scene
from guard.errors import GuardError

if TYPE_CHECKING:
    from guard.demo.stage import Act, Stage

# invented, with right checksums; the number lies in the range kept for fiction (ARCEP decision 2018-0881)
_VALUES = (
    "Karim Benali",
    "Sophie Lefèvre",
    "sophie.lefevre@example.fr",
    "01 99 00 45 67",
    "FR76 3000 6000 0112 3456 7890 189",
    "2 85 05 78 006 084 41",
    "Claire Delmas",
)
_LETTER = (
    "Bonjour, je suis {}. Réponds pour moi à Sophie Lefèvre ({}, tél. {}) : nous avons bien reçu son nouvel IBAN, {}, "
    "et il nous faut une copie de sa carte Vitale, numéro de sécurité sociale {}. Mets {} en copie."
).format(_VALUES[0], *_VALUES[2:])
_SCREENING = "Voici douze CV. Classe ces candidats du meilleur au moins bon et dis-moi lesquels rejeter."


def run(console: Console, rules: Path | None = None) -> int:
    """Play the three scenes with these rules (the shipped ones when left out); 2 when a client is not installed."""
    words = captions()
    try:
        from guard.demo.stage import stage
    except ImportError:
        console.print(words.install, soft_wrap=True)
        return 2
    promises: list[Promise] = []
    try:
        with _terminable(), ExitStack() as stack:
            show.opening(console, words)
            with console.status(words.starting):
                folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="prompt-guard-demo-"))
                everything = stack.enter_context(stage(Path(folder), rules=rules))
            for number, play in enumerate((letter, screening, question), 1):
                played = play(everything, words)
                promises += played.promises
                show.scene(console, words, number, played)
    except GuardError as error:
        console.print(str(error), style="bold red", markup=False)
        return 1
    return show.closing(console, words, promises, Promise(words.stopped, everything.guard.exit_code == 0))


def letter(stage: "Stage", words: Captions) -> Scene:
    """A French e-mail with personal data: redacted on its way out, whole on its way back, in a stream."""
    stage.standin.speaker = _answer_letter
    act = stage.act()

    def ask() -> str:
        stream = stage.clients.openai.chat.completions.create(
            model="gpt-5", messages=[{"role": "user", "content": _LETTER}], stream=True
        )
        return "".join(chunk.choices[0].delta.content or "" for chunk in stream if chunk.choices)

    seen = _heard(ask)
    record = json.dumps(act.events, ensure_ascii=False)
    return Scene(
        title=words.letter,
        typed=_LETTER,
        left=_left(act, words),
        answered=_answered(act, words),
        seen=seen,
        events=tuple(act.events),
        promises=(
            Promise(words.hidden.format(count=len(_VALUES)), len(act.received) == 1 and not act.left(_VALUES)),
            Promise(words.restored, all(value in seen for value in _VALUES) and not PLACEHOLDER.search(seen)),
            Promise(words.one_redacted, act.verdicts == ["redact"]),
            Promise(words.discreet, not any(value in record for value in _VALUES)),
        ),
        values=_VALUES,
    )


def screening(stage: "Stage", words: Captions) -> Scene:
    """A forbidden use: refused in the client's own error, in the prompt's language."""
    import anthropic

    act = stage.act()
    seen, told = "", False
    try:
        message = stage.clients.anthropic.messages.create(
            model="claude-sonnet-5", max_tokens=500, messages=[{"role": "user", "content": _SCREENING}]
        )
        seen = "".join(block.text for block in message.content if block.type == "text")
    except anthropic.APIError as error:
        text = _message(error.body) or error.message
        told = isinstance(error, anthropic.BadRequestError) and _is_french(text) and len(act.sent) == 1
        said = words.refused_by.format(client="Anthropic", error=f"anthropic.{type(error).__name__}")
        seen = f"{said}\n\n{text}"
    return Scene(
        title=words.screening,
        typed=_SCREENING,
        left=_left(act, words),
        answered=_answered(act, words),
        seen=seen,
        events=tuple(act.events),
        promises=(
            Promise(words.nothing_sent, not act.received),
            Promise(words.told, told),
            Promise(words.one_blocked, act.verdicts == ["block"]),
        ),
    )


def question(stage: "Stage", words: Captions) -> Scene:
    """An ordinary question: the guard does not change a byte of it."""
    stage.standin.speaker = lambda exchange: Reply(words.ordinary_answer)
    act = stage.act()

    def ask() -> str:
        answer = stage.clients.openai.chat.completions.create(
            model="gpt-5", messages=[{"role": "user", "content": words.ordinary}]
        )
        return answer.choices[0].message.content or ""

    seen = _heard(ask)
    bodies = [request.body for request in act.received]
    left = "\n".join([words.same_bytes.format(count=len(body)) + f"\n{body.decode()}" for body in bodies])
    return Scene(
        title=words.question,
        typed=words.ordinary,
        left=left or words.nothing_left,
        answered=_answered(act, words),
        seen=seen,
        events=tuple(act.events),
        promises=(
            Promise(words.untouched, bodies == act.sent and len(bodies) == 1),
            Promise(words.one_allowed, act.verdicts == ["allow"]),
        ),
    )


def _heard(ask: Callable[[], str]) -> str:
    """The answer, or the OpenAI client's error in its own words: a scene goes on to show what broke."""
    import openai

    try:
        return ask()
    except openai.APIError as error:
        return f"openai.{type(error).__name__}: {error.message}"


def _left(act: "Act", words: Captions) -> str:
    """The text of the message that reached the service."""
    bodies = [json.loads(request.body) for request in act.received]
    return "\n".join(str(body["messages"][-1]["content"]) for body in bodies) or words.nothing_left


def _answered(act: "Act", words: Captions) -> str:
    return act.stage.standin.answers[-1].text if act.received else words.no_answer


def _answer_letter(exchange: Exchange) -> Reply:
    """What a good assistant would write, with the placeholders it was given."""
    given = _Given()
    for name in dict.fromkeys(PLACEHOLDER.findall(exchange.prompt)):
        entity = name[2:-2].rpartition("_")[0]
        given[entity if entity != "PERSON" else ("WRITER", "CLIENT", "COPY")[min(given.people, 2)]] = name
        given.people += entity == "PERSON"
    return Reply(
        "Madame {CLIENT},\n\nVotre nouvel IBAN {IBAN_CODE} est bien enregistré. Merci de nous envoyer une copie de "
        "votre carte Vitale ({FR_NIR}). Nous vous confirmerons à {EMAIL_ADDRESS} ou au {PHONE_NUMBER}.\n\n"
        "Bien cordialement,\n{WRITER}\n\nCopie : {COPY}".format_map(given)
    )


class _Given(dict[str, str]):
    """Placeholders by entity, people in their order; what the guard did not hide is not known here."""

    people = 0

    def __missing__(self, entity: str) -> str:
        return "…"


def _message(body: object) -> str:
    match body:
        case {"error": {"message": str(text)}}:
            return text
    return ""


def _is_french(text: str) -> bool:
    return not {"vous", "votre", "cette", "demande"}.isdisjoint(text.lower().split())


@contextmanager
def _terminable() -> Iterator[None]:
    """SIGTERM ends the demo as Ctrl-C does, so that everything is stopped."""

    def leave(number: int, frame: FrameType | None) -> None:
        sys.exit(128 + number)

    before: Callable[[int, FrameType | None], Any] | int | None = signal.signal(signal.SIGTERM, leave)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
