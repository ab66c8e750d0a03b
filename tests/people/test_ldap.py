"""The directory: ldap3's own stand-in here, a real slapd in the `system` test."""

import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import ldap3
import pytest
from ldap3.core.exceptions import LDAPSocketOpenError

from guard.demo.certificates import Authority
from guard.errors import DirectoryError, PeopleError
from guard.people.ldap import Ldap, Place
from guard.terms import Actor

BASE = "dc=example,dc=com"
READER = f"cn=reader,{BASE}"
HR, IT = f"cn=hr,ou=groups,{BASE}", f"cn=it,ou=groups,{BASE}"
PLACE = Place(("ldaps://dc1.example.com", "ldaps://dc2.example.com"), BASE, bind=READER, password="reader-secret")
PEOPLE = {
    "camille": ("camille-secret", [HR, IT]),
    "sacha": ("sacha-secret", []),
    "star*": ("star-secret", []),
}


class Directory:
    """Opens connections to ldap3's stand-in; servers in `down` do not answer."""

    def __init__(self) -> None:
        self.down: set[str] = set()
        self.asked: list[str] = []
        self._server = ldap3.Server("stand-in", get_info=ldap3.OFFLINE_SLAPD_2_4)
        strategy = ldap3.Connection(self._server, client_strategy=ldap3.MOCK_SYNC).strategy
        strategy.add_entry(READER, {"objectClass": "person", "userPassword": "reader-secret", "sn": "r"})
        for user, (password, groups) in PEOPLE.items():
            strategy.add_entry(
                f"uid={user},ou=people,{BASE}",
                {"objectClass": "inetOrgPerson", "uid": user, "userPassword": password, "sn": "x", "memberOf": groups},
            )
        for dn in (HR, IT):
            member = f"uid=camille,ou=people,{BASE}"
            strategy.add_entry(dn, {"objectClass": "groupOfNames", "cn": dn[3:5], "member": [member]})

    def __call__(self, url: str, dn: str, password: str) -> ldap3.Connection:
        self.asked.append(url)
        if url in self.down:
            raise LDAPSocketOpenError("camille-secret")
        kind = ldap3.SIMPLE if dn else ldap3.ANONYMOUS
        return ldap3.Connection(
            self._server, dn or None, password or None, authentication=kind, client_strategy=ldap3.MOCK_SYNC
        )


@pytest.fixture
def directory() -> Directory:
    return Directory()


def test_a_password_is_its_users_and_brings_their_groups(directory: Directory) -> None:
    ldap = Ldap(PLACE, directory)
    assert ldap.check("camille", "camille-secret") == Actor("camille", ("hr", "it"), "ldap")
    assert ldap.check("sacha", "sacha-secret") == Actor("sacha", (), "ldap")
    for user, password in [("camille", "sacha-secret"), ("nobody", "x"), ("camille", "")]:
        assert ldap.check(user, password) is None


def test_a_name_is_the_directorys_writing_of_it(directory: Directory) -> None:
    assert Ldap(PLACE, directory).check("CAMILLE", "camille-secret") == Actor("camille", ("hr", "it"), "ldap")


@pytest.mark.parametrize("user", ["*", "c*", "camille)(uid=*", "camille\\2a", "star*)(|(uid=*", "\0"])
def test_a_name_is_never_part_of_a_question(user: str, directory: Directory) -> None:
    ldap = Ldap(PLACE, directory)
    assert ldap.check(user, "camille-secret") is None
    assert ldap.groups(user) == ()


def test_groups_may_be_found_by_their_members(directory: Directory) -> None:
    ldap = Ldap(replace(PLACE, groups="(&(objectClass=groupOfNames)(member={dn}))"), directory)
    assert ldap.groups("camille") == ("hr", "it")
    assert ldap.groups("sacha") == ldap.groups("nobody") == ()


def test_the_next_server_is_asked_when_one_does_not_answer(directory: Directory) -> None:
    directory.down = {"ldaps://dc1.example.com"}
    assert Ldap(PLACE, directory).groups("camille") == ("hr", "it")
    assert directory.asked == ["ldaps://dc1.example.com", "ldaps://dc2.example.com"]


def test_no_answer_is_neither_yes_nor_no_and_is_not_quoted(directory: Directory) -> None:
    directory.down = set(PLACE.servers)
    with pytest.raises(DirectoryError) as caught:
        Ldap(PLACE, directory).check("camille", "camille-secret")
    assert "camille" not in str(caught.value)


def test_an_account_that_may_not_search_is_the_directorys_trouble(directory: Directory) -> None:
    with pytest.raises(DirectoryError):
        Ldap(replace(PLACE, password="wrong"), directory).check("camille", "camille-secret")


@pytest.mark.parametrize(
    "place",
    [
        replace(PLACE, user="(uid=camille)"),
        replace(PLACE, base=""),
        replace(PLACE, servers=("http://dc1",)),
        replace(PLACE, servers=("ldaps://",)),
        replace(PLACE, servers=("ldaps://dc1:x",)),
        replace(PLACE, servers=("ldaps://a:b@dc1",)),
    ],
)
def test_settings_that_say_nothing_clear_are_refused(place: Place) -> None:
    with pytest.raises(PeopleError):
        Ldap(place)


def test_no_repr_shows_the_accounts_password() -> None:
    assert "reader-secret" not in repr(PLACE)


LDIF = f"""dn: {BASE}
objectClass: dcObject
objectClass: organization
dc: example
o: Example

dn: ou=people,{BASE}
objectClass: organizationalUnit
ou: people

dn: ou=groups,{BASE}
objectClass: organizationalUnit
ou: groups

dn: uid=camille,ou=people,{BASE}
objectClass: inetOrgPerson
uid: camille
cn: Camille
sn: Exemple
userPassword: camille-secret

dn: {HR}
objectClass: groupOfNames
cn: hr
member: uid=camille,ou=people,{BASE}
"""
CONF = """include /etc/ldap/schema/core.schema
include /etc/ldap/schema/cosine.schema
include /etc/ldap/schema/inetorgperson.schema
modulepath /usr/lib/ldap
moduleload back_mdb
pidfile {folder}/pid
database mdb
directory {folder}/data
suffix "{base}"
rootdn "{reader}"
rootpw reader-secret
TLSCertificateFile {chain}
TLSCertificateKeyFile {key}
"""


@pytest.fixture
def slapd(tmp_path: Path) -> Iterator[tuple[int, int, Path]]:
    """OpenLDAP on two free ports of this machine, the second with TLS from the start; the CA of its certificate."""
    if not shutil.which("slapd"):
        pytest.skip("needs slapd")
    (tmp_path / "data").mkdir()
    authority = Authority(tmp_path / "ca")
    certificate = authority.issue("localhost")
    conf = CONF.format(folder=tmp_path, base=BASE, reader=READER, chain=certificate.chain, key=certificate.key)
    (tmp_path / "conf").write_text(conf)
    (tmp_path / "ldif").write_text(LDIF)
    subprocess.run(["slapadd", "-f", tmp_path / "conf", "-l", tmp_path / "ldif"], check=True, timeout=30)
    with socket.create_server(("127.0.0.1", 0)) as one, socket.create_server(("127.0.0.1", 0)) as two:
        port, secure = one.getsockname()[1], two.getsockname()[1]
    urls = f"ldap://127.0.0.1:{port} ldaps://127.0.0.1:{secure}"
    process = subprocess.Popen(
        ["slapd", "-f", tmp_path / "conf", "-h", urls, "-d", "0"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        end = time.monotonic() + 20
        while time.monotonic() < end and process.poll() is None:
            try:
                socket.create_connection(("127.0.0.1", port), timeout=1).close()
                break
            except OSError:
                time.sleep(0.05)
        yield port, secure, authority.bundle
    finally:
        process.terminate()
        process.wait(20)


@pytest.mark.system
def test_a_real_directory_answers_the_same(slapd: tuple[int, int, Path], monkeypatch: pytest.MonkeyPatch) -> None:
    port, secure, ca = slapd
    place = replace(PLACE, servers=("ldap://127.0.0.1:1", f"ldap://127.0.0.1:{port}"), groups="(member={dn})")
    ldap = Ldap(place)
    assert ldap.check("Camille ", "camille-secret") == Actor("camille", ("hr",), "ldap")
    assert ldap.check("camille", "wrong") is None
    assert ldap.check("camille)(uid=*", "camille-secret") is None
    assert ldap.groups("camille") == ("hr",)
    assert ldap.groups("nobody") == ()
    with pytest.raises(DirectoryError):
        Ldap(replace(place, password="wrong")).check("camille", "camille-secret")
    monkeypatch.setattr("guard.people.ldap._HERE", ())  # as if it were elsewhere
    for url in (f"ldap://localhost:{port}", f"ldaps://localhost:{secure}"):  # TLS started, and from the start
        trusting = Ldap(replace(place, servers=(url,), ca=ca))
        assert trusting.check("camille", "camille-secret") == Actor("camille", ("hr",), "ldap")
        with pytest.raises(DirectoryError):
            Ldap(replace(place, servers=(url,))).check("camille", "camille-secret")
