"""A multipart body -> segments of its fields, file names and files, and back with edits spliced in (laws 2 and 3).

A part is text when it has no file name and is text; JSON when it says so or a rule file does; any other is a file. What
rule files say of a form's field `a` is said of the path `/a`.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from guard.errors import WireError
from guard.rules.schema import FieldRule
from guard.terms import Role, Segment
from guard.wire import attachments, multipart
from guard.wire.attachments import Told
from guard.wire.fields import NESTED, idle, members, within
from guard.wire.files import extract, kinds, plain
from guard.wire.multipart import Part
from guard.wire.prose import words

type ReadJson = Callable[[str, Sequence[FieldRule]], Iterator[Told]]
"""A JSON text and what is said of its fields -> what it says."""
type _ReadInner = Callable[[str], Iterator[Told]]
type WriteJson = Callable[[str, Mapping[str, str]], str]


@dataclass(frozen=True, slots=True)
class _Reader:
    """Reads the JSON of one part by what is said of its inside."""

    read: ReadJson
    rules: Sequence[FieldRule]

    def __call__(self, text: str) -> Iterator[Told]:
        """What it says."""
        return self.read(text, self.rules)


def claims(content_type: str) -> bool:
    """True when a body says that it comes in parts."""
    return content_type.lstrip().lower().startswith("multipart/")


def read(body: bytes, content_type: str, rules: Sequence[FieldRule], read_json: ReadJson) -> Iterator[Told]:
    """Every name, header and content of the parts, in order. WireError when they cannot be told apart."""
    parts = multipart.parse(body, content_type)
    told = members([part.name or "" for part in parts], rules)
    for number, (part, rule) in enumerate(zip(parts, told, strict=True)):
        yield from _names(number, part)
        data = body[part.start : part.end]
        if rule is not None and rule.holds == "opaque":
            if idle(rule, data.decode("latin-1")):
                continue
            rule = None
        if data:
            inside = within(tuple(rules), rule.path) if rule is not None else ()
            yield from _content(number, part, data, rule, _Reader(read_json, inside))


def write(body: bytes, content_type: str, edits: Mapping[str, str], write_json: WriteJson) -> bytes:
    """The body with the text of some names and parts changed."""
    contents: dict[int, bytes] = {}
    names: dict[tuple[int, str], str] = {}
    for number, part in enumerate(multipart.parse(body, content_type)):
        content = body[part.start : part.end]
        if (new := _written(number, content, edits, write_json)) is not None:
            contents[number] = new
        for parameter in part.filenames:
            if (name := edits.get(f"{parameter.key}:{number}")) is not None:
                names[number, parameter.key] = name
    return multipart.write(body, content_type, contents, names)


def _names(number: int, part: Part) -> Iterator[Segment]:
    def fixed(where: str, text: str) -> Segment:
        return Segment(where, Role.OTHER, text, declared=words(text), editable=False)

    if part.name:
        yield fixed(f"part-name:{number}", part.name)
    for parameter in part.filenames:
        if parameter.text:
            yield Segment(f"{parameter.key}:{number}", Role.FILENAME, parameter.text)
    for index, (name, value, _) in enumerate(part.headers):
        if name.lower() != "content-disposition" and value:
            yield fixed(f"part-header:{number}/{index}", f"{name}: {value}")
    for index, parameter in enumerate(part.parameters):
        if parameter not in part.filenames and parameter.key != "name" and parameter.text:
            yield fixed(f"part-parameter:{number}/{index}", parameter.text)


def _content(number: int, part: Part, data: bytes, rule: FieldRule | None, read_json: _ReadInner) -> Iterator[Told]:
    where = f"body:part/{number}"
    text = _text(part, data, rule)
    editable = rule is None or rule.holds != "signed"
    if text is None:
        yield from attachments.told(where, data, editable=editable)
    elif (found := _json(part, text, rule, read_json)) is not None:
        for one in found:
            kind, _, pointer = one.where.partition(":")
            one = replace(one, where=f"{kind}:part/{number}{NESTED}{pointer}")
            if rule is not None and isinstance(one, Segment) and one.role is Role.OTHER:
                one = replace(one, role=rule.role, declared=True)
            yield one
    else:
        role = rule.role if rule else Role.OTHER
        declared = rule is not None or words(text)
        yield Segment(where, role, text, declared=declared, editable=editable, hint=part.name or "")


def _text(part: Part, content: bytes, rule: FieldRule | None) -> str | None:
    """The text of a part that is no file; None for a file."""
    if part.filenames or kinds.of(content) or (rule is not None and rule.holds == "media"):
        return None
    if part.name is None and not part.header("content-type").lower().startswith("application/json"):
        return None
    plain.check(part.header("content-type"))
    found = plain.decode(content)
    if found is None or found.codec != "utf-8" or found.mark:
        return None
    return found.text


def _json(part: Part, text: str, rule: FieldRule | None, read_json: _ReadInner) -> list[Told] | None:
    """What the JSON in a part says; None when it is plain text."""
    sure = "json" in part.header("content-type").lower()
    if not sure and text.lstrip()[:1] not in ("{", "["):
        return None
    try:
        return list(read_json(text))
    except WireError:
        if sure or (rule is not None and rule.holds == "json") or "\\u" in text:  # an escape could hide a value
            raise
        return None


def _written(number: int, content: bytes, edits: Mapping[str, str], write_json: WriteJson) -> bytes | None:
    """The new content of a part; None when nothing in it changes."""
    where = f"body:part/{number}"
    if where in edits:
        return edits[where].encode()
    if inside := attachments.within(where, edits):
        return extract.rewritten(content, inside)
    begin = f"part/{number}{NESTED}"
    below = {
        f"{kind}:{pointer.removeprefix(begin)}": text
        for place, text in edits.items()
        for kind, _, pointer in [place.partition(":")]
        if kind in ("body", "key") and pointer.startswith(begin)
    }
    return write_json(content.decode(), below).encode() if below else None
