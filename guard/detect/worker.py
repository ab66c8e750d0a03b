"""A process that analyses: frames on standard input -> frames on standard output.

A frame is 4 bytes of length (big endian) and a pickle of our own nouns, between a parent and its own child only.
Nothing else is ever written: both standard streams are turned away from every library before any text arrives (law 6).
"""

import gc
import os
import pickle
import resource
import signal
import struct
import sys
import threading
import time
from collections.abc import Sequence
from typing import Any, BinaryIO

from guard.terms import Lang, Segment

LENGTH = struct.Struct(">I")

type Job = tuple[Sequence[Segment], Lang | None]


def frame(value: object) -> bytes:
    """A value as it travels."""
    data = pickle.dumps(value, protocol=pickle.HIGHEST_PROTOCOL)
    return LENGTH.pack(len(data)) + data


def unframe(data: bytes) -> Any:
    """The value of a frame's bytes, length left out."""
    return pickle.loads(data)  # noqa: S301 - from our own parent or child, over a pipe nobody else holds


def main() -> None:
    """Take the rules and the choices of pipelines, say which find names, then answer jobs until the parent is gone."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the parent, which stops us in good order
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    threading.Thread(target=_follow, args=(os.getppid(),), daemon=True).start()
    source, target = _streams()
    rules, nlp, likeness = _read(source)

    from guard.detect.engine import Analyzer

    analyzer = Analyzer(rules, nlp, likeness)
    gc.collect()
    gc.freeze()  # rules and pipelines stay: looking through them again and again takes a third of a long text's time
    _write(target, analyzer.names.said)
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stderr.fileno())
    while (job := _read(source)) is not None:
        segments, lang = job
        try:
            result: object = [analyzer.segment(segment, lang) for segment in segments]
        except Exception as error:  # noqa: BLE001 - the parent turns it into a refusal
            result = type(error).__name__
        _write(target, result)


def _follow(parent: int) -> None:
    """End soon after the parent, also in the middle of an analysis that nobody waits for any more."""
    while os.getppid() == parent:
        time.sleep(0.5)
    os._exit(1)


def _streams() -> tuple[BinaryIO, BinaryIO]:
    """Our own ends of the pipes; descriptors 0 and 1 lead nowhere from here on."""
    source, target = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    nowhere = os.open(os.devnull, os.O_RDWR)
    os.dup2(nowhere, 0)
    os.dup2(nowhere, 1)
    return source, target


def _read(source: BinaryIO) -> Any:
    head = source.read(LENGTH.size)
    if len(head) < LENGTH.size:
        return None
    (size,) = LENGTH.unpack(head)
    return unframe(source.read(size))


def _write(target: BinaryIO, value: object) -> None:
    target.write(frame(value))
    target.flush()


if __name__ == "__main__":
    main()
