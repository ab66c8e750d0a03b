"""The id of a conversation, as services say it in paths, bodies and answers."""

import pytest

from guard.rules.schema import ServiceRule
from guard.wire.conversation import conversation

ID = "0f0f0f0f-1111-4222-8333-444444444444"


@pytest.fixture
def service(openai: ServiceRule) -> ServiceRule:
    patterns = [r"/conversation/([0-9a-f-]{36})", r'conversation_id\\*"\s*:\s*\\*"([0-9a-f-]{36})']
    return openai.model_copy(update={"conversation": patterns})


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(f"/backend-api/conversation/{ID}", id="path"),
        pytest.param(f'{{"conversation_id": "{ID}"}}', id="body"),
        pytest.param(f'{{"encoded_item": "data: {{\\"conversation_id\\": \\"{ID}\\"}}"}}', id="JSON in a string"),
    ],
)
def test_it_is_found(service: ServiceRule, text: str) -> None:
    assert conversation(service, "", text) == ID


def test_the_first_text_that_names_one_counts(service: ServiceRule) -> None:
    other = ID.replace("0f", "1e")
    assert conversation(service, f"/conversation/{ID}", f'{{"conversation_id":"{other}"}}') == ID


def test_no_id_is_made_up(service: ServiceRule, openai: ServiceRule) -> None:
    assert conversation(service, "/backend-api/me", "{}") is None
    assert conversation(openai, f"/conversation/{ID}") is None
