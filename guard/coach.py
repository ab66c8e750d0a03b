"""Decision -> the sentence a person reads, in French or English, from `rules/messages/`. It never quotes the prompt."""

from collections.abc import Mapping

from guard.rules.schema import MessageRule, Wording
from guard.terms import Decision, Finding, Lang, Use

_LAST_RESORT = {
    Lang.FR: "Le relais de l'entreprise n'a pas transmis cette demande. Rien n'est sorti. Référence : {id}.",
    Lang.EN: "The company's proxy did not pass this request on. Nothing left. Reference: {id}.",
}
"""When even the messages are missing, a person still reads a sentence."""


def say(
    messages: Mapping[str, MessageRule],
    message: str | None,
    lang: Lang,
    *,
    event: str,
    service: str = "",
    decision: Decision | None = None,
    findings: tuple[Finding, ...] = (),
    uses: tuple[Use, ...] = (),
    causes: tuple[str, ...] = (),
) -> str:
    """Title and text in one language, with what the message asks for filled in: entities, uses, causes, …"""
    rule = messages.get(message or "")
    if rule is None:
        return _LAST_RESORT[lang].format(id=event)
    wording: Wording = rule.fr if lang is Lang.FR else rule.en
    filled = wording.text.format(
        service=service,
        entities=", ".join(sorted({finding.entity for finding in findings if finding.enforced})),
        uses=", ".join(use.id for use in uses if use.enforced),
        rules=", ".join(reason.rule for reason in decision.reasons if reason.enforced) if decision else "",
        approvers=", ".join(decision.approvers) if decision else "",
        causes=", ".join(causes),
        id=event,
    )
    lesson = f" {rule.lesson}" if rule.lesson else ""
    return f"{wording.title}{' : ' if lang is Lang.FR else ': '}{filled}{lesson}"
