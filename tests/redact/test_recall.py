"""Only who sent a value, where it was sent, gets it back, and for a while only."""

from guard.redact.recall import Recall
from guard.terms import Actor

INES, BRUNO = Actor("ines"), Actor("bruno")
VALUES = {("PERSON", 1): "Zoé"}


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def test_a_person_gets_back_what_a_conversation_hid() -> None:
    recall = Recall()
    recall.remember(INES, "chat", "c1", VALUES)
    recall.remember(INES, "chat", "c1", {("PERSON", 2): "Léa"})
    assert recall.values(INES, "chat", "c1") == VALUES | {("PERSON", 2): "Léa"}


def test_nobody_else_and_nowhere_else() -> None:
    recall = Recall()
    recall.remember(INES, "chat", "c1", VALUES)
    recall.remember(Actor(address="10.0.0.1"), "chat", "c2", VALUES)
    assert recall.values(BRUNO, "chat", "c1") == {}
    assert recall.values(INES, "chat", "c2") == {}
    assert recall.values(INES, "other", "c1") == {}
    assert recall.values(INES, "chat", None) == {}
    assert recall.values(Actor(address="10.0.0.2"), "chat", "c2") == {}


def test_a_conversation_that_nobody_comes_back_to_is_forgotten() -> None:
    clock = Clock()
    recall = Recall(seconds=10, clock=clock)
    recall.remember(INES, "chat", "c1", VALUES)
    clock.now = 8
    assert recall.values(INES, "chat", "c1") == VALUES
    clock.now = 17
    assert recall.values(INES, "chat", "c1") == VALUES
    clock.now = 27
    assert recall.values(INES, "chat", "c1") == {}
    recall.remember(INES, "chat", "c1", {("PERSON", 9): "Max"})
    assert recall.values(INES, "chat", "c1") == {("PERSON", 9): "Max"}


def test_memory_is_bounded_and_the_oldest_goes_first() -> None:
    recall = Recall(size=10_000)
    for number in range(100):
        recall.remember(INES, "chat", f"c{number}", {("PERSON", number): "x" * 300})
        assert recall.values(INES, "chat", f"c{number}")
    kept = [number for number in range(100) if recall.values(INES, "chat", f"c{number}")]
    assert kept == list(range(kept[0], 100))
    assert len(kept) < 25


def test_nothing_is_shown_of_what_is_kept() -> None:
    recall = Recall()
    recall.remember(INES, "chat", "c1", {("PERSON", 1): "Castaing"})
    assert "Castaing" not in repr(recall) + repr(vars(recall))


def test_a_persons_conversations_are_known_by_name_while_they_are_kept() -> None:
    recall = Recall(size=2000)
    for number in range(20):
        recall.remember(INES, "chat", f"c{number}", {("PERSON", number): "x" * 300})
    recall.remember(BRUNO, "chat", "b", VALUES)
    names = set(recall.conversations(INES, "chat"))
    assert names == {f"c{number}" for number in range(20) if recall.values(INES, "chat", f"c{number}")}
    assert recall.conversations(BRUNO, "chat") == ("b",)
    assert recall.conversations(BRUNO, "other") == ()
