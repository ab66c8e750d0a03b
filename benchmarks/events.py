"""A seed -> audit lines as the guard writes them, of a made-up company; for benchmarks, documents and tests.

The people, rules and values are invented. Templates come out of `guard.audit.event`; each line then has its own time,
id and number, so that a million of them takes seconds.

    python benchmarks/events.py FOLDER [--days 15] [--events 2000] [--seed 7]     a folder to ask questions of
"""

import argparse
import hashlib
import random
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from itertools import accumulate
from pathlib import Path
from typing import Any

import orjson

from guard.audit.admin import Notice, admin
from guard.audit.event import event
from guard.audit.ids import uuid7
from guard.audit.schema import Happening
from guard.audit.stamp import Place, rfc3339
from guard.terms import Actor, Classification, Decision, Finding, Lang, Outcome, Reason, Use, Verdict

LAST = date(2026, 7, 23)
"""The last of the days."""
NODE = "guard-par-01"
NAMES = (
    "jdupont mcurie abernard cleroy tmoreau sgarcia lpetit nroux jsmith pdurand eharper kmartin oblanc vfaure rhaas "
    "ilambert gsimon dmeyer ywang bnoel"
).split()
GROUPS = ("finance", "legal", "sales", "rnd", "hr")
SERVICES = (
    ("openai-api", "OpenAI", "api.openai.com", "gpt-5", 5),
    ("anthropic-api", "Anthropic", "api.anthropic.com", "claude-sonnet-5", 4),
    ("chatgpt-web", "OpenAI", "chatgpt.com", None, 6),
    ("mistral-api", "Mistral AI", "api.mistral.ai", "mistral-large", 2),
    ("deepseek-web", "DeepSeek", "chat.deepseek.com", None, 1),
)
KINDS = (
    ("IBAN_CODE", "iban", Classification.CONFIDENTIAL, True),
    ("PERSON", "person", Classification.INTERNAL, False),
    ("EMAIL_ADDRESS", "email", Classification.INTERNAL, True),
    ("SECRET_AWS_KEY", "aws-key", Classification.SECRET, True),
    ("FR_NIR", "fr-nir", Classification.CONFIDENTIAL, True),
)
USES = ("translation", "summary", "coding", "cv-screening", "drafting")
TEMPLATES = 4000
"""Different events; the more there are, the more a benchmark is like life."""


def outcome(dice: random.Random) -> Outcome:
    """One decision, by and large as often as in life: mostly nothing, sometimes names, seldom secrets."""
    service, provider, host, model, _ = dice.choices(SERVICES, [weight for *_, weight in SERVICES])[0]
    number = min(int(dice.expovariate(0.25)), len(NAMES) - 1)
    verdict = dice.choices(list(Verdict), (70, 4, 6, 14, 1, 1, 4))[0]
    chars = int(dice.lognormvariate(6.5, 1.2))
    plain = Outcome(
        Decision(verdict),
        Actor(NAMES[number], (GROUPS[number % 5], "staff"), "address", f"10.20.{number}.7"),
        service=service,
        endpoint=dice.choices(("chat-completions", "files", "unknown"), (90, 7, 3))[0],
        host=host,
        provider=provider,
        model=model,
        channel="web" if model is None else "api",
        lang=dice.choice(list(Lang)),
        chars=chars,
        segments=1 + chars // 900,
        uses=(Use(dice.choice(USES), round(dice.uniform(0.6, 1), 2), ()),),
        milliseconds=_laps(chars, dice),
        rules_version="4be1c0d2",
    )
    if dice.random() < 0.003:
        cause = dice.choice(("worker", "timeout", "overload"))
        return replace(plain, decision=Decision(Verdict.BLOCK, message="guard-failure"), failure=cause, uses=())
    return plain if verdict is Verdict.ALLOW else _found(plain, verdict, dice)


def _laps(chars: int, dice: random.Random) -> dict[str, float]:
    laps = {"read": 0.4, "detect": 4 + chars / 200 * dice.lognormvariate(0, 0.5), "policy": 0.2, "redact": 0.6}
    rounded = {stage: round(spent, 3) for stage, spent in laps.items()}
    return rounded | {"total": round(sum(rounded.values()), 3)}


def _found(plain: Outcome, verdict: Verdict, dice: random.Random) -> Outcome:
    kinds = dice.sample(KINDS, dice.choice((1, 1, 2)))
    findings = tuple(
        Finding(rule, entity, level, 0, 20 * n, 20 * n + 12, 1.0 if proven else 0.6, proven, enforced=n < 3)
        for entity, rule, level, proven in kinds
        for n in range(dice.choice((1, 1, 2, 4)))
    )
    values = [f"{finding.entity}{int(dice.paretovariate(0.6))}" for finding in findings]
    level = max((finding.classification for finding in findings), key=lambda it: it.rank)
    reasons = [Reason(f"{verdict}-{kinds[0][1]}", verdict, kinds[0][0])]
    if dice.random() < 0.2:
        reasons.append(Reason("hold-cv-screening", Verdict.HOLD, "use cv-screening", enforced=False))
    stopped = verdict in (Verdict.HOLD, Verdict.JUSTIFY)
    return replace(
        plain,
        decision=Decision(verdict, tuple(reasons), approvers=("dpo",) if stopped else (), classification=level),
        findings=findings,
        fingerprints=tuple(f"hmac:k3:{hashlib.sha256(value.encode()).hexdigest()[:24]}" for value in values),
        uninspectable=("media",) if dice.random() < 0.03 else (),
    )


def templates(seed: int, count: int = TEMPLATES) -> list[dict[str, Any]]:
    """Events without a time, an id and a number of their own."""
    dice = random.Random(seed)  # noqa: S311 - no secret
    start = datetime.combine(LAST, time(), UTC)
    return [event(outcome(dice), uid="", sequence=1, time=start, node=NODE) for _ in range(count)]


def lines(day: date, count: int, dice: random.Random, made: list[dict[str, Any]], sequence: int) -> Iterator[bytes]:
    """One day's lines, in order of time, mostly in office hours. The first number used is `sequence` + 1.

    On the last day somebody insists, in four long prompts, and one line is missing.
    """
    start = datetime.combine(day, time(), UTC)
    milliseconds = sorted(int(3_600_000 * min(max(dice.gauss(13, 3), 0), 23.99)) for _ in range(count))
    chosen = dice.choices(made, k=count)
    if day == LAST:
        chosen[count // 2 : count // 2 + 4] = [_insisting(made)] * 4
    for number, (offset, template) in enumerate(zip(milliseconds, chosen, strict=True), 1):
        moment = start + timedelta(milliseconds=offset)
        uid = str(uuid7(moment, dice.randbytes(10)))
        metadata = template["metadata"] | {"uid": uid, "sequence": sequence + number}
        own = {"time": int(moment.timestamp() * 1000), "time_dt": rfc3339(moment), "metadata": metadata}
        if info := template.get("finding_info"):
            own["finding_info"] = info | {"uid": uid}
        if (day, number) != (LAST, count * 2 // 3):
            yield orjson.dumps(template | own) + b"\n"


def _insisting(made: list[dict[str, Any]]) -> dict[str, Any]:
    blocked = next(one for one in made if one["metadata"]["event_code"] == "prompt.block")
    user = blocked["actor"]["user"] | {"name": "vfaure"}
    guard = blocked["unmapped"]["guard"] | {"prompt": {"chars": 90_000, "segments": 100}}
    return blocked | {"actor": {"user": user}, "unmapped": {"guard": guard}}


def write(folder: Path, days: int, events: int, seed: int = 7, count: int = TEMPLATES) -> None:
    """Day files of `events` lines in all, the last one of LAST, each begun by a start of the guard."""
    folder.mkdir(parents=True, exist_ok=True)
    dice, made, sequence = random.Random(seed), templates(seed, count), 0  # noqa: S311 - no secret
    ends = list(accumulate([events // days] * days))
    for number, end in enumerate(ends):
        day = LAST - timedelta(days=days - 1 - number)
        started = datetime.combine(day, time(), UTC)
        place = Place(str(uuid7(started, dice.randbytes(10))), sequence + 1, started, NODE)
        notice = Notice(Happening.START, "The guard starts", "4be1c0d2")
        with (folder / f"audit-{NODE}-{day.isoformat()}.jsonl").open("wb") as file:
            file.write(orjson.dumps(admin(notice, place)) + b"\n")
            file.writelines(lines(day, end - sequence - 1, dice, made, sequence + 1))
        sequence = end


def main() -> None:
    """Write a folder."""
    parser = argparse.ArgumentParser(description="Write audit lines of a made-up company.")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--days", type=int, default=15)
    parser.add_argument("--events", type=int, default=3000)
    parser.add_argument("--seed", type=int, default=7)
    given = parser.parse_args()
    write(given.folder, given.days, given.events, given.seed)


if __name__ == "__main__":
    main()
