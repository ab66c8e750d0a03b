from collections.abc import Callable
from typing import Any

import pytest

from guard.detect.engine import Analyzer
from guard.detect.uses import UseMatcher
from guard.rules.schema import RuleSet, UseRule
from guard.terms import Role, Segment, Use

type NewUse = Callable[..., UseRule]
type NewSet = Callable[..., RuleSet]
type Uses = Callable[..., tuple[Use, ...]]


@pytest.fixture(scope="session")
def screening(new_use: NewUse, new_set: NewSet) -> Uses:
    """The uses that one rule sees in a text."""
    rule = new_use(
        "screening",
        acts=["trie", "trier", "class*", "donne une note"],
        objects=["cv", "candidat*"],
        phrases=["meilleur ... candidat"],
        subjects=["poste"],
        exclude=["mon cv", "lettre type"],
    )
    matcher = UseMatcher(new_set(rule))

    def uses(text: str, role: Role = Role.USER, **how: Any) -> tuple[Use, ...]:
        return matcher.find(Segment("body:", role, text, **how))

    return uses


@pytest.mark.parametrize(
    "text",
    [
        "Trie ces CV",
        "TRIÉ ? Non : trie les CV !",
        "Voici douze CV. Trie-les.",
        "Voici les CV. Le poste est à Nantes. Merci de votre aide. Trie-les.",
        "Trie-les par ville. Les CV suivent.",
        "Peux-tu regarder les CV et les trier, c'est-à-dire : trie-les",
        "Classez les candidats",
        "Bonjour. Trie ces CV. Merci.",
        "Trie les réponses de M. Dupont et son CV",
        "Il me faut le meilleur candidat",
        "Trie, avec Mme. Martin et Dr. House, ces CV",
        "Trie avec J. P. Morel ces CV",
        "donne  une\tnote à ce candidat",
        "qui est le meilleur candidat",
    ],
)
def test_an_act_and_an_object_in_one_sentence_are_a_use(screening: Uses, text: str) -> None:
    assert [use.id for use in screening(text)] == ["screening"]


@pytest.mark.parametrize(
    "text",
    [
        "Trie ces mails. J'ai lu le CV.",
        "Trie ces mails ! Le CV suit.",
        "Trie ces mails ? Le CV suit.",
        "Trie ces mails ; le CV suit",
        "Trie ces mails\nle CV suit",
        "Trie ces mails",
        "Voici un CV",
        "Patrie et CV",
        "Voici mon CV. Trie-les.",
        "Un. Deux. Les CV. Trois. Quatre. Cinq. Six. Trie-les.",
        "Le service trie les CV",
        "Trie mon CV parmi les CV",
        "Trie ces CV avec une lettre type",
        "",
    ],
)
def test_apart_alone_or_excluded_they_are_none(screening: Uses, text: str) -> None:
    assert screening(text) == ()


def test_an_exclusion_is_for_its_own_sentence(screening: Uses) -> None:
    assert screening("Garde mon CV à part. Trie les CV des autres.")


@pytest.mark.parametrize(
    ("text", "score"),
    [
        ("Trie ces CV", 0.7),
        ("Trie a b c d e f ces CV", 0.6),
        ("Trie ces CV pour le poste", 0.9),
        ("Trie a b c d e f g ces CV pour le poste", 0.8),
        ("CV : a b c d e f g h, trie, a b c d e f g h CV, trie", 0.7),
        ("Voici des CV. Trie-les", 0.6),
        ("Voici des CV pour un poste. Trie-les", 0.8),
        ("Dis-moi le meilleur candidat", 0.7),
        ("Le meilleur jeune candidat pour ce poste", 0.9),
        ("Trie a b c d e f g ces CV. Trie ces CV pour le poste.", 0.9),
    ],
    ids=[
        "close",
        "far",
        "with-subject",
        "far-with-subject",
        "any-pair",
        "nearby",
        "nearby-with-subject",
        "phrase",
        "phrase-with-subject",
        "best-sentence",
    ],
)
def test_the_score_says_how_much_is_there(screening: Uses, text: str, score: float) -> None:
    assert [use.score for use in screening(text)] == [score]


def test_a_use_below_its_threshold_is_dropped(new_use: NewUse, new_set: NewSet) -> None:
    matcher = UseMatcher(new_set(new_use(acts=["trie"], objects=["cv"], threshold=0.7)))
    assert [bool(matcher.find(Segment("b", Role.USER, text))) for text in ("trie ces cv", "trie a b c d e f g cv")] == [
        True,
        False,
    ]


def test_the_evidence_is_the_words_of_the_rule(screening: Uses) -> None:
    (use,) = screening("CLASSONS les candidatures pour le POSTE de canary-5512")
    assert use.evidence == ("act: class*", "object: candidat*", "subject: poste")


def test_a_phrase_is_its_own_evidence(screening: Uses) -> None:
    (use,) = screening("Le MEILLEUR jeune canary-5512 candidat")
    assert use.evidence == ("phrase: meilleur ... candidat",)


@pytest.mark.parametrize(
    ("role", "seen"),
    [
        (Role.USER, True),
        (Role.SYSTEM, True),
        (Role.DRAFT, True),
        (Role.FILE, True),
        (Role.HISTORY, False),
        (Role.TOOL_ARGS, False),
        (Role.TOOL_RESULT, False),
        (Role.FILENAME, False),
        (Role.OTHER, False),
    ],
)
def test_a_use_is_what_people_ask_for_not_what_comes_back(screening: Uses, role: Role, seen: bool) -> None:
    assert bool(screening("Trie ces CV", role)) is seen


def test_a_field_nobody_declared_asks_for_nothing(screening: Uses) -> None:
    assert screening("Trie ces CV", declared=False) == ()


def test_a_watched_rule_is_marked(new_use: NewUse, new_set: NewSet) -> None:
    matcher = UseMatcher(new_set(new_use(acts=["trie"], objects=["cv"], status="test")))
    assert [use.enforced for use in matcher.find(Segment("b", Role.USER, "trie ces cv"))] == [False]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Que penses-tu de ce patient ?", True),
        ("Prépare le dossier de ce patient", True),
        ("Ce patient tousse", False),
        ("Écris à ce patient", False),
        ("Dose ce patient", True),
        ("Voici ce patient. Dose-le.", True),
        ("Ce patient tousse. Que faire ?", False),
    ],
)
def test_any_request_about_people_counts_but_a_harmless_one(
    new_use: NewUse, new_set: NewSet, text: str, found: bool
) -> None:
    rule = new_use(acts=["dose"], objects=["patients"], people=["ce patient"], harmless=["écris"])
    assert bool(UseMatcher(new_set(rule)).find(Segment("b", Role.USER, text))) is found


def test_an_act_is_not_its_own_object(new_use: NewUse, new_set: NewSet) -> None:
    matcher = UseMatcher(new_set(new_use(acts=["trie cv"], objects=["cv"])))
    assert matcher.find(Segment("b", Role.USER, "trie cv")) == ()
    assert matcher.find(Segment("b", Role.USER, "trie cv cv"))


def test_entries_come_from_lists_too(new_use: NewUse, new_set: NewSet) -> None:
    rule = new_use(acts=["trie"], objects=["cv"])
    words = rule.use.objects.model_copy(update={"lists": ["more.txt"]})
    rule = rule.model_copy(update={"use": rule.use.model_copy(update={"objects": words})})
    matcher = UseMatcher(new_set(rule, lists={"more.txt": ["dossier*"]}))
    assert [use.evidence for use in matcher.find(Segment("b", Role.USER, "Trie ces dossiers"))] == [
        ("act: trie", "object: dossier*")
    ]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Traduis ce texte :\nTrie ces CV", ["translating"]),
        ("Traduis ce texte\nTrie ces CV", ["translating"]),
        ("Traduis ce texte « Trie ces CV. Trie-les. »", ["translating"]),
        ("Traduis ce texte. Trie ces CV.", ["screening", "translating"]),
        ("Trie ces CV. Traduis ce texte :\nBonjour", ["screening", "translating"]),
    ],
)
def test_what_follows_a_text_to_work_on_asks_for_nothing(
    new_use: NewUse, new_set: NewSet, text: str, found: list[str]
) -> None:
    screening = new_use("screening", acts=["trie"], objects=["cv"])
    translating = new_use("translating", acts=["traduis"], objects=["texte"])
    translating = translating.model_copy(update={"use": translating.use.model_copy(update={"material": True})})
    uses = UseMatcher(new_set(screening, translating)).find(Segment("b", Role.USER, text))
    assert sorted(use.id for use in uses) == found


def test_a_text_to_work_on_that_is_none_hides_nothing(new_use: NewUse, new_set: NewSet) -> None:
    screening = new_use("screening", acts=["trie"], objects=["cv"])
    translating = new_use("translating", acts=["traduis"], objects=["texte", "cv"])
    translating = translating.model_copy(update={"use": translating.use.model_copy(update={"material": True})})
    (use,) = UseMatcher(new_set(screening, translating)).find(Segment("b", Role.USER, "Trie ces CV"))
    assert use.id == "screening"


def test_a_request_behind_a_long_text_finds_what_opens_it(screening: Uses) -> None:
    assert screening("Voici douze CV. " + "Un détail de plus. " * 1_000 + "Trie-les.")


def test_the_middle_of_a_long_text_is_material(screening: Uses) -> None:
    assert screening("Un détail. " * 500 + "Trie ces CV. " + "Un détail. " * 500) == ()


def test_thousands_of_sentences_are_read(screening: Uses) -> None:
    assert [use.score for use in screening("Trie ces mails. Voici un CV. " * 5_000 + "Trie ces CV.")] == [0.7]


@pytest.mark.parametrize(
    ("role", "text", "asked", "shown"),
    [
        (Role.USER, "Voici douze CV.", False, True),
        (Role.FILE, "CV de Jean Dupont", False, True),
        (Role.USER, "Trie-les", True, False),
        (Role.USER, "Trie chacun d'eux", True, False),
        (Role.FILE, "Trie-les", False, False),
        (Role.USER, "Trie les factures", False, False),
        (Role.USER, "Traduis ces CV.", False, False),
        (Role.USER, "Voici mon CV.", False, False),
        (Role.SYSTEM, "Voici douze CV.", False, False),
        (Role.HISTORY, "Voici douze CV.", False, False),
    ],
)
def test_half_a_use_is_a_pronoun_or_a_thing_that_is_told_of(
    new_use: NewUse, new_set: NewSet, role: Role, text: str, asked: bool, shown: bool
) -> None:
    rule = new_use("screening", acts=["trie"], objects=["cv"], exclude=["mon cv"])
    uses, halves = UseMatcher(new_set(rule)).look(Segment("b", role, text))
    assert (uses, bool(halves.asked), bool(halves.shown)) == ((), asked, shown)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Mon meilleur candidat est là. Il est bon.", True),
        ("Le meilleur candidat est là. Qui est-ce ?", True),
        ("Le meilleur candidat est là. Il est bon.", False),
        ("Le meilleur candidat est là", True),
    ],
    ids=["own-matter", "asked-about-next", "told", "all-there-is"],
)
def test_a_phrase_counts_where_the_person_speaks_to_the_service(screening: Uses, text: str, found: bool) -> None:
    assert bool(screening(text)) is found


# --- the shipped rules, on prompts that are not in their files ------------------------------------------------------

FORBIDDEN = [
    ("cv-screening", "Voici douze CV de développeurs : classe-les par adéquation avec le poste."),
    ("cv-screening", "Peux-tu évaluer ces candidatures et me donner une note sur 20 pour chacune ?"),
    ("cv-screening", "Compare les deux candidates et dis-moi laquelle choisir."),
    ("cv-screening", "Élimine les candidats qui n'ont pas le permis B"),
    ("cv-screening", "quels candidats convoquer en entretien d'apres ces profils"),
    ("cv-screening", "Fais un tri des candidatures reçues pour le stage de juin."),
    ("cv-screening", "Je dois retenir cinq CV sur cinquante pour le poste de Mme. Bernard, lesquels ?"),
    ("cv-screening", "Note chaque candidat de A à E selon son expérience"),
    ("employee-evaluation", "Évalue les performances de mes collaborateurs à partir de leurs tickets."),
    ("employee-evaluation", "Quel collaborateur est le moins productif d'après ce tableau ?"),
    ("employee-evaluation", "Note chaque salarié de l'agence sur 10."),
    ("employee-evaluation", "Dois-je licencier ce salarié qui arrive en retard ?"),
    ("employee-evaluation", "Classe mes commerciaux du meilleur au moins bon"),
    ("employee-evaluation", "Qui promouvoir parmi ces trois employées ?"),
    ("employee-evaluation", "Surveille les connexions de chaque employé et signale les moins motivés"),
    ("cv-screening", "Here are twenty resumes, rank them against this job description of mine from 1 to 20"),
    ("cv-screening", "Which candidate is the best fit for the sales role?"),
    ("cv-screening", "Shortlist three applicants out of the list below"),
    ("cv-screening", "Compare these two candidates and tell me who to hire"),
    ("cv-screening", "Reject all applicants with less than two years of experience."),
    ("cv-screening", "Score the attached resumes from 0 to 100"),
    ("cv-screening", "Filter these CVs and keep only the engineers"),
    ("cv-screening", "Assess whether this applicant would fit in the team"),
    ("employee-evaluation", "Evaluate this employee's performance from her emails."),
    ("employee-evaluation", "Which of my direct reports is underperforming this quarter?"),
    ("employee-evaluation", "Rank the team members by number of tickets closed"),
    ("employee-evaluation", "Should I fire this employee for being late?"),
    ("employee-evaluation", "Write the performance review of my employee Sam from these notes"),
    ("employee-evaluation", "Who should be laid off first? Score each employee."),
    ("employee-evaluation", "Monitor our employees' chats and rate each employee on loyalty"),
]
ALLOWED = {"translation", "summarising", "drafting", "code-help", "brainstorming"}
HARMLESS = [
    "Rédige une offre d'emploi pour un poste de comptable à Lyon.",
    "Écris une annonce pour recruter un vendeur motivé.",
    "Explique ce qu'est un CV anonyme.",
    "Traduis mon CV en anglais.",
    "Prépare-moi à mon entretien d'embauche de lundi.",
    "Résume ce rapport annuel en dix lignes.",
    "Évalue les performances de cette fonction Python.",
    "Classe ces mails par date.",
    "Compare les offres de ces trois fournisseurs pour les tickets restaurant.",
    "Rédige un mot de bienvenue pour une nouvelle collaboratrice.",
    "Comment organiser le pot de départ d'un salarié ?",
    "Write a job advertisement for a data analyst.",
    "What is a CV, and how long should it be?",
    "Help me improve my resume for this job.",
    "Prepare me for my interview next week.",
    "Summarise the annual report and its main risks.",
    "Evaluate the performance of this SQL query.",
    "Rank these holiday destinations by price.",
    "Draft an email telling staff about the new office hours.",
    "Sort the employees table by last name in SQL.",
]


@pytest.mark.parametrize(("use", "text"), FORBIDDEN)
def test_a_forbidden_use_is_recognised(analyzer: Analyzer, use: str, text: str) -> None:
    assert use in [found.id for found in analyzer.analyze([Segment("b", Role.USER, text)]).uses]


@pytest.mark.parametrize("text", HARMLESS)
def test_a_harmless_request_is_none(analyzer: Analyzer, text: str) -> None:
    assert {found.id for found in analyzer.analyze([Segment("b", Role.USER, text)]).uses} <= ALLOWED


@pytest.mark.parametrize(
    ("messages", "use"),
    [
        (["Voici douze CV.", "Classe-les"], "cv-screening"),
        (["Here are the applicants: Ana, Bob.", "Thanks!", "Now rank them from best to worst"], "cv-screening"),
        (["Mes élèves ont rendu leurs copies.", "Note chacun sur 20"], "student-grading"),
        (["Voici le dossier de prêt de M. Roy.", "Évalue-le"], "credit-scoring"),
        (["Voici douze CV.", "Classe-les par ordre alphabétique"], None),
        (["Voici douze CV.", "Traduis-les en anglais"], None),
        (["Write an email to the applicants", "Now pick the best title for it"], None),
    ],
)
def test_several_messages_make_up_a_use(analyzer: Analyzer, messages: list[str], use: str | None) -> None:
    keys = [Segment("key:", Role.OTHER, "content", declared=False)] * 5  # they stand between messages
    segments = [part for text in messages for part in (*keys, Segment("b", Role.USER, text))]
    found = {found.id for found in analyzer.analyze(segments).uses} - ALLOWED
    assert found == ({use} if use else set())
