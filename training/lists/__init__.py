"""A list's name in, its words out: words between white space, an underscore for a space inside one; or its lines."""

from functools import cache
from importlib.resources import files


@cache
def words(name: str) -> tuple[str, ...]:
    """The words of `name.txt`, in its order; lines that begin with `#` are comments."""
    text = files(__name__).joinpath(f"{name}.txt").read_text(encoding="utf-8")
    lines = (line for line in text.splitlines() if not line.startswith("#"))
    return tuple(word.replace("_", " ") for line in lines for word in line.split())


@cache
def lines(name: str) -> tuple[str, ...]:
    r"""The lines of `name.txt` that are neither empty nor comments, with `\n` and `\t` in them made real."""
    text = files(__name__).joinpath(f"{name}.txt").read_text(encoding="utf-8")
    kept = (line for line in text.splitlines() if line.strip() and not line.startswith("#"))
    return tuple(line.replace("\\n", "\n").replace("\\t", "\t") for line in kept)
