"""What a person reads."""

from datetime import date

import pytest

from guard.coach import _CAUSES, _FILES, say
from guard.rules.schema import MessageRule, Status, Wording
from guard.terms import Classification, Decision, Finding, Lang, Reason, Use, Verdict

MESSAGE = MessageRule(
    id="hidden",
    title="Hidden",
    description="A message made for a test.",
    status=Status.STABLE,
    owner="security",
    date=date(2026, 11, 23),
    references=[],
    fr=Wording(title="Masqué", text="{entities} vers {service} ({uses}), règle {rules}, voir {approvers}, réf. {id}."),
    en=Wording(title="Hidden", text="{entities} to {service} ({uses}), rule {rules}, ask {approvers}, ref. {id}."),
    lesson="https://intranet.example/lesson",
)
FINDINGS = (
    Finding("iban", "IBAN_CODE", Classification.CONFIDENTIAL, 0, 0, 4, 1.0),
    Finding("mail", "EMAIL_ADDRESS", Classification.CONFIDENTIAL, 0, 5, 9, 1.0),
    Finding("new", "FR_NIR", Classification.CONFIDENTIAL, 0, 10, 12, 1.0, enforced=False),
)


def said(lang: Lang, message: str | None = "hidden") -> str:
    decision = Decision(Verdict.HOLD, (Reason("r1", Verdict.HOLD, "x"),), approvers=("dpo", "hr"))
    return say(
        {"hidden": MESSAGE},
        message,
        lang,
        event="e1",
        service="OpenAI API",
        decision=decision,
        findings=FINDINGS,
        uses=(Use("cv-screening", 0.9),),
    )


def test_french_is_said_in_french_with_its_typography() -> None:
    assert said(Lang.FR) == (
        "Masqué : EMAIL_ADDRESS, IBAN_CODE vers OpenAI API (cv-screening), règle r1, voir dpo, hr, réf. e1. "
        "https://intranet.example/lesson"
    )


def test_english_is_said_in_english() -> None:
    assert said(Lang.EN).startswith("Hidden: EMAIL_ADDRESS, IBAN_CODE to OpenAI API")


@pytest.mark.parametrize("lang", list(Lang))
def test_a_missing_message_still_makes_a_sentence_with_its_reference(lang: Lang) -> None:
    assert "e1" in said(lang, None)
    assert "e1" in said(lang, "unknown")


def test_entities_that_are_only_watched_are_not_mentioned() -> None:
    assert "FR_NIR" not in said(Lang.EN)


def of_a_file(lang: Lang, *files: str, causes: tuple[str, ...] = ()) -> str:
    wording = Wording(title="Titre", text="files: {files}; causes: {causes}")
    message = MESSAGE.model_copy(update={"fr": wording, "en": wording, "lesson": None})
    return say({"m": message}, "m", lang, event="e", files=files, causes=causes)


@pytest.mark.parametrize(
    ("lang", "files", "words"),
    [
        (Lang.FR, ("docx", "pdf"), "un document Word, un document PDF"),
        (Lang.EN, ("xlsx",), "an Excel workbook"),
        (Lang.FR, ("ooxml",), "un fichier"),
        (Lang.EN, (), "a file"),
    ],
)
def test_files_are_called_by_what_people_call_them(lang: Lang, files: tuple[str, ...], words: str) -> None:
    assert f"files: {words};" in of_a_file(lang, *files)


def test_causes_are_quoted_and_said_in_words() -> None:
    causes = ("encrypted-file", "json")

    assert "causes: encrypted-file, un fichier protégé par mot de passe, json" in of_a_file(Lang.FR, causes=causes)
    assert "causes: encrypted-file, a file with a password, json" in of_a_file(Lang.EN, causes=causes)


def test_every_kind_and_cause_has_words_in_both_languages() -> None:
    for words in (*_FILES.values(), *_CAUSES.values()):
        assert set(words) == set(Lang)
