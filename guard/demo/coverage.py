"""Rules -> docs/services.md's table: each service, what is read of it, and what comes back.

`python -m guard.demo.coverage` writes it into the page, for the shipped rules. Nothing in it is written by hand, so
that the page cannot promise what the rules do not say.
"""

from collections.abc import Iterator, Mapping
from pathlib import Path

from guard.demo.stage import HOSTS
from guard.demo.website import HTTP_HOSTS, SOCKET_HOSTS
from guard.rules.hosts import covers
from guard.rules.load import load
from guard.rules.schema import Endpoint, RuleSet, ServiceRule
from guard.wire.answer import Plain
from guard.wire.families import FAMILIES
from guard.wire.refusal import shape

BEGIN, END = "<!-- table -->\n", "<!-- end of table -->\n"
_HEADS = (
    "service",
    "hosts",
    "read, by endpoint",
    "answers restored",
    "in streams",
    "files",
    "refusal",
    "edited",
    "tried by",
)
_TRIED = (*HOSTS, *HTTP_HOSTS, *SOCKET_HOSTS)
"""Hosts that the tests reach through the running proxy."""
_ROOT = Path(__file__).resolve().parents[2]
_RULES = _ROOT / "rules"
_PAGE = _ROOT / "docs/services.md"


def table(rules: RuleSet) -> str:
    """One row for each service, in the order of their ids."""
    rows = [_HEADS, ("---",) * len(_HEADS), *(tuple(_row(rule)) for _, rule in sorted(rules.services.items()))]
    return "".join(f"| {' | '.join(row)} |\n" for row in rows)


def _row(rule: ServiceRule) -> Iterator[str]:
    speaking = [endpoint for endpoint in rule.endpoints if endpoint.methods != ["GET"]]
    yield f"{rule.title} (`{rule.id}`)"
    yield ", ".join(f"`{host}`" for host in rule.hosts)
    yield _listed([endpoint.id for endpoint in speaking if endpoint.fields or endpoint.upload])
    yield "every string"
    yield _listed(_families(rule, speaking))
    yield _files(speaking)
    yield _listed([shape(rule, endpoint.id) for endpoint in rule.endpoints])
    yield _edited(rule)
    yield "end to end" if any(covers(host, name) for host in rule.hosts for name in _TRIED) else "rule tests"


def _listed(words: list[str]) -> str:
    return ", ".join(f"`{word}`" for word in dict.fromkeys(words)) or "–"


def _families(rule: ServiceRule, speaking: list[Endpoint]) -> list[str]:
    """The families whose pieces are put together; in any other stream each event is restored by itself."""
    return [endpoint.family for endpoint in speaking if not isinstance(FAMILIES[endpoint.family], Plain)]


def _files(speaking: list[Endpoint]) -> str:
    held: Mapping[str, bool] = {
        "in messages": any(field.holds == "media" for endpoint in speaking for field in endpoint.fields),
        "by upload": any(endpoint.upload for endpoint in speaking),
    }
    return ", ".join(name for name, true in held.items() if true) or "in forms only"


def _edited(rule: ServiceRule) -> str:
    if not any(endpoint.fields for endpoint in rule.endpoints):
        return "refused"
    if rule.refusal == "aws-error":
        return "unless signed (SigV4)"
    return "unless signed" if rule.signed_by else "yes"


def main() -> None:
    """Write the table of the shipped rules into the page."""
    before, _, rest = _PAGE.read_text().partition(BEGIN)
    _PAGE.write_text(before + BEGIN + table(load(_RULES)) + END + rest.partition(END)[2])


if __name__ == "__main__":
    main()
