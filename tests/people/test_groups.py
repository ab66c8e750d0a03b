import json
from pathlib import Path

import pytest

from guard.errors import PeopleError
from guard.people.groups import Groups

USER, GROUP = "urn:ietf:params:scim:schemas:core:2.0:User", "urn:ietf:params:scim:schemas:core:2.0:Group"
SCIM = [
    {"schemas": [USER], "id": "u1", "userName": "camille", "groups": [{"value": "g2"}], "emails": [{"value": "c@x"}]},
    {"schemas": [USER], "id": "u2", "userName": "sacha", "active": True},
    {"schemas": [USER], "id": "u3", "userName": "gone", "active": False, "groups": [{"value": "g1"}]},
    {"schemas": [GROUP], "id": "g1", "displayName": "hr", "members": [{"value": "u1"}, {"value": "u3"}]},
    {"schemas": [GROUP], "id": "g2", "displayName": "direction", "members": [{"value": "sacha"}, {"value": "u9"}]},
    {"schemas": [GROUP], "id": "g3", "displayName": "unknown", "members": [{"value": "u1"}]},
]


def test_groups_are_read_from_yaml(tmp_path: Path) -> None:
    (tmp_path / "f.yaml").write_text("groups:\n  hr: [camille, sacha]\n  it: [camille]\n  empty: []\n")
    found = Groups.read(tmp_path / "f.yaml")
    assert [found.groups(user) for user in ("camille", "sacha", "nobody")] == [("hr", "it"), ("hr",), ()]


def test_groups_are_read_from_scim_and_who_is_not_active_has_none(tmp_path: Path) -> None:
    (tmp_path / "f.json").write_text(json.dumps({"totalResults": 6, "Resources": SCIM}) + "\n")
    found = Groups.read(tmp_path / "f.json")
    users = ("camille", "sacha", "gone", "u1", "u9")
    assert [found.groups(user) for user in users] == [("direction", "hr"), ("direction",), (), (), ()]


def test_groups_alone_name_their_members_themselves(tmp_path: Path) -> None:
    (tmp_path / "f.json").write_text(json.dumps({"Resources": [SCIM[4]]}) + "\n")
    assert Groups.read(tmp_path / "f.json").groups("sacha") == ("direction",)


WRONG = {
    "list.yaml": "groups: [hr]\n",
    "reserved.yaml": "groups:\n  unknown: [camille]\n",
    "cut.json": '{"Resources": [\n',
    "shape.json": '{"Resources": {"userName": "camille"}}\n',
    "type.json": '{"Resources": [{"userName": 7}]}\n',
    "deep.json": "[" * 100_000 + "\n",
}


@pytest.mark.parametrize("name", WRONG)
def test_a_file_that_is_not_in_its_form_is_refused_without_being_quoted(name: str, tmp_path: Path) -> None:
    (tmp_path / name).write_text(WRONG[name])
    with pytest.raises(PeopleError, match=name) as caught:
        Groups.read(tmp_path / name)
    assert "camille" not in str(caught.value)
