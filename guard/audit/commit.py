"""Many who wait for the disk -> one `fdatasync(2)` for all of them (group commit).

Each round takes whoever has asked before it began, so nobody waits for more than two rounds: some milliseconds.
"""

import threading
from collections.abc import Callable
from concurrent.futures import Future

from guard.errors import StoreError


class Committer:
    """A thread of its own, until it is closed."""

    def __init__(self, settle: Callable[[], None]) -> None:
        """`settle` puts all that was written on the disk, or raises StoreError."""
        self._settle = settle
        self._turn = threading.Condition()
        self._asked: list[Future[None]] = []
        self._open = True
        self._thread = threading.Thread(target=self._run, name="audit-commit", daemon=True)
        self._thread.start()

    def ask(self) -> Future[None]:
        """Done when all that was written before is on the disk; StoreError when it is not."""
        future: Future[None] = Future()
        with self._turn:
            if not self._open:
                future.set_exception(StoreError("the audit log is closed"))
                return future
            self._asked.append(future)
            self._turn.notify()
        return future

    def close(self) -> None:
        """Those who wait are served first."""
        with self._turn:
            self._open = False
            self._turn.notify()
        self._thread.join()

    def _run(self) -> None:
        while asked := self._next():
            try:
                self._settle()
            except StoreError as error:
                _end(asked, error)
            else:
                _end(asked, None)

    def _next(self) -> list[Future[None]]:
        with self._turn:
            self._turn.wait_for(lambda: self._asked or not self._open)
            asked, self._asked = self._asked, []
            return asked


def _end(asked: list[Future[None]], error: StoreError | None) -> None:
    for future in asked:
        if not future.set_running_or_notify_cancel():
            continue
        if error is None:
            future.set_result(None)
        else:
            future.set_exception(error)
