import pickle
from collections.abc import Iterable
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guard.detect.analysis import Analysis, SegmentAnalysis, combined, language
from guard.detect.cache import Cache
from guard.detect.engine import Analyzer
from guard.terms import Lang, Role, Segment, Use

CANARY = "canary-91c7e2"
TEXTS = [
    "IBAN FR76 3000 6000 0112 3456 7890 189",
    "tél. 06 12 34 56 78",
    "Trie ces CV",
    "732829320",
    "what is this?",
    "",
    "\ud83d",
]
segments = st.builds(
    Segment,
    where=st.sampled_from(["body:/a", "body:/b"]),
    role=st.sampled_from([Role.USER, Role.HISTORY, Role.OTHER]),
    text=st.sampled_from(TEXTS),
    declared=st.booleans(),
    hint=st.sampled_from(["", "siren", "note"]),
)


def remembered(cache: Cache, analyzer: Analyzer, prompt: Iterable[Segment]) -> Analysis:
    """A prompt's analysis in which what the cache knows is not analysed."""
    prompt = list(prompt)
    lang = language(prompt)
    parts = []
    for segment in prompt:
        key = cache.key(segment)
        found = cache.get(key)
        if found is None:
            found = analyzer.segment(segment, lang)
            cache.put(key, found)
        parts.append(found)
    return combined(parts, lang)


@given(st.lists(st.lists(segments, max_size=4), max_size=6))
def test_the_same_is_found_with_and_without_it(analyzer: Analyzer, prompts: list[list[Segment]]) -> None:
    cache = Cache("v")
    for prompt in prompts:
        assert replace(remembered(cache, analyzer, prompt), nlp="builtin") == analyzer.analyze(prompt)


PLAIN = Segment("body:/a", Role.USER, "text", hint="name")


@pytest.mark.parametrize(
    "other",
    [
        Segment("body:/a", Role.USER, "text2", hint="name"),
        Segment("body:/a", Role.SYSTEM, "text", hint="name"),
        Segment("body:/a", Role.USER, "text", hint="nam"),
        Segment("body:/a", Role.USER, "text", declared=False, hint="name"),
        Segment("body:/a", Role.USER, "etext", hint="nam"),
    ],
    ids=["text", "role", "hint", "declared", "shifted"],
)
def test_whatever_changes_what_is_found_changes_the_key(other: Segment) -> None:
    cache = Cache("v")
    assert cache.key(PLAIN) != cache.key(other)


def test_the_place_does_not_change_the_key() -> None:
    cache = Cache("v")
    assert cache.key(PLAIN) == cache.key(Segment("body:/b", Role.USER, "text", editable=False, hint="name"))


parts = st.text(st.sampled_from("ab\0\1\x04\x08"), max_size=6)


@given(parts, parts, parts, parts)
def test_no_text_can_be_made_to_look_like_another(hint: str, text: str, other_hint: str, other_text: str) -> None:
    cache = Cache("v")
    one, two = (Segment("b", Role.USER, t, hint=h) for h, t in ((hint, text), (other_hint, other_text)))
    assert (cache.key(one) == cache.key(two)) is ((hint, text) == (other_hint, other_text))


def test_a_key_says_nothing_outside_its_own_cache_and_rules() -> None:
    cache = Cache("v")
    assert cache.key(PLAIN) != Cache("v").key(PLAIN)
    other = Cache("w")
    other._key = cache._key
    assert cache.key(PLAIN) != other.key(PLAIN)


def test_no_text_is_kept(analyzer: Analyzer) -> None:
    cache = Cache("v")
    prompt = [Segment("b", Role.USER, f"{CANARY}@example.com {text}", hint=CANARY) for text in TEXTS]
    assert remembered(cache, analyzer, prompt).findings
    held = pickle.dumps({name: value for name, value in vars(cache).items()}) + repr(vars(cache)).encode()
    assert CANARY.encode() not in held
    assert b"3000" not in held


def found(number: int) -> SegmentAnalysis:
    return SegmentAnalysis(uses=(Use(str(number), 1.0),))


def test_the_one_not_asked_for_longest_is_forgotten() -> None:
    cache = Cache("v", size=3)
    for number in range(3):
        cache.put(bytes([number]), found(number))
    assert cache.get(b"\0") == found(0)
    cache.put(b"\3", found(3))
    assert [cache.get(bytes([number])) for number in range(4)] == [found(0), None, found(2), found(3)]


def test_it_never_holds_more_than_its_size() -> None:
    cache = Cache("v", size=10)
    for number in range(1_000):
        cache.put(number.to_bytes(2), found(number))
    assert len(cache._known) == 10


def test_what_was_found_again_is_kept_once_and_new() -> None:
    cache = Cache("v", size=2)
    cache.put(b"a", found(1))
    cache.put(b"b", found(2))
    cache.put(b"a", found(3))
    cache.put(b"c", found(4))
    assert (cache.get(b"a"), cache.get(b"b")) == (found(3), None)


def test_nothing_found_is_remembered_too() -> None:
    cache = Cache("v")
    cache.put(b"a", SegmentAnalysis())
    assert cache.get(b"a") == SegmentAnalysis()


def test_the_language_does_not_change_what_is_found(analyzer: Analyzer) -> None:
    """The key leaves it out."""
    for text in TEXTS:
        segment = Segment("b", Role.USER, text)
        assert analyzer.segment(segment, Lang.FR) == analyzer.segment(segment, Lang.EN) == analyzer.segment(segment)
