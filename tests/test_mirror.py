"""Every module has its tests at the mirrored place: `guard/x/y.py` -> `tests/x/test_y.py`, `addons/x.py` ->
`tests/addons/test_x.py`; a package with code of its own -> `test_` and its name, beside it. And every file of tests
mirrors a module, or is named here with its reason.
"""

import ast
from pathlib import Path, PurePosixPath

import pytest

ROOT = Path(__file__).resolve().parents[1]
PACKAGES = ("guard", "addons", "benchmarks", "training")
UNTESTED = {
    "guard/cli/door.py": "what the commands share: each test of tests/cli comes through it",
    "guard/people/sources.py": "shapes alone: guard.people.who asks by them",
    "guard/rules/schema.py": "shapes alone: tests/rules reads every rule file by them",
}
"""Modules without tests of their own."""
ASPECTS = {
    "tests/audit/test_full.py": "a disk that is really full",
    "tests/audit/test_kill.py": "`kill -9` under traffic",
    "tests/audit/test_soc.py": "docs/soc.md against the log",
    "tests/cli/test_eval.py": "`guard eval` as a command, beside the others of guard/cli/texts.py",
    "tests/detect/test_evasion.py": "disguises, through the whole pipeline",
    "tests/detect/test_offline.py": "no connection is opened by any module of the analysis",
    "tests/rules/test_bad.py": "rule files that are wrong on purpose, and what lint says of each, to the letter",
    "tests/rules/test_declared.py": "the fields of the shipped rules for services, one by one",
    "tests/rules/test_docs.py": "docs/rules.md and docs/problems.md against the code",
    "tests/rules/test_examples.py": "the examples in the rule files",
    "tests/rules/test_labels.py": "the shipped rules together",
    "tests/rules/test_secrets.py": "the shipped rules for secrets",
    "tests/rules/test_services.py": "the shipped rules for services, and the lens laws over their requests",
    "tests/rules/test_shipped.py": "the shipped rules, kind by kind",
    "tests/training/test_shipped.py": "the pipeline in the package",
    "tests/test_container.py": "the Dockerfile",
    "tests/test_mirror.py": "this file",
}
"""Files of tests that are about no single module. Those of tests/e2e are about the running proxy."""


def files(folder: str) -> list[PurePosixPath]:
    return [PurePosixPath(path.relative_to(ROOT).as_posix()) for path in sorted((ROOT / folder).rglob("*.py"))]


def modules() -> list[PurePosixPath]:
    """All but packages that hold a docstring and nothing else."""
    return [path for package in PACKAGES for path in files(package) if path.name != "__init__.py" or code(path)]


def code(path: PurePosixPath) -> bool:
    """Whether a module says more than what it is."""
    body = ast.parse((ROOT / path).read_text("utf-8")).body
    return not all(isinstance(line, ast.Expr) and isinstance(line.value, ast.Constant) for line in body)


def mirrored(module: PurePosixPath) -> PurePosixPath:
    """Where a module's tests are."""
    if module.name == "__init__.py":
        module = module.parent.with_suffix(".py")
    inner = module.relative_to("guard") if module.parts[0] == "guard" else module
    return PurePosixPath("tests") / inner.parent / f"test_{inner.stem.strip('_')}.py"


PLACES = {
    "guard/terms.py": "tests/test_terms.py",
    "guard/rules/source.py": "tests/rules/test_source.py",
    "addons/proxy.py": "tests/addons/test_proxy.py",
    "training/dev/__init__.py": "tests/training/test_dev.py",
    "guard/cli/__main__.py": "tests/cli/test_main.py",
}


@pytest.mark.parametrize(("module", "place"), PLACES.items(), ids=PLACES)
def test_a_modules_tests_have_one_place(module: str, place: str) -> None:
    assert str(mirrored(PurePosixPath(module))) == place


def test_every_module_has_its_tests() -> None:
    missing = [str(module) for module in modules() if not (ROOT / mirrored(module)).is_file()]

    assert [module for module in missing if module not in UNTESTED] == []


def test_every_file_of_tests_is_about_a_module_or_says_what_it_is_about() -> None:
    known = {mirrored(module) for module in modules()}
    tests = [path for path in files("tests") if path.parts[1] != "e2e" and path.name != "conftest.py"]

    assert [str(path) for path in tests if path not in known and str(path) not in ASPECTS] == []


def test_no_exception_is_left_that_is_none() -> None:
    known = {str(mirrored(module)) for module in modules()}
    tested = [module for module in UNTESTED if (ROOT / mirrored(PurePosixPath(module))).is_file()]
    gone = [path for path in (*UNTESTED, *ASPECTS) if not (ROOT / path).is_file()]

    assert (tested, gone, [path for path in ASPECTS if path in known]) == ([], [], [])


def test_packages_of_the_guard_and_of_its_door_are_a_docstring() -> None:
    packages = [path for package in ("guard", "addons") for path in files(package) if path.name == "__init__.py"]

    assert [str(path) for path in packages if code(path)] == []
