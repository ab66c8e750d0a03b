"""Common words in, texts of them that name nobody out: headings, items, table cells, identifiers, words in capitals.

Law: a word is common when real sentences have it in lower case, often and never inside a name. What is written with a
capital without being a name is the commonest false hit; here such words are shown by the thousand.
"""

import random
from collections import Counter
from collections.abc import Iterable, Sequence

from training.examples import Example

SEEN = 4
"""Times that a word must be seen in lower case to be common."""


def common_words(examples: Iterable[Example]) -> tuple[str, ...]:
    """The common words of these sentences, three letters or more, in order."""
    seen, named = Counter[str](), set[str]()
    for example in examples:
        inside = {at for span in example.spans for at in range(span.start, span.end)}
        at = 0
        for word in example.text.split(" "):
            bare = word.strip(".,;:!?()«»\"'")
            if at in inside:
                named.add(bare.lower())
            elif bare.isalpha() and bare.islower() and len(bare) > 2:
                seen[bare] += 1
            at += len(word) + 1
    return tuple(sorted(word for word, times in seen.items() if times >= SEEN and word not in named))


def jargon(common: Sequence[str], rng: random.Random) -> Example:
    """A text of common words in a form in which names stand too."""

    def words(count: int) -> list[str]:
        return rng.choices(common, k=count)

    def title(count: int) -> str:
        return " ".join(words(count)).title()

    def phrase(count: int) -> str:
        return " ".join(words(count)).capitalize()

    form = rng.randrange(14)
    few = rng.randint(1, 3)
    mark = rng.choice((", ", "; ", " - ", " | ", ";", "\n"))
    texts = (
        lambda: title(few),
        lambda: phrase(few),
        lambda: f"{phrase(rng.randint(3, 7))}.\n\n{phrase(few)}",
        lambda: f"{phrase(2)} : {mark.join(words(rng.randint(2, 6)))}",
        lambda: mark.join(phrase(1) for _ in range(rng.randint(2, 6))),
        lambda: "\n".join(f"{rng.choice('-*•')} {phrase(few)}" for _ in range(rng.randint(2, 4))),
        lambda: f"{'#' * few} {title(few)}\n{phrase(rng.randint(4, 8))}.",
        lambda: f"{words(1)[0]} {title(2)} {' '.join(words(3))}",
        lambda: "\n".join(f"{phrase(1)}: {phrase(few)}" for _ in range(few)),
        lambda: f'{{"{words(1)[0]}": "{phrase(few)}", "{words(1)[0]}": "{phrase(1)}"}}',
        lambda: f"| {phrase(1)} | {phrase(1)} | {phrase(2)} |\n| {title(2)} | {phrase(1)} | {phrase(2)} |",
        lambda: (
            f"{phrase(1)}{title(1)}{rng.choice(('Error', 'Service', '()', '.java', 'Id'))} {words(1)[0]}_{words(1)[0]}"
        ),
        lambda: " ".join(words(rng.randint(1, 5))).upper(),
        lambda: f"{rng.randint(1, 9)}. {phrase(few)} {rng.randint(1, 99)}\n{rng.randint(1, 9)}. {title(few)}",
    )
    return Example(texts[form](), (), "plain")
