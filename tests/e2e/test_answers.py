"""Two readers ask the internal assistant the same, at its door and through the proxy: one sees, the other does not.

Who they are is their address, as the map of addresses says; the client is the real openai SDK.
"""

import http.client
import json
import os
import shutil
import signal
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any, ClassVar

import httpx
import openai
import pytest

from guard.demo.certificates import Authority
from guard.demo.exchange import Call, Exchange, Reply
from guard.demo.pages import PAGES
from guard.demo.process import GuardProcess
from guard.demo.standin import Standin
from guard.demo.typed import TYPED
from guard.demo.website import HTTP_HOSTS, Website

ROOT = Path(__file__).resolve().parents[2]
HOST = "assistant.example.com"
IBAN = "FR76 3000 6000 0112 3456 7890 189"
OTHER = "FR14 2004 1010 0505 0001 3M02 606"
HR, SALES = "127.0.0.2", "127.0.0.3"
ASK = "Quel est le compte de notre client ?"
WATCHED = (
    "internal-assistant, chatgpt-web, claude-web, perplexity-web, lechat-web, deepseek-web, grok-web, huggingchat-web, "
    "duckai-web, zai-web, qwen-web, genspark, t3-chat, kimi-web, gemini-web"
)
FILLER = "Le dossier du client est à jour, et la relance est prévue pour la semaine qui vient. "


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Assistant:
    """The assistant, the guard in front of it, and two people."""

    def __init__(self, standin: Standin, website: Website, guard: GuardProcess, door: int) -> None:
        self.standin, self.website, self.guard, self.door = standin, website, guard, door
        self._trust = ssl.create_default_context(cafile=guard.ca)

    def client(self, address: str, *, proxy: bool = False) -> openai.OpenAI:
        """Somebody's client: at the guard's door, or through it as a proxy."""
        transport = httpx.HTTPTransport(
            local_address=address or None, verify=self._trust, proxy=httpx.Proxy(self.guard.url) if proxy else None
        )
        url = f"https://{HOST}/v1" if proxy else f"https://localhost:{self.door}/v1"
        transported = httpx.Client(transport=transport, timeout=30)
        return openai.OpenAI(api_key="sk-test", base_url=url, http_client=transported, max_retries=0)

    def events(self, since: int) -> list[tuple[str, str, str]]:
        """Direction, decision and user of each event."""
        found: list[Any] = self.guard.events()[since:]
        return [
            (
                event["unmapped"]["guard"]["direction"],
                event["unmapped"]["guard"]["decision"],
                event["actor"]["user"]["name"],
            )
            for event in found
        ]


@pytest.fixture(scope="module")
def assistant(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Assistant]:
    folder = tmp_path_factory.mktemp("assistant")
    rules = folder / "rules"
    shutil.copytree(ROOT / "rules", rules)
    shutil.copytree(ROOT / "docs" / "examples" / "internal-assistant", rules, dirs_exist_ok=True)
    for policy in (rules / "policy").glob("answers-*.yaml"):
        policy.write_text(policy.read_text().replace("  services: [internal-assistant]", f"  services: [{WATCHED}]"))
    people = folder / "people.yaml"
    rows = [{"network": HR, "user": "ana", "groups": ["hr"]}, {"network": SALES, "user": "bob", "groups": ["sales"]}]
    people.write_text(json.dumps({"addresses": rows}) + "\n")
    authority, door = Authority(folder / "ca"), free_port()
    settings = {
        "GUARD_REVERSE": f"{door}=https://{HOST}",
        "GUARD_AUTH_ADDRESSES": str(people),
        "GUARD_WORKERS": "1",
        "GUARD_GRACE_SECONDS": "2",
    }
    with (
        Standin(authority.issue(HOST)) as standin,
        Website(authority.issue(*HTTP_HOSTS)) as website,
        GuardProcess(
            folder / "guard",
            upstream={HOST: standin.port} | {host: website.upstream[host] for host in HTTP_HOSTS},
            upstream_ca=authority.bundle,
            rules=rules,
            settings=settings,
        ) as guard,
    ):
        yield Assistant(standin, website, guard, door)


def said(client: openai.OpenAI, prompt: str, *, stream: bool) -> str:
    messages: Any = [{"role": "user", "content": prompt}]
    if not stream:
        answer = client.chat.completions.create(model="m", messages=messages)
        return answer.choices[0].message.content or ""
    pieces = client.chat.completions.create(model="m", messages=messages, stream=True)
    return "".join(piece.choices[0].delta.content or "" for piece in pieces if piece.choices)


def speaks(text: str, *calls: Call, chunk: int = 3) -> Callable[[Exchange], Reply]:
    return lambda exchange: Reply(text, calls, chunk=chunk)


@pytest.mark.parametrize("stream", [False, True], ids=["whole", "stream"])
def test_one_reader_sees_what_the_other_does_not(assistant: Assistant, stream: bool) -> None:
    text = f"{FILLER}Son compte est {IBAN}. {FILLER * 3}"
    assistant.standin.speaker = speaks(text)
    before = len(assistant.guard.events())

    assert said(assistant.client(HR), ASK, stream=stream) == text
    assert said(assistant.client(SALES), ASK, stream=stream) == text.replace(IBAN, "[[IBAN_CODE]]")
    assert assistant.events(before) == [
        ("prompt", "allow", "ana"),
        ("answer", "allow", "ana"),
        ("prompt", "allow", "bob"),
        ("answer", "redact", "bob"),
    ]
    prompt, answer = assistant.guard.events()[-2:]
    assert answer["metadata"]["correlation_uid"] == prompt["metadata"]["uid"]  # type: ignore[index]


class _Pausing(Reply):
    """Says nothing more until somebody has read the first sentence."""

    heard: ClassVar[threading.Event]

    def pieces(self, text: str) -> Iterator[str]:
        *first, last = text.split("|")
        yield from first
        assert self.heard.wait(20), "the first sentence did not come"
        yield last


def test_a_finished_sentence_does_not_wait_for_the_next_one(assistant: Assistant) -> None:
    _Pausing.heard = threading.Event()
    assistant.standin.speaker = lambda _: _Pausing(f"Un instant|.\n|Son compte est {IBAN}.")
    messages: Any = [{"role": "user", "content": ASK}]
    text = ""
    for piece in assistant.client(SALES).chat.completions.create(model="m", messages=messages, stream=True):
        text += piece.choices[0].delta.content or "" if piece.choices else ""
        if "instant" in text:
            _Pausing.heard.set()
    assert text == "Un instant.\nSon compte est [[IBAN_CODE]]."


def test_an_answer_is_decided_on_by_the_rules_its_request_began_with(assistant: Assistant) -> None:
    path = assistant.guard.folder.parent / "rules" / "policy" / "answers-hide-personal-data.yaml"
    status, whole = assistant.guard.state_dir / "in-force.json", path.read_text()

    def in_force(text: str) -> None:
        before = json.loads(status.read_text())["rules"]["version"]
        path.write_text(text)
        os.kill(assistant.guard.pid, signal.SIGHUP)
        end = time.monotonic() + 30
        while json.loads(status.read_text())["rules"]["version"] == before:
            assert time.monotonic() < end, "the rules are not read"
            time.sleep(0.05)

    def speaker(_: Exchange) -> Reply:
        """Other rules come into force while the service thinks."""
        in_force(whole.replace("groups_not: [hr]", "groups_not: [sales]"))
        time.sleep(0.5)  # in which analysis that nobody needs ends
        return Reply(f"Son compte est {IBAN}.")

    assistant.standin.speaker = speaker
    assert said(assistant.client(SALES), ASK, stream=True) == "Son compte est [[IBAN_CODE]]."
    assistant.standin.speaker = speaks(f"Son compte est {IBAN}.")
    assert said(assistant.client(SALES), ASK, stream=True) == f"Son compte est {IBAN}."
    in_force(whole)


def test_a_request_with_trailers_leaves_without_them(assistant: Assistant) -> None:
    assistant.standin.speaker = speaks("Bonjour.")
    trust = ssl.create_default_context(cafile=assistant.guard.ca)
    body = json.dumps({"model": "m", "messages": [{"role": "user", "content": ASK}]}).encode()
    connection = http.client.HTTPSConnection("localhost", assistant.door, timeout=30, context=trust)
    with closing(connection):
        connection.putrequest("POST", "/v1/chat/completions")
        for name, value in (("content-type", "application/json"), ("transfer-encoding", "chunked")):
            connection.putheader(name, value)
        connection.endheaders(b"%x\r\n%s\r\n0\r\nx-note: %s\r\n\r\n" % (len(body), body, IBAN.encode()))
        response = connection.getresponse()
        assert (response.status, "Bonjour" in response.read().decode()) == (200, True)
    assert IBAN not in str(assistant.standin.requests[-1].headers)


def test_a_reader_behind_the_proxy_is_one_like_any_other(assistant: Assistant) -> None:
    assistant.standin.speaker = speaks(f"Son compte est {IBAN}.")
    assert said(assistant.client("", proxy=True), ASK, stream=True) == "Son compte est [[IBAN_CODE]]."


def test_a_marked_document_ends_the_answer_with_a_sentence(assistant: Assistant) -> None:
    assistant.standin.speaker = speaks(f"{FILLER * 4}\nCONFIDENTIEL\nLe projet Licorne est vendu. {FILLER}")
    text = said(assistant.client(SALES), ASK, stream=True)

    assert text.startswith(FILLER * 3)
    assert "Réponse retenue" in text
    assert "Licorne" not in text
    with pytest.raises(openai.BadRequestError, match="Réponse retenue"):
        said(assistant.client(SALES), ASK, stream=False)


def test_what_readers_wrote_themselves_comes_back_to_them(assistant: Assistant) -> None:
    def speaker(exchange: Exchange) -> Reply:
        assert IBAN not in exchange.prompt
        return Reply(f"Vous citez {exchange.prompt.split()[-1]} ; le bon est {OTHER}.")

    assistant.standin.speaker = speaker
    text = said(assistant.client(SALES), f"Le compte est-il bien {IBAN}", stream=True)
    assert text == f"Vous citez {IBAN} ; le bon est [[IBAN_CODE]]."


def test_tool_arguments_are_masked_and_stay_json(assistant: Assistant) -> None:
    call = Call("pay", json.dumps({"iban": OTHER, "n": 3}))
    assistant.standin.speaker = speaks("", call)
    messages: Any = [{"role": "user", "content": ASK}]
    tools: Any = [{"type": "function", "function": {"name": "pay", "parameters": {"type": "object"}}}]
    for reader, iban in ((HR, OTHER), (SALES, "[[IBAN_CODE]]")):
        pieces = assistant.client(reader).chat.completions.create(
            model="m", messages=messages, tools=tools, stream=True
        )
        told = [c for p in pieces if p.choices for c in p.choices[0].delta.tool_calls or ()]
        arguments = "".join(c.function.arguments or "" for c in told if c.function)
        assert json.loads(arguments) == {"iban": iban, "n": 3}


def test_nothing_of_an_answer_is_in_any_file_of_the_guard(assistant: Assistant) -> None:
    assistant.standin.speaker = speaks(f"Son compte est {IBAN}, projet Licorne.")
    said(assistant.client(SALES), ASK, stream=True)

    written = b"".join(path.read_bytes() for path in assistant.guard.folder.rglob("*") if path.is_file())
    assert b"Licorne" not in written
    assert IBAN.encode() not in written
    assert IBAN.replace(" ", "").encode() not in written


def test_a_door_leads_to_its_assistant_whatever_the_client_calls_it(assistant: Assistant) -> None:
    assistant.standin.speaker = speaks("Bonjour.")
    client = assistant.client(HR)
    answer = client.with_options(default_headers={"host": "intranet.example.org"})
    assert said(answer, ASK, stream=False) == "Bonjour."
    assert assistant.standin.requests[-1].header("host") == HOST


# --- web pages -------------------------------------------------------------------------------------------------------


def typed(assistant: Assistant, page: str) -> bytes:
    """What a web page gets for an ordinary question."""
    url, kind, body = TYPED[page]
    trust = ssl.create_default_context(cafile=assistant.guard.ca)
    with httpx.Client(proxy=assistant.guard.url, verify=trust, trust_env=False, timeout=30) as client:
        return client.post(url, content=body(ASK), headers={"content-type": kind}).content


SAID_TWICE = {"claude-web", "perplexity-web", "grok-web", "huggingchat-web", "zai-web", "genspark", "qwen-web"}
"""Pages whose answers say a text once more: as a thought, beside it or at their end."""


@pytest.mark.parametrize("page", sorted(TYPED))
def test_what_a_page_is_told_is_masked_and_still_its_own_form(assistant: Assistant, page: str) -> None:
    assistant.website.says = f"{FILLER}Son compte est {OTHER}. {FILLER * 2}"
    before = len(assistant.guard.events())
    told = typed(assistant, page)
    assert PAGES[page].read(told) == assistant.website.says.replace(OTHER, "[[IBAN_CODE]]").removesuffix(".")
    assert OTHER.encode() not in told
    first, *others = [(way, decision) for way, decision, _ in assistant.events(before)]
    assert first == ("prompt", "allow")
    assert others == [("answer", "redact")] * (1 + (page in SAID_TWICE))


@pytest.mark.parametrize("page", sorted(TYPED))
def test_a_page_is_told_why_its_answer_ends(assistant: Assistant, page: str) -> None:
    assistant.website.says = f"{FILLER * 4}\nCONFIDENTIEL\nLe projet Licorne est vendu. {FILLER}"
    before = len(assistant.guard.events())
    told_bytes = typed(assistant, page)
    told = told_bytes.decode("utf-8", "replace")
    assert "Licorne" not in told
    if page in SAID_TWICE:
        assert told.count("Réponse retenue") == 2
    else:
        assert PAGES[page].read(told_bytes).count("Réponse retenue") == 1
    assert {(way, decision) for way, decision, _ in assistant.events(before)} == {
        ("prompt", "allow"),
        ("answer", "block"),
    }
