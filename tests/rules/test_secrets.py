"""The shipped rules for secrets: their breadth, their form, their silence on ordinary text, one label for a value."""

from pathlib import Path

import pytest

from guard.detect.engine import Analyzer
from guard.detect.patterns import Matcher
from guard.rules.load import load
from guard.rules.schema import DetectRule
from guard.terms import Classification, Finding, Role, Segment

RULES = Path(__file__).parents[2] / "rules"
SET = load(RULES)
SECRETS = {rule.id: rule for rule in SET.detect.values() if rule.detect.entity.startswith("SECRET_")}
OURS = {name: rule for name, rule in SECRETS.items() if name.startswith("secret-")}

BENIGN = [
    "Bonjour, peux-tu reformuler ce paragraphe dans un style plus simple ?",
    "Le mot de passe est trop court, choisissez-en un plus long.",
    "Comment réinitialiser le mot de passe d'un collègue sous Windows 11 ?",
    "Votre mot de passe doit contenir 12 caractères, dont 1 chiffre et 1 signe.",
    "Mot de passe oublié : que faire ?",
    "Le jeton est valable 24 heures puis il faut le renouveler.",
    "La clé API se trouve dans la console, onglet Sécurité.",
    "Quelle est la différence entre une clé publique et une clé privée ?",
    "Le secret de cette recette : laisser reposer la pâte 2 heures.",
    "Rédige une politique de rotation des secrets en 3 pages.",
    "Le code d'accès est affiché à l'accueil.",
    "Explique OAuth 2.0 et le rôle du jeton de rafraîchissement.",
    "Mon équipe utilise Slack, Notion, Figma et GitHub au quotidien.",
    "Rendez-vous mardi 24 novembre à 14:30, salle B-204.",
    "La clé de voûte du projet : la confiance entre les équipes.",
    "Le budget 2026 est de 1 250 000 euros, soit +4,5 %.",
    "Compare Stripe, Adyen et PayPal pour une boutique en ligne.",
    "Quel est le prix d'une licence Datadog par hôte et par mois ?",
    "Token : unité de texte que lit un modèle de langue.",
    "Traduis « The password is case-sensitive » en français.",
    "Your password is case-sensitive and must have 12 characters.",
    "How do I reset my password?",
    "My password is not accepted any more since Monday.",
    "The token is expired, please sign in again.",
    "What does a GitHub token look like, and where do I create one?",
    "The secret is to keep sentences short.",
    "A key point: tokens are not words.",
    "Explain the difference between Bearer and Basic authentication.",
    "Write a function that checks whether a password is strong enough.",
    "Set API_KEY in your environment before you run the tests.",
    "Which of the AWS regions has the lowest latency from Paris?",
    "The access key is in the vault, ask the platform team.",
    "We moved from Heroku to Fly.io last year and saved 40 %.",
    "Summarise the attached report in 5 bullet points.",
    "The pass rate was 93.5 % in Q3 and 95.1 % in Q4.",
    "Call me at noon, or send a message on Discord or Telegram.",
    "Token limit: 128000. Context window: 200000 tokens.",
    "The keynote is at 9:00, the workshop at 14:00.",
    "password = os.environ['DB_PASSWORD']",
    'password = getpass.getpass("Password: ")',
    "token = tokenizer.next_token()",
    "const token = await getAccessToken(user1.id);",
    "api_key: str | None = None",
    "API_KEY=${API_KEY}",
    "API_KEY=<your-api-key>",
    "OPENAI_API_KEY=sk-...",
    "DB_PASSWORD=",
    "secret = process.env.CLIENT_SECRET",
    "let secret = config.get('auth.secret');",
    "if token != expected_token: raise PermissionError",
    "postgres://app:${DB_PASSWORD}@db:5432/app",
    "postgres://localhost:5432/app",
    "https://example.com:8443/a/b?c=d@e",
    "curl -u $USER:$PASS https://api.example.com",
    "Authorization: Bearer ${TOKEN}",
    "Authorization: Bearer <token>",
    "git clone git@github.com:example/project.git",
    "commit 2fd4e1c67a2d28fced849ee1bb76e7391b93eb12",
    "id: 3f2504e0-4f89-41d3-9a0c-0305e82c3301",
    "sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
    "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5E",
    "data:image/jpeg;base64,/9j/4AAQSkZJRgABAQEAYABgAAD/2wBDAAMCAgMCAgMDAwMEAwMEBQgFBQQEBQoHBwYIDAoMDAsK",
    ".btn--primary{color:#1a2b3c;background:#ffcc00;border-radius:4px}.sk-estimator-doc-link{top:0}",
    "!function(e,t){var n=e[0],r=t[1];return n.a1&&r.b2?n.c3(r):void 0}([],[]);var key=k1,token=t2;",
    '"integrity": "sha512-9UZCFRHQdNrfTpGg8+1INIg93B6zE0aXMVFkw1WFwvO4SlZywU6aLg5Of0Ap/PgcbSw4LNxvMWXMeugwMCX0AA=="',
    '    "lodash@^4.17.21": {"version": "4.17.21", "resolved": "https://registry.example.com/lodash-4.17.21.tgz"}',
    "requests==2.32.3 --hash=sha256:70761cfe03c773ceb22aa2f671b4757976145175cdfca038c02654d061d6dcc6",
    "uuid = 'b9c1f0aa-1d1c-4a2b-8c45-9d6a8f2f7e10'  # id of the build",
    "class TokenRefreshError(Exception): code = 401",
    "primary_key=True, foreign_key='users.id', unique_key='email'",
    "const sortKey = `user#${id}`; const partitionKey = 'tenant';",
    "keyword arguments: key=lambda item: item[1]",
]


@pytest.fixture(scope="module")
def analyzer() -> Analyzer:
    """Every shipped rule at once."""
    return Analyzer(SET)


@pytest.fixture(scope="module")
def matcher() -> Matcher:
    """The rules for secrets alone."""
    return Matcher(list(SECRETS.values()), SET.lists)


def _found(analyzer: Analyzer, text: str) -> list[Finding]:
    return list(analyzer.analyze([Segment("body:", Role.USER, text)]).findings)


def test_the_breadth_is_that_of_the_best_public_set_at_least() -> None:
    assert len({rule.detect.entity for rule in SECRETS.values()}) >= 222


@pytest.mark.parametrize("rule", SECRETS.values(), ids=SECRETS.keys())
def test_a_secret_is_secret_and_capitals_count(rule: DetectRule) -> None:
    assert rule.detect.classification is Classification.SECRET
    assert rule.detect.case_sensitive


@pytest.mark.parametrize("rule", OURS.values(), ids=OURS.keys())
def test_a_rule_for_a_secret_has_two_tests_of_either_kind(rule: DetectRule) -> None:
    assert len(rule.tests.match) >= 2
    assert len(rule.tests.no_match) >= 2


def test_the_entity_follows_from_the_id() -> None:
    assert {rule.detect.entity for rule in OURS.values()} == {name.upper().replace("-", "_") for name in OURS}


@pytest.mark.parametrize("text", BENIGN, ids=range(len(BENIGN)))
def test_ordinary_text_holds_no_secret(matcher: Matcher, text: str) -> None:
    assert [match.rule.id for match in matcher.find(text) if match.score >= match.rule.detect.threshold] == []


def test_every_rule_is_silent_on_the_others_no_match_texts_that_are_references(matcher: Matcher) -> None:
    texts = [no.text for rule in OURS.values() for no in rule.tests.no_match if "${" in no.text]
    loud = [text for text in texts if any(m.score >= m.rule.detect.threshold for m in matcher.find(text))]
    assert texts
    assert loud == []


@pytest.mark.parametrize("rule", OURS.values(), ids=OURS.keys())
def test_the_whole_set_finds_each_rules_values_once(analyzer: Analyzer, rule: DetectRule) -> None:
    for test in rule.tests.match:
        findings = _found(analyzer, test.text)
        for value in test.finds:
            at = test.text.index(value)
            covering = [f for f in findings if f.start <= at and f.end >= at + len(value)]
            assert len(covering) == 1, f"{rule.id}: {len(covering)} findings cover one value"
