"""What is in force: the rules with their analysis processes, and who can be known; each replaced whole (law 10).

Also where that is said: in the log, in the metrics, and in a small file for `guard doctor`.
"""

import asyncio
import json
import logging
import os
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from guard import settled
from guard.audit.opening import Recording
from guard.detect.pool import Pool
from guard.errors import GuardError, PeopleError, RulesError
from guard.metrics import Metrics
from guard.people.opening import files, people
from guard.people.who import People
from guard.pipeline import Guard
from guard.rules import folder, seal
from guard.rules.effect import ended
from guard.rules.hashed import keyed
from guard.rules.load import load
from guard.rules.schema import RuleSet
from guard.settings import Settings

log = logging.getLogger("guard.reload")
STATUS = "in-force.json"
"""In the state folder: what the running guard has in force, and what it last refused."""
_OLD = 3
"""Sets of rules before the one in force whose analysis goes on for answers that began with them."""
_SOON = 30.0
"""Seconds after which most requests that began with a set of rules are decided: one process is enough for the rest."""
_TOLD = 20
"""Problems of a refused set that are named on standard error."""

type Make = Callable[[RuleSet, Pool, Guard | None], Guard]
"""Rules, their analysis and the guard before -> the guard; all but the rules it shares with the one before. Called in a
thread."""


def read_rules(settings: Settings) -> RuleSet:
    """The rules of a deployment, ready to detect. RulesError; also when a seal names another set."""
    rules = keyed(load(settings.rules, ended=True), settings.key)
    seal.check(settings.rules, rules.version)
    return rules


@dataclass(slots=True)
class Register:
    """Where it is said what is in force."""

    record: Recording
    metrics: Metrics
    path: Path
    node: str

    def rules(self, version: str, *, first: bool) -> None:
        """Rules come into force; of the `first` the log knows from its start."""
        if not first:
            self.record.rules(version)
            self.metrics.reloaded("rules", refused=False)
        self.metrics.rules_in_force(version)
        self._keep(rules={"version": version, "since": _now()}, refused=None)

    def people(self) -> None:
        """The files about people are in force."""
        self.record.people()
        self.metrics.reloaded("people", refused=False)
        self._keep(people_refused=None)

    def refused(self, what: str, error: GuardError) -> None:
        """What was in force stays. Problems go to standard error, and their number and first place to the log."""
        problems = [str(one) for one in error.problems] if isinstance(error, RulesError) else [str(error)]
        self.record.refused(what, problems[0].split(" ")[0] if isinstance(error, RulesError) else what, len(problems))
        self.metrics.reloaded(what, refused=True)
        log.error("changed %s are not in force, those before them are: %d problem(s)", what, len(problems))
        for problem in problems[:_TOLD]:
            log.error("%s", problem)
        key = "refused" if what == "rules" else "people_refused"
        self._keep(**{key: {"at": _now(), "problems": len(problems), "first": problems[0]}})

    def again(self, what: str) -> None:
        """Changed files were changed back: nothing of them is refused any more."""
        self.metrics.refused.labels(what).set(0)
        self._keep(**{"refused" if what == "rules" else "people_refused": None})

    def _keep(self, **changes: object) -> None:
        """For `guard doctor`; nothing depends on it."""
        said = {**status(self.path.parent), **changes, "node": self.node, "pid": os.getpid()}
        new = self.path.with_suffix(".new")
        with suppress(OSError):
            new.write_text(json.dumps(said), "utf-8")
            os.replace(new, self.path)


def status(state: Path) -> dict[str, Any]:
    """What a guard on this machine said last; empty when none ever ran, or it cannot be read."""
    try:
        found = json.loads((state / STATUS).read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")


class Rules:
    """The rules in force, with the processes that analyse by them."""

    def __init__(self, settings: Settings, make: Make, put: Callable[[Guard], None], register: Register) -> None:
        """`put` swaps the reference that requests take their guard from."""
        self.roots: Sequence[Path] = (settings.rules, settings.rules / seal.NAME, settings.key)
        self._settings, self._make, self._put, self._register = settings, make, put, register
        self._now: tuple[Guard, Pool] | None = None
        self._leaving: list[asyncio.Task[None]] = []

    @property
    def names(self) -> str:
        """The pipelines that find names."""
        return self._now[1].names if self._now else ""

    def as_read(self, rules: RuleSet) -> bytes:
        """The digest of the files that these rules were read from; of none when they have changed since."""
        digest = settled.digest(self.roots)
        return digest if folder.read(self._settings.rules).version == rules.version else b""

    def read(self) -> RuleSet:
        """The folder's rules, if the whole set is sound."""
        return read_rules(self._settings)

    async def adopt(self, found: RuleSet) -> None:
        """Analysis by the new rules is ready before the first request meets them. DetectError when it is not."""
        before = self._now
        if before is not None and await asyncio.to_thread(lambda: before[0].rules == found):
            return
        pool = self._pool(found)
        await pool.start()
        try:
            guard = await asyncio.to_thread(self._make, found, pool, before[0] if before else None)
        except BaseException:
            await pool.stop()
            raise
        self._register.rules(found.version, first=before is None)
        self._now = (guard, pool)
        self._put(guard)
        for text in ended(found.policy.values(), datetime.now(UTC).date()):
            log.warning("%s", text)
        if before is not None:
            log.info("rules are in force: version %s", found.version)
            leaving = asyncio.create_task(_leave(*before))
            self._leaving.append(leaving)
            leaving.add_done_callback(self._leaving.remove)
            for oldest in self._leaving[:-_OLD]:
                log.warning("answers that began %d sets of rules ago are withheld from here on", _OLD + 1)
                oldest.cancel()

    def refused(self, error: GuardError) -> None:
        """Say so."""
        self._register.refused("rules", error)

    def again(self) -> None:
        """Say so."""
        self._register.again("rules")

    async def stop(self) -> None:
        """End all analysis."""
        for leaving in list(self._leaving):
            leaving.cancel()
        await asyncio.gather(*self._leaving, return_exceptions=True)
        if self._now is not None:
            await self._now[1].stop()

    def _pool(self, rules: RuleSet) -> Pool:
        settings = self._settings
        return Pool(
            rules,
            workers=settings.workers,
            queue=settings.queue,
            seconds=settings.analysis_seconds,
            nlp=settings.nlp,
            uses_model=settings.uses_model,
        )


async def _leave(guard: Guard, pool: Pool) -> None:
    """The processes end when the last request that began with them is decided, and the last answer is over.

    Requests have a longest time. Answers may take as long as they like, so soon one process is left for them.
    """
    loop = asyncio.get_running_loop()
    soon = loop.time() + _SOON
    try:
        while guard.deciding:  # requests and answers end one by one, in many ways
            if loop.time() >= soon:
                pool.lessen()
            await asyncio.sleep(0.05)
    finally:
        await pool.stop()


class KnownPeople:
    """Who can be known."""

    def __init__(self, settings: Settings, put: Callable[[People], None], register: Register) -> None:
        """`put` swaps the reference that arrivals are shown to."""
        self.roots: Sequence[Path] = files(settings)
        self._settings, self._put, self._register = settings, put, register

    def read(self) -> People:
        """What the files say, if all of them are sound."""
        try:
            return people(self._settings)
        except (OSError, ValueError) as error:  # a library's own
            raise PeopleError(f"the files about people cannot be used ({type(error).__name__})") from None

    async def adopt(self, found: People) -> None:
        """From the next arrival on; nobody is remembered."""
        self._put(found)
        self._register.people()
        log.info("files about people are in force anew")

    def refused(self, error: GuardError) -> None:
        """Say so."""
        self._register.refused("people", error)

    def again(self) -> None:
        """Say so."""
        self._register.again("people")
