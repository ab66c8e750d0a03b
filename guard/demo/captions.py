"""A language -> every word the demo says itself. French and English have equal rank."""

import os
from collections.abc import Mapping
from dataclasses import dataclass

from guard.terms import Lang


@dataclass(frozen=True, slots=True)
class Captions:
    """One language's words; `{…}` are filled in by whoever shows them."""

    welcome: str
    starting: str
    inside: str
    outside: str
    typed: str
    left: str
    answered: str
    seen: str
    nothing_left: str
    no_answer: str
    refused_by: str
    same_bytes: str
    audit: str
    letter: str
    screening: str
    question: str
    hidden: str
    restored: str
    one_redacted: str
    discreet: str
    nothing_sent: str
    told: str
    one_blocked: str
    untouched: str
    one_allowed: str
    stopped: str
    kept: str
    broken: str
    install: str
    ordinary: str
    ordinary_answer: str


_FR = Captions(
    welcome="Un service d'IA fictif sur cette machine, le relais, et les vrais clients OpenAI et Anthropic : "
    "aucun compte, aucun réseau. Toutes les données sont inventées.",
    starting="Le relais démarre…",
    inside="Dans l'entreprise",
    outside="Au-dehors, chez le service d'IA",
    typed="1. Ce que la personne a écrit",
    left="2. Ce qui est sorti",
    answered="3. Ce que le service a répondu",
    seen="4. Ce que la personne a lu",
    nothing_left="Rien. Le service n'a reçu aucun octet.",
    no_answer="Rien : il n'a pas été interrogé.",
    refused_by="Le client {client} lève sa propre erreur, {error} :",
    same_bytes="{count} octets, les mêmes :",
    audit="Journal d'audit",
    letter="Un courriel plein de données personnelles (OpenAI, réponse en flux)",
    screening="Un usage interdit : trier des candidatures (Anthropic)",
    question="Une question ordinaire (OpenAI)",
    hidden="aucune des {count} données n'est sortie",
    restored="la réponse porte les vraies valeurs, alors que le service n'a vu que des marques",
    one_redacted="un événement d'audit, « redact »",
    discreet="l'événement ne contient aucune de ces données",
    nothing_sent="aucune requête n'a atteint le service",
    told="la personne lit pourquoi, en français, dans l'erreur de son propre client (HTTP 400), sans nouvel essai",
    one_blocked="un événement d'audit, « block »",
    untouched="la requête est arrivée à l'octet près",
    one_allowed="un événement d'audit, « allow »",
    stopped="le relais s'est arrêté proprement, plus rien ne tourne",
    kept="Les {count} promesses sont tenues. Pour essayer avec vos outils : make run",
    broken="{count} promesse(s) non tenue(s) : c'est un défaut, merci de le signaler.",
    install="La démonstration se sert des clients OpenAI et Anthropic, à installer : pip install openai anthropic",
    ordinary="Explique en une phrase pourquoi le ciel est bleu.",
    ordinary_answer="L'air diffuse davantage la lumière bleue que la rouge.",
)
_EN = Captions(
    welcome="A stand-in AI service on this machine, the guard, and the real OpenAI and Anthropic clients: "
    "no account, no network. All data is invented.",
    starting="The guard is starting…",
    inside="Inside the company",
    outside="Outside, at the AI service",
    typed="1. What the person typed",
    left="2. What left the company",
    answered="3. What the service answered",
    seen="4. What the person saw",
    nothing_left="Nothing. The service did not get a single byte.",
    no_answer="Nothing: it was not asked.",
    refused_by="The {client} client raises an error of its own, {error}:",
    same_bytes="{count} bytes, the same ones:",
    audit="Audit log",
    letter="An e-mail full of personal data, in French (OpenAI, streamed answer)",
    screening="A forbidden use: ranking job applications, in French (Anthropic)",
    question="An ordinary question (OpenAI)",
    hidden="none of the {count} values left",
    restored="the answer has the real values in it, though the service saw placeholders only",
    one_redacted="one audit event, “redact”",
    discreet="the event holds none of these values",
    nothing_sent="no request reached the service",
    told="the person reads why, in the prompt's language, in their own client's error (HTTP 400), and nothing retries",
    one_blocked="one audit event, “block”",
    untouched="the request arrived byte for byte",
    one_allowed="one audit event, “allow”",
    stopped="the guard stopped in good order, and nothing is left running",
    kept="All {count} promises held. To try it with your own tools: make run",
    broken="{count} promise(s) did not hold: that is a defect, please report it.",
    install="The demo uses the OpenAI and Anthropic clients. To install them: pip install openai anthropic",
    ordinary="Explain in one sentence why the sky is blue.",
    ordinary_answer="Air scatters blue light more than red light.",
)


def captions(environment: Mapping[str, str] = os.environ) -> Captions:
    """The words for this terminal's language (LC_ALL, LC_MESSAGES, LANG: the first that is set); English when none."""
    named = next((environment[name] for name in ("LC_ALL", "LC_MESSAGES", "LANG") if environment.get(name)), "")
    return _FR if named.lower().startswith(Lang.FR) else _EN
