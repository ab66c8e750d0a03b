"""Entries of rules, found in one walk."""

import re
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guard.detect.phrases import Phrases
from guard.rules.entries import ANY, GAP


def found(entries: list[str], text: str) -> list[tuple[str, str, int, int]]:
    phrases: Phrases[str] = Phrases()
    for entry in entries:
        phrases.add(entry, entry)
    return sorted((mark, *where) for marks, *where in phrases.find(text.split()) for mark in marks)


@pytest.mark.parametrize(
    ("entry", "text", "said"),
    [
        ("classe", "classe les cv", ["classe"]),
        ("class*", "classons les classes", ["class*", "class*"]),
        ("évalue", "evalue le", ["évalue"]),
        ("(rank|sort) them", "sort them", ["sort them"]),
        ("note (la|) copie", "note copie", ["note copie"]),
        ("who ... hire", "who should we hire", ["who ... hire"]),
        ("who ... hire", "who hire", ["who ... hire"]),
        ("who ... hire", "who a b c d e f g hire", []),
        ("classe", "classes", []),
        ("a b", "a", []),
        ("(a|b) (c|d)", "a d b c", ["a d", "b c"]),
    ],
)
def test_an_entry_is_found_where_it_stands_in_its_own_words(entry: str, text: str, said: list[str]) -> None:
    assert [wording for _, wording, _, _ in found([entry], text)] == sorted(said)


def test_a_place_is_its_first_word_and_the_one_after_its_last() -> None:
    assert found(["c ... e"], "a b c d e f") == [("c ... e", "c ... e", 2, 5)]


def test_each_entry_keeps_its_mark() -> None:
    assert [mark for mark, *_ in found(["a b", "a", "b"], "a b")] == ["a", "a b", "b"]


WORDS = st.lists(st.sampled_from("ab"), max_size=12)
PIECES = st.lists(st.sampled_from(["a", "b", "a*", "(a|b)", "(a b|)"]), min_size=1, max_size=4)


@given(WORDS, PIECES, st.booleans())
def test_it_finds_what_a_regular_expression_would(words: list[str], pieces: list[str], gap: bool) -> None:
    entry = " ".join(["b", *([ANY] if gap else []), *pieces, "a"])
    row = {"a": ["a"], "b": ["b"], "a*": ["a"], "(a|b)": ["a", "b"], "(a b|)": ["a b", ""]}
    between = rf"(?: \w+){{0,{GAP}}}" if gap else ""
    wanted = set()
    for choice in product(*(row[piece] for piece in pieces)):
        rest = "".join(f" {word}" for part in choice for word in part.split())
        for first in range(len(words)):
            for end in range(first + 1, len(words) + 1):
                if re.fullmatch(f"b{between}{rest} a", " ".join(words[first:end])):
                    wanted.add((first, end))
    assert {(first, end) for _, _, first, end in found([entry], " ".join(words))} == wanted
