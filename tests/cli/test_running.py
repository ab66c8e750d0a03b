"""The commands about the running guard."""

from collections.abc import Callable
from subprocess import CompletedProcess

type Guard = Callable[..., CompletedProcess[str]]


def test_a_bad_setting_is_named(guard: Guard) -> None:
    done = guard("doctor", GUARD_PORT="many")

    assert done.returncode == 2
    assert "GUARD_PORT" in done.stderr


def test_doctor_lists_every_setting(guard: Guard) -> None:
    done = guard("doctor")

    assert done.returncode == 0
    assert done.stdout.count("GUARD_") >= 15
