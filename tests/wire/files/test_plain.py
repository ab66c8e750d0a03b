"""Text is read in the character set it is in, and written back in it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guard.errors import WireError
from guard.wire.files.plain import check, decode

TEXT = "Né à Évry, 3 €"


@pytest.mark.parametrize("codec", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "cp1252"])
def test_a_text_is_read_and_written_back_in_its_own_set(codec: str) -> None:
    plain = decode(TEXT.encode(codec))

    assert plain is not None
    assert plain.text == TEXT
    assert plain.with_text(TEXT) == TEXT.encode(codec)


def test_what_a_set_cannot_say_is_written_in_utf_8() -> None:
    plain = decode(TEXT.encode("cp1252"))

    assert plain is not None
    assert plain.with_text("日本") == "日本".encode()


@pytest.mark.parametrize(
    "data", [b"a\x00b", b"\x01\x02", bytes(range(128, 256)), b"\xff\xfea"], ids=["NUL", "control", "high", "half"]
)
def test_bytes_that_are_no_text_are_none(data: bytes) -> None:
    assert decode(data) is None


@given(st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=4))
def test_every_text_comes_back(text: str) -> None:
    plain = decode(text.encode())

    assert plain is None or plain.text == text.removeprefix("\ufeff")


@pytest.mark.parametrize("name", ["utf-7", "ibm037", '"UTF-7"'])
def test_a_set_that_others_may_read_in_another_way_is_refused(name: str) -> None:
    with pytest.raises(WireError) as caught:
        check(f"text/plain; charset={name}")
    assert caught.value.cause == "charset"


@pytest.mark.parametrize("kind", ["", "text/plain", "text/plain; charset=utf-8", "text/csv; charset=Windows-1252"])
def test_the_usual_sets_pass(kind: str) -> None:
    check(kind)
