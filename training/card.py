"""What a run did and measured in, the pipeline's CARD.md out: what it learned from, how well, and where it fails.

Law: the card is written by the run whose pipeline it describes, so that its figures are that pipeline's.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

from training.origins import ORIGINS
from training.score import Score, table


@dataclass(frozen=True, slots=True)
class Run:
    """What one training did."""

    version: str
    seed: int
    epochs: float
    labels: tuple[str, ...]
    counts: Mapping[str, int]
    """Training texts by source."""
    words: int
    size: int
    """Bytes of the packed pipeline."""
    scores: Mapping[str, Score]
    begun: str = ""
    """The version of the pipeline that this one went on from, if any."""


def card(run: Run) -> str:
    """The card's Markdown."""
    used = {source.partition("+")[0] for source in run.counts}
    rows = [
        f"| {origin.name} ([{origin.repository}](https://github.com/{origin.repository}) @{origin.commit[:7]})"
        f" | {origin.licence} | {origin.attribution} |"
        for origin in ORIGINS
        if origin.name in used
    ]
    text = files("training").joinpath("card.md").read_text(encoding="utf-8")
    return text.format(
        labels=", ".join(run.labels),
        size=run.size / 1e6,
        version=run.version,
        seed=run.seed,
        epochs=f"{run.epochs} epochs more from version {run.begun} and the mean of both"
        if run.begun
        else f"{run.epochs} epochs",
        examples=f"{sum(run.counts.values()):,}",
        words=f"{run.words:,}",
        origins="\n".join(rows),
        invented=f"{sum(run.counts.get(kind, 0) for kind in ('template', 'record', 'plain')):,}",
        figures=table(run.scores),
    )


def write_card(folder: Path, run: Run) -> None:
    """Put the card beside the pipeline."""
    (folder / "CARD.md").write_text(card(run), encoding="utf-8")
