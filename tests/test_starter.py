"""A company's first set of rules."""

from pathlib import Path

import pytest

from guard import check
from guard.errors import GuardError
from guard.rules.load import load
from guard.starter import FROM_THE_FIRST_DAY, SHIPPED, write
from guard.terms import Lang


@pytest.mark.parametrize("lang", list(Lang))
def test_the_set_loads_its_own_rules_pass_their_tests_and_it_only_watches(tmp_path: Path, lang: Lang) -> None:
    count = write(tmp_path / "new", lang)
    rules = load(tmp_path / "new")

    assert count == len([path for path in (tmp_path / "new").rglob("*") if path.is_file()])
    assert {name for name, rule in rules.policy.items() if rule.status == "stable"} == FROM_THE_FIRST_DAY
    own = rules.model_copy(
        update={
            "services": {},
            "messages": {},
            "uses": {},
            "detect": {"internal-project": rules.detect["internal-project"]},
            "policy": rules.policy,
        }
    )
    done, failures = check.run(own)
    assert failures == []
    assert done > len(rules.policy)
    assert "guard diff" in (tmp_path / "new" / "README.md").read_text("utf-8")


@pytest.mark.parametrize("there", ["a file", "a folder with something in it"])
def test_nothing_is_overwritten(tmp_path: Path, there: str) -> None:
    place = tmp_path / "rules"
    if there == "a file":
        place.write_text("mine")
    else:
        place.mkdir()
        (place / "README.md").write_text("mine")

    with pytest.raises(GuardError, match="nothing was written"):
        write(place, Lang.EN)
    assert [path.read_text() for path in tmp_path.rglob("*") if path.is_file()] == ["mine"]


def test_the_shipped_set_stays_as_it_is(tmp_path: Path) -> None:
    before = load(SHIPPED).version
    write(tmp_path / "new", Lang.FR)

    assert load(SHIPPED).version == before
