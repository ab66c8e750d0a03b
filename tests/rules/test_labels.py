"""The whole shipped set on sentences people write: what is found, and that one value gets one label."""

from functools import cache
from pathlib import Path

import pytest

from guard.detect.engine import Analyzer
from guard.rules.load import load
from guard.terms import Role, Segment

RULES = Path(__file__).resolve().parents[2] / "rules"


@cache
def analyzer() -> Analyzer:
    return Analyzer(load(RULES), "none")


TABLE: list[tuple[str, list[tuple[str, str]]]] = [
    # chat
    ("ma carte c'est le 4111 1111 1111 1111, exp 12/27", [("CREDIT_CARD", "4111 1111 1111 1111")]),
    ("charge my card 5555555555554444 please", [("CREDIT_CARD", "5555555555554444")]),
    ("The account number on my card is 4111111111111111.", [("CREDIT_CARD", "4111111111111111")]),
    ("Permis de conduire et carte 4111-1111-1111-1111", [("CREDIT_CARD", "4111-1111-1111-1111")]),
    ("Appelle-moi au 06 12 34 56 78 !", [("PHONE_NUMBER", "06 12 34 56 78")]),
    ("my number is +44 20 7946 0958", [("PHONE_NUMBER", "+44 20 7946 0958")]),
    ("Text me: (415) 555-2671", [("PHONE_NUMBER", "(415) 555-2671")]),
    ("Call 07911 123456 tonight", [("PHONE_NUMBER", "07911 123456")]),
    ("mon numéro de sécu : 1 85 05 78 006 084 91", [("FR_NIR", "1 85 05 78 006 084 91")]),
    ("290027505600161 est son NIR, appelez-la", [("FR_NIR", "290027505600161")]),
    ("SIRET 732 829 320 00074", [("FR_SIRET", "732 829 320 00074")]),
    ("société au SIREN 732829320", [("FR_SIREN", "732829320")]),
    ("TVA intracommunautaire FR44732829320", [("FR_VAT", "FR44732829320")]),
    ("VAT number of the customer: BE0428759497", [("EU_VAT", "BE0428759497")]),
    ("mon numéro fiscal 30 23 217 600 053", [("FR_SPI", "30 23 217 600 053")]),
    ("Virement sur FR76 3000 6000 0112 3456 7890 189", [("IBAN_CODE", "FR76 3000 6000 0112 3456 7890 189")]),
    ("Pay GB29 NWBK 6016 1331 9268 19 today", [("IBAN_CODE", "GB29 NWBK 6016 1331 9268 19")]),
    ("RIB 30002 00550 0000157841Z 25", [("BANK_ACCOUNT", "30002 00550 0000157841Z 25")]),
    ("code BIC BNPAFRPPXXX", [("BIC", "BNPAFRPPXXX")]),
    ("passeport 12AB34567 perdu", [("FR_PASSPORT", "12AB34567")]),
    ("carte d'identité n° 880692310285", [("FR_CNI", "880692310285")]),
    ("permis de conduire n° 941075200123", [("FR_DRIVER_LICENSE", "941075200123")]),
    ("la voiture FG-482-KL", [("FR_PLATE", "FG-482-KL")]),
    ("le médecin, RPPS 10004567896", [("FR_RPPS", "10004567896")]),
    ("ADELI 751234567", [("FR_ADELI", "751234567")]),
    ("SSN 536-90-4399", [("US_SSN", "536-90-4399")]),
    ("ITIN 912-70-1234", [("US_ITIN", "912-70-1234")]),
    ("US passport 340020013", [("US_PASSPORT", "340020013")]),
    ("UK passport number 533401372", [("UK_PASSPORT", "533401372")]),
    ("driver's license D1234562", [("US_DRIVER_LICENSE", "D1234562")]),
    ("Checking account number 000123456789", [("US_BANK_NUMBER", "000123456789")]),
    ("Medicare 1EG4-TE5-MK72", [("US_MBI", "1EG4-TE5-MK72")]),
    ("NHS number 943 476 5919", [("UK_NHS", "943 476 5919")]),
    ("National Insurance JG 10 37 59 A", [("UK_NINO", "JG 10 37 59 A")]),
    ("licence MORGA657054SM9IJ", [("UK_DRIVING_LICENCE", "MORGA657054SM9IJ")]),
    ("my postcode is SW1A 2AA", [("UK_POSTCODE", "SW1A 2AA")]),
    ("registre national 85.07.30-033.28", [("BE_NN", "85.07.30-033.28")]),
    ("DNI 12345678Z", [("ES_NIF", "12345678Z")]),
    ("NIE X1234567L", [("ES_NIE", "X1234567L")]),
    ("codice fiscale RSSMRA85T10A562S", [("IT_FISCAL_CODE", "RSSMRA85T10A562S")]),
    ("Steuer-ID 36 574 261 809", [("DE_TAX_ID", "36 574 261 809")]),
    ("AVS 756.9219.0769.83", [("CH_AHV", "756.9219.0769.83")]),
    ("BSN 111222333", [("NL_BSN", "111222333")]),
    ("PESEL 44051401359", [("PL_PESEL", "44051401359")]),
    ("NIF 501964843, Lisboa", [("PT_NIF", "501964843")]),
    ("Elle est née le 12 mars 1985.", [("DATE_OF_BIRTH", "12 mars 1985")]),
    ("He was born on March 4, 1968.", [("DATE_OF_BIRTH", "March 4, 1968")]),
    ("IPP : 800123456", [("MEDICAL_RECORD", "800123456")]),
    ("MRN: 00482913", [("MEDICAL_RECORD", "00482913")]),
    ("matricule A204518", [("EMPLOYEE_ID", "A204518")]),
    ("Employee number 0048213", [("EMPLOYEE_ID", "0048213")]),
    ("BTC 1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa", [("CRYPTO", "1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa")]),
    ("to 0xde709f2102306220921060314715629080e2fb77", [("CRYPTO", "0xde709f2102306220921060314715629080e2fb77")]),
    # e-mail
    (
        "Bonjour,\nLivrez au 12 bis rue de la Paix, 75002 Paris.\nCordialement,\nclaire@example.com",
        [("ADDRESS", "12 bis rue de la Paix, 75002 Paris"), ("EMAIL_ADDRESS", "claire@example.com")],
    ),
    (
        "Dear all,\nour office: 1600 Amphitheatre Pkwy, Mountain View, CA 94043\n",
        [("ADDRESS", "1600 Amphitheatre Pkwy, Mountain View, CA 94043")],
    ),
    ("Ship to 221B Baker Street, London NW1 6XE", [("ADDRESS", "221B Baker Street, London NW1 6XE")]),
    # logs and code
    ("2026-11-24T01:02:03Z accepted from 10.42.7.19 port 51234", [("IP_ADDRESS", "10.42.7.19")]),
    ("eth0 ether 00:1b:44:11:3a:b7 txqueuelen 1000", [("MAC_ADDRESS", "00:1b:44:11:3a:b7")]),
    ("host = '2001:db8::8a2e:370:7334'  # passerelle", [("IP_ADDRESS", "2001:db8::8a2e:370:7334")]),
    ('client = {"iban": "BE71096123456769", "n": 3}', [("IBAN_CODE", "BE71096123456769")]),
    # CSV and Markdown tables
    (
        "nom;email;tel\nDurand;a.durand@example.org;0612345678",
        [("PERSON", "Durand"), ("EMAIL_ADDRESS", "a.durand@example.org"), ("PHONE_NUMBER", "0612345678")],
    ),
    (
        "| IBAN | BIC |\n|---|---|\n| DE89370400440532013000 | COBADEFFXXX |",
        [("IBAN_CODE", "DE89370400440532013000"), ("BIC", "COBADEFFXXX")],
    ),
    ("| SIREN | TVA |\n| 732829320 | FR44732829320 |", [("FR_SIREN", "732829320"), ("FR_VAT", "FR44732829320")]),
    ("name,ssn\nPat,536-90-4399\n", [("PERSON", "Pat"), ("US_SSN", "536-90-4399")]),
    # nothing
    ("La commande 880692310285 est partie hier.", []),
    ("Tracking 1Z999AA10123456784 arrives on 12/03/2026.", []),
    ("Upgrade to version 10.4.2.1 then restart.", []),
    ("La réunion du 12 mars 2026 dure 45 minutes.", []),
    ("uuid 6f1c2b34-9a7d-4c55-8e21-0f3b7a9d1c44", []),
    ("sha1 2fd4e1c67a2d28fced849ee1bb76e7391b93eb12", []),
    ("Total : 12 345 678,90 € pour 2026", []),
    ("timestamp=1795392000000 status=200", []),
]


@pytest.mark.parametrize(
    ("text", "expected"), TABLE, ids=[text[:40].encode("unicode_escape").decode() for text, _ in TABLE]
)
def test_each_value_of_a_sentence_gets_its_one_label(text: str, expected: list[tuple[str, str]]) -> None:
    found = analyzer().segment(Segment("/messages/0/content", Role.USER, text)).findings
    assert [(finding.entity, text[finding.start : finding.end]) for finding in found] == expected
