import re
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from pydantic import ValidationError

from guard.settings import Settings, exposed

OPERATORS = Path(__file__).resolve().parent.parent / "docs" / "operators.md"
ROW = re.compile(r"^\| `(GUARD_[A-Z_]+)` \|(.*?)\|(.*)\|$", re.MULTILINE)


def rows() -> dict[str, tuple[str, str]]:
    """Variable -> default and description, as the operators read them."""
    return {
        name: (default.strip(" `"), text.strip()) for name, default, text in ROW.findall(OPERATORS.read_text("utf-8"))
    }


def default(name: str) -> str:
    if name == "rules":
        return "rules"  # found at the start: here, or beside the code
    value = Settings.model_fields[name].default
    return "" if value is None else str(value)


@pytest.fixture(autouse=True)
def no_variables(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in Settings.model_fields:
        monkeypatch.delenv(f"GUARD_{name.upper()}", raising=False)


def test_every_setting_is_in_the_operators_table_and_nothing_else() -> None:
    assert sorted(rows()) == sorted(f"GUARD_{name.upper()}" for name in Settings.model_fields)


@pytest.mark.parametrize("name", Settings.model_fields)
def test_the_table_has_its_default_and_its_description(name: str) -> None:
    assert rows()[f"GUARD_{name.upper()}"] == (default(name), Settings.model_fields[name].description)


def test_settings_come_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GUARD_PORT", "0")
    monkeypatch.setenv("GUARD_LANGUAGE", "en")
    monkeypatch.setenv("GUARD_LOG_DIR", "/var/log/prompt-guard")
    monkeypatch.setenv("GUARD_UNHEARD_OF", "1")
    settings = Settings()
    assert (settings.port, settings.language, settings.log_dir) == (0, "en", Path("/var/log/prompt-guard"))


WRONG = {
    "GUARD_PORT": "70000",
    "GUARD_NODE": "par 01/../x",
    "GUARD_WORKERS": "0",
    "GUARD_QUEUE": "0",
    "GUARD_ANALYSIS_SECONDS": "0",
    "GUARD_REQUEST_SECONDS": "-1",
    "GUARD_GRACE_SECONDS": "-1",
    "GUARD_MAX_BODY": "0",
    "GUARD_LANGUAGE": "de",
    "GUARD_DURABILITY": "tape",
    "GUARD_IDENTITY": "none",
    "GUARD_LOG_RESERVE": "-1",
    "GUARD_RETENTION_DAYS": "-1",
}


@pytest.mark.parametrize(("name", "value"), WRONG.items())
def test_a_wrong_value_is_refused_without_being_quoted(name: str, value: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(ValidationError) as caught:
        Settings()
    assert name.removeprefix("GUARD_").lower() in str(caught.value)
    assert f"input_value='{value}'" not in str(caught.value)


def test_they_do_not_change_once_read() -> None:
    settings = Settings()
    with pytest.raises(ValidationError):
        settings.port = 1  # type: ignore[misc]


def test_the_state_folder_may_begin_at_home(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    assert Settings().state == tmp_path / ".prompt-guard"


def test_rules_are_found_here_or_beside_the_code(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    assert Settings().rules == OPERATORS.parent.parent / "rules"
    (tmp_path / "rules").mkdir()
    assert Settings().rules == Path("rules")


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """One that everybody may enter; pytest's own are closed."""
    with tempfile.TemporaryDirectory() as name:
        Path(name).chmod(0o755)
        yield Path(name)


@pytest.mark.parametrize(
    ("folder", "file", "found"), [(0o755, 0o644, True), (0o755, 0o640, False), (0o700, 0o644, False)]
)
def test_a_secret_is_exposed_when_everybody_may_read_it(open_folder: Path, folder: int, file: int, found: bool) -> None:
    path = open_folder / "state" / "passwords"
    path.parent.mkdir()
    path.touch()
    path.chmod(file)
    path.parent.chmod(folder)

    assert exposed([path, open_folder / "none"]) == ([path] if found else [])


def test_the_secrets_are_what_only_the_guard_reads(tmp_path: Path) -> None:
    settings = Settings(state_dir=tmp_path, auth_passwords=tmp_path / "passwords", lists_key=tmp_path / "l")
    assert set(settings.secrets) == {
        tmp_path,
        tmp_path / "passwords",
        tmp_path / "l",
        tmp_path / "log-keys",
        tmp_path / "evidence",
    }
