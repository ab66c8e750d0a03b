"""A stream of random numbers in, the name of an organisation out: known ones, and many more that nobody has founded.

Law: the legal form belongs to the name ("Durand SARL"), the word that only says what it is does not ("la société").
"""

import random
import re

from training.lists import lines, words
from training.names import Names
from training.places import Places

FORMS = {
    "fr": "SA SAS SARL SASU EURL SNC SCI SCOP SELARL &_Fils &_Associés et_Associés France".split(),
    "en": "Ltd Ltd. Limited PLC LLC Inc Inc. Corp Corp. Group Holdings &_Co &_Sons &_Partners LLP GmbH AG".split(),
}
SYLLABLES = (
    "a be bi ca co cy da di do el en ex fi flo ga gen glo hu in ka lu ma me mi mo na ne no nu o or ova pa po qua re ro"
    " sa se so sy ta te ti to tri u va ve vi vo wa xe xo ya za ze zi zo"
).split()
ENDINGS = "a al ax ea eo ex ia ic ics ify io is ity ix lab ly net on ora os pay sys tech tis us va via".split()
SLOT = re.compile(r"\{(\w+)\}")
LETTERS = "ABCDEFGHIJKLMNOPRSTUV"


class Companies:
    """Organisations as one language's users name them."""

    def __init__(
        self, lang: str, rng: random.Random, names: Names, places: Places, mined: tuple[str, ...] = ()
    ) -> None:
        self.lang, self.rng, self.names, self.places = lang, rng, names, places
        self.mined = mined
        """Names read out of the real sentences."""

    def any(self) -> str:
        """One organisation of any kind."""
        roll = self.rng.random()
        if roll < 0.22:
            return self.rng.choice(words("companies"))
        if roll < 0.32 and self.mined:
            return self.rng.choice(self.mined)
        if roll < 0.62:
            return self.company()
        return self.institution() if roll < 0.88 else self.coined()

    def company(self) -> str:
        """An invented company: a family's, or made of trade words, often with its legal form."""
        word = words(f"org_words_{self.lang}")
        name = self.rng.choice(
            (
                lambda: f"{self.names.last()} {self._form()}",
                lambda: f"{self.names.last()} {self._tie()} {self.names.last()}",
                lambda: f"{self.names.last()} {self.rng.choice(word)}",
                lambda: f"{self.rng.choice(word)} {self.names.last()}",
                lambda: f"{self.rng.choice(word)} {self.rng.choice(word)}",
                lambda: f"{self.rng.choice(word)}{self.rng.choice(word).lower()}",
                lambda: f"{self.rng.choice(word)} {self.places.town()}",
                self.coined,
            )
        )()
        if " " not in name or self.rng.random() < 0.4:
            name = f"{name} {self._form()}"
        return name.upper() if self.rng.random() < 0.06 else name

    def coined(self) -> str:
        """A coined name or an acronym, as start-ups and agencies have."""
        roll = self.rng.random()
        if roll < 0.2:
            return "".join(self.rng.choices(LETTERS, k=self.rng.choice((3, 3, 4, 4, 5))))
        if roll < 0.6:
            return self.rng.choice(words("stems")) + self.rng.choice(words("tails"))
        return (
            "".join(self.rng.choices(SYLLABLES, k=self.rng.choice((1, 2, 2)))) + self.rng.choice(ENDINGS)
        ).capitalize()

    def institution(self) -> str:
        """A public body, a bank, a school, a firm of lawyers, an association."""
        form = self.rng.choice(lines(f"institutions_{self.lang}"))
        return SLOT.sub(lambda slot: self._part(slot[1]), form)

    def _part(self, slot: str) -> str:
        parts = {
            "town": lambda: self.places.town(self.lang),
            "land": self.places.land,
            "of": lambda: self._of(self.places.town("fr")),
            "word": lambda: self.rng.choice(words(f"org_words_{self.lang}")),
            "first": self.names.first,
            "last": self.names.last,
            "plain": self.names.plain,
        }
        return parts[slot]()

    def _of(self, town: str) -> str:
        if town.startswith("Le "):
            return f"du {town[3:]}"
        return f"d'{town}" if town[0] in "AEIOUÉÎY" else f"de {town}"

    def _tie(self) -> str:
        return self.rng.choice(("&", "et", "-") if self.lang == "fr" else ("&", "and", "&"))

    def _form(self) -> str:
        return self.rng.choice(FORMS[self.lang]).replace("_", " ")
