"""One stand-in service, one guard and the real clients for all end-to-end tests of a process."""

import shutil
import ssl
from collections.abc import Iterator
from pathlib import Path

import httpx2
import pytest

from guard.demo.certificates import Authority
from guard.demo.exchange import obliging
from guard.demo.stage import Act, Stage, stage
from guard.demo.website import HTTP_HOSTS, SOCKET_HOSTS, Website
from guard.evidence import new_key

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


@pytest.fixture(scope="session")
def whole_stage(
    tmp_path_factory: pytest.TempPathFactory, rules: Path, authority: Authority, website: Website
) -> Iterator[Stage]:
    folder = tmp_path_factory.mktemp("stage")
    with stage(folder, rules=rules, settings=SETTINGS, authority=authority, upstream=website.upstream) as everything:
        yield everything


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
