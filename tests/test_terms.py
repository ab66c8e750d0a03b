from dataclasses import FrozenInstanceError
from itertools import pairwise

import pytest

from guard.terms import Actor, Answer, Classification, Edit, Prompt, Request, Role, Segment, Verdict

SECRET = "FR76 3000 6000 0112 3456 7890 189"


def test_verdicts_are_ranked_mildest_first() -> None:
    words = ["allow", "log", "coach", "redact", "justify", "hold", "block"]
    assert sorted(Verdict, key=lambda verdict: verdict.rank) == words
    assert all(mild.rank < strict.rank for mild, strict in pairwise(map(Verdict, words)))


def test_classifications_are_ranked_lowest_first() -> None:
    words = ["public", "internal", "confidential", "secret"]
    assert sorted(Classification, key=lambda classification: classification.rank) == words


SEGMENT = Segment("body:/messages/0/content", Role.USER, SECRET, hint=SECRET)
HOLDERS = {
    "segment": SEGMENT,
    "prompt": Prompt("openai-api", "chat", "openai-chat", (SEGMENT,)),
    "edit": Edit("body:/messages/0/content", SECRET),
    "request": Request(
        "POST", "api.openai.com", f"/v1?q={SECRET}", (("x-note", SECRET),), SECRET.encode(), (("x", SECRET),)
    ),
    "answer": Answer(200, (("x-note", SECRET),), SECRET.encode()),
}


@pytest.mark.parametrize("noun", HOLDERS.values(), ids=HOLDERS)
def test_no_noun_shows_the_text_it_holds(noun: object) -> None:
    assert SECRET not in repr(noun)
    assert SECRET not in f"{[noun]} {({'x': noun},)}"


@pytest.mark.parametrize("noun", [*HOLDERS.values(), Actor()], ids=[*HOLDERS, "actor"])
def test_nouns_do_not_change(noun: object) -> None:
    field = next(iter(type(noun).__dataclass_fields__))  # type: ignore[attr-defined]
    with pytest.raises(FrozenInstanceError):
        setattr(noun, field, "other")


HEADERS = (("Accept", "a"), ("X-Note", "one"), ("x-note", "two"), ("Empty", ""))


@pytest.mark.parametrize(
    "message", [Request("GET", "h", "/", HEADERS), Answer(200, HEADERS)], ids=["request", "answer"]
)
@pytest.mark.parametrize(("name", "value"), [("accept", "a"), ("X-NOTE", "one, two"), ("empty", ""), ("absent", None)])
def test_a_header_is_found_in_any_case_and_joined(message: Request | Answer, name: str, value: str | None) -> None:
    assert message.header(name) == value


def test_an_unknown_actor_is_in_the_group_of_unknowns() -> None:
    assert (Actor().user, Actor().groups, Actor().source) == ("unknown", ("unknown",), "none")
