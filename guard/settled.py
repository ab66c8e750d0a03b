"""Files that people and programs write -> the moment when they are whole, as far as that can be told from outside.

A half-written file often reads well and says less. So nothing is read while files change, nor while any of them is open
for writing, and what is read must be the same twice, some time apart. What no onlooker can know is whether a program
that writes file by file has more to come: for that there is the seal (guard.rules.seal).
"""

import fcntl
import hashlib
import os
import signal
import stat
from collections.abc import Iterable, Iterator
from pathlib import Path

type Mark = tuple[tuple[str, int, int, int, int], ...]
"""Path, inode, size, and times of the last change in nanoseconds, of each file and folder."""


def files(roots: Iterable[Path]) -> list[Path]:
    """The roots that are files, and every file below those that are folders; sorted.

    Hidden entries of folders are left aside, as rules are read: an editor keeps its own files there, open for long.
    Folders are followed where they lead elsewhere, as rules are read too; none is gone through within itself.
    """
    return sorted({path for root in roots for path in _below(root)})


def _below(root: Path) -> Iterator[Path]:
    if not root.is_dir():
        yield root
        return
    for folder, folders, names in os.walk(root, followlinks=True):
        folders[:] = [name for name in folders if not (name.startswith(".") or _above(Path(folder, name), root))]
        for name in names:
            if not name.startswith("."):
                yield Path(folder, name)


def _above(folder: Path, root: Path) -> bool:
    """Whether a folder is a link to one that it stands in."""
    return folder.is_symlink() and any(folder.samefile(one) for one in (root, *folder.parents))


def mark(roots: Iterable[Path]) -> Mark:
    """What changes when any of the files does, comes or goes; without reading them."""
    found = []
    for path in files(roots):
        try:
            seen = path.stat()
        except OSError:
            found.append((str(path), 0, 0, 0, 0))
        else:
            found.append((str(path), seen.st_ino, seen.st_size, seen.st_mtime_ns, seen.st_ctime_ns))
    return tuple(found)


def digest(roots: Iterable[Path]) -> bytes:
    """A hash over the paths and contents of all files. What is none, such as a pipe or a device, is not read: it need
    not end.
    """
    whole = hashlib.sha256()
    for path in files(roots):
        whole.update(os.fsencode(path) + b"\0")
        try:
            with open(path, "rb", opener=_at_once) as stream:
                regular = stat.S_ISREG(os.fstat(stream.fileno()).st_mode)
                whole.update(hashlib.file_digest(stream, "sha256").digest() if regular else b"no file")
        except OSError:
            whole.update(b"unreadable")
    return whole.digest()


def _at_once(path: str, flags: int) -> int:
    """Open without waiting for whoever writes into a pipe."""
    return os.open(path, flags | os.O_NONBLOCK)


def being_written(roots: Iterable[Path]) -> bool:
    """Whether somebody on this machine has one of the files open for writing.

    The kernel gives a read lease (fcntl(2)) only on a file that nobody has open for writing, and only to the file's
    owner; on others' files, and on file systems without leases, there is no telling. Whoever opens the file while the
    lease is held, for an instant, waits for it, and its holder gets SIGIO, which must be ignored (`ready`).
    """
    return signal.getsignal(signal.SIGIO) == signal.SIG_IGN and any(map(_open_for_writing, files(roots)))


def ready() -> None:
    """Ignore SIGIO in this process, whose default would end it; for the main thread."""
    signal.signal(signal.SIGIO, signal.SIG_IGN)


def _open_for_writing(path: Path) -> bool:
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK)
    except OSError:
        return False
    try:
        fcntl.fcntl(descriptor, fcntl.F_SETLEASE, fcntl.F_RDLCK)
        fcntl.fcntl(descriptor, fcntl.F_SETLEASE, fcntl.F_UNLCK)
    except BlockingIOError:
        return True
    except OSError:
        return False
    finally:
        os.close(descriptor)
    return False
