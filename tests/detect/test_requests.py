"""Sentences, and what they ask for."""

import pytest

from guard.detect.requests import Sentence, sentences


def only(text: str) -> Sentence:
    [sentence] = sentences(text)
    return sentence


def asked(text: str, word: str) -> bool:
    sentence = only(text)
    at = sentence.words.index(word)
    return sentence.asks(at, at + 1)


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("Un début. Deux ! Trois ? Quatre ; cinq\nsix", 6),
        ("Avec M. Dupont et J. P. Morel.", 1),
        ("Une ligne assez longue pour être coupée qui continue\ndans la suivante", 1),
        ("Titre\nUne phrase", 2),
        ("...", 0),
        ("", 0),
    ],
)
def test_a_text_is_parted_into_sentences(text: str, count: int) -> None:
    assert len(sentences(text)) == count


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("Classe ces CV", "classe"),
        ("Bonjour, classe ces CV", "classe"),
        ("Voici des CV : classe-les", "classe"),
        ("Lis les CV et classe les candidats", "classe"),
        ("- Classe ces CV", "classe"),
        ("Peux-tu lire les CV et les classer", "classer"),
        ("J'ai besoin de classer ces CV", "classer"),
        ("Merci de bien vouloir classer ces CV", "classer"),
        ("Please read the CVs and rank them", "rank"),
        ("I need you to rank these", "rank"),
        ("You are an assistant that ranks candidates", "ranks"),
        ("Tu es un assistant qui classe les CV", "classe"),
        ("Tell me who is best", "who"),
        ("Ces CV, tu les classerais ?", "classerais"),
        ("Which one is best", "which"),
    ],
)
def test_what_stands_at_the_head_of_a_clause_or_is_asked_in_words_is_asked_for(text: str, word: str) -> None:
    assert asked(text, word)


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("Chaque manager évalue ses équipes", "evalue"),
        ("The committee ranks the candidates", "ranks"),
        ("Elle a dit « Classe ces CV »", "classe"),
        ("Read what the people who left wrote", "who"),
    ],
)
def test_what_is_told_or_quoted_is_not_asked_for(text: str, word: str) -> None:
    assert not asked(text, word)


@pytest.mark.parametrize(
    ("text", "word", "refers"),
    [
        ("Classe-les", "classe", True),
        ("Rank them", "rank", True),
        ("Lequel choisir ?", "choisir", True),
        ("Classe ces mails", "classe", False),
        ("Rank the best-known cities of the whole wide world", "wide", False),
    ],
)
def test_a_verb_refers_to_another_sentence_by_the_words_beside_it(text: str, word: str, refers: bool) -> None:
    sentence = only(text)
    at = sentence.words.index(word)
    assert sentence.refers(at, at + 1) is refers


@pytest.mark.parametrize(
    ("text", "opens"),
    [("Traduis :", True), ("Traduis ceci\n", True), ("Traduis « bonjour ».", True), ("Traduis ce mail.", False)],
)
def test_a_sentence_opens_what_follows_it(text: str, opens: bool) -> None:
    assert only(text).opens is opens


def test_of_a_long_text_both_ends_are_looked_at() -> None:
    text = "Un début. " + "Un milieu. " * 2_000 + "Une fin."
    read = sentences(text)
    assert (read[0].words, read[-1].words) == (("un", "debut"), ("une", "fin"))
    assert len(read) < 900


@pytest.mark.parametrize(
    ("text", "word", "asked_for"),
    [
        ("Which is the best?", "which", True),
        ("The party seeks a ban, which came late.", "which", False),
        ("Le maire, qui trie, est absent.", "qui", False),
        ("Dis-moi, qui choisir", "qui", True),
    ],
)
def test_a_relative_clause_asks_for_nothing(text: str, word: str, asked_for: bool) -> None:
    assert asked(text, word) is asked_for


@pytest.mark.parametrize(
    ("text", "speaks"),
    [
        ("Mon client veut partir.", True),
        ("We are hiring a nurse.", True),
        ("Trie ces CV", True),
        ("Le client veut partir.", False),
        ("The nurse left.", False),
    ],
)
def test_who_speaks_of_their_own_matter_speaks_to_the_service(text: str, speaks: bool) -> None:
    assert only(text).speaks is speaks


@pytest.mark.parametrize(
    ("text", "word", "stands"),
    [
        ("Classe-les", "classe", True),
        ("Now rank them", "rank", True),
        ("Lequel garder", "garder", True),
        ("Rank the best tools", "rank", False),
        ("Classe la liste du dessous", "classe", False),
    ],
)
def test_a_pronoun_stands_for_what_was_named_before(text: str, word: str, stands: bool) -> None:
    sentence = only(text)
    at = sentence.words.index(word)
    assert sentence.stands(at, at + 1) is stands
