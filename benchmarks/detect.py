"""Texts made here -> how long the guard takes on them, and stock Presidio on the same ones, side by side in one run.

Stock Presidio is its AnalyzerEngine with its default recognizers in French and English on a blank spaCy pipeline (no
NER), its tldextract pinned to the shipped suffix list so that nothing is looked up. It runs in a process of its own and
is given `--cap` seconds a case: beyond them the table says so. All times are milliseconds of one core.

    python benchmarks/detect.py                  the table
    python benchmarks/detect.py --quick --json   one JSON object of ratios, in under 50 s
"""

import argparse
import asyncio
import base64
import gc
import json
import multiprocessing
import random
import sys
import time
from collections.abc import Callable
from multiprocessing.connection import Connection
from pathlib import Path
from statistics import median
from typing import Any

from rich.console import Console
from rich.table import Table

from guard.detect.engine import Analyzer
from guard.detect.pool import Pool
from guard.rules.load import load
from guard.rules.schema import RuleSet
from guard.terms import Role, Segment

ROOT = Path(__file__).resolve().parents[1]
SIZES = (100, 1_000, 10_000, 100_000, 1_000_000)
"""Characters."""
TURNS = 60
_ROUNDS = 5
"""Of five texts, in which both are measured."""

FRENCH = """Bonjour, peux-tu relire ce compte rendu avant la réunion de jeudi ?
Le fournisseur propose une remise de 12 % si nous signons avant la fin du mois de mars 2026.
Nous avons comparé trois offres et retenu celle qui couvre l'entretien pendant quatre ans.
L'équipe a terminé les essais du deuxième lot ; les résultats sont conformes au cahier des charges.
Il faudrait prévenir Mme Lefèvre que la livraison est repoussée au 14 novembre à 9h30.
Pour toute question, écrivez à camille.durand@example.com ou appelez le 01 99 00 12 34.
Le paragraphe suivant doit être plus court, plus clair et sans jargon pour des lecteurs pressés.""".split("\n")
ENGLISH = """Hello, could you please review these minutes before Thursday's meeting?
The supplier offers a 12 % discount if we sign before the end of March 2026.
We compared three offers and kept the one that covers maintenance for four years.
The team has finished testing the second batch; the results meet the specification.
Someone should tell Mr. Harper that the delivery moves to 14 November at 9:30 am.
For any question, write to jordan.smith@example.com or call +44 20 7946 0018.
The next paragraph must be shorter, clearer and free of jargon for readers in a hurry.""".split("\n")
CODE = '''def total(rows: list[dict[str, float]], rate: float = 0.2) -> float:
    """Sum of rows, tax included."""
    return round(sum(row["price"] * row["count"] for row in rows) * (1 + rate), 2)

class Store(Base):
    def __init__(self, path: Path, limit: int = 1024) -> None:
        self._items: dict[str, Item] = {}
        self.limit = limit if path.exists() else 0
    async def get(self, key: str) -> Item | None:
        if key not in self._items:
            logging.getLogger(__name__).warning("missing %s", key)
            return None
        return self._items[key]
const render = (props) => { return props.items.map((item, i) => <li key={i}>{item.name}</li>); };
for (int i = 0; i < n; ++i) { buffer[i] ^= 0x5f + (i & 0xff); }
SELECT o.id, c.name FROM orders o JOIN customers c ON c.id = o.customer_id WHERE o.total > 100;'''.split("\n")
LOGS = """2026-03-14T09:26:53.589Z INFO  [worker-3] http.server GET /v1/items?page=2 200 12ms 10.0.0.17
2026-03-14T09:26:53.601Z DEBUG [worker-1] cache.hit key=9f86d081884c7d65 age=381s
2026-03-14T09:26:54.112Z WARN  [worker-2] db.pool waiting=3 idle=0 took 00:00:01.204
2026-03-14T09:26:55.007Z ERROR [worker-3] job 5b1c failed after 3 attempts: TimeoutError at io.py:118""".split("\n")


def _lines(lines: list[str], separator: str) -> Callable[[int, random.Random], str]:
    def make(size: int, chance: random.Random) -> str:
        parts: list[str] = []
        length = 0
        while length < size:
            parts.append(chance.choice(lines))
            length += len(parts[-1]) + len(separator)
        return separator.join(parts)[:size]

    return make


def _repeated(unit: str) -> Callable[[int, random.Random], str]:
    return lambda size, chance: (unit * (size // len(unit) + 1))[:size]


def _base64(size: int, chance: random.Random) -> str:
    return base64.b64encode(chance.randbytes(size)).decode()[:size]


PROSE = ("prose fr", "prose en")
KINDS: dict[str, Callable[[int, random.Random], str]] = {
    "prose fr": _lines(FRENCH, " "),
    "prose en": _lines(ENGLISH, " "),
    "code": _lines(CODE, "\n"),
    "log lines": _lines(LOGS, "\n"),
    "dots": _repeated("."),
    "a.a.a.": _repeated("a."),
    "1:1:1:": _repeated("1:"),
    "base64": _base64,
    "=====": _repeated("="),
    "digits": _repeated("4 1"),
    "a@a@a@": _repeated("a@"),
}
HOSTILE = tuple(KINDS)[4:]


def text(kind: str, size: int, seed: int = 1) -> str:
    """A text of that many characters; the same for the same seed."""
    return KINDS[kind](size, random.Random(f"{kind}{seed}"))  # noqa: S311 - made up, and the same at each run


def timed(call: Callable[[str], object], kind: str, size: int, times: int, first: int = 0) -> float:
    """Median milliseconds of some calls, each on a text of its own; `first` is the seed of the first text."""
    spent = []
    for seed in range(first, first + times):
        made = text(kind, size, seed)
        began = time.process_time()  # of this process: what else runs on the machine does not count
        call(made)
        spent.append((time.process_time() - began) * 1000)
    return median(spent)


# --- stock Presidio --------------------------------------------------------------------------------------------------


def _stock() -> Callable[[str, str], object]:
    """Presidio as it comes."""
    import spacy
    import tldextract
    from presidio_analyzer import AnalyzerEngine, RecognizerRegistry
    from presidio_analyzer.nlp_engine import SpacyNlpEngine

    tldextract.tldextract.TLD_EXTRACTOR = tldextract.TLDExtract(suffix_list_urls=(), cache_dir=None)
    tldextract.extract = tldextract.tldextract.TLD_EXTRACTOR  # type: ignore[assignment]
    languages = ["en", "fr"]
    nlp = SpacyNlpEngine(models=[{"lang_code": lang, "model_name": "blank"} for lang in languages])
    nlp.nlp = {lang: spacy.blank(lang) for lang in languages}
    for pipeline in nlp.nlp.values():
        pipeline.max_length = 10_000_000
    registry = RecognizerRegistry(supported_languages=languages)
    registry.load_predefined_recognizers(languages=languages, nlp_engine=nlp)
    registry.recognizers = [r for r in registry.recognizers if r.name != "SpacyRecognizer"]
    engine = AnalyzerEngine(registry=registry, nlp_engine=nlp, supported_languages=languages)
    return lambda made, lang: engine.analyze(made, lang)


def _serve(pipe: Connection) -> None:
    """A process: (kind, size, times, first seed) -> median milliseconds, until None."""
    import logging
    import warnings

    logging.disable(logging.CRITICAL)
    warnings.simplefilter("ignore")
    analyze = _stock()
    for lang, start in (("en", ENGLISH), ("fr", FRENCH)):
        analyze(" ".join(start), lang)  # loads what is loaded on first use
    pipe.send(0.0)
    while (job := pipe.recv()) is not None:
        kind, size, times, first = job
        lang = "fr" if kind == "prose fr" else "en"
        pipe.send(timed(lambda made: analyze(made, lang), kind, size, times, first))  # noqa: B023 - called at once


class Stock:
    """Stock Presidio in a process that can be ended when a case takes too long."""

    def __init__(self, cap: float) -> None:
        self._cap = cap
        self._start()

    def _start(self) -> None:
        context = multiprocessing.get_context("spawn")
        self._pipe, other = context.Pipe()
        self._process = context.Process(target=_serve, args=(other,), daemon=True)
        self._process.start()
        self._pipe.recv()

    def time(self, kind: str, size: int, times: int, first: int = 0) -> float | None:
        """Median milliseconds; None when all the calls together took longer than the cap."""
        self._pipe.send((kind, size, times, first))
        if self._pipe.poll(self._cap):
            return float(self._pipe.recv())
        self.stop()
        self._start()
        return None

    def stop(self) -> None:
        """End it."""
        self._process.kill()
        self._process.join()


# --- a conversation that grows ---------------------------------------------------------------------------------------


def _turn(number: int, conversation: int, role: Role) -> Segment:
    kind, size = (PROSE[conversation % 2], 400) if role is Role.USER else (PROSE[conversation % 2], 1200)
    made = f"{text(kind, size, seed=1000 * conversation + 2 * number + (role is Role.USER))} ({conversation}.{number})"
    return Segment(f"body:/messages/{number}", role, made)


async def _conversations(rules: RuleSet, count: int) -> float:
    """Median cost of turn 60 over the median cost of turn 2, the whole history sent at each."""
    pool = Pool(rules, workers=1, queue=8, seconds=60)
    await pool.start()
    early, late = [], []
    try:
        for conversation in range(count):
            segments: list[Segment] = []
            for turn in range(1, TURNS + 1):
                if turn > 1:
                    segments.append(_turn(turn, conversation, Role.HISTORY))
                segments.append(_turn(turn, conversation, Role.USER))
                began = time.perf_counter()
                await pool.analyze(segments)
                spent = (time.perf_counter() - began) * 1000
                early += [spent] if turn == 2 else []
                late += [spent] if turn == TURNS else []
    finally:
        await pool.stop()
    return median(late) / median(early)


async def _beside(rules: RuleSet) -> float:
    """Seconds that a short text waits while another of a megabyte is analysed, over the seconds that one takes."""
    pool = Pool(rules, workers=2, queue=8, seconds=60)
    await pool.start()
    try:
        for seed in range(20):  # until both workers have come up and have worked
            await asyncio.gather(*(pool.analyze([_turn(seed, n, Role.USER)]) for n in (90, 91)))
        began = time.perf_counter()
        long = asyncio.create_task(pool.analyze([Segment("body:", Role.USER, text(PROSE[1], 1_000_000))]))
        await asyncio.sleep(0.05)
        waited = []
        for seed in range(3):
            asked = time.perf_counter()
            await pool.analyze([_turn(100 + seed, 92, Role.USER)])
            waited.append(time.perf_counter() - asked)
        await long
        return max(waited) / (time.perf_counter() - began)
    finally:
        await pool.stop()


# --- the two ways to run ---------------------------------------------------------------------------------------------


def _in_turn(ours: Callable[[str], object], stock: Stock, kind: str, size: int) -> tuple[float, float]:
    """Milliseconds of ours and of stock, some texts each in turn: the best round of either, for noise only adds."""
    rounds = range(0, 5 * _ROUNDS, 5)
    pairs = [(timed(ours, kind, size, 5, first), stock.time(kind, size, 5, first) or 15_000 / 5) for first in rounds]
    return min(mine for mine, _ in pairs), min(theirs for _, theirs in pairs)


def _analyzer(rules: RuleSet) -> Analyzer:
    """One that is set up as in a worker."""
    analyzer = Analyzer(rules, "none")
    gc.collect()
    gc.freeze()
    return analyzer


def quick(rules: RuleSet) -> dict[str, float]:
    """The ratios."""
    analyzer = _analyzer(rules)

    def ours(made: str) -> object:
        return analyzer.analyze([Segment("body:", Role.USER, made)])

    for kind in KINDS:
        ours(text(kind, 1000))
    size = 10_000
    mine = {kind: timed(ours, kind, size, 5) for kind in HOSTILE}
    stock = Stock(cap=15)
    both = {kind: _in_turn(ours, stock, kind, size) for kind in (*PROSE, "code")}
    stock.stop()
    mine |= {kind: ours for kind, (ours, _) in both.items()}
    prose = sum(mine[kind] for kind in PROSE) / len(PROSE)
    return {
        "prose_10kb_vs_presidio": round(sum(both[kind][1] for kind in PROSE) / len(PROSE) / prose, 2),
        "code_10kb_vs_presidio": round(both["code"][1] / mine["code"], 2),
        "hostile_vs_prose": round(max(mine[kind] for kind in HOSTILE) / prose, 2),
        "turn60_vs_turn2": round(asyncio.run(_conversations(rules, 9)), 2),
        "short_beside_1mb": round(asyncio.run(_beside(rules)), 3),
        "prose_10kb_ms": round(prose, 2),
        "code_10kb_ms": round(mine["code"], 2),
    }


def full(rules: RuleSet, cap: float, console: Console) -> None:
    """The table, a row a case as it is measured."""
    from rich.progress import Progress

    analyzer = _analyzer(rules)
    stock = Stock(cap)
    table = Table("text", "characters", "ours ms", "ours ms/kB", "stock ms", "stock ms/kB", "stock/ours")
    with Progress(console=console, transient=True, disable=not console.is_terminal) as progress:
        task = progress.add_task("cases", total=len(KINDS) * len(SIZES))
        for kind in KINDS:
            over = False
            for size in SIZES:
                times = 9 if size <= 10_000 else 2
                mine = timed(lambda made: analyzer.analyze([Segment("body:", Role.USER, made)]), kind, size, times)
                theirs = None if over else stock.time(kind, size, min(times, 3))
                over = theirs is None
                table.add_row(kind, f"{size:,}", *_cells(mine, theirs, size, cap))
                progress.update(task, advance=1, description=f"{kind}, {size:,}")
            table.add_section()
    stock.stop()
    console.print(table)
    console.print(f"turn {TURNS} of a conversation over turn 2: {asyncio.run(_conversations(rules, 9)):.2f}")
    console.print(f"a short text beside one of a megabyte, of its time: {asyncio.run(_beside(rules)):.3f}")


def _cells(mine: float, theirs: float | None, size: int, cap: float) -> tuple[str, ...]:
    ours = (f"{mine:.2f}", f"{mine / size * 1000:.2f}")
    if theirs is None:
        return (*ours, f"over {cap:g} s", "-", "-")
    return (*ours, f"{theirs:.1f}", f"{theirs / size * 1000:.2f}", f"{theirs / mine:.1f}")


def main() -> None:
    """Run."""
    parser = argparse.ArgumentParser(description="The guard's detection beside stock Presidio's.")
    parser.add_argument("--quick", action="store_true", help="only the ratios, at 10 kB")
    parser.add_argument("--json", action="store_true", help="one JSON object of ratios")
    parser.add_argument("--cap", type=float, default=20.0, help="seconds stock Presidio may take for a case")
    parser.add_argument("--rules", type=Path, default=ROOT / "rules", help="folder of rule files")
    options = parser.parse_args()
    rules = load(options.rules)
    if options.json or options.quick:
        ratios: dict[str, Any] = quick(rules)
        print(json.dumps(ratios) if options.json else "\n".join(f"{k:<24} {v}" for k, v in ratios.items()))
    else:
        full(rules, options.cap, Console(width=None if sys.stdout.isatty() else 110))


if __name__ == "__main__":
    main()
