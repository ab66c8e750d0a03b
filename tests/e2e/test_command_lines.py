"""Programs that people run, behind the running proxy: Claude Code, Codex and the OpenAI client for Node.

`make test-system` installs them, in the versions of tests/e2e/clients.
"""

import json
import os
import subprocess
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from guard.demo.exchange import PLACEHOLDER, Call, Exchange, Reply
from guard.demo.stage import Act, Stage, stage

pytestmark = [pytest.mark.system, pytest.mark.timeout(300)]
ROOT = Path(__file__).resolve().parents[2]
INSTALLED = ROOT / "build" / "clients" / "node_modules"
CHAT = Path(__file__).parent / "clients" / "chat.mjs"
IBAN = "FR76 3000 6000 0112 3456 7890 189"
EMAIL = "ines.lagarde@example.fr"
ASKED = f"Écris à {EMAIL} : l'IBAN est {IBAN}."
MARKED = "SECRET DÉFENSE\nRésume cette note."
SECONDS = 120
_CALLED = "gpt-5"
"""The model that chat.mjs asks for: it takes calls of tools; programs would carry them out and ask again."""


@dataclass(frozen=True)
class Shell:
    """A person's terminal: a home of its own, and the network's proxy and CA as the company sets them."""

    act: Act
    home: Path

    def run(self, *command: str, **more: str) -> subprocess.CompletedProcess[str]:
        """The command, ended."""
        guard = self.act.stage.guard
        setting: Mapping[str, str] = {
            "PATH": os.environ["PATH"],
            "HOME": str(self.home),
            "HTTPS_PROXY": guard.url,
            "NODE_EXTRA_CA_CERTS": str(guard.ca),
            "SSL_CERT_FILE": str(guard.ca),
            **more,
        }
        assert INSTALLED.is_dir(), "make test-system installs it"
        ran = subprocess.run(
            command, env=setting, cwd=self.home, stdin=subprocess.DEVNULL, capture_output=True, text=True,
            timeout=SECONDS, check=False,
        )  # fmt: skip
        print(ran.stdout, ran.stderr)
        return ran


@pytest.fixture(scope="module")
def patient(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """A guard with the time it has in a company: these programs' own instructions are 80 KB."""
    with stage(tmp_path_factory.mktemp("patient"), settings={"GUARD_ANALYSIS_SECONDS": "60"}) as everything:
        everything.standin.speaker = _parrot
        yield everything


@pytest.fixture
def shell(patient: Stage, tmp_path: Path) -> Shell:
    """A terminal; the service says back every placeholder it got."""
    (tmp_path / ".codex").mkdir()
    (tmp_path / ".codex" / "auth.json").write_text('{"OPENAI_API_KEY":"k"}')
    return Shell(patient.act(), tmp_path)


def _parrot(exchange: Exchange) -> Reply:
    names = list(dict.fromkeys(PLACEHOLDER.findall(json.dumps(exchange.body))))
    calls = (Call("note", json.dumps({"valeurs": names})),) if exchange.model == _CALLED else ()
    return Reply("Voici : " + " ; ".join(names) + ".", calls, chunk=4)


def _came_back(shell: Shell, said: str) -> None:
    assert IBAN in said
    assert EMAIL in said
    assert shell.act.left([IBAN, EMAIL]) == []
    assert "redact" in shell.act.verdicts


# --- Claude Code -----------------------------------------------------------------------------------------------------


def _claude(shell: Shell, question: str) -> subprocess.CompletedProcess[str]:
    [program] = INSTALLED.glob("@anthropic-ai/claude-code-linux-*[!l]/claude")
    return shell.run(
        str(program), "--model", "claude-sonnet-4-5", "-p", question,
        ANTHROPIC_API_KEY="k", CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC="1",
    )  # fmt: skip


def test_claude_code_shows_the_values_and_the_service_never_saw_them(shell: Shell) -> None:
    ran = _claude(shell, ASKED)
    assert ran.returncode == 0
    _came_back(shell, ran.stdout)


def test_claude_code_says_why_a_question_did_not_leave(shell: Shell) -> None:
    ran = _claude(shell, MARKED)
    assert ran.returncode == 1
    assert ran.stdout.startswith(("API Error: 400 Document marked", "API Error: 400 Document marqué"))
    assert shell.act.left(["SECRET DÉFENSE"]) == []
    assert shell.act.verdicts.count("block") == 1


# --- Codex: on a websocket, its first choice -------------------------------------------------------------------------


def _codex(shell: Shell, question: str) -> subprocess.CompletedProcess[str]:
    return shell.run(str(INSTALLED / ".bin" / "codex"), "exec", "--skip-git-repo-check", question)


def test_codex_shows_the_values_and_the_service_never_saw_them_on_its_socket(shell: Shell) -> None:
    ran = _codex(shell, ASKED)
    assert ran.returncode == 0
    _came_back(shell, ran.stdout)
    assert shell.act.messages
    assert [one.method for one in shell.act.received if one.path.startswith("/v1/responses")] == ["GET"]


def test_codex_says_why_a_question_did_not_leave_and_does_not_try_again(shell: Shell) -> None:
    ran = _codex(shell, MARKED)
    assert ran.returncode == 1
    assert "Document marqué confidentiel" in ran.stderr
    assert shell.act.left(["SECRET DÉFENSE"]) == []
    assert shell.act.verdicts.count("block") == 1


# --- the OpenAI client for Node --------------------------------------------------------------------------------------


def _node(shell: Shell, way: str, question: str) -> dict[str, str]:
    script = INSTALLED.parent / CHAT.name  # modules are looked for where the script stands
    script.write_bytes(CHAT.read_bytes())
    ran = shell.run("node", str(script), shell.act.stage.guard.url, way, question)
    told: dict[str, str] = json.loads(ran.stdout)
    return told


@pytest.mark.parametrize("way", ["chat", "responses"])
def test_the_node_client_streams_the_values_and_the_service_never_saw_them(shell: Shell, way: str) -> None:
    told = _node(shell, way, ASKED)
    _came_back(shell, told["text"])
    assert json.loads(told["called"]) == {"valeurs": [EMAIL, IBAN]}


@pytest.mark.parametrize("way", ["chat", "responses"])
def test_the_node_client_says_why_a_question_did_not_leave_and_does_not_try_again(shell: Shell, way: str) -> None:
    told = _node(shell, way, MARKED)
    assert told["refused"].startswith("400 Document marqué confidentiel")
    assert shell.act.received == []
    assert shell.act.verdicts == ["block"]
