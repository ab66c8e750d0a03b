"""Gemini's frames: lengths in UTF-16 units are right after an edit, whatever is in them."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guard.redact.placeholders import Grammar
from guard.redact.restore import Restorer
from guard.wire.answer import Kind, StreamRewriter
from guard.wire.families import FAMILIES
from guard.wire.gemini_web import Frame, LengthFrames

NAME = 'Zoé 😀 "O\\Hara"'


def restorer(kind: Kind) -> Restorer:
    return Restorer({("PERSON", 1): NAME}, Grammar(frozenset({"PERSON"})), kind)


def frame(value: object) -> bytes:
    body = f"\n{json.dumps(value, ensure_ascii=False)}\n"
    return f"{len(body.encode('utf-16-le')) // 2}{body}".encode()


def frames(data: bytes) -> list[object]:
    """As a page reads them: by length."""
    rest = data.decode().removeprefix(")]}'\n\n")
    found = []
    while rest.strip():
        digits = rest[: rest.index("\n")]
        units = rest[len(digits) :].encode("utf-16-le")
        found.append(json.loads(units[: 2 * int(digits)].decode("utf-16-le")))
        rest = units[2 * int(digits) :].decode("utf-16-le")
    return found


def answer(text: str, *, final: bool = False) -> list[object]:
    inner = [None, ["c_1"], None, None, [["rc_1", [text], None, None, None, None, None, None, [2 if final else 1]]]]
    return [["wrb.fr", None, json.dumps(inner, ensure_ascii=False)]]


def rewritten(data: bytes, size: int = 7) -> bytes:
    family = FAMILIES["gemini-web"]
    rewriter = StreamRewriter(family, restorer, LengthFrames())
    return b"".join(rewriter.feed(data[at : at + size]) for at in range(0, len(data), size)) + rewriter.flush()


def texts(data: bytes) -> list[str]:
    return [json.loads(item[2])[4][0][1][0] for one in frames(data) for item in one if item[0] == "wrb.fr"]  # type: ignore[attr-defined]


@given(st.text(max_size=30), st.integers(1, 50))
def test_frames_are_cut_by_their_units_at_any_cut(text: str, size: int) -> None:
    text = text.encode("utf-8", "replace").decode()
    data = b")]}'\n\n" + frame(["a", text]) + frame(["😀é"])
    splitter = LengthFrames()
    found = [one for at in range(0, len(data), size) for one in splitter.feed(data[at : at + size])]
    assert b"".join(one.raw for one in found) == data
    assert [json.loads(one.data) for one in found if one.data] == [["a", text], ["😀é"]]


def test_a_frame_that_changes_gets_its_right_length() -> None:
    data = b")]}'\n\n" + frame(answer("Vu [[PERSON_1]] 😀")) + frame([["di", 1], ["e", 4]])
    out = rewritten(data)
    assert texts(out) == [f"Vu {NAME} 😀"]
    assert frames(out)[1] == [["di", 1], ["e", 4]]


def test_half_a_placeholder_is_not_shown_and_not_lost() -> None:
    data = frame(answer("Vu [[PER")) + frame(answer("Vu [[PERSON_1]] [["))
    assert texts(rewritten(data)) == ["Vu ", f"Vu {NAME} ", f"Vu {NAME} [["]


def test_a_final_frame_holds_nothing_back() -> None:
    assert texts(rewritten(frame(answer("tableau [[", final=True)))) == ["tableau [["]


def test_several_answers_in_one_frame_are_restored_too() -> None:
    inner = json.dumps([None, "Titre [[PERSON_1]]"])
    [out] = frames(rewritten(frame([["wrb.fr", "a", inner], ["wrb.fr", "b", inner]])))
    assert [json.loads(item[2])[1] for item in out] == [f"Titre {NAME}"] * 2  # type: ignore[attr-defined]


def test_an_answer_without_lengths_is_restored_whole() -> None:
    out = rewritten(b")]}'\n\n" + json.dumps(answer("Vu [[PERSON_1]] [[")).encode())
    [said] = json.loads(out.removeprefix(b")]}'\n\n"))
    assert json.loads(said[2])[4][0][1][0] == f"Vu {NAME} [["
    assert rewritten(b"<p>[[PERSON_1]]</p>") == f"<p>{NAME}</p>".encode()


@pytest.mark.parametrize("data", [b"", b")]}'\n", b")]}'\n\n[1]", b"12\n[", b"<html>nothing</html>", b"99999\n[]\n"])
def test_what_is_no_frame_passes_at_the_end(data: bytes) -> None:
    assert rewritten(data) == data


def test_a_frame_does_not_say_what_is_in_it() -> None:
    assert "Castaing" not in repr(Frame(b"4\nCastaing\n", 1))
