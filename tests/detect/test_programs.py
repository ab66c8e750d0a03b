"""What programs say in a prompt is told apart from what people ask."""

import pytest

from guard.detect.programs import instructs, ordinary
from guard.terms import Role, Segment

PROSE = (
    "The reader opens a file, then it may edit or search it. Rose Martin wrote the first version. A rose is a flower. "
) * 12


def at(text: str, word: str) -> tuple[int, int]:
    start = text.index(word)
    return start, start + len(word)


@pytest.mark.parametrize(
    ("role", "text", "program"),
    [
        pytest.param(Role.SYSTEM, "Rank the CVs you are given. " * 100, True, id="pages of instructions"),
        pytest.param(Role.SYSTEM, "You rank the CVs you are given.", False, id="a small assistant's"),
        pytest.param(Role.USER, "Rank these CVs.\n" + "Experience. " * 1000, False, id="a person with material"),
        pytest.param(Role.USER, "<system-reminder>\nFind agents.\n</system-reminder>\n", True, id="a reminder"),
        pytest.param(Role.USER, "<permissions instructions>Ask.</permissions instructions>", True, id="two words"),
        pytest.param(Role.USER, "<environment_context><cwd>/x</cwd></environment_context>", True, id="a context"),
        pytest.param(Role.USER, "<cvs>One. Two.</cvs>", False, id="a person's own mark"),
        pytest.param(Role.USER, "<system-reminder>x</system-reminder> Rank these CVs.", False, id="and a question"),
    ],
)
def test_programs_are_told_apart(role: Role, text: str, program: bool) -> None:
    assert instructs(Segment("body:/x", role, text)) is program


@pytest.mark.parametrize(
    ("text", "word", "no_name"),
    [
        pytest.param(PROSE, "search", True, id="small letters"),
        pytest.param(PROSE + "Search is fast.", "Search", True, id="a word that stands in small letters too"),
        pytest.param(PROSE, "Rose Martin", False, id="two words"),
        pytest.param(PROSE + "Ask Karim.", "Karim", False, id="a word that does not"),
        pytest.param("demande à karim. Karim sait.", "karim", False, id="a short text"),
        pytest.param("demande à karim, " * 90, "karim", False, id="hasty chat"),
        pytest.param(PROSE + "王小明", "王小明", False, id="a script without capitals"),
    ],
)
def test_a_long_text_in_good_order_shows_what_is_no_name(text: str, word: str, no_name: bool) -> None:
    assert ordinary(text)(*at(text, word)) is no_name


CODE = "Why does it fail?\n\nconst a = load(x);\nconst b = a.map(y);\nreturn b;\n\n"


@pytest.mark.parametrize(
    ("text", "word", "no_name"),
    [
        pytest.param("use getRevs or aYearAgo", "getRevs", True, id="a hump behind small letters"),
        pytest.param(CODE + "it gives Promise<Blob", "Promise<Blob", True, id="signs beside code"),
        pytest.param(CODE + "SMC_NLA_STATS is 8", "SMC_NLA_STATS", True, id="capitals with underscores beside code"),
        pytest.param("see CV_KOWALCZYK_ANA", "CV_KOWALCZYK_ANA", False, id="a file of somebody"),
        pytest.param("ask Kowalczyk(RH)", "Kowalczyk(RH", False, id="a service glued to a name"),
        pytest.param("nom=Kowalczyk", "nom=Kowalczyk", False, id="a field"),
        pytest.param("ask jKowalczyk", "jKowalczyk", False, id="an account of an initial"),
        pytest.param("delete ft-AF1WoRqd3aJAH", "ft-AF1WoRqd3aJAH", True, id="an identifier"),
        pytest.param("write to McDonald and deVries", "McDonald", False, id="a joined name"),
        pytest.param("write to McDonald and deVries", "deVries", False, id="a joined name in small letters"),
        pytest.param("ask jean_dupont", "jean_dupont", False, id="an account"),
        pytest.param("ask Marie1987", "Marie1987", False, id="an account with a year"),
        pytest.param("ask JeanDupont", "JeanDupont", False, id="humps, and no code"),
        pytest.param(CODE + "a MockInterceptor is made", "MockInterceptor", True, id="humps beside code"),
        pytest.param(CODE + "Tell LaFreniere about it", "LaFreniere", False, id="a joined name beside code"),
        pytest.param(CODE + "/**\n * @param x the place\n */", "param", True, id="a tag of a comment"),
        pytest.param(CODE + "merci @ana", "ana", False, id="a mention"),
        pytest.param(CODE + "it calls Resolve(x)", "Resolve", True, id="a call"),
        pytest.param(CODE + "ask Dupont (the lead)", "Dupont", False, id="a person beside code"),
        pytest.param(CODE + "owner: DUPONT", "DUPONT", False, id="capitals beside code"),
    ],
)
def test_words_of_code_are_nobodys_name(text: str, word: str, no_name: bool) -> None:
    assert ordinary(text)(*at(text, word)) is no_name


@pytest.mark.parametrize(
    ("text", "word", "no_name"),
    [
        pytest.param("returns Promise<any> at once", "Promise", True, id="a type"),
        pytest.param("returns Array<Row[]> at once", "Array", True, id="a type of a type"),
        pytest.param("Ana<br>Diaz", "Ana", False, id="a line break"),
        pytest.param("Ana <ana@example.com>", "Ana", False, id="a mailbox"),
        pytest.param("Mark each task as done", "Mark", True, id="a verb"),
        pytest.param("Mark signs, Grant waits", "Mark", False, id="who signs"),
        pytest.param("Max wait in ms", "Max", True, id="a measure"),
        pytest.param("Max waits", "Max", False, id="who waits"),
    ],
)
def test_a_short_text_shows_what_is_a_type_or_a_verb(text: str, word: str, no_name: bool) -> None:
    assert ordinary(text)(*at(text, word)) is no_name


@pytest.mark.parametrize("word", ["cvDurand", "jeanMartin"])
def test_a_word_that_holds_a_known_name_is_no_word_of_code(word: str) -> None:
    assert ordinary(f"see {word}")(*at(f"see {word}", word)) is True
    assert ordinary(f"see {word}", lambda said: said == word)(*at(f"see {word}", word)) is False
