"""Columns of an answer -> bars in the terminal."""

from collections.abc import Iterator, Sequence
from typing import Any

_EIGHTHS = " ▏▎▍▌▋▊▉"


def bars(points: Sequence[tuple[str, Any]], width: int) -> Iterator[str]:
    """One line for each label and number, `width` characters at most unless the label is longer; null is no bar."""
    numbers = [float(number or 0) for _, number in points]
    top = max(numbers, default=0)
    margin = max((len(label) for label, _ in points), default=0)
    ends = [_shown(number) for number in numbers]
    room = max(width - margin - max(map(len, ends), default=0) - 3, 8)
    for (label, _), number, end in zip(points, numbers, ends, strict=True):
        bar = _bar(number / top * room if top > 0 else 0)
        yield f"{label:<{margin}} {f'{bar} ' if bar else ''}{end}"


def _bar(length: float) -> str:
    whole, part = divmod(round(max(length, 0) * 8), 8)
    return "█" * whole + _EIGHTHS[part].strip()


def _shown(number: float) -> str:
    return f"{number:g}" if number != int(number) else str(int(number))
