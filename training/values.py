"""A slot's name in, a value and its label out: what stands where a template says `{full}` or `{date}`.

Law: the slots that `LABELS` does not know carry no label: a number, a job or a title is nobody.
"""

import random
import unicodedata
from collections.abc import Callable, Mapping

from training.companies import Companies
from training.lists import lines, words
from training.names import Names
from training.places import Places

LABELS: Mapping[str, str] = {
    "full": "PER", "plain": "PER", "first": "PER", "last": "PER", "person": "PER", "reversed": "PER",
    "loc": "LOC", "town": "LOC", "land": "LOC", "org": "ORG", "company": "ORG",
    "address": "ADDRESS", "street": "ADDRESS", "dob": "DATE_OF_BIRTH",
}  # fmt: skip
TITLES = {
    "fr": "M. M. M. Mme Mme Mme Monsieur Madame Mlle Dr Docteur Me Maître Pr Professeur".split(),
    "en": "Mr Mr. Mr Mrs Mrs. Ms Ms. Miss Dr Dr. Prof. Professor Sir Madam".split(),
}
MONTHS = {
    "fr": "janvier février mars avril mai juin juillet août septembre octobre novembre décembre".split(),
    "en": "January February March April May June July August September October November December".split(),
}
DAYS = {
    "fr": "lundi mardi mercredi jeudi vendredi samedi demain".split(),
    "en": "Monday Tuesday Wednesday Thursday Friday Saturday tomorrow".split(),
}
HOSTS = "example.com example.org exemple.fr example.net societe.example entreprise.example mail.example.fr".split()


def ascii_of(text: str) -> str:
    """The text without accents or anything else that an address cannot hold."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    return "".join(letter for letter in plain if letter.isalnum())


class Values:
    """All that templates and records are filled with, in one language."""

    def __init__(self, lang: str, rng: random.Random, towns: tuple[str, ...] = (), orgs: tuple[str, ...] = ()) -> None:
        self.lang, self.rng = lang, rng
        self.names = Names(lang, rng)
        self.places = Places(lang, rng, towns)
        self.companies = Companies(lang, rng, self.names, self.places, orgs)
        self.slots: Mapping[str, Callable[[], str]] = {
            "full": self.names.full,
            "plain": self.names.plain,
            "first": self.names.first,
            "last": self.names.last,
            "person": self.person,
            "reversed": self.reversed,
            "loc": self.places.any,
            "town": self.places.town,
            "land": self.places.land,
            "org": self.companies.any,
            "company": self.companies.company,
            "address": self.places.address,
            "street": self.places.street,
            "code": self.places.code,
            "dob": self.date_of_birth,
            "title": self.title,
            "date": self.date,
            "day": self.day,
            "month": self.month,
            "time": self.time,
            "n": self.number,
            "amount": self.amount,
            "pct": self.percent,
            "phone": self.phone,
            "mail": self.mail,
            "job": self.job,
            "iban": self.iban,
            "thing": self.thing,
        }

    def value(self, slot: str) -> tuple[str, str]:
        """A value for the slot and its label, empty when it carries none."""
        return self.slots[slot](), LABELS.get(slot, "")

    def person(self) -> str:
        """However one speaks of somebody: whole name, first name, or both plain."""
        return self.rng.choice((self.names.full, self.names.plain, self.names.first))()

    def reversed(self) -> str:
        """NOM Prénom, as registers have it, or a comma between them."""
        last, first, roll = self.names.last(), self.names.first(), self.rng.random()
        if self.rng.random() < 0.1:
            first = f"{first} {self.names.first()}"
        if roll < 0.5:
            return f"{last.upper()} {first}"
        if roll < 0.6:
            return f"{last.upper()} {first.upper()}"
        return f"{last}, {first}" if self.lang == "en" and roll < 0.9 else f"{last} {first}"

    def title(self) -> str:
        """What stands before a family name."""
        return self.rng.choice(TITLES[self.lang])

    def date_of_birth(self) -> str:
        """A day long ago, in any form."""
        return self._date(self.rng.randint(1935, 2015))

    def date(self) -> str:
        """A day of our time, with or without its year."""
        if self.rng.random() < 0.35:
            return f"{self.rng.randint(2, 28)} {self.month()}"
        return self._date(self.rng.randint(2015, 2027))

    def day(self) -> str:
        """A day of the week, or tomorrow; English ones sometimes in lower case."""
        day = self.rng.choice(DAYS[self.lang])
        return day.lower() if self.rng.random() < 0.4 else day

    def month(self) -> str:
        """The name of a month."""
        return self.rng.choice(MONTHS[self.lang])

    def time(self) -> str:
        """A time of the day."""
        hour, minute = self.rng.randint(7, 19), self.rng.choice(("00", "15", "30", "45", "10"))
        if self.lang == "fr":
            return self.rng.choice((f"{hour}h{minute}", f"{hour}h", f"{hour}:{minute}", f"{hour} h {minute}"))
        return self.rng.choice((f"{hour}:{minute}", f"{(hour - 1) % 12 + 1}:{minute} am", f"{(hour - 1) % 12 + 1}pm"))

    def number(self) -> str:
        """A small number, an account or a case number."""
        return str(
            self.rng.choice((self.rng.randint(18, 99), self.rng.randint(100, 9999), self.rng.randint(10000, 9999999)))
        )

    def amount(self) -> str:
        """A sum of money."""
        sum_ = self.rng.randint(1, 900) * self.rng.choice((1, 10, 50, 1000))
        forms = ("{} €", "{} euros", "{} k€", "{} EUR") if self.lang == "fr" else ("€{}", "${}", "£{}", "{} EUR", "{}k")
        return self.rng.choice(forms).format(f"{sum_:,}".replace(",", " " if self.lang == "fr" else ","))

    def percent(self) -> str:
        """A share."""
        return f"{self.rng.randint(1, 60)}{' ' if self.lang == 'fr' else ''}%"

    def phone(self) -> str:
        """A telephone number."""
        pair = [f"{self.rng.randint(0, 99):02d}" for _ in range(4)]
        if self.lang == "fr":
            first = self.rng.randint(1, 9)
            return self.rng.choice(
                (f"0{first} {' '.join(pair)}", f"+33 {first} {' '.join(pair)}", f"0{first}{''.join(pair)}")
            )
        return self.rng.choice(
            (f"555-{pair[0]}{pair[1]}", f"+44 20 {''.join(pair)}", f"(555) {pair[0]}1-{pair[1]}{pair[2]}")
        )

    def mail(self) -> str:
        """A mail address made of a name."""
        first, last = ascii_of(self.names.first()), ascii_of(self.names.last())
        return f"{self.rng.choice((f'{first}.{last}', first[:1] + last, first, last))}@{self.rng.choice(HOSTS)}"

    def job(self) -> str:
        """What somebody does; sometimes with capitals, which do not make it a name."""
        job = self.rng.choice(lines(f"jobs_{self.lang}"))
        return job.title() if self.rng.random() < 0.3 else job if self.rng.random() < 0.7 else job.lower()

    def iban(self) -> str:
        """Something like an IBAN, whole or cut short."""
        return f"FR76 {' '.join(f'{self.rng.randint(0, 9999):04d}' for _ in range(self.rng.choice((2, 5))))}"

    def thing(self) -> str:
        """A product, a method, a norm: nobody's name."""
        return self.rng.choice(words("things"))

    def word(self) -> str:
        """A capitalised trade word."""
        return self.rng.choice(words(f"org_words_{self.lang}"))

    def _date(self, year: int) -> str:
        day, month = self.rng.randint(1, 28), self.rng.randint(1, 12)
        name = MONTHS[self.lang][month - 1]
        forms = [
            f"{day:02d}/{month:02d}/{year}",
            f"{day} {name} {year}",
            f"{year}-{month:02d}-{day:02d}",
            f"{day:02d}.{month:02d}.{year}",
        ]
        if self.lang == "fr":
            return self.rng.choice([*forms, f"{day:02d}/{month:02d}/{year % 100:02d}", f"{day:02d}-{month:02d}-{year}"])
        return self.rng.choice(
            [*forms, f"{name} {day}, {year}", f"{day}th of {name} {year}", f"{name[:3]} {day} {year}"]
        )
