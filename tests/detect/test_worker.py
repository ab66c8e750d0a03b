import subprocess
import sys
from collections.abc import Callable, Iterator
from typing import Any, BinaryIO

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guard.detect.analysis import SegmentAnalysis
from guard.detect.engine import Analyzer
from guard.detect.worker import LENGTH, frame, unframe
from guard.rules.schema import DetectRule, RuleSet
from guard.terms import Lang, Role, Segment

CANARY = "canary-c0ffee-4411"


@given(st.recursive(st.none() | st.booleans() | st.integers() | st.text() | st.binary(), st.lists, max_leaves=9))
def test_a_frame_is_its_length_and_its_value(value: object) -> None:
    data = frame(value)
    assert LENGTH.unpack(data[:4]) == (len(data) - 4,)
    assert unframe(data[4:]) == value


class Worker:
    """A real worker, asked over its pipes as its parent would."""

    def __init__(self, rules: RuleSet) -> None:
        command = [sys.executable, "-P", "-m", "guard.detect.worker"]
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        assert self.ask((rules, "builtin", "")) == "none"  # no rule asks for names

    def ask(self, value: object) -> Any:
        source, target = self.process.stdin, self.process.stdout
        assert source is not None
        assert target is not None
        source.write(frame(value))
        source.flush()
        return self.told(target)

    def told(self, target: BinaryIO) -> Any:
        (size,) = LENGTH.unpack(target.read(LENGTH.size))
        return unframe(target.read(size))

    def end(self) -> tuple[bytes, bytes]:
        """What it still writes on both streams when its parent goes in the middle of a frame."""
        assert self.process.stdin is not None
        self.process.stdin.write(frame(([], None))[:2])
        return self.process.communicate(timeout=20)


@pytest.fixture(scope="module")
def rules(new_rule: Callable[..., DetectRule], new_set: Callable[..., RuleSet]) -> RuleSet:
    return new_set(new_rule("canary", r"canary-[\w-]+", prefix=True), new_rule("word", words=["Atlas"]))


@pytest.fixture
def worker(rules: RuleSet) -> Iterator[Worker]:
    worker = Worker(rules)
    yield worker
    worker.process.kill()
    worker.process.communicate()


def test_a_worker_answers_like_the_analyzer_writes_nothing_else_and_ends_with_its_parent(
    worker: Worker, rules: RuleSet
) -> None:
    """Also when an analysis fails, on half characters, and on a long text."""
    texts = [f"Atlas et {CANARY}", "", "\ud83d Atlas", f"{CANARY} " * 2_000]
    segments = [Segment("b", Role.USER, text) for text in texts]
    analyzer = Analyzer(rules)
    expected = [analyzer.segment(segment, Lang.FR) for segment in segments]
    assert worker.ask((segments, Lang.FR)) == expected
    broken: Any = CANARY.encode()
    assert worker.ask(([Segment("b", Role.USER, broken)], None)) == "TypeError"
    assert worker.ask(([], None)) == []
    assert worker.ask((segments[:1], None)) == [analyzer.segment(segments[0])] != [SegmentAnalysis()]
    assert worker.end() == (b"", b"")
    assert worker.process.returncode == 0
