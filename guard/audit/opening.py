"""Settings -> an open log, kept as they say, from the guard's start to its stop."""

from collections.abc import Callable
from pathlib import Path

from guard.audit.admin import Notice
from guard.audit.checkpoint import Signer
from guard.audit.identity import Identity
from guard.audit.keeper import Keeper
from guard.audit.schema import Happening
from guard.audit.sink import Keeping, Sink
from guard.audit.tail import COMMANDS
from guard.errors import StoreError
from guard.settings import Settings

type Key = Callable[[Path], bytes]
"""The 32 bytes in a file, made on first use."""


def opened(settings: Settings, key: Key) -> Sink:
    """The log of the settings' node."""
    signer = signer_of(settings, settings.node, key)
    keeping = Keeping(
        settings.durability, settings.log_reserve, signer, settings.checkpoint_dir, identity(settings, key)
    )
    return Sink(settings.log_dir, settings.node, keeping=keeping)


def beside(settings: Settings, key: Key) -> Sink:
    """The log of commands: a running guard is the only writer of its own."""
    node = f"{settings.node[:59]}{COMMANDS}"
    return Sink(
        settings.log_dir, node, keeping=Keeping("disk", 0, signer_of(settings, node, key), settings.checkpoint_dir)
    )


def signer_of(settings: Settings, node: str, key: Key) -> Signer:
    """Who signs a node's checkpoints on this machine."""
    return Signer(key(settings.state / "checkpoint.key"), node)


def identity(settings: Settings, key: Key) -> Identity:
    """How people are named."""
    return Identity(
        settings.identity, key(settings.log_keys / "identity.key"), settings.state / "identities" / "names.jsonl"
    )


class Recording:
    """The log of a guard that runs."""

    def __init__(self, settings: Settings, key: Key, rules_version: str, tell: Callable[[str], None]) -> None:
        """StoreError when the log cannot be opened. `tell` takes sentences for the operational log."""
        self._tell = tell
        self.sink = opened(settings, key)
        evidence = (settings.evidence, settings.evidence_days)
        self._keeper = Keeper(self.sink, settings.log_dir, settings.retention_days, tell, evidence=evidence)
        vkey = signer_of(settings, settings.node, key).vkey
        self._note(Notice(Happening.START, "The guard starts; its checkpoints are signed with this key", vkey))
        self.rules(rules_version)
        self._keeper.start()

    def rules(self, version: str) -> None:
        """Rules are in force."""
        self._note(Notice(Happening.RULES, f"Rules are in force: version {version}", version))

    def people(self) -> None:
        """Changed files about people are in force."""
        self._note(Notice(Happening.PEOPLE, "Changed files about people are in force"))

    def refused(self, what: str, place: str, problems: int) -> None:
        """Changed rules or files about people have problems; `place` is where the first of them is."""
        text = f"Changed {what} have problems; those that were in force stay"
        self._note(Notice(Happening.REFUSED, text, place, problems, 3))

    def close(self) -> None:
        """The guard stops; the last lines are signed."""
        self._keeper.stop()
        self._note(Notice(Happening.STOP, "The guard stops"))
        self.sink.close()

    def _note(self, notice: Notice) -> None:
        """A full disk keeps AI services closed, and the guard running for all the others."""
        try:
            self.sink.note(notice)
        except StoreError as error:
            self._tell(str(error))
