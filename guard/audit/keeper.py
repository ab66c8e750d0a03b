"""A sink -> what is done for it from time to time: put on the disk, signed, looked after, cleared of what is over.

What fails is told once when it begins and once when it is over; it stops no request by itself.
"""

import threading
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

from guard.audit.admin import Notice
from guard.audit.retention import Hold, hold, sweep, sweep_evidence
from guard.audit.schema import Happening
from guard.audit.sink import Sink, utcnow
from guard.errors import StoreError

_MINUTE = 60
_HOUR = 3600
MANY = 1000
"""Lines that are signed before the minute is over."""


class Keeper:
    """Works each second, in a thread of its own once started."""

    def __init__(
        self,
        sink: Sink,
        folder: Path,
        days: int,
        tell: Callable[[str], None],
        clock: Callable[[], datetime] = utcnow,
        evidence: tuple[Path, int] | None = None,
    ) -> None:
        """`days` is how long the log is kept, 0 for ever; `tell` takes a sentence for the operational log; `evidence`
        is the folder of sealed prompts, and for how many days.
        """
        self._evidence = evidence
        self._sink, self._folder, self._days, self._tell, self._clock = sink, folder, days, tell, clock
        self._signed = self._swept = 0.0
        self._failed: dict[str, str] = {}
        self._hold = Hold()
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="audit-keeper", daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self) -> None:
        """End after what is being done."""
        self._stop.set()
        if self._thread.ident:
            self._thread.join()

    def tick(self) -> None:
        """One second's work."""
        now = self._clock()
        self._try("disk", self._sink.settle)
        if self._after(self._signed, _MINUTE, now):
            self._signed = now.timestamp()
            self._try("checkpoint", self._sink.checkpoint)
            self._try("space", self._sink.look)
            self._try("hold", self._watch)
        elif "checkpoint" not in self._failed:
            self._try("checkpoint", lambda: self._sink.checkpoint(MANY))
        if self._after(self._swept, _HOUR, now):
            self._swept = now.timestamp()
            self._try("retention", lambda: self._sweep(now))
            self._try("checkpoint", self._sink.checkpoint)  # nobody believes in a deletion that is under none

    def _watch(self) -> None:
        """A hold that was changed in its file, by whatever way, is told of."""
        now = hold(self._folder)
        if now != self._hold:
            text = f"Legal hold: {'everything' if now.all else f'{len(now.days)} days'}"
            self._sink.note(Notice(Happening.HOLD, text, "legal-hold", len(now.days), kind="legal hold"))
            self._hold = now

    def _sweep(self, now: datetime) -> None:
        today = now.astimezone(UTC).date()
        try:
            sweep(self._folder, today, self._days, self._sink.note)
            if self._evidence:
                place, days = self._evidence
                sweep_evidence(place, today, days, hold(self._folder), self._sink.note)
        except OSError as error:
            raise StoreError(f"a file whose time is over could not be deleted ({type(error).__name__})") from None

    @staticmethod
    def _after(last: float, seconds: int, now: datetime) -> bool:
        """True also when the clock went back."""
        return not 0 <= now.timestamp() - last < seconds

    def _run(self) -> None:
        while not self._stop.wait(1.0):
            self.tick()

    def _try(self, part: str, work: Callable[[], object]) -> None:
        """A defect in one part must not end the others: without them nothing is signed any more."""
        try:
            work()
        except Exception as error:  # noqa: BLE001 - told, and tried again
            text = str(error) if isinstance(error, StoreError) else f"The audit log's {part}: {type(error).__name__}"
            if self._failed.get(part) != text:
                self._failed[part] = text
                self._record(part, text, 4)
        else:
            if self._failed.pop(part, None):
                self._record(part, f"The audit log's {part} is well again", 1)

    def _record(self, part: str, text: str, severity: Literal[1, 4]) -> None:
        self._tell(text)
        try:
            self._sink.note(Notice(Happening.KEEPING, text, part, severity=severity))
        except StoreError as error:
            self._tell(str(error))
