"""Disguised values, through the whole pipeline: none leaves, whatever it is dressed in."""

import asyncio
import base64
import codecs
import gzip
import html
import json
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest

from guard.rules.load import load
from guard.settings import Settings
from guard.terms import Actor, Request
from guard.trial import Trial

CARD = "5500000000000004"
IBAN = "FR7630006000011234567890189"
AWS = "AKIAZQ3DRSTUVWXY2345"
ANTHROPIC = "sk-ant-api03-EXAMPLEexample0123456789_ZZ"
MAIL = "camille.durand@exemple.fr"


def b64(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


def percent(text: str) -> str:
    return "".join(f"%{ord(char):02X}" for char in text)


def wide(text: str) -> str:
    return "".join(chr(0xFEE0 + ord(char)) for char in text)


def between(mark: str, text: str) -> str:
    return mark.join(text)


def digits(first: int) -> str:
    return "".join(chr(first + int(char)) for char in CARD)


TABLE = {
    "C01 zero-width spaces": between("\u200b", CARD),
    "C02 zero-width joiners": between("\u200d", AWS),
    "C04 word joiners and byte order marks": between("\ufeff", IBAN),
    "C05 full width": wide(CARD),
    "C07 mathematical bold": digits(0x1D7CE),
    "C08 Arabic-Indic digits": digits(0x660),
    "C10 combining marks": between("\u0336", CARD) + "\u0336",
    "C11 right-to-left override": f"\u202e{CARD[::-1]}\u202c",
    "C13 invisible tag characters": "Bonjour" + "".join(chr(0xE0000 + ord(char)) for char in MAIL),
    "C14 variation selectors": between("\ufe0f", CARD),
    "C16 circled digits": "".join("⓪①②③④⑤⑥⑦⑧⑨"[int(char)] for char in CARD),
    "C16 superscript digits": "".join("⁰¹²³⁴⁵⁶⁷⁸⁹"[int(char)] for char in CARD),
    "C17 Hangul fillers": between("\u3164", AWS),
    "D01 base64": b64(f"card {CARD}"),
    "D02 base64url without padding": base64.urlsafe_b64encode(f"clé~~~???{AWS}".encode()).decode().rstrip("="),
    "D04 wrapped base64": "\n".join(b64(f"my key {AWS} end of it")[at : at + 20] for at in range(0, 60, 20)),
    "D05 hex": AWS.encode().hex(),
    "D07 rot13": codecs.encode(AWS, "rot13"),
    "D08 percent-encoding": percent(MAIL),
    "D10 reversed": IBAN[::-1],
    "D11 base32": base64.b32encode(f"my key {AWS}".encode()).decode(),
    "D13 decimal codes": ", ".join(str(ord(char)) for char in AWS),
    "D14 gzip in base64": base64.b64encode(gzip.compress(f"key {AWS}".encode())).decode(),
    "D20 base32 in a host name": f"https://{base64.b32encode(f'key {AWS}'.encode()).decode().lower().rstrip('=')}.test",
    "D21 hex in a host name": f"ping {AWS.encode().hex()}.example.com",
    "D22 base64 in a host name": f"{base64.urlsafe_b64encode(f'k={AWS}'.encode()).decode().rstrip('=')}.example.com",
    "D18 percent-encoding twice": percent(percent(CARD)),
    "D19 percent-encoding thrice": percent(percent(percent(CARD))),
    "E01 spaces": "5500 0000 0000 0004",
    "E02 dashes": "5500-0000-0000-0004",
    "E04 every digit spaced": between(" ", CARD),
    "E05 slashes and underscores": "5500/0000_0000/0004",
    "E07 dotted IBAN": "FR76.3000.6000.0112.3456.7890.189",
    "E08 lower-case IBAN": IBAN.lower(),
    "E10 digits as words": "cinq cinq " + "zéro " * 13 + "quatre",
    "E11 words and digits": "five 500 0000 0000 0004",
    "E13 spaced letters": between(" ", AWS),
    "E16 concatenation in code": 'key = "AKIA" + "ZQ3DRSTU" + "VWXY2345"',
    "B10 escapes twice": "".join(f"\\u{ord(char):04x}" for char in CARD),
    # and what no table had
    "percent-encoding in base64": "note : " + b64(percent(CARD)),
    "base64 thrice": b64(b64(b64(IBAN))),
    "base64 of spaced groups": b64("my card is 5500 0000 0000 0004 thanks"),
    "hex of base64": b64(f"clé {AWS}").encode().hex(),
    "base64 of hex": b64(IBAN.encode().hex()),
    "hex with colons": ":".join(f"{ord(char):02x}" for char in AWS),
    "hex codes in a list": ", ".join(f"0x{ord(char):02x}" for char in AWS),
    "binary": " ".join(f"{ord(char):08b}" for char in AWS),
    "zlib in base64": base64.b64encode(zlib.compress(f"key {AWS}".encode())).decode(),
    "UTF-16 in base64": base64.b64encode(f"key {AWS}".encode("utf-16-le")).decode(),
    "base64 in a path": f"see https://example.com/a/{b64('xx ' + AWS).rstrip('=')}/end",
    "look-alikes": "АКІАZQ3DRSTUVWXY2345",
    "look-alikes, spaced": "А К I А Z Q 3 D R S T U V W X Y 2 3 4 5",
    "accents": "ÁKÍÁZQ3DRSTUVWXY2345",
    "full width with zero width": between("\u200b", wide(CARD)),
    "full width with dashes": between("-", wide(CARD)),
    "IBAN in dashes": between("-", IBAN),
    "IBAN in threes": "/".join(IBAN[at : at + 3] for at in range(0, 27, 3)),
    "pipes": "5500|0000|0000|0004",
    "stars": "5500**0000**0000**0004",
    "tags": "5500<b>0000</b>0000<i>0004</i>",
    "comments": "5500/**/0000/**/0000/**/0004",
    "line by line": between("\n", CARD),
    "pairs as words": "cinquante-cinq " + "zéro " * 13 + "quatre",
    "English words with commas": "five five " + "zero, " * 13 + "four",
    "words at both ends": "ma carte : cinq cinq 00 0000 0000 000 quatre",
    "escapes with two backslashes": "".join(f"\\\\u{ord(char):04x}" for char in CARD),
    "byte escapes": "".join(f"\\x{ord(char):02x}" for char in AWS),
    "octal escapes": "".join(f"\\{ord(char):03o}" for char in AWS),
    "calls that make characters": " & ".join(f"Chr({ord(char)})" for char in AWS),
    "calls, added up": "+".join(f"chr({ord(char)})" for char in IBAN),
    "escapes in braces": "".join(f"\\u{{{ord(char):x}}}" for char in AWS),
    "entities without semicolons": "".join(f"&#{ord(char)}" for char in CARD),
    "entities twice": html.escape("".join(f"&#{ord(char)};" for char in MAIL)),
    "entities in percent-encoding": percent("".join(f"&#{ord(char)};" for char in CARD)),
    "quoted-printable": "5500000=\n000000004",
    "rot13 of a long key": codecs.encode(ANTHROPIC, "rot13"),
    "rot13 of an IBAN": codecs.encode(IBAN, "rot13"),
    "reversed key": ANTHROPIC[::-1],
    "reversed card, said so": f"reversed {CARD[::-1]}",
    "character codes": " ".join(str(ord(char)) for char in IBAN),
    "concatenation with dots": "$k = 'AKIA' . 'ZQ3DRSTU' . 'VWXY2345';",
    "concatenation without a sign": "k = ('sk-ant-' 'api03-' 'EXAMPLEexample0123456789')",
    "joined list": "''.join(['5500', '0000', '0000', '0004'])",
    "invisible key": "".join(chr(0xE0000 + ord(char)) for char in AWS),
    "soft hyphens": between("\u00ad", MAIL),
    "mathematical IBAN": "".join(
        chr(0x1D7CE + int(char)) if char.isdigit() else chr(0x1D400 + ord(char) - 65) for char in IBAN
    ),
    "keycaps": between("\ufe0f\u20e3", CARD),
    "Devanagari digits": digits(0x966),
    "underscores": between("_", AWS),
    "spelled key with its hyphens": between(" ", ANTHROPIC),
    "lower-case base32": base64.b32encode(f"key {AWS}".encode()).decode().lower(),
    "zero width in base64": between("\u200b", b64(f"ma clé {AWS}")),
    "a data: URL": f"voir data:text/plain;base64,{b64(f'carte {CARD}')} ici",
    "a data: URL with parameters": f"<a href='data:text/html;charset=utf-8;base64,{b64(f'<p>{IBAN}</p>')}'>x</a>",
    "a data: URL, percent-encoded": f"voir data:text/plain,{percent(MAIL)} ici",
    "a data: URL of compressed text": "x data:application/gzip;base64,"
    + base64.b64encode(gzip.compress(f"key {AWS}".encode())).decode(),
    "escapes in JSON in JSON": json.dumps({"a": json.dumps({"b": "clé " + wide(AWS)})}),
}
SENTENCES: dict[str, Callable[[str], str]] = {
    "alone": lambda text: text,
    "English": lambda text: f"Please have a look at this.\n{text}\nWhat is it?",
    "French": lambda text: f"Voilà l’élément à vérifier :\n{text}\nQu’en penses-tu ?",
}


@pytest.fixture(scope="module")
def trial() -> Trial:
    return Trial(load(Path(__file__).parent.parent.parent / "rules"), Settings(nlp="none"))


def tried(trial: Trial, body: object) -> dict[str, object]:
    data = json.dumps(body).encode()
    headers = (("content-type", "application/json"),)
    request = Request("POST", "api.openai.com", "/v1/chat/completions", headers, data)
    return asyncio.run(trial.run(request, Actor()))


def chat(*texts: str) -> dict[str, object]:
    return {"model": "gpt-4o", "messages": [{"role": "user", "content": text} for text in texts]}


@pytest.mark.parametrize("sentence", SENTENCES.values(), ids=SENTENCES)
@pytest.mark.parametrize("text", TABLE.values(), ids=TABLE)
def test_a_disguised_value_does_not_leave(trial: Trial, text: str, sentence: Callable[[str], str]) -> None:
    result = tried(trial, chat(sentence(text)))
    if result["verdict"] == "block":  # a blob that is a file, and of a kind that is not read
        assert (result["uninspectable"], result["body"]) == (["archive"], None)
        return

    assert result["verdict"] == "redact"
    sent = json.loads(str(result["body"]))["messages"][0]["content"]
    assert "[[" in sent
    # all of the disguise is gone but what may stand around a value in a blob's or a sentence's words
    assert not any(text[at : at + len(text) // 2] in sent for at in range(0, len(text) // 2 + 1))


@pytest.mark.parametrize("value", [CARD, IBAN, AWS, ANTHROPIC, MAIL])
@pytest.mark.parametrize("mark", ["\n", "\t", "\r\n"], ids=["line end", "tab", "Windows line end"])
@pytest.mark.parametrize("depth", [1, 2, 3])
def test_a_value_behind_an_escape_in_pasted_json_is_hidden_whole(
    trial: Trial, value: str, mark: str, depth: int
) -> None:
    text = f"ligne{mark}{value}{mark}fin"
    for _ in range(depth):
        text = json.dumps({"log": text})

    result = tried(trial, chat(text))
    assert result["verdict"] == "redact"
    sent = json.loads(str(result["body"]))["messages"][0]["content"]
    assert value not in sent
    for _ in range(depth):  # and the JSON is still JSON
        sent = json.loads(sent)["log"]
    assert sent.startswith(f"ligne{mark}[[")
    assert sent.endswith(f"]]{mark}fin")


LABELS = {
    "base32": base64.b32encode(f"my key {AWS}".encode()).decode().lower().rstrip("="),
    "base64": base64.urlsafe_b64encode(f"my key is {AWS}, ok".encode()).decode().rstrip("="),
    "hex": f"my key {AWS}".encode().hex(),
}


@pytest.mark.parametrize("blob", LABELS.values(), ids=LABELS)
def test_a_value_encoded_over_the_labels_of_a_host_name_is_found(trial: Trial, blob: str) -> None:
    labels = ".".join(blob[at : at + 20] for at in range(0, len(blob), 20))
    result = tried(trial, chat(f"ping {labels}.exemple.fr"))

    assert result["classification"] == "secret"
    assert blob[:20] not in str(result["body"])


SPLIT = {
    "F01 over two messages": ["5500000", "000000004"],
    "in sentences": ["voici le début 5500 0000", "0000 0004 et voilà la fin"],
    "a key in two": ["AKIAZQ3D", "RSTUVWXY2345"],
    "a key in three": ["AKIAZQ", "3DRSTU", "VWXY2345"],
    "after a long message": [
        "Le début de la clé que je te donne maintenant est sk-ant-api03-EXAMPLE",
        "example0123456789",
    ],
    "a digit a message": list(CARD),
}


@pytest.mark.parametrize("texts", SPLIT.values(), ids=SPLIT)
def test_a_value_split_over_messages_is_hidden_in_each(trial: Trial, texts: list[str]) -> None:
    result = tried(trial, chat(*texts))

    assert result["verdict"] == "redact"
    sent = [message["content"] for message in json.loads(str(result["body"]))["messages"]]
    assert all("[[" in text for text in sent)


def test_a_value_split_over_fields_nobody_declared_is_found(trial: Trial) -> None:
    result = tried(trial, {"a": "AKIAZQ3D", "b": "RSTUVWXY2345"})

    assert result["classification"] == "secret"


def test_layers_without_end_are_refused(trial: Trial) -> None:
    text = CARD
    for _ in range(9):
        text = text.replace("%", "%25") if "%" in text else percent(text)

    result = tried(trial, chat(text))

    assert (result["verdict"], result["uninspectable"]) == ("block", ["disguise-budget"])


NOT_UNDONE = {
    "D16 ascii85": base64.a85encode(f"key {AWS}".encode()).decode(),
    "D17 Morse": ".- -.- .. .- --.. --.- ...-- -.. .-. ... - ..- ...- .-- -..- -.-- ..--- ...-- ....- .....",
    "E14 an address in words": "camille.durand [at] exemple [dot] fr",
}
"""What nobody takes for its value by a rule, and a person can still say in words: the documented limit."""


@pytest.mark.parametrize("text", NOT_UNDONE.values(), ids=NOT_UNDONE)
def test_what_is_not_undone_costs_nobody_an_answer(trial: Trial, text: str) -> None:
    result = tried(trial, chat(text))

    assert (result["verdict"], result["findings"], result["uninspectable"]) == ("allow", [], [])


BENIGN = {
    "a digest": "sha256 e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "a UUID": "id 123e4567-e89b-12d3-a456-426614174000",
    "a lock file": '"integrity": "sha512-v2kDEe57lecTulaDIuNTPy3Ry4gLGJ6Z1O3vE1krgXZNrsQ+LFTGHVxVjcXPs17LhbZVGed=="',
    "a log line": "2026-11-23 10:11:12,123 INFO [1234] GET /api/v1/items/987654 200 12ms",
    "prices": "12,50 €\t13,20 €\t4 500,00 €\t3 200,10 €",
    "sizes": "S M L XL 36 38 40 42 44 46",
    "percent signs": "50% de 100%20 ; a%20b?x=%C3%A9",
    "an entity": "<p>Fish &amp; chips&nbsp;: 12 &euro;</p>",
    "counting": "Un, deux, trois, quatre, cinq, six, sept, huit, neuf, dix, onze, douze.",
    "a path of Windows": "C:\\temp\\notes\\readme.txt et D:\\net\\rapport\\2026",
    "LaTeX": "\\textbf{résumé} de \\newline \\ref{eq:12} : $\\nu = \\frac{1}{2}$",
    "a replacement of a regular expression": r"s/(\w+) (\w+)/\2 \1/ ; C:\101\202 ; \033[0m",
    "a matrix": "1 0 0 1\n0 1 1 0\n1 1 0 0",
}


@pytest.mark.parametrize("text", BENIGN.values(), ids=BENIGN)
def test_ordinary_text_passes_untouched(trial: Trial, text: str) -> None:
    result = tried(trial, chat(text))

    assert (result["verdict"], result["findings"]) == ("allow", [])
