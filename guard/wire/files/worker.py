"""A process that reads one file and ends: its bytes on standard input -> its texts on standard output.

Nothing outlives a file: what a hostile one does to a library is done to nobody else's. Memory, processor time and
open files are bounded before the first byte is looked at, and nothing can be written to any disk (law 6).
"""

import os
import pickle
import resource
import sys

MEMORY = 1024 * 2**20
"""Bytes of address space; a library that wants more fails, and its file is unread."""
_FILES = 64
_NICE = 5


def main() -> None:
    """Read, answer, end. The argument is the processor time there is, in seconds."""
    seconds = int(sys.argv[1])
    os.nice(_NICE)
    for what, most in (
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_NOFILE, _FILES),
        (resource.RLIMIT_CPU, seconds),
        (resource.RLIMIT_AS, MEMORY),
    ):
        resource.setrlimit(what, (most, most))
    os.environ["OMP_THREAD_LIMIT"] = "1"  # tesseract's threads wait for each other more than they work
    data = sys.stdin.buffer.read()
    target = os.fdopen(os.dup(1), "wb")
    nowhere = os.open(os.devnull, os.O_RDWR)
    for stream in (0, 1, 2):
        os.dup2(nowhere, stream)

    from guard.wire.files.extract import extract

    target.write(pickle.dumps(extract(data)))
    target.flush()
    os._exit(0)  # nothing is left to tidy up, and tidying takes time


if __name__ == "__main__":
    main()
