"""What readers sent themselves is told from what is like it."""

import pytest

from guard.answers.known import Known


@pytest.mark.parametrize(
    ("value", "known"),
    [
        *(("Ana Silva", True), ("ANA  SILVA", True), ("ana", True), ("banana", False), ("an", False), ("", False)),
        *(("FR763000", True), ("FR76-3000", True), ("FR7630001", False)),
        *(("R763000", False), ("FR76300", False), ("0612345678", True), ("06-12-34", True), ("23456789", False)),
    ],
)
def test_what_is_known_is_known_word_by_word_and_numbers_however_spaced(value: str, known: bool) -> None:
    assert Known({}, ["Bonjour Ana Silva", "FR76 3000", "06 12 34 56 78"]).holds(value) is known


def test_no_repr_shows_what_was_sent() -> None:
    assert "secret" not in repr(Known({}, ["secret"]))
