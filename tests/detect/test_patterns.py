import re
from collections.abc import Callable

import pytest
import re2
from hypothesis import example, given
from hypothesis import strategies as st

from guard.detect.patterns import Matcher, entropy
from guard.errors import DetectError
from guard.rules.schema import DetectRule, Pattern

type NewRule = Callable[..., DetectRule]

CARD, OTHER_CARD = "4111 1111 1111 1111", "5555 5555 5555 4444"
GROUPS = r"\b[2-6]\d{3}(?: \d{4}){3}\b"
odd_text = st.lists(
    st.sampled_from(["ID7", "id7", "é", "e\u0301", "😀", "\ud83d", "\udc00", "\u200b", " ", "中", "\0", "ß", "x"])
).map("".join)


def found(rules: list[DetectRule], text: str, lists: dict[str, list[str]] | None = None) -> list[str]:
    return [text[match.start : match.end] for match in Matcher(rules, lists or {}).find(text)]


@pytest.fixture(scope="session")
def ids(new_rule: NewRule) -> Matcher:
    return Matcher([new_rule("id", "ID7")], {})


@given(odd_text)
@example("é" * 1023 + "ID7" + "é" * 2000 + "ID7")
@example("\ud83dID7")
def test_positions_are_characters_whatever_stands_before(ids: Matcher, text: str) -> None:
    assert [(match.start, match.end) for match in ids.find(text)] == [one.span() for one in re.finditer("ID7", text)]


@given(st.text(st.sampled_from("aé😀\u0301 "), max_size=40))
def test_a_pattern_of_any_character_never_cuts_one(new_rule: NewRule, text: str) -> None:
    assert found([new_rule("one", r"(?s).")], text) == list(text)


@pytest.mark.parametrize(
    ("regex", "ignore_case", "text", "values"),
    [
        (r"key=(?P<value>\w+);", False, "key=abc;", ["abc"]),
        (r"(?:key=(?P<value>\w+)|none)", False, "none key=abc", ["abc"]),
        (r"ref (?P<value>\d*)", False, "ref  ref 12", ["12"]),
        (r"fr\d\d", True, "FR76 fr76 Fr76", ["FR76", "fr76", "Fr76"]),
        (r"fr\d\d", False, "FR76 fr76", ["fr76"]),
        (r"été|hiver", True, "ÉTÉ HIVER", ["ÉTÉ", "HIVER"]),
        (r"x*", False, "axxa", ["xx"]),
    ],
    ids=["value", "value-absent", "value-empty", "any-case", "one-case", "accents", "empty-matches"],
)
def test_a_match_is_the_value(new_rule: NewRule, regex: str, ignore_case: bool, text: str, values: list[str]) -> None:
    assert found([new_rule("rule", regex, ignore_case=ignore_case)], text) == values


def test_a_delimiter_ends_one_value_and_begins_the_next(new_rule: NewRule) -> None:
    rule = new_rule("rule", r"(?:^|[^a-z])(?P<value>[a-z]{3})(?:[^a-z]|$)")
    assert found([rule], "abc def,ghi") == ["abc", "def", "ghi"]


def test_a_pattern_that_reads_on_after_its_value_is_not_read_twice(new_rule: NewRule) -> None:
    rule = new_rule("rule", r"(?P<value>a)[^\n]*")
    assert found([rule], "a" + "b" * 100 + "a\na") == ["a", "a"]


@pytest.mark.parametrize(
    ("text", "values"),
    [
        (f"carte {CARD}", [CARD]),
        (f"carte {CARD[:-1]}2", []),
        (f"commande 3234 {CARD}", [CARD]),
        (f"3234 {CARD} 2 {OTHER_CARD}", [CARD, OTHER_CARD]),
        (f"{CARD} {OTHER_CARD}", [CARD, OTHER_CARD]),
        (f"é {CARD} é", [CARD]),
    ],
    ids=["right", "wrong", "behind-a-number", "two-behind-numbers", "two", "accents"],
)
def test_only_values_with_a_right_checksum_count(new_rule: NewRule, text: str, values: list[str]) -> None:
    assert found([new_rule("card", GROUPS, checksum="credit-card")], text) == values


@pytest.mark.parametrize(
    ("separators", "text", "values"),
    [
        ("", "4111-1111-1111-1111", []),
        ("-", "4111-1111-1111-1111", ["4111-1111-1111-1111"]),
        ("", "4111\u00a01111\u202f1111 1111", ["4111\u00a01111\u202f1111 1111"]),
        ("\u200b", "4111\u200b1111\u200b1111\u200b1111", ["4111\u200b1111\u200b1111\u200b1111"]),
    ],
    ids=["unknown", "hyphen", "white-space", "invisible"],
)
def test_separators_and_white_space_do_not_change_a_value(
    new_rule: NewRule, separators: str, text: str, values: list[str]
) -> None:
    rule = new_rule("card", r"4111(?:[^\d]\d{4}){3}", checksum="credit-card", separators=separators)
    assert found([rule], text) == values


@pytest.mark.parametrize(
    ("detect", "proven"),
    [({}, False), ({"checksum": "luhn"}, True), ({"prefix": True}, True)],
    ids=["neither", "checksum", "prefix"],
)
def test_a_checksum_or_a_prefix_proves(new_rule: NewRule, detect: dict[str, object], proven: bool) -> None:
    (match,) = Matcher([new_rule("rule", "18", **detect)], {}).find("18")
    assert match.proven is proven


def test_an_example_and_a_word_are_no_keys(new_rule: NewRule) -> None:
    rule = new_rule("key", r"key-\w+", entropy=3.5, allow=["key-Ab3xY9zQ"], allow_from="examples.txt")
    lists = {"examples.txt": ["key-Zz8wP1mK"]}
    text = "key-aaaaaaaa key-Ab3xY9zQ key-Zz8wP1mK key-Jq4vR7tN"
    assert found([rule], text, lists) == ["key-Jq4vR7tN"]


def test_what_an_allow_pattern_matches_whole_never_counts(new_rule: NewRule) -> None:
    rule = new_rule("badge", r"[A-Z]\d+", allow_patterns=["z0+", "x1"])
    assert found([rule], "Z00 Z01 X1 X11 A1") == ["Z01", "X11", "A1"]


@pytest.mark.parametrize(
    ("text", "bits"), [("", 0.0), ("aaaa", 0.0), ("ab", 1.0), ("abcd", 2.0), ("0123456789abcdef", 4)]
)
def test_entropy_is_in_bits_per_character(text: str, bits: float) -> None:
    assert entropy(text) == pytest.approx(bits)


WORDS = ["Projet Atlas", "Jérôme Côté", "L'Oréal", "un deux trois quatre cinq six sept huit neuf dix", "falcon", "R&D"]


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("le projet  ATLAS avance", ["projet  ATLAS"]),
        ("le projet, Atlas", ["projet, Atlas"]),
        ("JEROME COTE", ["JEROME COTE"]),
        ("chez l’oréal", ["l’oréal"]),
        ("un deux trois quatre cinq six sept huit neuf dix", ["un deux trois quatre cinq six sept huit neuf dix"]),
        ("un deux trois quatre cinq six sept huit neuf", []),
        ("project_falcon_v2.docx", ["falcon"]),
        ("falcons", []),
        ("Projet Atlas2", []),
        ("service R & D", ["R & D"]),
        ("projet projet atlas", ["projet atlas"]),
    ],
)
def test_words_are_found_whole_in_any_case_and_accent(new_rule: NewRule, text: str, values: list[str]) -> None:
    assert found([new_rule("words", words=WORDS)], text) == values


def test_a_list_of_thousands_is_looked_up_not_run_through(new_rule: NewRule) -> None:
    names = [f"Société {number} Industries" for number in range(20_000)]
    rule = new_rule("clients", words_from="clients.txt")
    matcher = Matcher([rule], {"clients.txt": names})
    text = "rien à voir ici " * 5_000 + " ".join(names[::1_000])
    values = [text[match.start : match.end] for match in matcher.find(text)]
    assert values == names[::1_000]


def test_a_word_of_two_rules_is_a_match_of_each(new_rule: NewRule) -> None:
    rules = [new_rule("one", words=["Atlas", "atlas"]), new_rule("two", words=["ATLAS"])]
    assert [match.rule.id for match in Matcher(rules, {}).find("atlas")] == ["one", "two"]


def test_words_too_must_have_the_right_checksum(new_rule: NewRule) -> None:
    rule = new_rule("card", words=["4111111111111111", "4111111111111112"], checksum="credit-card")
    assert found([rule], "4111111111111111 4111111111111112") == ["4111111111111111"]


def many(new_rule: NewRule) -> list[DetectRule]:
    return [new_rule(f"rule-{number}", rf"\bX{number}\b|Y{number}-\d+") for number in range(30)]


def test_all_patterns_are_run_when_they_do_not_fit_in_memory(new_rule: NewRule) -> None:
    small = Matcher(many(new_rule), {}, memory=1)
    text = "X3 Y29-1 X30"
    assert list(small.find(text)) == list(Matcher(many(new_rule), {}).find(text)) != []


def test_the_sieve_leaves_out_what_cannot_match(new_rule: NewRule) -> None:
    matcher = Matcher(many(new_rule), {})
    assert [compiled.rule.id for compiled in matcher._wanted(b"X3 Y29-1")] == ["rule-3", "rule-29"]
    assert matcher._wanted(b"nothing") == []


def test_a_pattern_that_does_not_compile_is_said_by_its_rule_alone(new_rule: NewRule) -> None:
    with pytest.raises(DetectError, match="rule-7") as caught:
        Matcher([new_rule("rule-7", "(canary")], {})
    assert "canary" not in str(caught.value)


class Counted:
    """A real expression that counts the bytes it was asked to look at, at most."""

    def __init__(self, regex: "re2._Regexp[bytes]") -> None:
        self.regex = regex
        self.steps = 0

    def search(self, data: bytes, at: int) -> object:
        self.steps += 1
        return self.regex.search(data, at)


@pytest.mark.parametrize(
    ("regex", "unit", "checksum"),
    [
        (GROUPS, "4111 ", "credit-card"),
        (r"\d+", "1 ", "luhn"),
        (r"\d+", "1", "luhn"),
        (r"(?P<value>a).*", "a", None),
        (r"(?s)a.*", "a", "luhn"),
        (r"x*", "y", None),
    ],
    ids=["groups", "numbers", "one-number", "reads-on", "takes-all", "empty"],
)
def test_searches_grow_no_faster_than_the_text(new_rule: NewRule, regex: str, unit: str, checksum: str | None) -> None:
    matcher = Matcher([new_rule("rule", regex, checksum=checksum)], {})
    (compiled,) = matcher._patterns
    counts = []
    for size in (2_000, 4_000):
        counted = Counted(compiled.regex)
        text = unit * (size // len(unit))
        one = type(compiled)(compiled.rule, compiled.pattern, counted, compiled.group)  # type: ignore[arg-type]
        list(matcher._values(one, text, text.encode(), lambda at: at, {}))
        counts.append(counted.steps)
    assert counts[1] <= 2 * counts[0] + 2 <= 2 * 2_000 + 4


@pytest.mark.parametrize(
    "unit",
    [".", "=", "a.a.", "1:1:", "7", "[({", "QUJD", "\u200b", "4\u200b", "06 ", "FR76 ", "é@", "\ud83d", "a@b.c "],
)
def test_hostile_texts_are_read_to_the_end(new_rule: NewRule, unit: str) -> None:
    text = unit * (100_000 // len(unit)) + " ID7"
    assert found([new_rule("id", "ID7$")], text) == ["ID7"]


def test_every_pattern_keeps_its_own_case(new_rule: NewRule) -> None:
    patterns = [
        Pattern(name=n, regex=r, score=0.9, ignore_case=c) for n, r, c in [("a", "ab", True), ("b", "cd", False)]
    ]
    rule = new_rule("rule").model_copy(
        update={"detect": new_rule("rule").detect.model_copy(update={"patterns": patterns})}
    )
    assert found([rule], "AB ab CD cd") == ["AB", "ab", "cd"]


@pytest.mark.parametrize(
    ("text", "about", "found"),
    [
        ("12 et rien", "", False),
        ("12", "nom", False),
        ("12, un Numéro d’Été", "", True),
        ("NUMÉRO_D_ÉTÉ: 12", "", True),
        ("12", "numeroDEte", True),
    ],
    ids=["no word", "another field", "a word after", "a name", "a field"],
)
def test_what_counts_only_near_a_word_is_looked_for_only_where_one_stands(
    new_rule: NewRule, text: str, about: str, found: bool
) -> None:
    rule = new_rule("rule", r"\d\d", 0.3, context={"fr": ["numéro d'été"], "en": []})
    assert [match.start for match in Matcher([rule], {}).find(text, about)] == ([text.index("12")] if found else [])
