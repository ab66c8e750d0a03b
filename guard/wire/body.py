"""A decoded body -> segments, and back with edits spliced in (law 2: no leaf unread; law 3: a lens).

Decided by the endpoint and by the bytes, not by the declared type. What cannot be read whole raises WireError.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from guard.errors import WireError
from guard.rules.schema import FieldRule
from guard.terms import Role, Segment
from guard.wire import attachments, connect, form, formdata
from guard.wire.attachments import Attachment, Told
from guard.wire.document import Leaf, Node, parse, parse_all, quote, splice
from guard.wire.fields import NESTED, Field, fields, idle, members, within
from guard.wire.files import extract, kinds, plain
from guard.wire.prose import words

_DIGITS = 9
"""Shorter numbers are counts and settings; no identifier we know has fewer digits."""
_CONNECTED = 2**26
"""Bytes of a packed message when it is unpacked."""
_LONGEST = 40
"""A number of more digits before its point or behind it is a quantity."""


@dataclass(frozen=True, slots=True)
class Reading:
    """What a body says: its segments, and the parts that could not be read."""

    segments: tuple[Segment, ...]
    uninspectable: tuple[str, ...] = ()
    values: Mapping[str, str] | None = None
    """Strings and constants of a JSON body by pointer, for the few that steer (model, stream)."""
    files: tuple[Attachment, ...] = ()
    """Files that are not read yet."""


def read(body: bytes, content_type: str, rules: Sequence[FieldRule], *, upload: bool = False) -> Reading:
    """The segments of a body; WireError when there is no single way to read it.

    `upload`: the endpoint takes the bytes of a file, whatever their type is said to be.
    """
    if not body:
        return Reading(())
    if formdata.claims(content_type):
        return _reading(formdata.read(body, content_type, rules, _json_in))
    if connect.claims(content_type):
        return _read_json(connect.BORDER.join(text for _, text in connect.messages(body, _CONNECTED)), rules)
    if upload or (not rules and kinds.of(body)):
        return _reading(attachments.told("body:", body))
    text, _, _ = _text(body, content_type)
    kind = _kind(text, content_type, declared=bool(rules))
    if kind == "json":
        return _read_json(text, rules)
    if kind == "form":
        return _read_form(text, rules)
    return Reading((Segment("body:", Role.OTHER, text, declared=words(text)),))


def write(body: bytes, content_type: str, rules: Sequence[FieldRule], edits: Mapping[str, str]) -> bytes:
    """The body with the text of some segments changed; the same object when there is none to change."""
    if not edits:
        return body
    if formdata.claims(content_type):
        return formdata.write(body, content_type, edits, lambda text, inner: _write_json(text, (), inner))
    if connect.claims(content_type):
        told = connect.messages(body, _CONNECTED)
        new = _write_json(connect.BORDER.join(text for _, text in told), rules, edits).split(connect.BORDER)
        return connect.stream(zip((flags for flags, _ in told), new, strict=True))
    if inside := attachments.within("body:", edits):
        return extract.rewritten(body, inside)
    text, codec, mark = _text(body, content_type)
    kind = _kind(text, content_type, declared=bool(rules))
    if kind == "json":
        text = _write_json(text, rules, edits)
    elif kind == "form":
        text = _write_form(text, rules, edits)
    else:
        text = edits["body:"]
    return mark + text.encode(codec)


def _reading(told: Iterable[Told]) -> Reading:
    """What was told, files apart."""
    every = list(told)
    files = tuple(one for one in every if isinstance(one, Attachment))
    return Reading(tuple(one for one in every if isinstance(one, Segment)), files=files)


def _text(body: bytes, content_type: str) -> tuple[str, str, bytes]:
    """The text of a body, its codec, and its byte order mark."""
    plain.check(content_type)
    for mark, codec in plain.MARKS:
        if body.startswith(mark):
            return _decode(body[len(mark) :], codec), codec, mark
    codec = plain.ZEROS.get(tuple(byte == 0 for byte in body[:4]), "utf-8")
    return _decode(body, codec), codec, b""


def _decode(body: bytes, codec: str) -> str:
    try:
        text = body.decode(codec)
    except UnicodeDecodeError:
        raise WireError("binary", f"bytes that are not {codec} text") from None
    if "\0" in text:
        raise WireError("binary", "text with NUL characters")
    return text


def _kind(text: str, content_type: str, *, declared: bool) -> str:
    essence = content_type.partition(";")[0].strip().lower()
    if text.lstrip()[:1] in ("{", "[", '"') or essence.endswith("json"):
        return "json"
    if essence == "application/x-www-form-urlencoded":
        return "form"
    return "json" if declared else "text"


# --- JSON ------------------------------------------------------------------------------------------------------------


def _read_json(text: str, rules: Sequence[FieldRule]) -> Reading:
    told: list[Told] = []
    causes: list[str] = []
    values: dict[str, str] = {}
    for field in fields(_tree(text), rules):
        if not field.key:
            values[field.pointer] = field.leaf.text
        try:
            told += _segments(field, rules)
        except WireError as error:
            causes.append(error.cause)
    return replace(_reading(told), uninspectable=tuple(dict.fromkeys(causes)), values=values)


def _json_in(text: str, rules: Sequence[FieldRule]) -> Iterator[Told]:
    """What JSON inside another body says; WireError when any of it cannot be read."""
    for field in fields(_tree(text), rules):
        yield from _segments(field, rules)


def _tree(text: str) -> Node:
    """One JSON text, or several in a row (JSON lines, SignalR)."""
    try:
        return parse(text)
    except WireError as error:
        if "\n" not in text and "\x1e" not in text:
            raise
        try:
            return parse_all(text)
        except WireError:
            raise error from None


def _segments(field: Field, rules: Sequence[FieldRule]) -> Iterator[Told]:
    leaf, rule = field.leaf, field.rule
    if leaf.kind == "constant" or not leaf.text:
        return
    if idle(rule, leaf.text):
        return
    rule = None if rule is not None and rule.holds == "opaque" else rule
    text = leaf.text
    if leaf.kind == "number":
        if _tokens(field.listed):
            raise WireError("tokens", "a prompt in the numbers of a model's vocabulary")
        text = _written_out(text)
        if sum(map(str.isdigit, text)) < _DIGITS:
            return
    segment = Segment(
        where=f"{'key' if field.key else 'body'}:{field.pointer}",
        role=rule.role if rule else Role.OTHER,
        text=text,
        declared=rule is not None or (leaf.kind == "string" and words(text)),
        # a number that is edited becomes a string: nobody minds in free content, a field of the protocol does
        editable=rule.holds != "signed" if rule else leaf.kind == "string",
        hint=" ".join(field.names[-2:]),
    )
    if field.key:
        yield replace(segment, hint="")
    elif leaf.kind == "string" and attachments.carries(leaf.text, declared=_is_media(rule)):
        yield from attachments.of_string(segment)
    elif rule is not None and rule.holds == "json" and (inner := _nested(leaf.text)) is not None:
        told = within(tuple(rules), rule.path)
        for below in fields(inner, told):
            yield from _segments(_inside(field, below, None if told else rule), told)
    else:
        yield segment


def _tokens(listed: FieldRule | None) -> bool:
    """Whether numbers in an array are tokens: the array stands where a rule file says that the person's text does."""
    return listed is not None and listed.role is Role.USER and listed.holds == "text"


def _written_out(literal: str) -> str:
    """A number without its exponent, as readers take it, unless it is very large or very small."""
    mantissa, mark, exponent = literal.lower().partition("e")
    if not mark or len(mantissa) > _LONGEST or len(exponent) > 3 or abs(int(exponent)) > _LONGEST:
        return literal
    return f"{Decimal(literal):f}"


def _inside(around: Field, inner: Field, rule: FieldRule | None) -> Field:
    """A field of a JSON string with its whole pointer; what is said of the string holds where nobody says more."""
    meaning = rule.model_copy(update={"holds": "text"}) if rule else inner.rule
    return replace(inner, pointer=f"{around.pointer}{NESTED}{inner.pointer}", rule=meaning)


def _nested(text: str) -> Node | None:
    """The tree of a string that holds JSON with strings in it; None when it is plain text after all."""
    try:
        node = parse(text)
    except WireError:
        if "\\u" in text:  # an escape could hide a value from a reader of plain text
            raise
        return None
    return None if isinstance(node, Leaf) and node.kind != "string" else node


def _is_media(rule: FieldRule | None) -> bool:
    return rule is not None and rule.holds == "media"


def _write_json(text: str, rules: Sequence[FieldRule], edits: Mapping[str, str]) -> str:
    changes: list[tuple[int, int, str]] = []
    for field in fields(_tree(text), rules):
        where = f"{'key' if field.key else 'body'}:{field.pointer}"
        if where in edits:
            changes.append((field.leaf.start, field.leaf.end, quote(edits[where])))
        elif inside := attachments.within(where, edits):
            changes.append((field.leaf.start, field.leaf.end, quote(attachments.rewritten(field.leaf.text, inside))))
        elif field.rule is not None and field.rule.holds == "json" and not field.key:
            inner = _below(field.pointer, edits)
            if inner:
                told = within(tuple(rules), field.rule.path)
                changes.append((field.leaf.start, field.leaf.end, quote(_write_json(field.leaf.text, told, inner))))
    return splice(text, changes)


def _below(pointer: str, edits: Mapping[str, str]) -> dict[str, str]:
    """The edits inside a JSON string, by their pointers in it."""
    below = {}
    for where, text in edits.items():
        kind, _, path = where.partition(":")
        if path.startswith(pointer + NESTED):
            below[f"{kind}:{path[len(pointer) + len(NESTED) :]}"] = text
    return below


# --- forms -----------------------------------------------------------------------------------------------------------


def _read_form(text: str, rules: Sequence[FieldRule]) -> Reading:
    """Names and values of a form; a value that a rule file names is read as it says."""
    segments: list[Told] = []
    causes: list[str] = []
    for segment, rule in _said(text, rules):
        if rule is None:
            segments.append(segment)
            continue
        leaf = Leaf(0, 0, "string", segment.text)
        field = Field(segment.where.removeprefix("form:"), leaf, rule, (segment.hint,))
        try:
            told = list(_segments(field, rules))
        except WireError as error:
            causes.append(error.cause)
        else:
            segments += [replace(one, where=one.where.replace("body:", "form:", 1)) for one in told]
    return replace(_reading(segments), uninspectable=tuple(dict.fromkeys(causes)))


def _said(text: str, rules: Sequence[FieldRule]) -> Iterator[tuple[Segment, FieldRule | None]]:
    """Each name and value of a form, and what is said of the value."""
    every = list(form.read(text, "form"))
    values = [segment for segment in every if segment.where.endswith("/value")]
    told = dict(zip((one.where for one in values), members([one.hint for one in values], rules), strict=True))
    yield from ((segment, told.get(segment.where)) for segment in every)


def _write_form(text: str, rules: Sequence[FieldRule], edits: Mapping[str, str]) -> str:
    """A form with some values changed, or something in the JSON of a value."""
    changed = {where: new for where, new in edits.items() if NESTED not in where}
    for segment, rule in _said(text, rules):
        pointer = segment.where.removeprefix("form:")
        below = {
            f"{kind}:{where.partition(':')[2].removeprefix(pointer + NESTED)}": new
            for where, new in edits.items()
            for kind in ("key" if where.startswith("key:") else "body",)
            if where.partition(":")[2].startswith(pointer + NESTED)
        }
        if rule is not None and below:
            changed[segment.where] = _write_json(segment.text, within(tuple(rules), rule.path), below)
    return form.write(text, "form", changed)
