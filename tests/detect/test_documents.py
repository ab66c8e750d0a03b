"""Copied passages, known by their keyed hashes alone."""

import random

from guard import lists
from guard.detect.documents import Documents
from guard.rules.hashed import Hasher

HASHER = Hasher(bytes(32))
CHANCE = random.Random(7)
VOCABULARY = [
    f"{a}{b}{c}" for a in ("lo", "mé", "ta", "ri") for b in ("pas", "ven", "dul") for c in ("e", "ion", "ant")
]


def prose(words: int, seed: int) -> list[str]:
    chance = random.Random(seed)
    return [chance.choice(VOCABULARY) for _ in range(words)]


DOCUMENTS = [" ".join(prose(2_000, seed)) for seed in range(5)]
KNOWN = Documents(lists.documents(DOCUMENTS, HASHER).table, HASHER)


def recall(words: int, changed: float) -> float:
    chance = random.Random(words)
    hits = 0
    for _ in range(100):
        source = DOCUMENTS[chance.randrange(5)].split()
        start = chance.randrange(len(source) - words)
        part = [f"{word}x" if chance.random() < changed else word for word in source[start : start + words]]
        hits += bool(list(KNOWN.find("Relis ceci : " + " ".join(part) + ". Thanks!")))
    return hits / 100


def test_a_paragraph_copied_as_it_is_is_always_found() -> None:
    assert [recall(words, 0) for words in (25, 40, 100)] == [1, 1, 1]


def test_a_paragraph_with_a_tenth_of_its_words_changed_is_mostly_found() -> None:
    assert recall(25, 0.1) > 0.6
    assert recall(40, 0.1) > 0.85
    assert recall(100, 0.1) > 0.97


def test_the_finding_is_the_stretch_that_was_copied() -> None:
    part = " ".join(DOCUMENTS[0].split()[100:160])
    text = f"Bonjour, que penses-tu de ceci ? {part.upper()} Merci."
    [(start, end)] = KNOWN.find(text)
    assert text[start:end].casefold() in part.casefold()
    assert len(text[start:end].split()) > 45


def test_other_texts_are_not_found() -> None:
    assert [list(KNOWN.find(" ".join(prose(500, seed)))) for seed in range(100, 120)] == [[]] * 20
    assert list(KNOWN.find("")) == []


def test_what_many_documents_share_is_left_out() -> None:
    shared = " ".join(prose(40, 999))
    built = lists.documents([f"{document} {shared}" for document in DOCUMENTS], HASHER)
    assert built.skipped > 0
    assert list(Documents(built.table, HASHER).find(shared)) == []
