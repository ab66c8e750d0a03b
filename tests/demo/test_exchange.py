"""What a stand-in service understands and says by itself."""

import pytest

from guard.demo.exchange import Exchange, Received, Reply, obliging

SECRET = "Zoé O'Hara"


def _asked(content: object) -> Exchange:
    turns = [{"role": "user", "content": "before"}, {"role": "user", "content": content}, {"role": "assistant"}]
    return Exchange({"model": "m", "messages": turns})


@pytest.mark.parametrize(
    ("content", "prompt"),
    [
        pytest.param("one", "one", id="string"),
        pytest.param([{"type": "text", "text": "one"}, {"type": "text", "text": "two"}], "one\ntwo", id="parts"),
        pytest.param(
            [{"type": "tool_result", "content": [{"type": "text", "text": "three"}]}], "three", id="tool result"
        ),
        pytest.param(None, "", id="nothing"),
    ],
)
def test_the_prompt_is_all_text_of_the_last_user_message(content: object, prompt: str) -> None:
    assert _asked(content).prompt == prompt


@pytest.mark.parametrize("messages", [None, "text", [], ["text"], [{"role": "system", "content": "x"}]])
def test_a_body_without_user_message_has_no_prompt(messages: object) -> None:
    assert Exchange({"messages": messages}).prompt == ""


def test_the_obliging_answer_uses_each_placeholder_once_in_order() -> None:
    text = obliging(_asked("Écris à [[PERSON_2]] et [[EMAIL_ADDRESS_1]], puis [[PERSON_2]]")).text
    assert text == "C'est fait, j'ai tenu compte de [[PERSON_2]], [[EMAIL_ADDRESS_1]]."


@pytest.mark.parametrize(
    ("prompt", "answer"),
    [
        pytest.param("Bonjour, dites-moi tout", "Bien sûr, voici ma réponse.", id="French"),
        pytest.param("Tell me everything", "Of course, here is my answer.", id="English"),
        pytest.param("Tell [[PERSON_1]] everything", "Done, I took [[PERSON_1]] into account.", id="English, a name"),
    ],
)
def test_the_obliging_answer_is_in_the_prompts_language(prompt: str, answer: str) -> None:
    assert obliging(_asked(prompt)).text == answer


@pytest.mark.parametrize("chunk", [1, 2, 7, 1000])
def test_pieces_make_the_text_again(chunk: int) -> None:
    pieces = list(Reply(chunk=chunk).pieces("abc [[PERSON_1]] é"))
    assert "".join(pieces) == "abc [[PERSON_1]] é"
    assert max(map(len, pieces)) <= chunk


def test_no_repr_shows_what_was_said() -> None:
    received = Received("POST", f"/{SECRET}", (("x", SECRET),), SECRET.encode())
    shown = repr([received, Reply(SECRET), _asked(SECRET)])
    assert SECRET not in shown


def test_a_header_is_found_whatever_its_case() -> None:
    received = Received("GET", "/", (("X-Name", "value"),), b"")
    assert (received.header("x-name"), received.header("y")) == ("value", None)


@pytest.mark.parametrize(
    "body",
    [
        {"contents": [{"role": "user", "parts": [{"text": "one"}]}]},
        {"input": "one"},
        {"input": [{"role": "user", "content": [{"type": "input_text", "text": "one"}]}]},
        {"inputText": "one"},
        {"prompt": "one"},
    ],
    ids=["gemini", "responses", "responses, by turns", "titan", "llama"],
)
def test_each_service_says_the_prompt_in_its_own_way(body: dict[str, object]) -> None:
    assert Exchange(body).prompt == "one"


@pytest.mark.parametrize(
    ("body", "path", "stream"),
    [
        ({"stream": True}, "/v1/chat", True),
        ({"stream": False}, "/v1/stream", False),
        ({}, "/model/m/converse-stream", True),
        ({}, "/model/m/converse", False),
    ],
)
def test_a_stream_is_asked_for_in_the_body_or_in_the_path(body: dict[str, object], path: str, stream: bool) -> None:
    assert Exchange(body, path).stream is stream
