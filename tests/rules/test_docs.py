"""docs/rules.md and docs/problems.md against the code."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from guard import check, lists
from guard.errors import RulesError
from guard.rules.form import schema
from guard.rules.hashed import Hasher, written
from guard.rules.load import load
from guard.rules.schema import KINDS
from guard.rules.source import read

ROOT = Path(__file__).resolve().parents[2]
RULES = (ROOT / "docs/rules.md").read_text()
PROBLEMS = (ROOT / "docs/problems.md").read_text()
ENTRIES = {
    found[0][:4]: found[0] for found in re.finditer(r"R\d{3}: (?:.(?!^## ))*", PROBLEMS, re.MULTILINE | re.DOTALL)
}
FENCE = re.compile(r"^```yaml\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def test_every_code_has_an_entry_and_every_entry_a_code() -> None:
    modules = [path for path in (ROOT / "guard/rules").glob("*.py") if path.name != "codes.py"]
    sources = "".join(path.read_text() for path in modules)
    assert set(re.findall(r'"(R\d{3})"', sources)) == set(ENTRIES)


@pytest.mark.parametrize("code", sorted(ENTRIES))
def test_every_entry_says_why_and_shows_the_good_way(code: str) -> None:
    blocks = FENCE.findall(ENTRIES[code])
    assert blocks[-1].startswith("# good\n")
    assert code == "R110" or blocks[0].startswith("# bad\n")
    assert len(ENTRIES[code].partition("```")[0]) > 60


@pytest.mark.parametrize("code", sorted(code for code in ENTRIES if code.startswith("R1") and code != "R110"))
def test_the_bad_way_of_yaml_is_refused_with_its_code(code: str) -> None:
    bad, good = FENCE.findall(ENTRIES[code])
    with pytest.raises(RulesError) as caught:
        read("f", bad)
    assert {problem.code for problem in caught.value.problems} == {code}
    read("f", good)


def keys(node: object) -> set[str]:
    if isinstance(node, dict):
        own = set(node["properties"]) if isinstance(node.get("properties"), dict) else set()
        return own.union(*(keys(value) for value in node.values()))
    return set().union(*map(keys, node)) if isinstance(node, list) else set()


@pytest.mark.parametrize("kind", KINDS)
def test_every_key_stands_in_an_example(kind: str) -> None:
    examples = "".join(block for block in FENCE.findall(RULES) if f"/{kind}.json" in block or "/KIND.json" in block)
    shown = set(re.findall(r"(?:^|[\s{,-])([a-z_]+):", examples))
    assert keys(schema(kind)) - shown == set()


def test_the_examples_make_a_set_that_loads_and_passes_its_own_tests(lay: Callable[[dict[str, str]], Path]) -> None:
    hasher = Hasher(bytes(32))
    files = {
        "lists/badges.txt": "# none\n",
        "lists/customers.edm": written(lists.exact([], frozenset(), hasher).table),
        "lists/contracts.fp": written(lists.documents([], hasher).table),
    }
    for block in FENCE.findall(RULES):
        kind = re.match(r"# yaml-language-server: \$schema=\.\./\.schema/([a-z]+)\.json\nid: (\S+)", block)
        if kind:
            files[f"{kind[1]}/{kind[2]}.yaml"] = block
    assert {path.partition("/")[0] for path in files} == {*KINDS, "lists"}
    count, failures = check.run(load(lay(files)).model_copy(update={"lists_key": bytes(32)}))
    assert count > len(KINDS)
    assert failures == []
