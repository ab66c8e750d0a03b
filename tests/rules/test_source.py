"""Strict YAML: what it says is what it seems to say."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from guard.errors import RulesError
from guard.rules.source import MAX_BYTES, MAX_DEPTH, Source, read


def problems(text: str) -> list[str]:
    with pytest.raises(RulesError) as caught:
        read("f", text)
    return [f"{p.line}:{p.col}: {p.code}" for p in caught.value.problems]


REFUSED = {
    "not YAML": ("a: [\n", ["2:1: R101"]),
    "not YAML, in a line with accents": ("é: é: x\n", ["1:5: R101"]),
    "a tab that indents": ("a:\n\tb: 1\n", ["2:1: R101"]),
    "a key twice": ("a: 1\nb: 2\na: 3\n", ["3:1: R102"]),
    "a key twice, deep": ("a:\n  - {b: 1, b: 2}\n", ["2:12: R102"]),
    "a key twice, quoted once": ('a: 1\n"a": 2\n', ["2:1: R102"]),
    "an anchor and its alias": ("a: &x 1\nb: *x\n", ["1:4: R103", "2:4: R103"]),
    "a merge": ("a: &x {b: 1}\nc:\n  <<: *x\n", ["1:4: R103", "3:3: R106", "3:7: R103"]),
    "a tag": ("a: !!str 1\n", ["1:4: R104"]),
    "a tag on a mapping": ("a: !python/object:os.system {}\n", ["1:4: R104"]),
    "the tag that is none": ("a: ! 1\n", ["1:4: R104"]),
    "a directive": ("%YAML 1.1\n---\na: 1\n", ["1:1: R104"]),
    "two documents": ("a: 1\n---\nb: 2\n", ["2:1: R105"]),
    "NO": ("a: NO\n", ["1:4: R106"]),
    "yes": ("a: yes\n", ["1:4: R106"]),
    "On": ("a: On\n", ["1:4: R106"]),
    "off": ("a: off\n", ["1:4: R106"]),
    "y": ("a: y\n", ["1:4: R106"]),
    "n in a list": ("a: [m, n]\n", ["1:8: R106"]),
    "True": ("a: True\n", ["1:4: R106"]),
    "NULL": ("a: NULL\n", ["1:4: R106"]),
    "a tilde": ("a: ~\n", ["1:4: R106"]),
    "nothing": ("a:\n", ["1:3: R106"]),
    "an empty item": ("a:\n  -\n", ["2:4: R106"]),
    "a leading zero": ("a: 01000\n", ["1:4: R106"]),
    "base 60": ("a: 12:30:45\n", ["1:4: R106"]),
    "base 60, short": ("a: 12:30\n", ["1:4: R106"]),
    "hexadecimal": ("a: 0x1F\n", ["1:4: R106"]),
    "octal": ("a: 0o17\n", ["1:4: R106"]),
    "underscores": ("a: 1_000\n", ["1:4: R106"]),
    "a plus": ("a: +1\n", ["1:4: R106"]),
    "minus zero": ("a: -0\n", ["1:4: R106"]),
    "an exponent": ("a: 1e3\n", ["1:4: R106"]),
    "a bare fraction": ("a: .5\n", ["1:4: R106"]),
    "infinity": ("a: .inf\n", ["1:4: R106"]),
    "not a number": ("a: .NaN\n", ["1:4: R106"]),
    "more digits than JSON keeps": ("a: 1234567890123456\n", ["1:4: R106"]),
    "on as a key": ("on: 1\n", ["1:1: R106"]),
    "too deep": ("a: " + "[" * MAX_DEPTH + "]" * MAX_DEPTH + "\n", [f"1:{3 + MAX_DEPTH}: R107"]),
    "too long": ("a: " + "x" * MAX_BYTES, ["0:0: R107"]),
    "a number as a key": ("1: a\n", ["1:1: R108"]),
    "true as a key": ("true: a\n", ["1:1: R108"]),
    "a list as a key": ("? [a, {b: c}]\n: d\n", ["1:3: R108"]),
    "a list as a key, in a key": ("? {? [a] : b}\n: d\n", ["1:3: R108", "1:6: R108"]),
    "nothing at all": ("", ["1:1: R109"]),
    "a comment only": ("# nothing\n", ["1:1: R109"]),
    "an empty mapping": ("{}\n", ["1:1: R109"]),
    "a list": ("- a\n", ["1:1: R109"]),
    "a word": ("word\n", ["1:1: R109"]),
    "a control character": ("a: b\nc: \x07d\n", ["2:4: R110"]),
    "NUL": ("a: \0\n", ["1:4: R110"]),
    "a line separator": ("a: b\u2028c: d\n", ["1:5: R110"]),
    "a mark that turns the text around": ("a: b\u202ec\n", ["1:5: R110"]),
    "a byte order mark": ("\ufeffa: b\n", ["1:1: R110"]),
    "half a surrogate pair": ("a: \ud800\n", ["1:4: R110"]),
    "an escaped NUL": ('a: "\\0"\n', ["1:4: R110"]),
    "all at once": ("a: NO\nb: 01\na: ~\n", ["1:4: R106", "2:4: R106", "3:1: R102", "3:4: R106"]),
}


@pytest.mark.parametrize(("text", "wanted"), REFUSED.values(), ids=REFUSED.keys())
def test_what_two_readers_could_read_differently_is_refused_where_it_stands(text: str, wanted: list[str]) -> None:
    assert problems(text) == wanted


KEPT = {
    "true": ("a: true\n", True),
    "false": ("a: false\n", False),
    "null": ("a: null\n", None),
    "an integer": ("a: 10\n", 10),
    "a negative integer": ("a: -3\n", -3),
    "zero": ("a: 0\n", 0),
    "a fraction": ("a: 0.85\n", 0.85),
    "a date stays text": ("a: 2026-11-23\n", "2026-11-23"),
    "an address stays text": ("a: 127.0.0.1\n", "127.0.0.1"),
    "a version stays text": ("a: 1.2.3\n", "1.2.3"),
    "a range stays text": ("a: 1-2\n", "1-2"),
    "quoted no": ('a: "NO"\n', "NO"),
    "quoted zero": ("a: '01000'\n", "01000"),
    "quoted nothing": ("a: ''\n", ""),
    "a word that begins with no": ("a: nothing\n", "nothing"),
    "a narrow no-break space": ("a: «\u202fb\u202f»\n", "«\u202fb\u202f»"),
    "an escaped line separator": ('a: "\\u2028"\n', "\u2028"),
    "a folded block": ("a: >-\n  b\n  c\n", "b c"),
    "a literal block": ("a: |\n  NO\n  01\n", "NO\n01\n"),
    "a document start": ("---\na: b\n", "b"),
    "Windows line ends": ("a: b\r\n", "b"),
    "nested": ("a: [{b: [1, c]}]\n", [{"b": [1, "c"]}]),
    "as deep as allowed": ("a: " + "[" * (MAX_DEPTH - 1) + "]" * (MAX_DEPTH - 1), None),
}


@pytest.mark.parametrize(("text", "value"), KEPT.values(), ids=KEPT.keys())
def test_what_is_plain_is_read(text: str, value: object) -> None:
    got = read("f", text).data["a"]
    if value is not None:
        assert got == value
        assert type(got) is type(value)


def test_every_key_and_item_knows_its_place() -> None:
    source = read("f", "é: 1\nb:\n  - c: x\n    d: [p, q]\n")
    assert source.at(("é",)) == (1, 1)
    assert source.at(("b",)) == (2, 1)
    assert source.at(("b", 0)) == (3, 5)
    assert source.at(("b", 0, "d")) == (4, 5)
    assert source.at(("b", 0, "d", 1)) == (4, 12)


def test_what_is_missing_is_placed_at_its_nearest_ancestor() -> None:
    source = read("f", "a: 1\nb:\n  c: {d: 1}\n")
    assert source.at(("b", "c", "missing", 3)) == (3, 3)
    assert source.at(("missing",)) == (1, 1)


WORDS = "a|b: |: |- |  |{|}|[|]|,|&x |*x|!!t |? |>-\n|'|\"|\\|#|%|---\n|...\n|~|NO|01|1|<<|é|\t|\r|\u2028|\0|\ud800|@|`"
YAML_BITS = st.sampled_from([*WORDS.split("|"), "|\n", "\n"])


@given(st.one_of(st.text(), st.lists(YAML_BITS, max_size=40).map("".join)))
@example('a: "\\ud800"')
@example('a: "\\UFFFFFFFF"')
@example("? " * 100)
@example("[" * 5000)
@example("{a: " * 5000)
@example("- " * 5000)
def test_no_text_makes_the_reader_fail_otherwise(text: str) -> None:
    try:
        source = read("f", text)
    except RulesError:
        return
    assert isinstance(source, Source)
    assert source.data


VALUES = st.recursive(
    st.one_of(st.booleans(), st.none(), st.integers(-(10**14), 10**14), st.text(max_size=10)),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(st.text(max_size=5), inner, max_size=3)),
    max_leaves=10,
)


@given(st.dictionaries(st.text(min_size=1, max_size=5), VALUES, min_size=1, max_size=4))
def test_what_is_written_without_doubt_is_read_back(value: dict[str, object]) -> None:
    """JSON with everything quoted is YAML without doubt."""
    text = flow(value)
    if any(
        mark in text for mark in ("\\u0000", "\\ud8", "\\ud9", "\\uda", "\\udb", "\\udc", "\\udd", "\\ude", "\\udf")
    ):
        return
    assert read("f", text).data == value


def flow(value: object) -> str:
    match value:
        case dict():
            return "{" + ", ".join(f"{flow(k)}: {flow(v)}" for k, v in value.items()) + "}"
        case list():
            return "[" + ", ".join(map(flow, value)) + "]"
        case str():
            return '"' + "".join(c if " " <= c <= "~" and c not in '"\\' else escape(c) for c in value) + '"'
        case bool():
            return "true" if value else "false"
        case _:
            return "null" if value is None else str(value)


def escape(char: str) -> str:
    return f"\\u{ord(char):04x}" if ord(char) < 0x10000 else f"\\U{ord(char):08x}"
