"""The codes of Problems and the page that explains them."""

import re
from pathlib import Path

from guard.rules.codes import TITLES

PAGE = (Path(__file__).resolve().parents[2] / "docs/problems.md").read_text("utf-8")


def test_every_code_is_called_what_its_section_is_called() -> None:
    assert list(TITLES.items()) == re.findall(r"^## (R\d{3}): (.*)$", PAGE, re.MULTILINE)
