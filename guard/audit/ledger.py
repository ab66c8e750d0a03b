"""Lines as they are written -> checkpoints of each day's tree, beside the log and in a folder elsewhere.

Only a copy elsewhere shows that the end of a log was cut off together with its checkpoints. A checkpoint is written
after its lines are on the disk, so a loss of power makes no false alarm.
"""

import os
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from guard.audit.checkpoint import Checkpoint, Signer, Verifier, encoded, notes
from guard.audit.dayfile import FILE_MODE, name
from guard.audit.merkle import Tree
from guard.audit.stamp import rfc3339
from guard.audit.tail import days, log, sequence_of
from guard.errors import StoreError


@dataclass(frozen=True, slots=True)
class _State:
    """A tree at a moment."""

    day: date
    size: int
    root: bytes
    sequence: int
    previous: str
    """Root of the tree of the file before, base64."""


class Ledger:
    """The trees of one node. `add` is called by one thread at a time; `sign` by any one, with what `due` gave it."""

    def __init__(self, folder: Path, node: str, signer: Signer, elsewhere: Path | None = None) -> None:
        """The trees of the last two days are made again from their files. OSError when that cannot be."""
        self._folder, self._node, self._signer, self._elsewhere = folder, node, signer, elsewhere
        self._tree, self._day, self._sequence = Tree(), date.min, 0
        self._previous = "none"
        self._ended: list[_State] = []
        self._signed: dict[date, int] = {}
        """Lines under each day's last checkpoint."""
        self._lost = False
        self.altered: list[date] = []
        """Days whose file is not what its last checkpoint says."""
        for day in days(folder, node)[-2:]:
            self._switch(day)
        _write(folder / f"audit-{node}.vkey", signer.vkey + "\n")

    def add(self, day: date, line: bytes, sequence: int) -> None:
        """One more line, which is in its day's file already."""
        if day == self._day:
            self._tree.add(line)
        else:
            try:
                self._switch(day)
            except (OSError, StoreError):
                self._lost = True
        self._sequence = sequence

    def behind(self) -> int:
        """Lines of the present day that no checkpoint covers."""
        return self._tree.size - self._signed.get(self._day, 0)

    def due(self) -> Sequence[_State]:
        """What is to be signed: the ends of days that are over, then the present one if it has grown."""
        if self._lost:
            raise StoreError("a file of the audit log could not be read again; no checkpoint can be made of it")
        return [*self._ended, *([self._state()] if self.behind() else [])]

    def sign(self, states: Sequence[_State], now: datetime) -> None:
        """Their checkpoints are written. StoreError when one could not be, here or elsewhere; the next covers it."""
        for state in states:
            note = self._signer.note(
                Checkpoint(self._node, state.day, state.size, state.root, rfc3339(now), state.sequence, state.previous)
            )
            _append(self._path(self._folder, state.day), note)
            self._send(state.day, note)
            self._signed[state.day] = state.size
            if state in self._ended:
                self._ended.remove(state)

    def _send(self, day: date, note: str) -> None:
        if self._elsewhere is None:
            return
        try:
            _write(self._elsewhere / f"audit-{self._node}.vkey", self._signer.vkey + "\n")
        except OSError as error:
            raise StoreError(f"the folder of checkpoints cannot be written ({name(error)})") from None
        _append(self._path(self._elsewhere, day), note)

    def _path(self, folder: Path, day: date) -> Path:
        return folder / f"audit-{self._node}-{day.isoformat()}.ckpt"

    def _state(self) -> _State:
        return _State(self._day, self._tree.size, self._tree.root(), self._sequence, self._previous)

    def _switch(self, day: date) -> None:
        """To another day's tree, as its file has it; the one before is to be signed a last time."""
        if self._tree.size:
            if self.behind():
                self._ended.append(self._state())
            self._previous = encoded(self._tree.root())
        last = _last(self._path(self._folder, day), Verifier(self._signer.vkey))
        self._tree, self._day, self._sequence = Tree(), day, 0
        agrees = last is None
        path = log(self._folder, self._node, day)
        if path.exists():
            with path.open("rb") as file:
                for line in file:
                    self._tree.add(line)
                    agrees = agrees or bool(last and last.size == self._tree.size and last.root == self._tree.root())
            self._sequence = sequence_of(path)
        if not agrees:
            self.altered.append(day)
        self._signed[day] = last.size if last and agrees else 0


def _last(path: Path, verifier: Verifier) -> Checkpoint | None:
    """The last checkpoint in a file. A note that a crash cut short is cut off: it would spoil the next."""
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        return None
    whole, last = 0, None
    for note in notes(data.decode("utf-8", "surrogateescape")):
        if not note.endswith("\n") or "\n— " not in note:
            os.truncate(path, whole)
            break
        whole += len(note.encode("utf-8", "surrogateescape"))
        with suppress(StoreError):
            last = verifier.opened(note)
    return last


def _append(path: Path, note: str) -> None:
    """Whole or not at all."""
    data = note.encode()
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, FILE_MODE)
        try:
            end = os.fstat(descriptor).st_size
            if os.write(descriptor, data) < len(data):
                os.ftruncate(descriptor, end)
                raise StoreError(f"{path.name} cannot be written (ENOSPC)")
        finally:
            os.close(descriptor)
    except OSError as error:
        raise StoreError(f"{path.name} cannot be written ({name(error)})") from None


def _write(path: Path, text: str) -> None:
    """Nothing is written when it is there already."""
    if not path.exists() or path.read_text("utf-8") != text:
        path.write_text(text, "utf-8")
