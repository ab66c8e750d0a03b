"""Passages: what is read for names, where it stands, and that hostile text costs little."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guard.detect.passages import passages


def kept(text: str) -> str:
    return " ".join(" ".join(passage.split()) for _, passage in passages(text))


def test_prose_is_read_whole() -> None:
    assert passages("Bonjour Ana,\ncomment vas-tu ?") == [(0, "Bonjour Ana,\ncomment vas-tu ?")]


def test_long_prose_is_cut_at_sentences_and_nothing_is_lost() -> None:
    text = "Ana Diaz a signé le contrat hier soir. " * 400
    found = passages(text)

    assert "".join(passage for _, passage in found) == text
    assert max(len(passage) for _, passage in found) <= 1200
    assert all(passage.lstrip().startswith("Ana") for _, passage in found)


CHEAP = {
    "code without names": ("def f(x):\n    return g(x)\nx = f(1)\n", ""),
    "a name in a comment": ("def f(x):\n    # ask Ana Diaz\n    return g(x)\n    y = h(x)\n", "# ask Ana Diaz"),
    "a name in a string": ('def f(x):\n    y = "Ana Diaz"\n    return g(y)\n', '"Ana Diaz"'),
    "a log": ("2026-01-02T10:00:00Z INFO started worker\n2026-01-02T10:00:01Z INFO done\n", ""),
    "a name in a log": (
        "2026-01-02T10:00:00Z INFO started\n2026-01-02T10:00:01Z INFO login of Ana Diaz\n",
        "2026-01-02T10:00:01Z INFO login of Ana Diaz",
    ),
    "a rule": ("Ana\n==========\nDiaz", "Ana Diaz"),
    "a blob": (f"Ana {'x' * 80} Diaz", "Ana Diaz"),
    "a long row": ("Ana;Diaz;" + "Paris;" * 12, "Ana;Diaz;" + "Paris;" * 12),
    "a row with a blob": (f"Ana;{'x' * 80};Diaz", "Ana; ;Diaz"),
    "nothing": ("12 34 == 56", ""),
}


@pytest.mark.parametrize(("text", "read"), CHEAP.values(), ids=CHEAP)
def test_only_what_people_write_is_read(text: str, read: str) -> None:
    assert kept(text) == read


@given(st.text(alphabet=st.sampled_from("aÉ.\n =;\"#'{}()x1\ud800"), max_size=300))
def test_every_passage_stands_where_it_says(text: str) -> None:
    end = 0
    for start, passage in passages(text):
        assert start >= end
        end = start + len(passage)
        assert end <= len(text)
        for here, there in zip(passage, text[start:end], strict=True):
            assert here in (there, " ", "?")


@pytest.mark.parametrize("unit", [".", "=", "a.", "1:", "x", "# ", '"', "{\n", "A B\n", "Ana Diaz "])
def test_passages_are_no_longer_than_the_text(unit: str) -> None:
    text = unit * (20_000 // len(unit))

    assert sum(len(passage) for _, passage in passages(text)) <= len(text)
