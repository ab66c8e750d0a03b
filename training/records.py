"""A stream of random numbers in, a made-up record out: JSON, CSV, SQL, XML, tables, logs, with its values labelled.

Law: only values that stand for somebody or somewhere are labelled; keys, numbers, states and e-mail addresses are not.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from training.examples import Example
from training.templates import filled
from training.values import Values

KEYS = {
    "fr": {
        "full": "nom nom_complet client salarie contact patient responsable auteur candidat titulaire".split(),
        "reversed": "Nom NOM agent collaborateur assure eleve".split(),
        "first": "prenom prénom Prénom PRENOM".split(),
        "last": "nom nom_famille Nom NOM nom_naissance".split(),
        "town": "ville commune site lieu lieu_naissance agence Ville".split(),
        "land": "pays region departement Pays".split(),
        "org": "societe société employeur entreprise fournisseur banque organisme client tiers etablissement".split(),
        "address": "adresse adresse_postale Adresse".split(),
        "dob": "date_naissance né_le DDN".split(),
    },
    "en": {
        "full": "name full_name customer client employee contact patient owner manager author applicant user".split(),
        "reversed": "Name employee member insured".split(),
        "first": "first_name firstName given_name FirstName".split(),
        "last": "last_name lastName surname LastName".split(),
        "town": "city town location site place_of_birth branch City".split(),
        "land": "country state region Country".split(),
        "org": "company employer organisation supplier bank vendor account_name client Company".split(),
        "address": "address shipping_address Address".split(),
        "dob": "date_of_birth dob birthDate".split(),
    },
}
OTHERS = {
    "fr": {
        "statut": "ouvert|clos|impayé|en attente|actif|En retard|Validé",
        "montant": "120,50|3000|99|1 250,00",
        "id": "1|42|A-1029|10023|CLI0042",
        "type": "standard|premium|avoir|facture|CDI|CDD",
        "priorite": "Haute|Basse|Moyenne|P1",
        "service": "Comptabilité|Achats|Production|Ressources Humaines|Informatique",
        "produit": "Ordinateur portable|Licence Pro|Abonnement Annuel|Vis M8",
        "commentaire": "à rappeler|à vérifier|aucun|Payé en retard|Ne pas relancer",
    },
    "en": {
        "status": "open|closed|overdue|pending|active|unpaid|In Progress|Done",
        "amount": "120.50|3000|99|1,250.00",
        "id": "1|42|A-1029|10023|CUST-0042",
        "type": "standard|premium|refund|invoice|full-time",
        "priority": "High|Low|Medium|P1|Critical",
        "department": "Finance|Procurement|Production|Human Resources|IT|Sales",
        "product": "Laptop Pro|Annual Licence|Starter Plan|Bolt M8",
        "comment": "Call back|to check|none|Paid late|Do not contact",
    },
}
UNLABELLED = (("ref", "{n}"), ("email", "{mail}"), ("date", "{date}"), ("phone", "{phone}"), ("iban", "{iban}"))


@dataclass(frozen=True, slots=True)
class Column:
    """A key and what its values are: a slot, or a choice in a template's form."""

    key: str
    value: str


def columns(values: Values) -> list[Column]:
    """Two to six columns, at least one of them a person, a place or an organisation."""
    rng, keys = values.rng, KEYS[values.lang]
    kinds = rng.sample(
        ["full", "full", "full", "reversed", "first", "last", "town", "town", "land", "org", "org", "address", "dob"],
        rng.randint(1, 4),
    )
    found = [Column(rng.choice(keys[kind]), f"{{{kind}}}") for kind in kinds]
    if "first" in kinds and "last" not in kinds and rng.random() < 0.8:
        found.append(Column(rng.choice(keys["last"]), "{last}"))
    for key, value in rng.sample(UNLABELLED, rng.randint(0, 2)):
        found.insert(rng.randint(0, len(found)), Column(key, value))
    for key, value in rng.sample(sorted(OTHERS[values.lang].items()), rng.randint(0, 2)):
        found.insert(rng.randint(0, len(found)), Column(key, f"[[{value}]]"))
    return found


def record(values: Values) -> Example:
    """One record, or a few rows, in one of the forms."""
    form: Callable[[Values, Sequence[Column]], str] = values.rng.choice(FORMS)
    return filled(form(values, columns(values)), values, "record")


def unkeyed(cols: Sequence[Column]) -> Sequence[Column]:
    """The columns that say what they are without their key: a date alone is nobody's birthday."""
    return [col for col in cols if col.value != "{dob}"]


def _json(values: Values, cols: Sequence[Column]) -> str:
    colon, comma = values.rng.choice(((": ", ", "), (":", ","), (": ", ",\n  ")))
    quote = values.rng.choice(('"', '"', '"', "'"))
    objects = [
        "{" + comma.join(f"{quote}{col.key}{quote}{colon}{quote}{col.value}{quote}" for col in cols) + "}"
        for _ in range(values.rng.choice((1, 1, 2)))
    ]
    return objects[0] if len(objects) == 1 else f"[{comma.join(objects)}]"


def _csv(values: Values, cols: Sequence[Column]) -> str:
    mark = values.rng.choice((",", ";", "\t", ", ", "|"))
    quote = values.rng.choice(("", "", "", '"'))
    named = values.rng.random() < 0.75
    cols = cols if named else unkeyed(cols)
    rows = [mark.join(f"{quote}{col.value}{quote}" for col in cols) for _ in range(values.rng.randint(1, 4))]
    head = [mark.join(col.key for col in cols)] if named else []
    return "\n".join(head + rows)


def _pairs(values: Values, cols: Sequence[Column]) -> str:
    colon = values.rng.choice((": ", " : ", "=", " = ", ":", "\t"))
    bullet = values.rng.choice(("", "", "- ", "* "))
    human = values.rng.random() < 0.5
    keys = [col.key.replace("_", " ").capitalize() if human else col.key for col in cols]
    return "\n".join(f"{bullet}{key}{colon}{col.value}" for key, col in zip(keys, cols, strict=True))


def _markdown(values: Values, cols: Sequence[Column]) -> str:
    rows = ["| " + " | ".join(col.value for col in cols) + " |" for _ in range(values.rng.randint(1, 4))]
    head = "| " + " | ".join(col.key.replace("_", " ").capitalize() for col in cols) + " |"
    return "\n".join([head, "|" + "---|" * len(cols), *rows])


def _sql(values: Values, cols: Sequence[Column]) -> str:
    # ruff: noqa: S608 - a text to learn from, never a query
    table = values.rng.choice(("clients", "users", "staff", "contacts", "employees", "patients", "t_personne"))
    if values.rng.random() < 0.3:
        return f"SELECT * FROM {table} WHERE " + " AND ".join(f"{col.key} = '{col.value}'" for col in cols[:2])
    if values.rng.random() < 0.2:
        return f"UPDATE {table} SET {cols[0].key} = '{cols[0].value}' WHERE id = {{n}};"
    row = ", ".join(f"'{col.value}'" for col in cols)
    return f"INSERT INTO {table} ({', '.join(col.key for col in cols)}) VALUES ({row});"


def _xml(values: Values, cols: Sequence[Column]) -> str:
    if values.rng.random() < 0.3:
        return (
            f"<{values.rng.choice(('client', 'user', 'row'))} " + " ".join(f'{c.key}="{c.value}"' for c in cols) + "/>"
        )
    gap = values.rng.choice(("", "\n"))
    return gap.join(f"<{col.key}>{col.value}</{col.key}>" for col in cols)


def _line(values: Values, cols: Sequence[Column]) -> str:
    return values.rng.choice((" - ", " | ", " / ", " – ", ", ", " ; ", "\t", "  ")).join(
        col.value for col in unkeyed(cols)
    )


def _log(values: Values, cols: Sequence[Column]) -> str:
    level = values.rng.choice(("INFO", "WARN", "ERROR", "DEBUG", "[info]", "ERREUR"))
    logger = values.rng.choice(("app.auth", "c.a.UserService", "orders", "http", "sync-worker"))
    pairs = " ".join(f'{col.key}="{col.value}"' for col in cols[:3])
    what = values.rng.choice(("login ok", "created", "not found", "échec", "sent mail to", "payment refused"))
    day, minute = values.rng.randint(10, 28), values.rng.randint(10, 59)
    return f"2026-{values.rng.randint(1, 12):02d}-{day} 10:{minute}:07 {level} {logger} {what} {pairs}"


def _code(values: Values, cols: Sequence[Column]) -> str:
    pairs = ", ".join(f'{col.key}="{col.value}"' for col in cols)
    name = values.rng.choice(("User", "Client", "Employee", "create_contact", "Patient", "new Customer"))
    forms = (
        f"user = {name}({pairs})",
        f"data = {{{pairs.replace('=', ': ')}}}",
        f'assert obj.{cols[0].key} == "{cols[0].value}"',
        f"const {cols[0].key} = '{cols[0].value}';",
        f'print("{cols[0].value}")',
        f"names = [{', '.join(repr('{full}') for _ in range(3))}]",
    )
    return values.rng.choice(forms)


FORMS = (_json, _json, _csv, _csv, _pairs, _pairs, _markdown, _sql, _xml, _line, _log, _code)
