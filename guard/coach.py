"""Decision -> the sentence a person reads, in French or English, from `rules/messages/`. It never quotes the prompt."""

from collections.abc import Mapping

from guard.rules.schema import MessageRule, Wording
from guard.terms import Decision, Finding, Lang, Use

_LAST_RESORT = {
    Lang.FR: "Le relais de l'entreprise n'a pas transmis cette demande. Rien n'est sorti. Référence : {id}.",
    Lang.EN: "The company's proxy did not pass this request on. Nothing left. Reference: {id}.",
}
"""When even the messages are missing, a person still reads a sentence."""

_A_FILE: Mapping[Lang, str] = {Lang.FR: "un fichier", Lang.EN: "a file"}
_FILES: Mapping[str, Mapping[Lang, str]] = {
    "pdf": {Lang.FR: "un document PDF", Lang.EN: "a PDF document"},
    "docx": {Lang.FR: "un document Word", Lang.EN: "a Word document"},
    "xlsx": {Lang.FR: "un classeur Excel", Lang.EN: "an Excel workbook"},
    "pptx": {Lang.FR: "une présentation PowerPoint", Lang.EN: "a PowerPoint presentation"},
    "odt": {Lang.FR: "un document OpenDocument", Lang.EN: "an OpenDocument text"},
    "ods": {Lang.FR: "un classeur OpenDocument", Lang.EN: "an OpenDocument spreadsheet"},
    "odp": {Lang.FR: "une présentation OpenDocument", Lang.EN: "an OpenDocument presentation"},
    "zip": {Lang.FR: "une archive ZIP", Lang.EN: "a ZIP archive"},
    "image": {Lang.FR: "une image", Lang.EN: "a picture"},
    "rtf": {Lang.FR: "un document RTF", Lang.EN: "an RTF document"},
    "mail": {Lang.FR: "un message électronique", Lang.EN: "an e-mail message"},
}
"""Kinds of files as people call them."""
_CAUSES: Mapping[str, Mapping[Lang, str]] = {
    "archive": {Lang.FR: ", une archive d’un format que nous ne lisons pas", Lang.EN: ", an archive we do not read"},
    "archive-bomb": {Lang.FR: ", une archive démesurée", Lang.EN: ", an archive without measure"},
    "corrupt-file": {Lang.FR: ", un fichier abîmé", Lang.EN: ", a broken file"},
    "embedded-object": {Lang.FR: ", un objet incorporé", Lang.EN: ", an embedded object"},
    "encrypted-file": {Lang.FR: ", un fichier protégé par mot de passe", Lang.EN: ", a file with a password"},
    "file-timeout": {Lang.FR: ", un fichier trop long à lire", Lang.EN: ", a file that takes too long to read"},
    "image": {Lang.FR: ", une image", Lang.EN: ", a picture"},
    "macro": {Lang.FR: ", un document avec des macros", Lang.EN: ", a document with macros"},
    "media": {Lang.FR: ", du son ou de la vidéo", Lang.EN: ", sound or video"},
    "old-office": {Lang.FR: ", un ancien format d’Office", Lang.EN: ", an old Office format"},
    "partial-upload": {Lang.FR: ", un fichier envoyé par morceaux", Lang.EN: ", a file sent in pieces"},
    "too-large-file": {Lang.FR: ", un fichier trop grand", Lang.EN: ", a file that is too large"},
    "unreadable-text": {Lang.FR: ", un PDF sans texte lisible", Lang.EN: ", a PDF without readable text"},
}
"""Why files are not read, in people's words after ours."""


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
    files: tuple[str, ...] = (),
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
        causes=", ".join(f"{cause}{_CAUSES[cause][lang]}" if cause in _CAUSES else cause for cause in causes),
        files=", ".join(_FILES.get(kind, _A_FILE)[lang] for kind in files) or _A_FILE[lang],
        id=event,
    )
    lesson = f" {rule.lesson}" if rule.lesson else ""
    return f"{wording.title}{' : ' if lang is Lang.FR else ': '}{filled}{lesson}"
