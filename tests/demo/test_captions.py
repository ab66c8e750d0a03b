"""The demo's own words."""

import string
from dataclasses import asdict

import pytest

from guard.demo.captions import Captions, captions

FRENCH, ENGLISH = captions({"LANG": "fr_FR.UTF-8"}), captions({"LANG": "en_GB.UTF-8"})


@pytest.mark.parametrize(
    ("environment", "words"),
    [
        pytest.param({}, ENGLISH, id="nothing set"),
        pytest.param({"LANG": "C.UTF-8"}, ENGLISH, id="no language"),
        pytest.param({"LANG": "de_DE.UTF-8"}, ENGLISH, id="another language"),
        pytest.param({"LANG": "fr_CA.UTF-8"}, FRENCH, id="LANG"),
        pytest.param({"LANG": "en_GB.UTF-8", "LC_MESSAGES": "fr_FR"}, FRENCH, id="LC_MESSAGES before LANG"),
        pytest.param({"LC_MESSAGES": "fr_FR", "LC_ALL": "C"}, ENGLISH, id="LC_ALL before LC_MESSAGES"),
        pytest.param({"LC_ALL": "", "LANG": "FR"}, FRENCH, id="empty is not set"),
    ],
)
def test_the_terminals_language_decides(environment: dict[str, str], words: Captions) -> None:
    assert captions(environment) is words


def test_both_languages_say_everything_and_not_the_same() -> None:
    french, english = asdict(FRENCH), asdict(ENGLISH)
    assert all(french.values())
    assert all(english.values())
    assert [name for name in french if french[name] == english[name]] == []


def test_both_languages_fill_in_the_same_values() -> None:
    def filled(words: Captions) -> dict[str, set[str | None]]:
        return {
            name: {field for _, field, _, _ in string.Formatter().parse(text)} - {None}
            for name, text in asdict(words).items()
        }

    assert filled(FRENCH) == filled(ENGLISH)
