import threading

import pytest

from guard.audit.commit import Committer
from guard.errors import StoreError


def test_all_who_wait_are_served_by_one_round() -> None:
    started, go, rounds = threading.Event(), threading.Event(), []

    def settle() -> None:
        rounds.append(1)
        started.set()
        go.wait(10)

    committer = Committer(settle)
    first = committer.ask()
    started.wait(10)
    others = [committer.ask() for _ in range(50)]
    go.set()
    for future in (first, *others):
        assert future.result(10) is None
    committer.close()
    assert len(rounds) == 2


def test_nobody_is_told_yes_when_the_disk_says_no() -> None:
    def settle() -> None:
        raise StoreError("no disk")

    committer = Committer(settle)
    with pytest.raises(StoreError, match="no disk"):
        committer.ask().result(10)
    committer.close()


def test_one_who_gave_up_does_not_stop_the_others() -> None:
    go = threading.Event()
    committer = Committer(lambda: go.wait(10) and None)
    futures = [committer.ask() for _ in range(3)]
    futures[2].cancel()
    go.set()
    assert futures[1].result(10) is None
    committer.close()


def test_closing_serves_those_who_wait_and_refuses_the_rest() -> None:
    committer = Committer(lambda: None)
    waiting = committer.ask()
    committer.close()

    assert waiting.result(0) is None
    with pytest.raises(StoreError, match="closed"):
        committer.ask().result(0)
