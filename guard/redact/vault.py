"""Value -> number, for one actor: which placeholder stands for which value (law 4).

The vault holds keyed fingerprints, never values: it can tell that a value has been seen, not what it was. It is kept in
the guard's store, so that a number is not given again after a restart. The values themselves live as long as their
request.
"""

import hashlib
import os
import secrets
import threading
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from itertools import batched, count, groupby
from pathlib import Path

import sqlalchemy as sql
from sqlalchemy.exc import IntegrityError, OperationalError, SQLAlchemyError

from guard.errors import StoreError
from guard.redact.placeholders import Token
from guard.terms import Actor

_TRIES = 5
_BATCH = 500
"""Values in one query."""
_TABLES = sql.MetaData()
_NUMBERS = sql.Table(
    "placeholder",
    _TABLES,
    sql.Column("actor", sql.LargeBinary(16), primary_key=True),
    sql.Column("entity", sql.String(48), primary_key=True),
    sql.Column("number", sql.Integer, primary_key=True),
    # null: a number that stands for nothing, because somebody typed its placeholder
    sql.Column("fingerprint", sql.LargeBinary(16), nullable=True),
    sql.UniqueConstraint("actor", "entity", "fingerprint"),
)
_KEYS = sql.Table("placeholder_key", _TABLES, sql.Column("fingerprint", sql.LargeBinary(16), primary_key=True))
"""The one key that the numbers of this store belong to: with another one, all would be given again."""
_INVISIBLE = dict.fromkeys([0x00AD, *range(0x200B, 0x2010), 0x2060, 0xFEFF])


def canonical(text: str, separators: str = "", *, case_sensitive: bool = False) -> str:
    """What makes two spellings one value: forms, white space, separators and (mostly) case do not count.

    What has `separators` and a digit is a code, one run of characters however it is grouped. All else is words: Al
    Bertin is not Albertin, 1 11 1980 not 11 1 1980, and 1 23rd Street not 12 3rd Street.
    """
    plain = unicodedata.normalize("NFKC", text).translate(_INVISIBLE)
    words = "".join(char for char in plain if char not in separators).split()
    joined = ("" if separators and any(map(str.isdigit, plain)) else " ").join(words)
    return joined if case_sensitive else unicodedata.normalize("NFKC", joined.casefold())


def key(path: Path) -> bytes:
    """The 32 bytes that fingerprints are keyed with, made on first use, readable by the guard alone."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        try:
            handle = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
        except FileExistsError:
            data = path.read_bytes()
        else:
            data = secrets.token_bytes(32)
            with os.fdopen(handle, "wb") as file:
                file.write(data)
    except OSError as error:
        raise StoreError(f"{path.name} cannot be kept ({type(error).__name__})") from None
    if len(data) != 32:
        raise StoreError(f"{path.name} is not a key of 32 bytes; move it away and start again")
    return data


class Vault:
    """Numbers of placeholders in a database (SQLAlchemy URL); `sqlite://` keeps them in memory."""

    def __init__(self, url: str, key: bytes) -> None:
        self._key = key
        self._turn = threading.Lock()
        memory = url in ("sqlite://", "sqlite:///:memory:")
        options = {"poolclass": sql.StaticPool, "connect_args": {"check_same_thread": False}} if memory else {}
        with _kept():
            self._engine = sql.create_engine(url, hide_parameters=True, **options)
            _TABLES.create_all(self._engine)
        try:
            self._settled(self._same_key)
        except StoreError:
            self.close()
            raise

    def numbers(self, actor: Actor, values: Sequence[tuple[str, str]]) -> list[int]:
        """The number of each (entity, canonical value), given once and never to another; new ones in this order."""
        owner = self._owner(actor)
        prints = [(entity, self._fingerprint(owner, entity, value)) for entity, value in values]
        return self._settled(lambda store: _numbers(store, owner, prints))

    def burn(self, actor: Actor, typed: Iterable[Token]) -> set[Token]:
        """Take numbers out of use because somebody typed their placeholders; those that stand for a value already."""
        owner, tokens = self._owner(actor), sorted(set(typed))
        return self._settled(lambda store: _burn(store, owner, tokens))

    def mark(self, entity: str, value: str) -> str:
        """16 hexadecimal digits for a canonical value, the same whoever sends it; nothing leads back from them."""
        data = b"\0".join([entity.encode(), value.encode("utf-8", "surrogatepass")])
        return hashlib.blake2b(data, key=self._key, digest_size=8, person=b"mark").hexdigest()

    def close(self) -> None:
        """Let go of the database."""
        self._engine.dispose()

    def _settled[T](self, work: Callable[[sql.Connection], T]) -> T:
        """One transaction; once more when another node took the same number at the same moment."""
        with self._turn, _kept():
            for _ in range(_TRIES - 1):
                try:
                    with self._engine.begin() as store:
                        return work(store)
                except (IntegrityError, OperationalError):
                    continue
            with self._engine.begin() as store:
                return work(store)

    def _same_key(self, store: sql.Connection) -> None:
        mine = hashlib.blake2b(key=self._key, digest_size=16, person=b"key").digest()
        known = store.scalar(sql.select(_KEYS.c.fingerprint))
        if known is None:
            store.execute(_KEYS.insert().values(fingerprint=mine))
        elif bytes(known) != mine:
            raise StoreError(
                "the store of placeholders belongs to another vault.key: bring that key back, or a new store"
            )

    def _owner(self, actor: Actor) -> bytes:
        name = actor.user if actor.user != "unknown" else f"unknown\0{actor.address}"
        data = name.encode("utf-8", "surrogatepass")
        return hashlib.blake2b(data, key=self._key, digest_size=16, person=b"actor").digest()

    def _fingerprint(self, owner: bytes, entity: str, value: str) -> bytes:
        data = b"\0".join([owner, entity.encode(), value.encode("utf-8", "surrogatepass")])
        return hashlib.blake2b(data, key=self._key, digest_size=16, person=b"value").digest()


type _Print = tuple[str, bytes]
"""Entity and fingerprint."""


def _numbers(store: sql.Connection, owner: bytes, prints: Sequence[_Print]) -> list[int]:
    known: dict[_Print, int] = {}
    for entity in dict.fromkeys(entity for entity, _ in prints):
        wanted = list(dict.fromkeys(print_ for name, print_ in prints if name == entity))
        known |= {(entity, print_): number for print_, number in _given(store, owner, entity, wanted)}
        new = [(entity, print_) for print_ in wanted if (entity, print_) not in known]
        if new:
            known |= dict(zip(new, _free(store, owner, entity), strict=False))
            _keep(store, owner, [(entity, known[entity, print_], print_) for _, print_ in new])
    return [known[print_] for print_ in prints]


def _given(store: sql.Connection, owner: bytes, entity: str, prints: Sequence[bytes]) -> Iterator[tuple[bytes, int]]:
    """The fingerprints that have a number."""
    for group in batched(prints, _BATCH, strict=False):
        query = sql.select(_NUMBERS.c.fingerprint, _NUMBERS.c.number)
        for row in store.execute(query.where(_mine(owner, entity) & _NUMBERS.c.fingerprint.in_(group))):
            yield bytes(row[0]), int(row[1])


def _free(store: sql.Connection, owner: bytes, entity: str) -> Iterator[int]:
    """Numbers to give: after the last one given, burned ones left out."""
    given = _mine(owner, entity) & _NUMBERS.c.fingerprint.is_not(None)
    last = int(store.scalar(sql.select(sql.func.max(_NUMBERS.c.number)).where(given)) or 0)
    after = _mine(owner, entity) & (_NUMBERS.c.number > last)
    burned = set(store.scalars(sql.select(_NUMBERS.c.number).where(after)))
    return (number for number in count(last + 1) if number not in burned)


def _burn(store: sql.Connection, owner: bytes, tokens: Sequence[Token]) -> set[Token]:
    """The tokens that stand for a value; the others stand for nothing from now on."""
    known: dict[Token, bool] = {}
    for entity, group in groupby(tokens, key=lambda token: token[0]):
        for numbers in batched((number for _, number in group), _BATCH, strict=False):
            query = sql.select(_NUMBERS.c.number, _NUMBERS.c.fingerprint.is_not(None))
            for number, real in store.execute(query.where(_mine(owner, entity) & _NUMBERS.c.number.in_(numbers))):
                known[entity, number] = bool(real)
    _keep(store, owner, [(*token, None) for token in tokens if token not in known])
    return {token for token, real in known.items() if real}


def _keep(store: sql.Connection, owner: bytes, rows: Sequence[tuple[str, int, bytes | None]]) -> None:
    if rows:
        names = ("actor", "entity", "number", "fingerprint")
        store.execute(_NUMBERS.insert(), [dict(zip(names, (owner, *row), strict=True)) for row in rows])


def _mine(owner: bytes, entity: str) -> sql.ColumnElement[bool]:
    return (_NUMBERS.c.actor == owner) & (_NUMBERS.c.entity == entity)


@contextmanager
def _kept() -> Iterator[None]:
    try:
        yield
    except SQLAlchemyError as error:
        raise StoreError(f"the store of placeholders failed ({type(error).__name__})") from None
