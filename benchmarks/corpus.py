"""A size and a seed -> a labelled corpus of invented prompts as JSON lines on standard output, the same each time.

Each line is {"text", "spans": [{"entity", "start", "end"}], "lang", "register"}: positions in characters, end excluded.
Numbers are made up and right: their check digits are computed here or by python-stdnum, never by the guard's own code.
"""

import argparse
import json
import random
import re
import string
import sys
from collections.abc import Callable

from rich.progress import track
from stdnum import luhn
from stdnum.be import nn
from stdnum.ch import ssn as ahv
from stdnum.es import dni, nie
from stdnum.fr import nir
from stdnum.gb import nhs
from stdnum.iso7064 import mod_97_10
from stdnum.it import codicefiscale

type Maker = Callable[[random.Random], str]

_CONSONANTS = "BCDFGHJKLMNPRSTVWXZ"
_PLATE = "ABCDEFGHJKLMNPQRSTVWXYZ"
_SLOT = re.compile(r"\{([A-Z_]+|x:[a-z]+)\}")


def digits(rng: random.Random, length: int) -> str:
    """That many digits, the first not 0."""
    return rng.choice("123456789") + "".join(rng.choices(string.digits, k=length - 1))


def letters(rng: random.Random, length: int, of: str = string.ascii_uppercase) -> str:
    """That many letters."""
    return "".join(rng.choices(of, k=length))


def grouped(text: str, *sizes: int, by: str = " ") -> str:
    """Text in groups of these sizes."""
    parts, at = [], 0
    for size in sizes:
        parts.append(text[at : at + size])
        at += size
    return by.join(parts)


def checked(rng: random.Random, draw: Maker, right: Callable[[str], bool]) -> str:
    """The first number drawn that passes a check."""
    while not right(value := draw(rng)):
        pass
    return value


def email(rng: random.Random) -> str:
    """An address in a domain that nobody owns."""
    name = rng.choice(["camille.durand", "j.smith", "lea_petit", "o.martin+rh", "pat", "n.diallo42", "m-roux"])
    return f"{name}@{rng.choice(['example.com', 'example.org', 'mail.example.net', 'societe.example.fr'])}"


def phone(rng: random.Random) -> str:
    """French, British or American, in a usual writing."""
    end = "".join(rng.choices(string.digits, k=8))
    kind = rng.randrange(6)
    if kind < 2:
        return grouped(
            rng.choice(["06", "01", "04"]) + ("4" + end[1:]), 2, 2, 2, 2, 2, by=rng.choice([" ", ".", "", "-"])
        )
    if kind < 4:
        return f"+33 {rng.choice('16')} " + grouped("4" + end[1:], 2, 2, 2, 2)
    return f"+44 20 7946 0{digits(rng, 3)}" if kind == 4 else f"+1 (415) 555-2{digits(rng, 3)}"


def iban(rng: random.Random) -> str:
    """Of a country with digits alone."""
    country, length = rng.choice([("FR", 23), ("DE", 18), ("BE", 12), ("ES", 20), ("AT", 16), ("PT", 21)])
    account = "".join(rng.choices(string.digits, k=length))
    whole = country + str(mod_97_10.calc_check_digits(account + country)) + account
    return " ".join(whole[i : i + 4] for i in range(0, len(whole), 4)) if rng.random() < 0.6 else whole


def card(rng: random.Random) -> str:
    """Visa, Mastercard or American Express."""
    start, length, sizes = rng.choice([("4", 16, (4, 4, 4, 4)), ("53", 16, (4, 4, 4, 4)), ("37", 15, (4, 6, 5))])
    body = start + "".join(rng.choices(string.digits, k=length - 1 - len(start)))
    return grouped(body + luhn.calc_check_digit(body), *sizes, by=rng.choice(["", " ", "-"]))


def social_security(rng: random.Random) -> str:
    """NIR."""
    year, month = rng.randrange(100), rng.randint(1, 12)
    place = rng.choice(["75", "13", "69", "33", "2A", "59"])
    body = f"{rng.choice('12')}{year:02}{month:02}{place}{rng.randint(1, 899):03}{rng.randint(1, 999):03}"
    return grouped(body + nir.calc_check_digits(body), 1, 2, 2, 2, 3, 3, 2, by=rng.choice(["", " "]))


def company(rng: random.Random) -> str:
    """SIREN, compact."""
    body = digits(rng, 8)
    return body + luhn.calc_check_digit(body)


def siren(rng: random.Random) -> str:
    """SIREN."""
    return grouped(company(rng), 3, 3, 3, by=rng.choice(["", " "]))


def siret(rng: random.Random) -> str:
    """SIRET."""
    body = company(rng) + f"{rng.randint(1, 99):04}"
    return grouped(body + luhn.calc_check_digit(body), 3, 3, 3, 5, by=rng.choice(["", " "]))


def french_vat(rng: random.Random) -> str:
    """FR, key and SIREN."""
    number = company(rng)
    key = f"FR{(12 + 3 * (int(number) % 97)) % 97:02}"
    return rng.choice([key + number, f"{key} {number}", f"{key} {grouped(number, 3, 3, 3)}"])


def tax_number(rng: random.Random) -> str:
    """Numéro fiscal."""
    body = rng.choice("0123") + "".join(rng.choices(string.digits, k=9))
    return grouped(f"{body}{int(body) % 511:03}", 2, 2, 3, 3, 3, by=rng.choice(["", " "]))


def rib(rng: random.Random) -> str:
    """Bank, branch, account and key."""
    bank, branch, account = digits(rng, 5), digits(rng, 5), digits(rng, 11)
    key = 97 - (89 * int(bank) + 15 * int(branch) + 3 * int(account)) % 97
    return grouped(f"{bank}{branch}{account}{key:02}", 5, 5, 11, 2, by=rng.choice(["", " "]))


def rpps(rng: random.Random) -> str:
    """Number of a health professional."""
    body = "10" + "".join(rng.choices(string.digits, k=8))
    return body + luhn.calc_check_digit(body)


def plate(rng: random.Random) -> str:
    """AA-123-AA."""
    return f"{letters(rng, 2, _PLATE)}-{digits(rng, 3)}-{letters(rng, 2, _PLATE)}"


def nino(rng: random.Random) -> str:
    """National Insurance."""
    start = rng.choice(["AB", "CE", "JG", "PX", "SR"])
    return rng.choice(["{}{}{}", "{} {} {}"]).format(start, digits(rng, 6), rng.choice("ABCD"))


def nhs_number(rng: random.Random) -> str:
    """Patient of the NHS."""
    number = checked(rng, lambda r: digits(r, 10), nhs.is_valid)
    return grouped(number, 3, 3, 4) if rng.random() < 0.5 else number


def us_ssn(rng: random.Random) -> str:
    """3-2-4."""
    return f"{rng.randint(100, 649)}-{rng.randint(10, 99)}-{rng.randint(1000, 9999)}"


def spanish(rng: random.Random) -> str:
    """DNI."""
    body = digits(rng, 8)
    return body + dni.calc_check_digit(body)


def foreigner(rng: random.Random) -> str:
    """NIE."""
    body = rng.choice("XYZ") + digits(rng, 7)
    return body + nie.calc_check_digit(body)


def italian(rng: random.Random) -> str:
    """Codice fiscale."""
    body = letters(rng, 6, _CONSONANTS) + f"{rng.randrange(100):02}{rng.choice('ABCDEHLMPRST')}{rng.randint(1, 28):02}"
    body += f"H{rng.randint(100, 999)}"
    return body + codicefiscale.calc_check_digit(body)


def belgian(rng: random.Random) -> str:
    """Registre national."""

    def draw(one: random.Random) -> str:
        born = f"{one.randint(40, 99)}{one.randint(1, 12):02}{one.randint(1, 28):02}{one.randint(1, 997):03}"
        return f"{born}{97 - int(born) % 97:02}"

    number = checked(rng, draw, nn.is_valid)
    return f"{number[:2]}.{number[2:4]}.{number[4:6]}-{number[6:9]}.{number[9:]}"


def swiss(rng: random.Random) -> str:
    """AHV, AVS."""
    return grouped(checked(rng, lambda r: "756" + digits(r, 10), ahv.is_valid), 3, 4, 4, 2, by=".")


def birth(rng: random.Random) -> str:
    """A date, in figures."""
    day, month, year = rng.randint(1, 28), rng.randint(1, 12), rng.randint(1945, 2004)
    return f"{day:02}/{month:02}/{year}" if rng.random() < 0.6 else f"{year}-{month:02}-{day:02}"


def address(rng: random.Random) -> str:
    """Invented, French or English."""
    number = rng.randint(1, 180)
    french = [
        "rue de la République, 69002 Lyon",
        "avenue Victor Hugo, 31000 Toulouse",
        "bis rue des Lilas, 44000 Nantes",
    ]
    english = ["Baker Street, London NW1 6XE", "Maple Avenue, Springfield, IL 62704", "High Street, Oxford OX1 4AP"]
    return f"{number} {rng.choice(french + english)}"


def ip(rng: random.Random) -> str:
    """Private or of the blocks for documentation."""
    return rng.choice(["10.0", "192.168", "172.16"]) + f".{rng.randint(0, 254)}.{rng.randint(1, 254)}"


def mac(rng: random.Random) -> str:
    """Six pairs."""
    return ":".join(f"{rng.randrange(256):02x}" for _ in range(6))


MAKERS: dict[str, Maker] = {
    "EMAIL_ADDRESS": email,
    "PHONE_NUMBER": phone,
    "IBAN_CODE": iban,
    "CREDIT_CARD": card,
    "FR_NIR": social_security,
    "FR_SIREN": siren,
    "FR_SIRET": siret,
    "FR_VAT": french_vat,
    "FR_SPI": tax_number,
    "BANK_ACCOUNT": rib,
    "FR_RPPS": rpps,
    "FR_PLATE": plate,
    "FR_PASSPORT": lambda rng: f"{digits(rng, 2)}{letters(rng, 2)}{digits(rng, 5)}",
    "FR_CNI": lambda rng: digits(rng, 12),
    "FR_DRIVER_LICENSE": lambda rng: digits(rng, 12),
    "UK_NINO": nino,
    "UK_NHS": nhs_number,
    "US_SSN": us_ssn,
    "ES_NIF": spanish,
    "ES_NIE": foreigner,
    "IT_FISCAL_CODE": italian,
    "BE_NN": belgian,
    "CH_AHV": swiss,
    "DATE_OF_BIRTH": birth,
    "ADDRESS": address,
    "MEDICAL_RECORD": lambda rng: digits(rng, rng.randint(7, 10)),
    "EMPLOYEE_ID": lambda rng: rng.choice(["", "A", "RH-"]) + digits(rng, 6),
    "IP_ADDRESS": ip,
    "MAC_ADDRESS": mac,
    "BIC": lambda rng: (
        letters(rng, 4, "BCDNPSTX") + rng.choice(["FR", "DE", "GB"]) + rng.choice(["PP", "2L", "33"]) + "XXX"
    ),
}
"""Entity -> what makes one."""

HARD: dict[str, Maker] = {
    "order": lambda rng: f"CMD-{digits(rng, 8)}",
    "tracking": lambda rng: f"1Z{letters(rng, 3)}{digits(rng, 11)}",
    "version": lambda rng: f"{rng.randint(1, 20)}.{rng.randint(0, 30)}.{rng.randint(0, 30)}",
    "hash": lambda rng: f"{rng.getrandbits(160):040x}",
    "uuid": lambda rng: "-".join(f"{rng.getrandbits(4 * n):0{n}x}" for n in (8, 4, 4, 4, 12)),
    "date": lambda rng: f"{rng.randint(1, 28):02}/{rng.randint(1, 12):02}/2026",
    "price": lambda rng: f"{rng.randint(1, 99)} {rng.randint(100, 999)},{rng.randint(10, 99)} €",
    "epoch": lambda rng: str(rng.randint(1_700_000_000_000, 1_799_999_999_999)),
    "part": lambda rng: f"{letters(rng, 3)}-{digits(rng, 4)}",
    "count": lambda rng: digits(rng, rng.randint(2, 6)),
}
"""What looks like an identifier and is none, as `{x:order}` in a template."""

FRENCH = """\
chat|Bonjour, peux-tu écrire à {EMAIL_ADDRESS} pour confirmer le rendez-vous ?
chat|Mon numéro est le {PHONE_NUMBER}, appelle après 18 h.
chat|Fais un virement sur {IBAN_CODE} avant vendredi stp
chat|ma carte bancaire {CREDIT_CARD} a été débitée deux fois
chat|Numéro de sécurité sociale : {FR_NIR}, c'est bon ?
chat|La société (SIREN {FR_SIREN}) existe-t-elle encore ?
chat|Vérifie le SIRET {FR_SIRET} et la TVA {FR_VAT}.
chat|Mon numéro fiscal est {FR_SPI}, que dois-je déclarer ?
chat|Voici mon RIB : {BANK_ACCOUNT}
chat|Le médecin prescripteur a le RPPS {FR_RPPS}.
chat|Le véhicule immatriculé {FR_PLATE} gêne la sortie.
chat|Passeport n° {FR_PASSPORT}, périmé depuis mai.
chat|Ma carte d'identité porte le numéro {FR_CNI}.
chat|Permis de conduire : {FR_DRIVER_LICENSE}
chat|Elle est née le {DATE_OF_BIRTH} et habite {ADDRESS}.
chat|Le matricule {EMPLOYEE_ID} n'a pas badgé.
chat|Dossier patient n° {MEDICAL_RECORD}, allergie à la pénicilline.
chat|Numéro de registre national belge {BE_NN}
chat|Numéro AVS suisse : {CH_AHV}
chat|DNI espagnol {ES_NIF}, NIE {ES_NIE}
chat|Code fiscal italien {IT_FISCAL_CODE}
e-mail|Bonjour,\\n\\nMerci de livrer au {ADDRESS}.\\n\\nCordialement,\\n{EMAIL_ADDRESS}
e-mail|Objet : dossier {x:part}\\n\\nVous trouverez l'IBAN {IBAN_CODE} et le BIC {BIC}.
e-mail|Madame, Monsieur,\\n\\nJoignez-moi au {PHONE_NUMBER} ou à {EMAIL_ADDRESS}.\\n\\nBien à vous
e-mail|De : {EMAIL_ADDRESS}\\nObjet : commande {x:order}\\n\\nToujours rien reçu depuis le {x:date}.
code|client = {{"email": "{EMAIL_ADDRESS}", "iban": "{IBAN_CODE}"}}
code|# numéro de test\\ntelephone = "{PHONE_NUMBER}"
code|INSERT INTO societe (siret) VALUES ('{FR_SIRET}');
code|assert version == "{x:version}"  # commit {x:hash}
log|2026-11-24T08:12:44Z INFO connexion de {EMAIL_ADDRESS} depuis {IP_ADDRESS}
log|ERREUR carte réseau {MAC_ADDRESS} adresse {IP_ADDRESS} injoignable
log|paiement refusé carte={CREDIT_CARD} commande={x:order}
log|trace {x:uuid} durée {x:count} ms instant {x:epoch}
table|nom;courriel;téléphone\\nDurand;{EMAIL_ADDRESS};{PHONE_NUMBER}
table|| Société | SIREN | TVA |\\n|---|---|---|\\n| Alpha | {FR_SIREN} | {FR_VAT} |
table|nom;nir;date de naissance\\nPetit;{FR_NIR};{DATE_OF_BIRTH}
table|IBAN;BIC;montant\\n{IBAN_CODE};{BIC};{x:price}
chat|La commande {x:order} du {x:date} coûte {x:price}.
chat|Le colis {x:tracking} est bloqué, version {x:version} du suivi.
chat|Compare {x:hash} et {x:uuid}.
chat|Il reste {x:count} pièces {x:part} en stock.
chat|Que veut dire l'horodatage {x:epoch} ?
table|réf;quantité;prix\\n{x:part};{x:count};{x:price}"""

ENGLISH = """\
chat|Please write to {EMAIL_ADDRESS} and confirm the meeting.
chat|My number is {PHONE_NUMBER}, call after six.
chat|Transfer the money to {IBAN_CODE} by Friday
chat|my card {CREDIT_CARD} was charged twice
chat|French social security number {FR_NIR}, is it right?
chat|Is the company number (SIREN) {FR_SIREN} still active?
chat|Check SIRET {FR_SIRET} and VAT {FR_VAT}.
chat|My French tax number is {FR_SPI}.
chat|French bank account (RIB): {BANK_ACCOUNT}
chat|The physician has RPPS {FR_RPPS}.
chat|The car with plate {FR_PLATE} blocks the gate.
chat|Passport {FR_PASSPORT} expires in May.
chat|French identity card number {FR_CNI}
chat|Her French driving licence is {FR_DRIVER_LICENSE}.
chat|She was born on {DATE_OF_BIRTH} and lives at {ADDRESS}.
chat|Employee number {EMPLOYEE_ID} did not sign in.
chat|MRN: {MEDICAL_RECORD}, allergic to penicillin.
chat|My NI number is {UK_NINO}.
chat|NHS number {UK_NHS}, GP in Leeds
chat|Her SSN is {US_SSN}.
chat|Belgian national number {BE_NN}
chat|Swiss AHV number {CH_AHV}
chat|Spanish DNI {ES_NIF} or NIE {ES_NIE}
chat|Italian fiscal code {IT_FISCAL_CODE}
e-mail|Hello,\\n\\nPlease ship to {ADDRESS}.\\n\\nBest,\\n{EMAIL_ADDRESS}
e-mail|Subject: case {x:part}\\n\\nOur IBAN is {IBAN_CODE}, SWIFT {BIC}.
e-mail|Dear all,\\n\\nReach me on {PHONE_NUMBER} or {EMAIL_ADDRESS}.\\n\\nKind regards
e-mail|From: {EMAIL_ADDRESS}\\nSubject: order {x:order}\\n\\nNothing has arrived since {x:date}.
code|customer = {{"email": "{EMAIL_ADDRESS}", "iban": "{IBAN_CODE}"}}
code|# sample\\nphone = "{PHONE_NUMBER}"
code|INSERT INTO people (ssn) VALUES ('{US_SSN}');
code|assert version == "{x:version}"  # commit {x:hash}
log|2026-11-24T08:12:44Z INFO login of {EMAIL_ADDRESS} from {IP_ADDRESS}
log|ERROR interface {MAC_ADDRESS} address {IP_ADDRESS} unreachable
log|payment refused card={CREDIT_CARD} order={x:order}
log|trace {x:uuid} took {x:count} ms at {x:epoch}
table|name,email,phone\\nSmith,{EMAIL_ADDRESS},{PHONE_NUMBER}
table|| Name | SSN | DOB |\\n|---|---|---|\\n| Pat | {US_SSN} | {DATE_OF_BIRTH} |
table|name,nhs number,employee number\\nJones,{UK_NHS},x
table|IBAN,BIC,amount\\n{IBAN_CODE},{BIC},{x:count}
chat|Order {x:order} of {x:date} costs {x:price}.
chat|Parcel {x:tracking} is stuck, release {x:version} of the tracker.
chat|Compare {x:hash} with {x:uuid}.
chat|There are {x:count} parts {x:part} in stock.
chat|What does the timestamp {x:epoch} mean?
table|ref,quantity,price\\n{x:part},{x:count},{x:price}"""


def filled(template: str, rng: random.Random) -> tuple[str, list[dict[str, object]]]:
    """A template with values in its slots, and where they stand."""
    text, spans, last = "", [], 0
    for slot in _SLOT.finditer(template):
        text += plain(template[last : slot.start()])
        name = slot[1]
        value = HARD[name[2:]](rng) if name.startswith("x:") else MAKERS[name](rng)
        if name in MAKERS:
            spans.append({"entity": name, "start": len(text), "end": len(text) + len(value)})
        text, last = text + value, slot.end()
    return text + plain(template[last:]), spans


EVERY = 16
"""One line in so many is a long table."""
HEADINGS: dict[str, tuple[str, str]] = {
    "EMAIL_ADDRESS": ("courriel", "email"),
    "PHONE_NUMBER": ("téléphone", "phone"),
    "IBAN_CODE": ("IBAN", "IBAN"),
    "CREDIT_CARD": ("carte bancaire", "card number"),
    "FR_NIR": ("numéro de sécurité sociale", "French social security number"),
    "FR_SIREN": ("SIREN", "SIREN"),
    "FR_SIRET": ("n° SIRET", "SIRET"),
    "FR_CNI": ("n° de carte d'identité", "French identity card"),
    "FR_PASSPORT": ("passeport", "passport number"),
    "US_SSN": ("numéro de sécurité sociale américain (SSN)", "social security number"),
    "UK_NHS": ("numéro NHS", "NHS number"),
    "DATE_OF_BIRTH": ("date de naissance", "date of birth"),
    "BIC": ("code BIC", "SWIFT code"),
}
"""Entity -> a heading of its column, French and English."""
LAYOUTS = {"csv": ("", ",", ""), "semicolons": ("", ";", ""), "tabs": ("", "\t", ""), "markdown": ("| ", " | ", " |")}
"""What stands before, between and after the cells of a row."""


def table(rng: random.Random, lang: str) -> tuple[str, list[dict[str, object]]]:
    """A long table of three kinds of identifiers between a reference and a price, or the same as lines of JSON."""
    kinds = rng.sample(sorted(HEADINGS), 3)
    heads = ["ref", *(HEADINGS[kind][lang == "en"] for kind in kinds), "total"]
    layout = rng.choice([*LAYOUTS, "json"])
    before, between, after = LAYOUTS.get(layout, ("{", ", ", "}"))
    text, spans = "", []
    if layout != "json":
        text = before + between.join(heads) + after + "\n"
        text += "|---" * len(heads) + "|\n" if layout == "markdown" else ""
    for _ in range(rng.choice([3, 12, 40])):
        values = [HARD["part"](rng), *(MAKERS[kind](rng) for kind in kinds), f"{rng.randint(10, 999)}.50"]
        for index, (head, value) in enumerate(zip(heads, values, strict=True)):
            text += (between if index else before) + (f'"{head}": "' if layout == "json" else "")
            if 0 < index <= len(kinds):
                spans.append({"entity": kinds[index - 1], "start": len(text), "end": len(text) + len(value)})
            text += value + ('"' if layout == "json" else "")
        text += after + "\n"
    return text, spans


def plain(text: str) -> str:
    """A template's own text: line ends and braces."""
    return text.replace("\\n", "\n").replace("{{", "{").replace("}}", "}")


def main() -> None:
    """Write the corpus."""
    parser = argparse.ArgumentParser(description="Write a labelled corpus of invented prompts as JSON lines.")
    parser.add_argument("--size", type=int, default=2000, help="lines")
    parser.add_argument("--seed", type=int, default=7, help="the same seed writes the same lines")
    args = parser.parse_args()
    rng = random.Random(args.seed)  # noqa: S311 - a corpus is no secret, and must come out the same
    templates = [
        (lang, *line.split("|", 1)) for lang, all_ in (("fr", FRENCH), ("en", ENGLISH)) for line in all_.split("\n")
    ]
    quiet = args.size < 20_000 or not sys.stderr.isatty()
    for number in track(range(args.size), description="corpus", disable=quiet):
        lang, register, template = templates[number % len(templates)]
        text, spans = filled(template, rng)
        if number % EVERY == EVERY - 1:
            register, (text, spans) = "table", table(rng, lang)
        print(json.dumps({"text": text, "spans": spans, "lang": lang, "register": register}, ensure_ascii=False))


if __name__ == "__main__":
    main()
