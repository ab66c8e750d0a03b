"""Entries of rules -> where they stand in a row of words: all of them in one walk over the words.

The entries (guard.rules.entries) become one graph whose size is that of the entries. Each word of a text enters it
once, so a text costs its words, not its words times the entries. Case and accents do not count.
"""

from collections.abc import Hashable, Iterable, Mapping, Sequence
from itertools import zip_longest

from guard.detect.words import plain
from guard.rules.entries import ANY, GAP, Wording, parse


class _Node[Mark: Hashable]:
    """A place in entries: the words that may stand next, each with where it leads and as its entry writes it."""

    __slots__ = ("begun", "ends", "gaps", "lengths", "starts", "whole")

    def __init__(self) -> None:
        self.whole: dict[str, list[tuple[_Node[Mark], str]]] = {}
        self.begun: dict[str, list[tuple[_Node[Mark], str]]] = {}
        """By the beginning of a word, for those with `*`."""
        self.lengths: tuple[int, ...] = ()
        """Lengths of those beginnings."""
        self.starts: frozenset[str] = frozenset()
        """The first characters of those beginnings, as many as the shortest has: most words have none of them."""
        self.gaps: list[_Node[Mark]] = []
        """Where `...` leads."""
        self.ends: list[Mark] = []
        """The marks of what ends here."""

    def step(self, written: str, to: "_Node[Mark]") -> None:
        """Take in a word that leads somewhere."""
        word = plain(written)
        if word.endswith("*"):
            self.begun.setdefault(word[:-1], []).append((to, written))
            self._measure()
        else:
            self.whole.setdefault(word, []).append((to, written))

    def join(self, other: "_Node[Mark]") -> None:
        """Take in all that may stand next at another place."""
        for mine, theirs in ((self.whole, other.whole), (self.begun, other.begun)):
            for word, steps in theirs.items():
                mine.setdefault(word, []).extend(steps)
        if other.begun:
            self._measure()
        self.gaps += other.gaps
        self.ends += other.ends

    def _measure(self) -> None:
        self.lengths = tuple(sorted({len(start) for start in self.begun}))
        self.starts = frozenset(start[: self.lengths[0]] for start in self.begun)

    def together(self) -> None:
        """Make the places that one written word leads to one place, so that what follows is looked up once."""
        for steps in (self.whole, self.begun):
            for word, each in steps.items():
                places: dict[str, list[_Node[Mark]]] = {}
                for to, written in each:
                    places.setdefault(written, []).append(to)
                steps[word] = [(_joined(nodes), written) for written, nodes in places.items()]

    def next(self, word: str) -> "Sequence[tuple[_Node[Mark], str]]":
        """Where one word leads."""
        found = self.whole.get(word, ())
        if not self.lengths or word[: self.lengths[0]] not in self.starts:
            return found
        begun = [step for length in self.lengths for step in self.begun.get(word[:length], ())]
        return [*found, *begun] if begun else found

    def may(self, words: Sequence[str]) -> bool:
        """Whether any of some words may lead on: False for most, told without a look at each."""
        if not self.whole.keys().isdisjoint(words):
            return True
        return bool(self.lengths) and not self.starts.isdisjoint([word[: self.lengths[0]] for word in words])


def _joined[Mark: Hashable](nodes: "Sequence[_Node[Mark]]") -> "_Node[Mark]":
    """One place for several; the gaps from there are one gap."""
    if len(nodes) == 1:
        return nodes[0]
    one = _Node[Mark]()
    for node in nodes:
        one.join(node)
    if len(one.gaps) > 1:
        gap = _Node[Mark]()
        for each in one.gaps:
            gap.join(each)
        one.gaps = [gap]
    return one


type Begun[Mark: Hashable] = Mapping[str, Sequence[tuple[_Node[Mark], str]]]
"""Words that begin entries, and where each leads."""
type Stood[Mark: Hashable] = tuple[Sequence[Mark], str, int, int]
"""The marks of the entries that say a wording, the wording as they write it, its first word, the one after its last."""


class Phrases[Mark: Hashable]:
    """Some entries, each with a mark."""

    def __init__(self) -> None:
        self._root = _Node[Mark]()
        self._ready = False

    def add(self, entry: str, mark: Mark) -> None:
        """Take one entry in; ValueError for one that says nothing."""
        end = _Node[Mark]()
        end.ends.append(mark)
        for wording in parse(entry):
            self._root.join(_before(wording, end))
        self._ready = False

    def begun(self, words: Iterable[str]) -> Begun[Mark]:
        """Which of some plain words begin entries, and where they lead: what `find` asks of all rows of one text."""
        self._settle()
        return {word: steps for word in set(words) if (steps := self._root.next(word))}

    def _settle(self) -> None:
        if not self._ready:
            self._root.together()
            self._ready = True

    def find(self, words: Sequence[str], begun: Begun[Mark] | None = None) -> list[Stood[Mark]]:
        """Each wording that stands in plain words."""
        self._settle()
        root = self._root
        steps = begun.get if begun is not None else root.next if root.lengths else root.whole.get
        found: list[Stood[Mark]] = []
        for first, (word, following) in enumerate(zip_longest(words, words[1:], fillvalue="")):
            for node, written in steps(word) or ():
                # most words that begin an entry are as common as « le »: no call for those that do not go on
                if following in node.whole or node.ends or node.gaps or node.lengths:
                    _follow(node, words, first, first + 1, written, found)
        return found


def _before[Mark: Hashable](wording: Wording, after: _Node[Mark]) -> _Node[Mark]:
    """The place before a wording that leads to a place."""
    for piece in reversed(wording):
        node = _Node[Mark]()
        if not isinstance(piece, str):
            for inner in piece:
                node.join(_before(inner, after))
        elif piece == ANY:
            node.gaps.append(after)
        else:
            node.step(piece, after)
        after = node
    return after


def _follow[Mark: Hashable](
    node: _Node[Mark], words: Sequence[str], first: int, at: int, said: str, found: list[Stood[Mark]]
) -> None:
    """Take in what ends at a place or behind it."""
    if node.ends:
        found.append((node.ends, said, first, at))
    if at == len(words):
        return
    word = words[at]
    if word in node.whole or node.lengths:
        for after, written in node.next(word):
            _follow(after, words, first, at + 1, f"{said} {written}", found)
    for gap in node.gaps:
        ahead = words[at : at + GAP + 1]
        if gap.may(ahead):
            for end, word in enumerate(ahead, at + 1):
                for after, written in gap.next(word):
                    _follow(after, words, first, end, f"{said} {ANY} {written}", found)
