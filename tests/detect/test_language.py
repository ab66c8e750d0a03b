import pytest

from guard.detect.language import guess
from guard.terms import Lang

FRENCH = [
    "Peux-tu relire ce mail avant que je l'envoie ?",
    "Resume moi ce compte rendu en cinq points",
    "comment on fait une recherche v dans excel",
    "Ecris un message pour annoncer le depart de Paul",
    "J'ai besoin d'aide pour ma présentation.",
    "Quel est le délai légal pour une facture ?",
    "Corrige les fautes, s'il te plait",
    "Mme Durand veut un devis avant jeudi, que lui répondre ?",
    "Traduis en anglais : « Nous vous remercions de votre commande »",
    "donne moi trois idees de titre pour cet article",
    "Pourquoi ma formule =SOMME(A1:A9) ne marche pas ?",
    "Explique-moi la différence entre TVA et HT",
    "Bonjour, voici notre contrat avec Smith & Sons, qu'en penses-tu ?",
    "Le client John Baker demande une remise, qu'est-ce que tu proposes ?",
    "Corrige ce code :\n```python\nfor x in range(10):\n    if x is not None and x > 3:\n        print(x)\n```",
    "Il faut que je prépare l’entretien de demain",
    "Propose un plan de formation pour les nouveaux",
    "c'est quoi un tableau croisé dynamique",
    "Reformule cette phrase sans changer le sens",
    "Merci, peux-tu le faire en plus court ?",
]
ENGLISH = [
    "Can you proofread this email before I send it?",
    "What's the best way to learn SQL?",
    "It's broken, I can't log in",
    "summarize this report in five points",
    "Write a polite reply to Mme Lefèvre",
    "Translate into French: thank you for your order",
    "Don't change the tone, just fix the typos",
    "how do i merge two branches",
    "Here is our contract with Société Générale, what do you think?",
    "Give me three titles for this article",
    "Why does =SUM(A1:A9) not work?",
    "Explain the difference between a lease and a rental",
    "Help me prepare for tomorrow's meeting",
    "Jean Dupont is asking for a discount, what should we offer?",
    "Fix this code:\n```js\nconst les = des.map(d => d.la);\nconst un = le.de;\n```",
    "Please make it shorter, thanks",
    "I'd like a résumé of the main ideas",
    "The café is closed on Monday",
    "is there a train to Paris at 8",
    "We need to tell the customers' lawyers",
]
NEITHER = [
    "",
    "4111 1111 1111 1111",
    "12/05/2026 14:30 -- 18.50 EUR",
    "def f(x): return x",
    "for x in range(10):\n    print(x)",
    "const t = d.map(n => n.c);",
    "s = t(c)['m']; l.d(n)",
    '{"name": "the", "a": [1, 2]}',
    "```\nwhile not the and is in of\n```",
    "QWxhZGRpbjpvcGVuIHNlc2FtZQ==",
    "le the",
    "😀 👍",
]


@pytest.mark.parametrize("text", FRENCH)
def test_french_is_taken_for_french(text: str) -> None:
    assert guess([text]) is Lang.FR


@pytest.mark.parametrize("text", ENGLISH)
def test_english_is_taken_for_english(text: str) -> None:
    assert guess([text]) is Lang.EN


@pytest.mark.parametrize("text", NEITHER)
def test_numbers_code_and_draws_are_no_language(text: str) -> None:
    assert guess([text]) is None


def test_several_texts_tell_together() -> None:
    assert guess(["the", "le client est là", "1 2 3"]) is Lang.FR


def test_only_the_beginning_of_a_long_text_is_read() -> None:
    assert guess(["le client " * 500, "the house " * 5_000]) is Lang.FR


def test_texts_after_the_limit_are_not_even_asked_for() -> None:
    def texts() -> object:
        yield "le client " * 500
        raise AssertionError

    assert guess(texts()) is Lang.FR  # type: ignore[arg-type]


@pytest.mark.parametrize("unit", ["l'", "a", ";", " ", "```\n", "x=", "'", "e\u0301", "a/"])
def test_hostile_texts_are_read(unit: str) -> None:
    assert guess([unit * 100_000]) in (None, Lang.FR, Lang.EN)
