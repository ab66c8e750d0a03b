"""A seal on a folder of rules: the version of the whole set, written last by whoever brings the files.

Without one, a set that is brought file by file may stand still half-way and read well. With one (`.seal`, a single line
that `guard seal` writes) only the very set it names is ever in force: a part of it has another version.
"""

import os
from pathlib import Path

from guard.errors import Problem, RulesError

NAME = ".seal"
_LONGEST = 200


def write(folder: Path, version: str) -> Path:
    """Seal a folder, at once or not at all; the file. OSError."""
    path, new = folder / NAME, folder / f"{NAME}.new"
    new.write_text(f"{version}\n", "utf-8")
    os.replace(new, path)
    return path


def check(folder: Path, version: str) -> None:
    """RulesError when the folder has a seal that names another set."""
    path = folder / NAME
    try:
        with path.open("rb") as stream:
            sealed = stream.read(_LONGEST)
    except FileNotFoundError:
        return
    except OSError as error:
        text = f"the seal cannot be read: {type(error).__name__}"
    else:
        if sealed == f"{version}\n".encode():
            return
        text = f"the seal names another set than these files, which are {version}"
    hint = "run guard seal when the folder is as it should be, or wait until all files are there"
    raise RulesError([Problem(path.as_posix(), 0, 0, "R207", text, hint)])
