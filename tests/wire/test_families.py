"""Every family a rule file may name is known."""

from typing import get_args

from guard.rules.schema import Endpoint
from guard.wire.document import parse
from guard.wire.families import FAMILIES


def test_every_family_that_a_rule_file_may_name_is_known() -> None:
    assert set(FAMILIES) == set(get_args(Endpoint.model_fields["family"].annotation))


def test_every_family_reads_any_event() -> None:
    for family in FAMILIES.values():
        assert family.read(parse('{"type": "new", "choices": []}')).pieces == ()
