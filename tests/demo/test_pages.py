"""Values come back whole in what every page shows, wherever the service and the network cut its answer."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guard.demo.pages import PAGES
from guard.redact.placeholders import Grammar
from guard.redact.restore import Restorer
from guard.wire.answer import Kind
from guard.wire.families import FAMILIES
from guard.wire.rewrite import Rewriter

VALUES = {("PERSON", 1): 'Zoé "la Fouine" O\\Hara 😀', ("IBAN_CODE", 12): "FR76 3000 6000"}
GRAMMAR = Grammar(frozenset({"PERSON", "IBAN_CODE"}))
TEXTS = {
    "in the middle": "Vu [[PERSON_1]], compte [[IBAN_CODE_12]] 😀 merci",
    "at the end": "Bonjour [[PERSON_1]]",
    "one at once": "[[PERSON_1]][[IBAN_CODE_12]]",
    "nearly one": "tableau[[0]] et [[PERSON_",
    "none": "Rien à dire",
}
SHOWN = {
    "in the middle": f"Vu {VALUES['PERSON', 1]}, compte {VALUES['IBAN_CODE', 12]} 😀 merci",
    "at the end": f"Bonjour {VALUES['PERSON', 1]}",
    "one at once": "".join(VALUES.values()),
    "nearly one": "tableau[[0]] et [[PERSON_",
    "none": "Rien à dire",
}
each_page = pytest.mark.parametrize("family", sorted(PAGES))
each_text = pytest.mark.parametrize("text", sorted(TEXTS))


def restorer(kind: Kind) -> Restorer:
    return Restorer(VALUES, GRAMMAR, kind)


def rewritten(family: str, chunks: list[bytes]) -> bytes:
    rewriter = Rewriter.of(PAGES[family].media_type, None, FAMILIES[family], restorer)
    assert rewriter is not None
    assert rewriter.stream
    return b"".join(map(rewriter.feed, chunks)) + rewriter.flush()


def cut(text: str, *places: int) -> list[str]:
    edges = [0, *sorted(places), len(text)]
    return [text[a:b] for a, b in pairwise(edges)]


@each_page
@each_text
def test_at_every_cut_of_the_service(family: str, text: str) -> None:
    page = PAGES[family]
    for place in range(len(TEXTS[text]) + 1):
        answer = rewritten(family, page.write(cut(TEXTS[text], place)))
        assert page.read(answer) == SHOWN[text], place


@each_page
@each_text
def test_in_single_characters(family: str, text: str) -> None:
    page = PAGES[family]
    assert page.read(rewritten(family, page.write(list(TEXTS[text])))) == SHOWN[text]


@each_page
@given(data=st.data())
def test_at_every_cut_of_the_network(family: str, data: st.DataObject) -> None:
    page = PAGES[family]
    places = data.draw(st.lists(st.integers(0, 50), max_size=6))
    answer = b"".join(page.write(cut(TEXTS["in the middle"], *(min(p, 40) for p in places))))
    size = data.draw(st.integers(1, 40))
    chunks = [answer[at : at + size] for at in range(0, len(answer), size)]
    assert page.read(rewritten(family, chunks)) == SHOWN["in the middle"]


@pytest.mark.parametrize("family", sorted(set(PAGES) - {"huggingchat-web"}))  # its padding is dropped
def test_an_answer_without_placeholders_keeps_its_bytes(family: str) -> None:
    answer = b"".join(PAGES[family].write(["Rien ", "à", " dire 😀 [0]"]))
    assert rewritten(family, [answer]) == answer


@each_page
def test_no_event_waits_for_the_next_one(family: str) -> None:
    """What leaves late is a piece of text, never an event."""
    page = PAGES[family]
    rewriter = Rewriter.of(page.media_type, None, FAMILIES[family], restorer)
    assert rewriter is not None
    written = page.write(["Vu [[PER", "SON_1]] et", " voilà"])
    assert all(rewriter.feed(part) for part in written)
