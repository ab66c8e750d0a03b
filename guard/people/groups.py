"""Groups and their users, from YAML or from SCIM resources in JSON (RFC 7643 §4.1, §4.2) -> the groups of a user."""

import json
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from guard.errors import PeopleError
from guard.people.files import Strict, read, text
from guard.people.names import name


class _File(Strict):
    groups: dict[str, list[str]]


class _Scim(BaseModel):
    """SCIM has many more attributes than those we read."""

    model_config = ConfigDict(strict=True, hide_input_in_errors=True)


class _Reference(_Scim):
    value: str
    display: str | None = None


class _Resource(_Scim):
    id: str | None = None
    user: str | None = Field(default=None, alias="userName")
    group: str | None = Field(default=None, alias="displayName")
    active: bool = True
    groups: list[_Reference] = []
    members: list[_Reference] = []


class _Resources(_Scim):
    resources: list[_Resource] = Field(alias="Resources")


class Groups:
    """The groups of one file."""

    def __init__(self, members: Iterable[tuple[str, str]]) -> None:
        """Pairs of a group and a user."""
        found: dict[str, set[str]] = {}
        for group, user in members:
            found.setdefault(user, set()).add(group)
        self._groups: Mapping[str, tuple[str, ...]] = {user: tuple(sorted(groups)) for user, groups in found.items()}

    @classmethod
    def read(cls, path: Path) -> Self:
        """PeopleError when the file is not in its form."""
        if path.suffix.lower() == ".json":
            return cls(_scim(path))
        members = [(group, user) for group, users in read(path, _File).groups.items() for user in users]
        if any(name(part) != part for pair in members for part in pair):
            raise PeopleError(f"{path}: a user or group cannot be a name")
        return cls(members)

    def groups(self, user: str) -> tuple[str, ...]:
        """The groups of a user; none for others."""
        return self._groups.get(user, ())


def _scim(path: Path) -> Iterator[tuple[str, str]]:
    try:
        found = _Resources.model_validate(json.loads(text(path))).resources
    except (ValidationError, ValueError, RecursionError):
        raise PeopleError(f"{path}: not a list of SCIM resources") from None
    users = [one for one in found if one.user is not None]
    active = {key: one.user for one in users if one.active for key in (one.id, one.user) if key and one.user}
    named = {one.id: one.group for one in found if one.user is None and one.id and one.group}
    pairs = [
        (group, one.user)
        for one in users
        if one.active and one.user
        for reference in one.groups
        if (group := named.get(reference.value) or reference.display)
    ]
    for one in found:
        if one.user is None and one.group:
            members = [active.get(m.value) if users else m.value for m in one.members]
            pairs += [(one.group, member) for member in members if member]
    for group, user in pairs:
        known, who = name(group), name(user)
        if known is not None and who is not None:
            yield known, who
