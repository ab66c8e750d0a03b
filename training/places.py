"""A stream of random numbers in, a town, a country, a region or a postal address out, as either language writes it."""

import random

from training.lists import lines, words

STREETS = {
    "fr": "rue rue rue avenue avenue boulevard place chemin allée impasse quai route cours square passage".split(),
    "en": "Street Street Road Road Avenue Ave Lane Drive Way Close Court Blvd Place Crescent Terrace St Rd".split(),
}


COINED = {
    "fr": (
        "Aub Bel Bress Brou Cas Cham Châte Cour Dam Er Font Gen Gran Hau Lam Lou Mar Mont Mor Nan Oll Per Ron Sal Ser"
        " Tré Val Vau Ver Vill".split(),
        "ac ancourt argues ay court eil elles enay euil eux ières ignan ille ois on onne oy sart sy ville"
        " villiers y".split(),
        "-sur-Loire -sur-Marne -en-Brie -les-Bains -le-Château -de-Bretagne -la-Forêt -sous-Bois -sur-Mer"
        " -le-Grand".split(),
    ),
    "en": (
        "Ald Ash Bar Beck Bird Bram Brent Cold Crow Dal Ed Ever Farn Glen Hal Hart Hol Kirk Lang Mal New Nor Oak Pem"
        " Rad Sel Sher Stan Thorn Wal Wen West Wick".split(),
        "borough bridge burn bury by combe dale den field ford gate ham hurst ington leigh ley mouth port stead thorpe"
        " ton ville wick worth".split(),
        "-on-Sea -upon-Tyne -under-Edge _Heights _Springs _Falls _Park _Green _Common _Magna".split(),
    ),
}

HEADS = {"fr": ("Saint-", "Sainte-", "La ", "Le "), "en": ("St ", "Great ", "Upper ")}


class Places:
    """Places as one language's users name them."""

    def __init__(self, lang: str, rng: random.Random, mined: tuple[str, ...] = ()) -> None:
        self.lang, self.rng, self.mined = lang, rng, mined

    def any(self) -> str:
        """A town, a country, a region."""
        roll = self.rng.random()
        if roll < 0.6:
            return self.town()
        return self.rng.choice(self.mined) if roll > 0.85 and self.mined else self.land()

    def town(self, lang: str = "") -> str:
        """A town; French ones mostly in French text."""
        if self.rng.random() < 0.12:
            return self._coined(lang or self.lang)
        chance = 0.78 if (lang or self.lang) == "fr" else 0.2
        return self.rng.choice(words("towns_fr" if lang == "fr" or self.rng.random() < chance else "towns_world"))

    def _coined(self, lang: str) -> str:
        """A town that is on no map."""
        starts, ends, tails = COINED[lang]
        name = self.rng.choice(starts) + self.rng.choice(ends)
        roll = self.rng.random()
        if roll < 0.2:
            name = self.rng.choice(HEADS[lang]) + name
        return (name + self.rng.choice(tails) if roll > 0.7 else name).replace("_", " ")

    def land(self, lang: str = "") -> str:
        """A country, a region, a state."""
        return self.rng.choice(words("lands_fr" if (lang or self.lang) == "fr" else "lands_world"))

    def street(self) -> str:
        """Number and street."""
        number, kind = self.rng.randint(1, 290), self.rng.choice(STREETS[self.lang])
        name = self.rng.choice(lines(f"streets_{self.lang}"))
        if self.lang == "en":
            flat = self.rng.choice(
                ("", "", "", "", f"Flat {self.rng.randint(1, 40)}, ", f"Apt {self.rng.randint(1, 40)}, ")
            )
            return f"{flat}{number} {name} {kind}"
        form = self.rng.random()
        if form < 0.1:
            kind = kind.capitalize()
        then = self.rng.choice((" ", " ", " ", ", ", " bis ", " ter ", "bis, "))
        return f"{number}{then}{kind} {name}"

    def code(self) -> str:
        """A postal code: France, the United Kingdom or the United States."""
        if self.lang == "fr":
            return f"{self.rng.randint(1, 95):02d}{self.rng.choice((0, 0, 100, 200, 300, 400, 500, 570, 800)):03d}"
        if self.rng.random() < 0.5:
            return str(self.rng.randint(10000, 99950))
        area = self.rng.choice("SW NW SE E N W M LS B BS EH G CF BT OX CB RG".split())
        street = "".join(self.rng.choices("ABDEFGHJLNPQRSTUWXYZ", k=2))
        return f"{area}{self.rng.randint(1, 20)} {self.rng.randint(1, 9)}{street}"

    def address(self) -> str:
        """A whole postal address on one line."""
        if self.lang == "fr":
            comma = self.rng.choice((", ", ", ", " ", " - "))
            return f"{self.street()}{comma}{self.code()} {self.town('fr')}"
        return f"{self.street()}, {self.town()}{self.rng.choice((', ', ' '))}{self.code()}"
