"""docs/services.md against the rules."""

import re
import shutil
from pathlib import Path

from guard import check
from guard.demo.coverage import BEGIN, END, table
from guard.rules.load import load

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs/services.md").read_text()


def test_the_table_of_the_page_is_that_of_the_rules() -> None:
    assert PAGE.partition(BEGIN)[2].partition(END)[0] == table(load(ROOT / "rules"))


def test_the_example_of_the_page_is_a_service_and_passes_its_tests(tmp_path: Path) -> None:
    (tmp_path / "services").mkdir()
    for name in ("openai-api", "anthropic-api"):
        shutil.copy(ROOT / f"rules/services/{name}.yaml", tmp_path / "services")
    [example] = re.findall(r"^```yaml\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
    (tmp_path / "services/acme-api.yaml").write_text(example)
    rules = load(tmp_path)
    assert rules.services["acme-api"].endpoints[0].fields
    assert check.run(rules)[1] == []
