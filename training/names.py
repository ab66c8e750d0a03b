"""A stream of random numbers in, a person's name out: French, English and the world's, in the forms people write them.

Law: a name never holds a title; that stays outside the span. Lists are Faker's (MIT) and those of `training/lists`.
"""

import random
import re
from collections.abc import Callable, Mapping
from functools import cache
from importlib import import_module

from training.lists import words

LATIN = re.compile(r"[A-Za-zÀ-ÖØ-öø-ÿĀ-žƀ-ɏƠ-ưḀ-ỿ'’ \-]{2,24}\Z")
WORLD = (
    "es_ES es_MX es_CO it_IT de_DE nl_NL nl_BE pt_PT pt_BR pl_PL tr_TR sv_SE no_NO da_DK fi_FI ro_RO cs_CZ hu_HU"
    " hr_HR vi_VN id_ID yo_NG ig_NG zu_ZA sw tw_GH en_KE en_NG en_PK et_EE fr_DZ"
).split()
LOCALES: Mapping[str, Mapping[str, float]] = {
    "fr": {"fr_FR": 30, "lists": 30, "fr_BE": 5, "fr_CA": 5, "fr_CH": 5, "fr_DZ": 5, "en_US": 2, "en_GB": 2},
    "en": {"en_US": 22, "en_GB": 14, "en_IE": 4, "en_NZ": 3, "en_IN": 7, "lists": 18, "fr_FR": 8},
}
WORLD_SHARE = {"fr": 16.0, "en": 24.0}
PARTICLES = {
    "fr": "de de de du des d' Le La de_La Ben El Aït Van_den van_der De Da Dos von".split(),
    "en": "Mc Mc Mac O' O' Van van_der van_den De de_la Di Da Von Al- El- Ben St._ Fitz".split(),
}
INVENTED = {
    "fr": (
        "Bar Bel Ber Bon Bour Bru Cha Char Col Cor Cou Dal Dela Des Du Fer Fon Gar Gau Ger Gran Gué Ker Lam Lan Mar Mau"
        " Mon Mor Per Pou Ra Ri Rou Sal Sau Tal Tho Val Vau Ver Vil".split(),
        "a e i o ou ri la né lo ma ti chi ban gra mi ser".split(),
        "ard aud aux ay eau el elle er et ette ier in oux ot on ois ault and y ec".split(),
    ),
    "en": (
        "Ash Black Brad Brock Burn Cald Carl Clay Craw Dun East Fair Farn Gar Grim Hal Har Hart Hol Kings Lang Lin Mar"
        " Mil North Oak Pem Rad Red Ross Shel Stan Stock Thorn Wake War West Whit Win Wood".split(),
        ["en", "er", "ing", "le", "y", ""],
        "bury by combe dale field ford ham land ley man more ridge row son stead ston ton well wick wood worth".split(),
    ),
}


@cache
def faker_list(locale: str, kind: str) -> tuple[str, ...]:
    """Faker's `first_names` or `last_names` of a locale, those in Latin letters and not in capitals only."""
    provider = import_module(f"faker.providers.person.{locale}").Provider
    values = getattr(provider, kind, None) or ()
    return tuple(sorted({name for name in values if LATIN.match(name) and not name.isupper()}))


@cache
def pool(source: str, kind: str, lang: str) -> tuple[str, ...]:
    """The first or last names of one source: a Faker locale, or our own lists."""
    if source != "lists":
        return faker_list(source, kind)
    if kind == "last_names":
        return words("last_world")
    return words("first_fr") * (2 if lang == "fr" else 1) + words("first_world")


@cache
def sources(lang: str) -> tuple[tuple[str, ...], tuple[float, ...]]:
    """Where names come from in a language, and how often."""
    weights = dict(LOCALES[lang]) | {name: WORLD_SHARE[lang] / len(WORLD) for name in WORLD}
    return tuple(weights), tuple(weights.values())


class Names:
    """People's names as one language's users write them."""

    def __init__(self, lang: str, rng: random.Random) -> None:
        self.lang = lang
        self.rng = rng

    def first(self, source: str = "") -> str:
        """A first name; sometimes compound, sometimes a short one."""
        roll = self.rng.random()
        if roll < 0.05:
            return self.rng.choice(words("nicknames"))
        name = self._of("first_names", source)
        if roll < 0.11 and "-" not in name and " " not in name:
            return f"{name}-{self._of('first_names', source)}" if self.lang == "fr" else name
        return name

    def last(self, source: str = "") -> str:
        """A family name; sometimes double, with a particle, or one that nobody bears."""
        roll = self.rng.random()
        if roll < 0.12:
            return self._invented()
        name = self._of("last_names", source)
        if roll < 0.17:
            return f"{name}-{self._of('last_names', source)}"
        if roll < 0.24:
            return self._particle(name)
        return name

    def full(self) -> str:
        """First and last name in one of the forms people use, both from one part of the world."""
        source = self._source()
        first, last, roll = self.first(source), self.last(source), self.rng.random()
        forms: tuple[tuple[float, Callable[[], str]], ...] = (
            (0.06, lambda: f"{first} {self._initial()}. {last}"),
            (0.11, lambda: f"{first[0]}. {last}"),
            (0.125, lambda: f"{first[0]}.{self._initial()}. {last}"),
            (0.14, lambda: f"{first[0]}.-{self._initial()}. {last}"),
            (0.20 if self.lang == "fr" else 0.15, lambda: f"{first} {last.upper()}"),
            (0.28 if self.lang == "fr" else 0.18, lambda: f"{last.upper()} {first}"),
            (0.31 if self.lang == "fr" else 0.20, lambda: f"{last} {first}"),
            (0.34 if self.lang == "fr" else 0.23, lambda: f"{first} {self.first(source)} {last}"),
            (0.36 if self.lang == "fr" else 0.24, lambda: f"{first} {last[0]}."),
        )
        return next((form() for limit, form in forms if roll < limit), f"{first} {last}")

    def plain(self) -> str:
        """First and last name, nothing else."""
        source = self._source()
        return f"{self.first(source)} {self.last(source)}"

    def _source(self) -> str:
        names, weights = sources(self.lang)
        return self.rng.choices(names, weights)[0]

    def _of(self, kind: str, source: str) -> str:
        names = pool(source or self._source(), kind, self.lang)
        while not names:
            names = pool(self._source(), kind, self.lang)
        return self.rng.choice(names)

    def _initial(self) -> str:
        return self.rng.choice("ABCDEFGHJKLMNPRSTVW")

    def _particle(self, name: str) -> str:
        particle = self.rng.choice(PARTICLES[self.lang]).replace("_", " ")
        return particle + name if particle[-1] in "'-c " or particle in ("Mac", "Fitz") else f"{particle} {name}"

    def _invented(self) -> str:
        starts, middles, ends = INVENTED[self.lang]
        middle = self.rng.choice(middles) if self.rng.random() < 0.5 else ""
        return self.rng.choice(starts) + middle + self.rng.choice(ends)
