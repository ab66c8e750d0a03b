"""One stand-in service, one guard and the real clients for all end-to-end tests of a process."""

import json
import shutil
import ssl
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2
import pytest
from joserfc.jwk import KeySet, RSAKey

from guard.demo.certificates import Authority
from guard.demo.exchange import obliging
from guard.demo.stage import HOSTS, Act, Stage, stage
from guard.demo.standin import Standin
from guard.demo.website import HTTP_HOSTS, SOCKET_HOSTS, Website
from guard.evidence import new_key
from guard.people.passwords import hashed
from guard.rules.load import load
from guard.rules.schema import ServiceRule

_SHIPPED = Path(__file__).resolve().parents[2] / "rules"
_OURS = Path(__file__).parent / "rules"
HOLDERS = new_key(), new_key()
"""An investigator's and a witness's, for evidence."""
SETTINGS = {
    "GUARD_EVIDENCE_KEYS": HOLDERS[0][1],
    "GUARD_EVIDENCE_WITNESSES": HOLDERS[1][1],
    "GUARD_ANALYSIS_SECONDS": "4",
    "GUARD_MAX_BODY": str(2**20),
    "GUARD_GRACE_SECONDS": "2",
    "GUARD_ALLOW_DESTINATIONS": "127.0.0.1/32",
}


@pytest.fixture(scope="session")
def rules(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The shipped rules, and some for people and projects that only these tests know."""
    folder = tmp_path_factory.mktemp("e2e") / "rules"
    shutil.copytree(_SHIPPED, folder)
    shutil.copytree(_OURS, folder, dirs_exist_ok=True)
    return folder


@pytest.fixture(scope="session")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    """The CA of every service."""
    return Authority(tmp_path_factory.mktemp("authority"))


@pytest.fixture(scope="session")
def website(authority: Authority) -> Iterator[Website]:
    """The services' web pages."""
    with Website(authority.issue(*HTTP_HOSTS, *SOCKET_HOSTS)) as pages:
        yield pages


def host_of(rule: ServiceRule) -> str:
    """A host name of a service."""
    return rule.hosts[0].replace("*", "host")


@pytest.fixture(scope="session")
def others(authority: Authority) -> Iterator[Standin]:
    """Every service of the shipped rules, at one address."""
    hosts = [host_of(rule) for rule in load(_SHIPPED).services.values()]
    with Standin(authority.issue(*hosts)) as standin:
        yield standin


@pytest.fixture(scope="session")
def whole_stage(
    tmp_path_factory: pytest.TempPathFactory,
    rules: Path,
    authority: Authority,
    website: Website,
    others: Standin,
    against_ocsf: Any,
) -> Iterator[Stage]:
    """At the end, all that happened is one log of events that OCSF's own schema takes."""
    folder = tmp_path_factory.mktemp("stage")
    known = {*HOSTS, *website.upstream}
    hosts = {host_of(rule) for rule in load(_SHIPPED).services.values()} - known
    upstream = website.upstream | dict.fromkeys(hosts, others.port)
    with stage(folder, rules=rules, settings=SETTINGS, authority=authority, upstream=upstream) as everything:
        yield everything
        assert [fault for event in everything.guard.events() for fault in against_ocsf(event)] == []


@pytest.fixture
def act(whole_stage: Stage) -> Act:
    """What passes during this test; the service is obliging again."""
    whole_stage.standin.speaker = obliging
    return whole_stage.act()


@pytest.fixture(scope="session")
def holders() -> list[str]:
    """The private keys of evidence."""
    return [private for private, _ in HOLDERS]


@pytest.fixture(scope="session")
def trust(whole_stage: Stage) -> ssl.SSLContext:
    """The trust of a person's machine: the guard's CA."""
    return ssl.create_default_context(cafile=whole_stage.guard.ca)


@pytest.fixture(scope="session")
def http(whole_stage: Stage, trust: ssl.SSLContext) -> Iterator[httpx2.Client]:
    """A bare HTTP client behind the proxy, for what the SDKs would never send."""
    with httpx2.Client(proxy=whole_stage.guard.url, verify=trust, trust_env=False, timeout=30) as client:
        yield client


_PASSWORDS = {"camille": "s3cret-of-camille", "sacha": "s3cret-of-sacha"}
_HR_ONLY = """# yaml-language-server: $schema=../.schema/policy.json
id: block-iban-for-hr
title: Human resources send no account numbers
description: Only these tests know this rule.
status: stable
owner: tests
date: 2026-11-28
references: [none]
when:
  groups: [hr]
  entities: [IBAN_CODE]
then: block
message: marked-document
tests:
  - groups: [hr]
    entities: [IBAN_CODE]
    expect: block
  - entities: [IBAN_CODE]
    expect: allow
  - groups: [hr]
    expect: allow
"""
_ALL = """# yaml-language-server: $schema=../.schema/policy.json
id: redact-iban
title: Account numbers are hidden
description: Only these tests know this rule.
status: stable
owner: tests
date: 2026-11-28
references: [none]
when:
  entities: [IBAN_CODE]
then: redact
tests:
  - entities: [IBAN_CODE]
    expect: redact
  - expect: allow
"""


@dataclass(frozen=True)
class Known:
    """A guard that knows people and reads its files anew, on a stage of its own."""

    stage: Stage
    rules: Path
    folder: Path
    """Of the files about people."""
    key: RSAKey
    """The issuer's."""
    passwords: Mapping[str, str]

    def proxy(self, user: str = "", password: str = "") -> str:
        """The proxy's address as a person's machine has it."""
        login = f"{user}:{password}@" if user else ""
        return f"http://{login}127.0.0.1:{self.stage.guard.port}"


@pytest.fixture(scope="session")
def known(tmp_path_factory: pytest.TempPathFactory, authority: Authority) -> Iterator[Known]:
    folder = tmp_path_factory.mktemp("known")
    rules = folder / "rules"
    for name in ("services/openai-api.yaml", "detect/iban.yaml", "messages/marked-document.yaml"):
        (rules / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(_SHIPPED / name, rules / name)
    (rules / "policy").mkdir()
    (rules / "policy" / "block-iban-for-hr.yaml").write_text(_HR_ONLY)
    (rules / "policy" / "redact-iban.yaml").write_text(_ALL)
    (folder / "passwords").write_text("".join(hashed(*pair) + "\n" for pair in _PASSWORDS.items()))
    (folder / "groups.yaml").write_text("groups:\n  hr: [camille]\n  it: [sacha]\n")
    key = RSAKey.generate_key(2048, {"kid": "one"})
    (folder / "keys.json").write_text(json.dumps(KeySet([key]).as_dict(private=False)) + "\n")
    settings = SETTINGS | {
        "GUARD_WORKERS": "1",
        "GUARD_NLP": "none",
        "GUARD_RELOAD_SECONDS": "0.4",
        "GUARD_AUTH_PASSWORDS": str(folder / "passwords"),
        "GUARD_AUTH_GROUPS": str(folder / "groups.yaml"),
        "GUARD_AUTH_ISSUER": "https://login.example.com",
        "GUARD_AUTH_AUDIENCE": "prompt-guard",
        "GUARD_AUTH_KEYS": str(folder / "keys.json"),
        "GUARD_AUTH_HEADER": "X-Front-User",
        "GUARD_AUTH_HEADER_GROUPS": "X-Front-Groups",
        "GUARD_AUTH_HEADER_FROM": "127.0.0.2/32",
    }
    with stage(folder / "stage", rules=rules, settings=settings, authority=authority) as everything:
        yield Known(everything, rules, folder, key, _PASSWORDS)
