"""Days of the log -> a folder of their own that anybody with the public key can verify."""

import re
import shutil
from datetime import date
from pathlib import Path

from guard.audit.tail import day_of
from guard.errors import StoreError

_FILE = re.compile(r"audit-.+-(\d{4}-\d\d-\d\d)\.(?:jsonl|ckpt)|audit-.+\.vkey")


def export(folder: Path, out: Path, since: date, until: date) -> list[str]:
    """Names of the files copied: lines and checkpoints of the days, both included, and the public keys.

    StoreError when the folder is there already, or a file cannot be copied.
    """
    try:
        out.mkdir(parents=True, mode=0o750)
        names = [path.name for path in sorted(folder.iterdir()) if _within(path.name, since, until)]
        for name in names:
            shutil.copy2(folder / name, out / name)
    except FileExistsError:
        raise StoreError(f"{out} is there already; name a new folder") from None
    except OSError as error:
        raise StoreError(f"the export could not be made ({type(error).__name__})") from None
    return names


def _within(name: str, since: date, until: date) -> bool:
    found = _FILE.fullmatch(name)
    if found is None or found[1] is None:
        return found is not None
    day = day_of(found[1])
    return day is not None and since <= day <= until
