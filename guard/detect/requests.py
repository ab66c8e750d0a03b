"""A text -> its sentences, and what each asks for: a request stands at the head of a clause, or is asked in so many
words. A sentence that tells ("each manager evaluates...") asks for nothing. French and English.
"""

import re
from collections.abc import Container, Iterator
from functools import cached_property

from guard.detect.phrases import Phrases
from guard.detect.words import plain

_ENDS = 2000
"""Characters at either end of a text that are looked at: a request stands before its material or behind it."""
_TITLES = "".join(
    rf"(?<!\b{title}\.)" for title in ("[a-z]", "mm", "mr", "ms", "dr", "pr", "mrs", "mme", "mlle", "prof")
)
_SENTENCE = re.compile(
    rf"[.!?;\n](?:(?<=[;\n])|(?<=[!?])(?=[\s»\"]|$)|(?<=\.){_TITLES}(?=[\s»\"]|$)|(?<=[a-z]{{3}}\.)(?=[A-Z]))"
)
"""Where a sentence ends; not after an initial or a title. It begins with what few characters are: that is fast."""
_WRAPPED = re.compile(r"(?:\n(?<=[^\n]{39}[\w,]\n)|\r\n(?<=[^\n]{39}[\w,]\r\n))(?=[^\W\d_A-ZÀ-Þ])")
"""A long line that goes on in the next."""
_WORD = re.compile(r"\w+")
_BREAK = re.compile(r"[,:()\[\]•—–>|]|(?:^|\s)[-*](?:\s|$)|\.\.\.|…")
"""What parts clauses. Not a quotation mark: what is quoted is not asked for."""
_LABEL = re.compile(r"\W*\w+\s*:")
"""One word and a colon, which name what follows."""
_CLITIC = re.compile(r"\w-(moi|nous|les|le|la|lui|leur|toi)\b")
_BACK = re.compile(r"\w-(les|le|la|lui|leur)\b")
_LEAD = frozenset(
    """et and puis then ensuite also please svp stp merci de d bonjour hello hi salut alors donc maintenant now just
    simply first d'abord abord enfin finally next me nous moi us ok okay or ou ensuite after apres that cela si possible
    kindly vite now toi you i je""".split()
)
"""Words that may stand between the head of a clause and its verb."""
_JOINING = frozenset(
    """et and puis then ensuite ou or svp stp please moi me us nous voir savoir determiner decide decider choisis know
    see say decide determine""".split()
)
"""Words after which a clause may begin."""
_CUES = """
(peux|peut|pouvez|pourrais|pourriez|veux|voulez|sais|saurais|tu|vous) (tu|vous|on|me|nous)
(tu|vous) (peux|pouvez|pourrais|pourriez|dois|devez|vas|es|etes)
(je|j) (|t|te|vous|en) (veux|voudrais|aimerais|souhaite|souhaiterais|dois|devrais|cherche|cherche a)
(je|j) (|t|te|vous|en) (ai besoin|hesite|demande)
(on|nous) (doit|devons|veut|voulons|voudrait|voudrions|aimerait|cherche|cherchons|souhaite|souhaitons)
(on|nous) (hesite|hesitons|a besoin|avons besoin)
il (faut|me faut|nous faut|faudrait)|faut il|dois je|doit on|devons nous|devrais je|puis je|peut on|faut il|vaut il
besoin (d|de|que)|merci d|merci de|merci par avance|veuillez|prière de|s il (te|vous) plait|svp|stp|stplait|plz|pls
please
(aide|aidez|dis|dites|donne|donnez|fais|faites|sors|trouve|trouvez) (moi|nous)
ton (role|travail|avis|top)|ta (mission|tache|reponse)|votre (role|mission|tache|avis)|objectif
(can|could|would|will|may|might) (you|we|i)
(you|we|i|i d|you ll|he) (need|want|must|should|would like|d like|have to|are|are to|re)
need (to|you|a|an|the|your|help)|i (m|am) (looking|trying|hesitating)
(help|tell|give|show|make|let|find|get) (me|us)|your (task|job|role|mission|goal|verdict|opinion|top)
(should|shall|do|does|did|must) (i|we|he|she|they|this|the|it|you)
act as|let s|your answer
(qui|quel|quelle|quels|quelles|lequel|laquelle|lesquels|lesquelles|combien|who|whom|which|whose) (est)
(qui|quel|quelle|quels|quelles|lequel|laquelle|lesquels|lesquelles|combien|who|whom|which|whose) (sont)
(qui|quel|quelle|quels|quelles|lequel|laquelle|lesquels|lesquelles|combien|who|whom|which|whose) (doit)
(qui|quel|quelle|quels|quelles|lequel|laquelle|lesquels|lesquelles|combien|who|whom|which|whose) (faut)
(qui|quel|quelle|quels|quelles|lequel|laquelle|lesquels|lesquelles|combien|who|whom|which|whose) (dois)
(qui|quel|quelle|quels|quelles|lequel|laquelle|lesquels|lesquelles|combien|who|whom|which|whose) (should)
(qui|quel|quelle|quels|quelles|lequel|laquelle|lesquels|lesquelles|combien|who|whom|which|whose) (would)
(qui|quel|quelle|quels|quelles|lequel|laquelle|lesquels|lesquelles|combien|who|whom|which|whose) (do)
(qui|quel|quelle|quels|quelles|lequel|laquelle|lesquels|lesquelles|combien|who|whom|which|whose) (does)
(qui|quel|quelle|quels|quelles|lequel|laquelle|lesquels|lesquelles|combien|who|whom|which|whose) (is)
(qui|quel|quelle|quels|quelles|lequel|laquelle|lesquels|lesquelles|combien|who|whom|which|whose) (are)
(qui|quel|quelle|quels|quelles|lequel|laquelle|lesquels|lesquelles|combien|who|whom|which|whose) (deserves)
(qui|quel|quelle|quels|quelles|lequel|laquelle|lesquels|lesquelles|combien|who|whom|which|whose) (merite)
(qui|quel|quelle|quels|quelles|lequel|laquelle|lesquels|lesquelles|combien|who|whom|which|whose) (meritent)
(qui|quel|quelle|quels|quelles|lequel|laquelle|lesquels|lesquelles|combien|who|whom|which|whose) (prendrais)
(qui|quel|quelle|quels|quelles|lequel|laquelle|lesquels|lesquelles|combien|who|whom|which|whose) (choisir)
(qui|quel|quelle|quels|quelles|lequel|laquelle|lesquels|lesquelles|combien|who|whom|which|whose) (garder)
(qui|quel|quelle|quels|quelles|lequel|laquelle|lesquels|lesquelles|combien|who|whom|which|whose) (retenir)
(qui|quel|quelle|quels|quelles|lequel|laquelle|lesquels|lesquelles|combien|who|whom|which|whose) (convoquer)
(qui|quel|quelle|quels|quelles|lequel|laquelle|lesquels|lesquelles|combien|who|whom|which|whose) (recruter)
(qui|quel|quelle|quels|quelles|lequel|laquelle|lesquels|lesquelles|combien|who|whom|which|whose) (embaucher)
(est ce|qu est ce) (que|qu)|dis moi|dites moi|a votre avis|a ton avis
"""
"""Wordings that ask, wherever they stand, as entries of guard.rules.entries, one a line."""
_OPENERS = frozenset(
    """qui quel quelle quels quelles lequel laquelle lesquels lesquelles combien comment pourquoi ou quand est faut dois
    peux pourrais who whom which what whose how why when where is are do does did should would could can will must
    shall""".split()
)
"""First words of questions that may lack their mark."""
_RELATIVE = frozenset("qui who which".split())
"""Openers that, further on in a sentence, tell more of what stands before."""
_STATING = frozenset(
    """le la les l un une des du ce cet cette ces mon ma mes ton notre nos votre son sa ses leur leurs chaque je j tu il
    elle on nous vous ils elles c ca cela the a an this that these those my your our his her its their each every i we
    you he she it they there here voici voila selon d en dans pour avec si mr mrs ms m mme dr""".split()
)
"""First words of a statement."""
_OWN = frozenset("je j nous on mon ma mes notre nos i we my our".split())
"""First words of a sentence in which a person speaks of their own matter."""
_POINTING = frozenset(
    """them they it each both ones one him her she he his their everyone everybody whom who which following below above
    attached best worst top strongest weakest most least lequel laquelle lesquels lesquelles chacun chacune ceux celles
    celui celle eux elle elles il ils lui leur leurs ses sa son dessous dessus suivant suivante suivants suivantes joint
    joints jointe jointes qui meilleur meilleure meilleurs meilleures moins plus tous toutes chaque premier premiere
    premiers ordre deux trois quatre cinq two three four five""".split()
)
"""Words that say that something stands before or after the sentence."""
_BACKWARD = frozenset(
    """them they each both ones one him her everyone whom lequel laquelle lesquels lesquelles chacun chacune ceux celles
    celui celle eux elles ils lui leur""".split()
)
"""Words that stand for what was named before, be it in another message."""

_NEAR = 3
"""Words between a verb and what points to its object."""


class Sentence:
    """One sentence of a text. Most speak of nothing that a rule knows: what they ask for is worked out when asked."""

    def __init__(self, text: str, ended: str) -> None:
        """`text` in plain form, and what ended it."""
        self._text = text
        self._ended = ended
        self.words: tuple[str, ...] = tuple(_WORD.findall(text))
        """In plain form."""

    def heads(self, index: int) -> bool:
        """Whether a word begins a clause, lead-in words apart."""
        if index == 0 and self._labelled:
            return False
        while not self._begins(index):
            before = self.words[index - 1]
            if before not in _LEAD and not before.isdigit():
                return False
            index -= 1
        return True

    def _begins(self, index: int) -> bool:
        if index == 0 or self.words[index - 1] in _JOINING:
            return True
        before, start = self._found[index - 1].end(), self._found[index].start()
        return self._text[before:start] != " " and _BREAK.search(self._text, before, start) is not None

    @property
    def question(self) -> bool:
        """It ends with a question mark."""
        return self._ended == "?"

    @cached_property
    def cue(self) -> bool:
        """It asks in so many words."""
        if self.question or self.words[0] in _OPENERS or _CLITIC.search(self._text) is not None:
            return True
        return bool(_ASKING.find(self.words))

    @cached_property
    def points(self) -> tuple[int, ...]:
        """Words that speak of something in a sentence nearby."""
        return self._places(_POINTING)

    @cached_property
    def back(self) -> tuple[int, ...]:
        """Words that stand for what was named before."""
        return self._places(_BACKWARD)

    @property
    def opens(self) -> bool:
        """What it speaks of follows: it ends with a colon, or its line or its own part of one ends."""
        text = self._text
        return self._ended == "\n" or text.rstrip().endswith(":") or "«" in text or '"' in text or "“" in text

    def asks(self, first: int, end: int) -> bool:
        """Whether the words in these places are what it asks for; one that opens questions, where it opens one."""
        if self.heads(first):
            return first == 0 or self.cue or self.words[first] not in _RELATIVE
        return (self.question and end - first > 1) if self.words[first] in _OPENERS else self.cue

    @property
    def requests(self) -> bool:
        """Whether it asks for anything: in so many words, or by beginning as no statement does."""
        return self.words[0] not in _STATING or self.cue

    @property
    def speaks(self) -> bool:
        """Whether a person speaks to the service in it: it requests, or says what they are about."""
        return self.requests or self.words[0] in _OWN

    def refers(self, first: int, end: int) -> bool:
        """Whether what the words in these places are done to stands in another sentence."""
        return any(first - _NEAR <= at < end + _NEAR for at in self.points)

    def stands(self, first: int, end: int) -> bool:
        """Whether what they are done to is only stood for: it was named before, here or in another message."""
        return any(first - _NEAR <= at < end + _NEAR for at in self.back)

    @cached_property
    def _labelled(self) -> bool:
        return _LABEL.match(self._text) is not None

    @cached_property
    def _found(self) -> list[re.Match[str]]:
        return list(_WORD.finditer(self._text))

    def _places(self, known: Container[str]) -> tuple[int, ...]:
        """The numbers of the words that are known, and of those that hang on a verb (« classe-les »)."""
        if "-" not in self._text:  # most: no position is needed
            return tuple(index for index, word in enumerate(self.words) if word in known)
        hung = {match.start(1) for match in _BACK.finditer(self._text)}
        more = {index for index, match in enumerate(self._found) if match.start() in hung} if hung else ()
        return tuple(index for index, word in enumerate(self.words) if word in known or index in more)


def sentences(text: str) -> list[Sentence]:
    """The sentences at both ends of a text, in order; a short text is looked at whole."""
    if len(text) > 2 * _ENDS:
        text = text[:_ENDS] + "\n" + text[-_ENDS:]
    return list(_sentences(_WRAPPED.sub(" ", text)))


def _sentences(text: str) -> Iterator[Sentence]:
    flat, at = plain(text), 0
    if len(flat) != len(text):  # cannot be: `plain` keeps each character's place
        text = flat
    for end in [*_SENTENCE.finditer(flat), None]:
        start, at = at, end.end() if end is not None else len(flat)
        stop = end.start() if end is not None else len(flat)
        sentence = Sentence(flat[start:stop], end.group() if end is not None else "\n")
        if sentence.words:
            yield sentence


def _cues() -> Phrases[str]:
    asking: Phrases[str] = Phrases()
    for line in _CUES.strip().split("\n"):
        asking.add(line, line)
    return asking


_ASKING = _cues()
