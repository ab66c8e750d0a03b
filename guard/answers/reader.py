"""A request that left -> who reads its answer, where a rule is about that."""

from dataclasses import dataclass

from guard import policy
from guard.answers.known import Known
from guard.pipeline import Exchange, Guard
from guard.rules.schema import ServiceRule
from guard.terms import Actor, Lang, Prompt, Use


@dataclass(frozen=True, slots=True)
class Reader:
    """Who reads an answer, and what of."""

    actor: Actor
    service: ServiceRule
    host: str
    endpoint: str
    family: str
    known: Known
    """What is no news to them."""
    model: str | None = None
    lang: Lang | None = None
    uses: tuple[Use, ...] = ()
    """What the prompt was for."""
    event: str | None = None
    """Of the prompt."""

    @property
    def prompt(self) -> Prompt:
        """The answer as policy sees it, without its texts yet."""
        return Prompt(
            self.service.id,
            self.endpoint,
            self.family,
            (),
            channel=self.service.channel,
            sanctioned=self.service.sanctioned,
            provider=self.service.provider,
            model=self.model,
        )


def reader(guard: Guard, exchange: Exchange, service: ServiceRule) -> Reader | None:
    """Who reads the answer to a request that left; None when no rule is about it."""
    prompt, outcome = exchange.prompt, exchange.outcome
    if prompt is None:
        return None
    known = Known(exchange.values, [segment.text for segment in prompt.segments])
    one = Reader(
        outcome.actor,
        service,
        outcome.host,
        prompt.endpoint,
        prompt.family,
        known,
        prompt.model,
        outcome.lang,
        outcome.uses,
        exchange.event,
    )
    return one if concerned(guard, one) else None


def concerned(guard: Guard, one: Reader) -> bool:
    """True when a rule is about what this reader gets of this service."""
    facts = policy.Facts(one.actor, one.prompt, uses=one.uses, direction="answer")
    return policy.concerned(guard.rules, facts, guard.now())
