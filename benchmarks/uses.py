"""Prompts -> how well the shipped uses are recognised, what they stop that is nothing of the kind, and how fast.

The held-out prompts stand in the rule files, apart from the words (`tests.held_out`). The ordinary ones are those of
benchmarks/ordinary.txt, written by hand, and templates of everyday work, the same each time. A false
block is an ordinary prompt with a use for which an enforced policy rule holds or blocks.

    python benchmarks/uses.py                    tables
    python benchmarks/uses.py --quick --json     one JSON object of ratios, in under 50 s
    python benchmarks/uses.py --ordinary FILE    ordinary prompts of your own: JSON lines with a `text`
"""

import argparse
import json
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import product
from pathlib import Path

from rich.console import Console
from rich.table import Table

from guard.detect.uses import UseMatcher
from guard.rules.load import load
from guard.rules.schema import RuleSet, Status
from guard.terms import Role, Segment, Verdict

ROOT = Path(__file__).resolve().parents[1]
WRITTEN = ROOT / "benchmarks" / "ordinary.txt"
LONG = 10_000
"""Characters of a long prompt."""

FRENCH = """\
Rédige un mail à {who} pour {what}.
Peux-tu reformuler ce message destiné à {who} au sujet de {thing} ?
Résume {thing} en cinq points pour {who}.
Prépare l'ordre du jour de la réunion avec {who} sur {thing}.
Comment expliquer {thing} à {who} ?
Traduis en anglais le courrier de {who} sur {thing}.
Fais un tableau des étapes pour {what}, à partager avec {who}.
Écris une procédure pour {what} et envoie-la à {who}.
Quels points vérifier dans {thing} avant de l'envoyer à {who} ?
Donne-moi trois idées pour présenter {thing} à {who}.
"""
ENGLISH = """\
Write an email to {who} to {what}.
Rephrase this message for {who} about {thing}.
Summarise {thing} in five points for {who}.
Prepare the agenda of the meeting with {who} about {thing}.
How can I explain {thing} to {who}?
Translate the letter from {who} about {thing} into French.
Make a table of the steps to {what}, to share with {who}.
Write a procedure to {what} and send it to {who}.
What should I check in {thing} before I send it to {who}?
Give me three ideas to present {thing} to {who}.
"""
SLOTS = {
    "fr": {
        "who": ["un client", "l'équipe", "un patient", "une candidate", "un salarié", "la banque", "mes élèves"],
        "what": ["décaler la livraison", "annoncer les congés", "réserver une salle", "changer de mutuelle"],
        "thing": ["le contrat", "le rapport annuel", "la note de frais", "le planning", "la formation", "ce devis"],
    },
    "en": {
        "who": ["a client", "the team", "a patient", "an applicant", "an employee", "the bank", "my students"],
        "what": ["postpone the delivery", "announce the holidays", "book a room", "change the insurer"],
        "thing": ["the contract", "the annual report", "the budget", "the schedule", "the training", "this quote"],
    },
}


def written() -> list[str]:
    """The ordinary prompts written by hand."""
    lines = WRITTEN.read_text(encoding="utf-8").splitlines()
    return [line for line in lines if line and not line.startswith("#")]


def generated() -> Iterator[str]:
    """The templates with everything that fits."""
    for lang, templates in (("fr", FRENCH), ("en", ENGLISH)):
        for template in templates.splitlines():
            names = [name for name in SLOTS[lang] if f"{{{name}}}" in template]
            for values in product(*(SLOTS[lang][name] for name in names)):
                yield template.format(**dict(zip(names, values, strict=True)))


def stopping(rules: RuleSet) -> frozenset[str]:
    """The uses that an enforced policy rule holds or blocks."""
    return frozenset(
        use
        for rule in rules.policy.values()
        if rule.status is Status.STABLE and rule.then.rank >= Verdict.JUSTIFY.rank
        for use in rule.when.uses
        if rules.uses[use].status is Status.STABLE
    )


def uses(matcher: UseMatcher, text: str) -> set[str]:
    """The uses of one prompt."""
    return {use.id for use in matcher.find(Segment("body:", Role.USER, text))}


def measured(rules: RuleSet, ordinary: Sequence[str]) -> dict[str, object]:
    """The figures: ratios, and how many prompts they come from."""
    matcher = UseMatcher(rules)
    plain = [uses(matcher, text) for text in ordinary]
    false = Counter(name for found in plain for name in found)
    by_use: dict[str, dict[str, float | int]] = {}
    for rule in rules.uses.values():
        kept = rule.tests.held_out
        right = sum(rule.id in uses(matcher, text) for text in kept.match)
        wrong = sum(rule.id in uses(matcher, case.text) for case in kept.no_match)
        # an everyday use is no mistake on an everyday prompt
        wrong += false[rule.id] if rule.id in stopping(rules) else 0
        by_use[rule.id] = {
            "recall": _ratio(right, len(kept.match)),
            "precision": _ratio(right, right + wrong),
            "prompts": len(kept.match),
            "wrong": wrong,
        }
    stopped = [found for found in plain if found & stopping(rules)]
    kept_prompts = sum(int(row["prompts"]) for row in by_use.values())
    return {
        "recall": _ratio(sum(row["recall"] * row["prompts"] for row in by_use.values()), kept_prompts),
        "held_out": kept_prompts,
        "false_blocks": _ratio(len(stopped), len(plain)),
        "ordinary": len(plain),
        "milliseconds_10k": _milliseconds(matcher, ordinary),
        "uses": by_use,
    }


def _ratio(part: float, whole: float) -> float:
    return round(part / whole, 4) if whole else 1.0


def _milliseconds(matcher: UseMatcher, ordinary: Sequence[str]) -> float:
    """Processor time for a prompt of LONG characters, the middle of five."""
    text = " ".join(ordinary)[:LONG]
    spent = []
    for _ in range(5):
        start = time.process_time()
        uses(matcher, text)
        spent.append((time.process_time() - start) * 1000)
    return round(sorted(spent)[2], 2)


def shown(report: dict[str, object]) -> Table:
    """The figures by use."""
    table = Table(title=", ".join(f"{name} {value}" for name, value in report.items() if name != "uses"))
    for name in ("use", "recall", "precision", "prompts", "wrong"):
        table.add_column(name, justify="left" if name == "use" else "right")
    by_use = report["uses"]
    assert isinstance(by_use, dict)
    for name, row in sorted(by_use.items()):
        table.add_row(name, *(str(value) for value in row.values()))
    return table


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="the same: it takes seconds")
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    parser.add_argument("--ordinary", type=Path, help="JSON lines with ordinary prompts instead of the project's")
    parser.add_argument("--rules", type=Path, default=ROOT / "rules", help="folder of rule files")
    given = parser.parse_args()
    if given.ordinary:
        lines = given.ordinary.read_text(encoding="utf-8").splitlines()
        ordinary = [json.loads(line)["text"] for line in lines if line]
    else:
        ordinary = [*written(), *generated()]
    report = measured(load(given.rules), ordinary)
    if given.json:
        json.dump(report, sys.stdout)
        print()
    else:
        Console().print(shown(report))


if __name__ == "__main__":
    main()
