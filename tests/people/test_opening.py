import asyncio
import base64
from pathlib import Path

import pytest

from guard.errors import PeopleError
from guard.people.opening import described, files, people
from guard.people.passwords import hashed
from guard.people.who import Arrival
from guard.settings import Settings
from guard.terms import Actor


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("people")
    (folder / "passwords").write_text(hashed("camille", "s3cret") + "\n")
    (folder / "addresses.csv").write_text("network,user,groups\n10.20.0.0/16,kiosk,factory\n")
    (folder / "groups.yaml").write_text("groups:\n  hr: [camille]\n")
    (folder / "ldap").write_text("reader-secret\n")
    (folder / "keys.json").write_text("{}\n")
    return folder


def test_settings_and_files_make_one_that_knows_people(folder: Path) -> None:
    settings = Settings(
        auth_passwords=folder / "passwords",
        auth_addresses=folder / "addresses.csv",
        auth_groups=folder / "groups.yaml",
        auth_header="x-user",
        auth_header_from="10.9.9.9/32",
    )
    known = people(settings)
    login = "Basic " + base64.b64encode(b"camille:s3cret").decode()
    assert asyncio.run(known.who(Arrival("192.0.2.1", login))) == Actor("camille", ("hr",), "password", "192.0.2.1")
    assert asyncio.run(known.who(Arrival("10.9.9.9", user="camille"))) == Actor(
        "camille", ("hr",), "header", "10.9.9.9"
    )
    assert asyncio.run(known.who(Arrival("10.20.0.1"))) == Actor("kiosk", ("factory",), "address-map", "10.20.0.1")
    known.close()
    assert set(files(settings)) == {folder / name for name in ("passwords", "addresses.csv", "groups.yaml")}
    assert list(described(settings)) == [
        "the header x-user from 10.9.9.9/32",
        "passwords in a file",
        "addresses",
    ]


def test_without_settings_nobody_is_known() -> None:
    assert files(Settings()) == ()
    assert list(described(Settings())) == []
    people(Settings()).close()


def test_a_directory_reads_its_password_from_a_file(folder: Path) -> None:
    settings = Settings(
        auth_ldap="ldaps://dc1.example.com",
        auth_ldap_base="dc=example,dc=com",
        auth_ldap_bind="cn=reader",
        auth_ldap_password=folder / "ldap",
    )
    people(settings).close()
    assert files(settings) == (folder / "ldap",)


WRONG: dict[str, dict[str, object]] = {
    "header from everywhere": {"auth_header": "x-user"},
    "front proxies without header": {"auth_header_from": "10.9.9.9/32"},
    "no network": {"auth_header": "x-user", "auth_header_from": "proxy.example.com"},
    "issuer alone": {"auth_issuer": "https://login.example.com"},
    "keys without TLS": {"auth_issuer": "i", "auth_audience": "a", "auth_keys": "http://login.example.com"},
    "keys that are none": {"auth_issuer": "i", "auth_audience": "a", "auth_keys": "keys.json"},
    "directory without base": {"auth_ldap": "ldaps://dc1.example.com"},
    "account without password": {"auth_ldap": "ldaps://dc1", "auth_ldap_base": "dc=x", "auth_ldap_bind": "cn=r"},
    "no file": {"auth_passwords": Path("/nowhere")},
}


@pytest.mark.parametrize("name", WRONG)
def test_settings_that_say_half_are_refused(name: str, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(folder)
    with pytest.raises(PeopleError):
        people(Settings(**WRONG[name]))  # type: ignore[arg-type]
