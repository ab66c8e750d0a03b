"""The services' own clients through the guard: no value leaves, each comes back, and a refusal reads well in each."""

import json
import ssl
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import boto3
import botocore.config
import botocore.exceptions
import cohere
import google.auth.credentials
import google.genai
import httpx
import httpx2
import huggingface_hub
import mistralai.client
import ollama
import openai
import pytest

from guard.demo.exchange import PLACEHOLDER, Call, Exchange, Reply
from guard.demo.stage import Act, Stage

IBAN = "FR76 3000 6000 0112 3456 7890 189"
EMAIL = "ines.lagarde@example.fr"
NIR = "2 85 05 78 006 084 41"
VALUES = [IBAN, EMAIL, NIR]
ASKED = f"Écris à {EMAIL} : l'IBAN est {IBAN}, le NIR {NIR}."
SYSTEM = f"Le compte de la maison est {IBAN}."
MARKED = "SECRET DÉFENSE\nRésume cette note."
# boto3 and google-genai leave their sockets to the garbage collector
pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
AZURE = "exemple.openai.azure.com"


@dataclass(frozen=True)
class Heard:
    """What a client made of the answer."""

    text: str
    arguments: Any = None


@dataclass(frozen=True)
class Net:
    """How any client reaches its service here."""

    stage: Stage
    trust: ssl.SSLContext
    old: httpx.Client
    new: httpx2.Client

    @property
    def proxied(self) -> dict[str, Any]:
        return {"proxy": self.stage.guard.url, "verify": self.trust, "trust_env": False, "timeout": 30}


@pytest.fixture(scope="module")
def net(whole_stage: Stage, trust: ssl.SSLContext) -> Iterator[Net]:
    options: dict[str, Any] = {"proxy": whole_stage.guard.url, "verify": trust, "trust_env": False, "timeout": 30}
    with httpx.Client(**options) as old, httpx2.Client(**options) as new, pytest.MonkeyPatch.context() as patch:
        patch.setenv("AWS_BEARER_TOKEN_BEDROCK", "k")
        huggingface_hub.set_client_factory(lambda: httpx2.Client(**options))
        yield Net(whole_stage, trust, old, new)
        huggingface_hub.close_session()


def parrot(exchange: Exchange) -> Reply:
    """Every placeholder, in the text and in the arguments of a call."""
    names = list(dict.fromkeys(PLACEHOLDER.findall(json.dumps(exchange.body))))
    return Reply("Voici : " + " ; ".join(names) + ".", (Call("note", json.dumps({"valeurs": names})),), chunk=4)


def speechless(exchange: Exchange) -> Reply:
    """The same, without a call."""
    return Reply(parrot(exchange).text, chunk=4)


# --- the clients: what is asked, whether in a stream -> what was heard -----------------------------------------------


def _chat(system: str, text: str) -> list[dict[str, str]]:
    return [{"role": "system", "content": system}, {"role": "user", "content": text}]


def openai_responses(net: Net, system: str, text: str, *, stream: bool) -> Heard:
    client = openai.OpenAI(api_key="k", base_url="https://api.openai.com/v1", http_client=net.new)
    asked: dict[str, Any] = {"model": "gpt-5", "instructions": system, "input": text}
    if stream:
        with client.responses.stream(**asked) as events:
            answer: Any = events.get_final_response()
    else:
        answer = client.responses.create(**asked)
    calls = [item for item in answer.output if item.type == "function_call"]
    return Heard(answer.output_text, json.loads(calls[0].arguments) if calls else None)


def azure(net: Net, system: str, text: str, *, stream: bool) -> Heard:
    client = openai.AzureOpenAI(
        api_key="k", api_version="2025-01-01-preview", azure_endpoint=f"https://{AZURE}", http_client=net.new
    )
    return _openai_chat(client, system, text, stream=stream)


def _openai_chat(client: openai.OpenAI, system: str, text: str, *, stream: bool) -> Heard:
    asked: dict[str, Any] = {"model": "gpt-5", "messages": _chat(system, text)}
    if stream:
        with client.chat.completions.stream(**asked) as events:
            message: Any = events.get_final_completion().choices[0].message
    else:
        message = client.chat.completions.create(**asked).choices[0].message
    calls = message.tool_calls or []
    return Heard(message.content, json.loads(calls[0].function.arguments) if calls else None)


def _genai(net: Net, **more: Any) -> google.genai.Client:
    options = google.genai.types.HttpOptions(client_args={name: net.proxied[name] for name in ("proxy", "verify")})
    return google.genai.Client(http_options=options, **more)


def gemini(net: Net, system: str, text: str, *, stream: bool) -> Heard:
    return _gemini(_genai(net, api_key="k"), system, text, stream=stream)


def _gemini(client: google.genai.Client, system: str, text: str, *, stream: bool) -> Heard:
    asked: dict[str, Any] = {
        "model": "gemini-2.5-flash",
        "contents": text,
        "config": google.genai.types.GenerateContentConfig(system_instruction=system),
    }
    models = client.models
    answers = list(models.generate_content_stream(**asked)) if stream else [models.generate_content(**asked)]
    parts = [part for one in answers for part in one.candidates[0].content.parts]
    calls = [part.function_call.args for part in parts if part.function_call]
    return Heard("".join(part.text or "" for part in parts), calls[0] if calls else None)


def _mistral(net: Net) -> mistralai.client.Mistral:
    return mistralai.client.Mistral(api_key="k", client=net.new)


def mistral(net: Net, system: str, text: str, *, stream: bool) -> Heard:
    chat = _mistral(net).chat
    asked: dict[str, Any] = {"model": "mistral-large-latest", "messages": _chat(system, text)}
    if not stream:
        message: Any = chat.complete(**asked).choices[0].message
        return Heard(message.content, json.loads(message.tool_calls[0].function.arguments))
    deltas = [event.data.choices[0].delta for event in chat.stream(**asked)]
    calls = [call for delta in deltas for call in delta.tool_calls or []]
    arguments = "".join(call.function.arguments for call in calls)
    return Heard("".join(delta.content or "" for delta in deltas), json.loads(arguments))


def mistral_conversation(net: Net, system: str, text: str, *, stream: bool) -> Heard:
    conversations = _mistral(net).beta.conversations
    asked: dict[str, Any] = {"model": "mistral-medium-latest", "instructions": system, "inputs": text}
    if not stream:
        message, call = conversations.start(**asked).outputs
        return Heard(message.content, json.loads(call.arguments))
    events = [event.data for event in conversations.start_stream(**asked)]
    said = "".join(one.content for one in events if one.type == "message.output.delta")
    return Heard(said, json.loads("".join(one.arguments for one in events if one.type == "function.call.delta")))


def cohere_chat(net: Net, system: str, text: str, *, stream: bool) -> Heard:
    client = cohere.ClientV2("k", httpx_client=net.old, log_warning_experimental_features=False)
    asked: dict[str, Any] = {"model": "command-a-03-2025", "messages": _chat(system, text)}
    if not stream:
        message: Any = client.chat(**asked).message
        return Heard(message.content[0].text, json.loads(message.tool_calls[0].function.arguments))
    said, arguments = "", ""
    for event in client.chat_stream(**asked):
        if event.type == "content-delta":
            said += event.delta.message.content.text
        elif event.type == "tool-call-delta":
            arguments += event.delta.message.tool_calls.function.arguments
    return Heard(said, json.loads(arguments))


def ollama_chat(net: Net, system: str, text: str, *, stream: bool) -> Heard:
    client = ollama.Client(host="https://ollama.com", headers={"authorization": "Bearer k"}, **net.proxied)
    answer: Any = client.chat(model="gpt-oss:120b", messages=_chat(system, text), stream=stream)
    messages = [one.message for one in (answer if stream else [answer])]
    calls = [call.function.arguments for message in messages for call in message.tool_calls or []]
    return Heard("".join(message.content or "" for message in messages), calls[0])


def hugging_face(net: Net, system: str, text: str, *, stream: bool) -> Heard:
    client = huggingface_hub.InferenceClient(base_url="https://router.huggingface.co/v1", api_key="hf_k")
    answer: Any = client.chat_completion(_chat(system, text), stream=stream)
    if not stream:
        message = answer.choices[0].message
        return Heard(message.content, json.loads(message.tool_calls[0].function.arguments))
    deltas = [chunk.choices[0].delta for chunk in answer]
    calls = [call for delta in deltas for call in delta.tool_calls or []]
    arguments = "".join(call.function.arguments or "" for call in calls)
    return Heard("".join(delta.content or "" for delta in deltas), json.loads(arguments))


def _bedrock(net: Net, **how: Any) -> Any:
    """boto3's client: with the Bedrock API key of the environment, or signing as `how` says."""
    config = botocore.config.Config(proxies={"https": net.stage.guard.url}, retries={"total_max_attempts": 1}, **how)
    session = boto3.Session(aws_access_key_id="AKIDEXAMPLE", aws_secret_access_key="k", region_name="eu-west-1")
    return session.client("bedrock-runtime", config=config, verify=str(net.stage.guard.ca))


def converse(net: Net, system: str, text: str, *, stream: bool) -> Heard:
    return _converse(_bedrock(net), system, text, stream=stream)


def _converse(client: Any, system: str, text: str, *, stream: bool) -> Heard:
    asked: dict[str, Any] = {
        "modelId": "eu.amazon.nova-lite-v1:0",
        "system": [{"text": system}],
        "messages": [{"role": "user", "content": [{"text": text}]}],
    }
    if not stream:
        said, call = client.converse(**asked)["output"]["message"]["content"]
        return Heard(said["text"], call["toolUse"]["input"])
    deltas = [one["contentBlockDelta"]["delta"] for one in client.converse_stream(**asked)["stream"] if _delta(one)]
    arguments = "".join(delta["toolUse"]["input"] for delta in deltas if "toolUse" in delta)
    return Heard("".join(delta.get("text", "") for delta in deltas), json.loads(arguments))


def _delta(event: dict[str, Any]) -> bool:
    return "contentBlockDelta" in event


def invoke_anthropic(net: Net, system: str, text: str, *, stream: bool) -> Heard:
    body = {
        "anthropic_version": "bedrock-2023-05-31",
        "max_tokens": 100,
        "system": system,
        "messages": [{"role": "user", "content": text}],
    }
    if not stream:
        answer = _bedrock(net).invoke_model(modelId="anthropic.claude-sonnet-4-5-v1:0", body=json.dumps(body))
        said, call = json.loads(answer["body"].read())["content"]
        return Heard(said["text"], call["input"])
    events = _invoked(net, "anthropic.claude-sonnet-4-5-v1:0", body)
    deltas = [event["delta"] for event in events if event["type"] == "content_block_delta"]
    arguments = json.loads("".join(delta.get("partial_json", "") for delta in deltas))
    return Heard("".join(delta.get("text", "") for delta in deltas), arguments)


def _invoked(net: Net, model: str, body: dict[str, Any]) -> list[dict[str, Any]]:
    answer = _bedrock(net).invoke_model_with_response_stream(modelId=model, body=json.dumps(body))
    return [json.loads(event["chunk"]["bytes"]) for event in answer["body"]]


type Way = Callable[..., Heard]
WAYS: list[Way] = [
    openai_responses,
    azure,
    gemini,
    mistral,
    mistral_conversation,
    cohere_chat,
    ollama_chat,
    hugging_face,
    converse,
    invoke_anthropic,
]
every_way = pytest.mark.parametrize("ask", WAYS, ids=lambda way: way.__name__)


@every_way
@pytest.mark.parametrize("stream", [False, True], ids=["whole", "streamed"])
def test_no_value_leaves_and_each_comes_back(act: Act, net: Net, ask: Way, stream: bool) -> None:
    act.stage.standin.speaker = parrot
    heard = ask(net, SYSTEM, ASKED, stream=stream)
    assert len(act.received) == 1
    assert act.left(VALUES) == []
    assert [value for value in VALUES if value not in heard.text] == []
    assert sorted(heard.arguments["valeurs"]) == sorted(VALUES)
    assert not PLACEHOLDER.search(heard.text)
    assert act.verdicts == ["redact"]


COMPATIBLE = [
    "https://api.groq.com/openai/v1",
    "https://api.together.xyz/v1",
    "https://openrouter.ai/api/v1",
    "https://api.deepseek.com",
    "https://api.x.ai/v1",
    "https://api.perplexity.ai",
    "https://models.github.ai/inference",
    "https://api.githubcopilot.com",
    "https://generativelanguage.googleapis.com/v1beta/openai",
    "https://ollama.com/v1",
    "https://bedrock-runtime.eu-west-1.amazonaws.com/openai/v1",
]


@pytest.mark.parametrize("address", COMPATIBLE)
def test_the_openai_client_is_guarded_at_every_address_of_its_format(act: Act, net: Net, address: str) -> None:
    act.stage.standin.speaker = parrot
    client = openai.OpenAI(api_key="k", base_url=address, http_client=net.new)
    heard = _openai_chat(client, SYSTEM, ASKED, stream=True)
    assert act.left(VALUES) == []
    assert [value for value in VALUES if value not in heard.text] == []
    assert sorted(heard.arguments["valeurs"]) == sorted(VALUES)
    with pytest.raises(openai.BadRequestError, match="Document marqué confidentiel"):
        _openai_chat(client, SYSTEM, MARKED, stream=True)
    assert len(act.received) == 1
    assert act.verdicts == ["redact", "block"]


@pytest.mark.parametrize("model", ["amazon.titan-text-express-v1", "meta.llama3-8b-instruct-v1:0"])
def test_the_flat_formats_of_bedrock_come_back_whole(act: Act, net: Net, model: str) -> None:
    act.stage.standin.speaker = speechless
    events = _invoked(net, model, {"inputText" if "titan" in model else "prompt": ASKED})
    text = "".join(event.get("outputText", "") + event.get("generation", "") for event in events)
    assert act.left(VALUES) == []
    assert [value for value in VALUES if value not in text] == []
    assert not PLACEHOLDER.search(text)


@pytest.mark.parametrize("cut", [1, 7])
def test_an_event_stream_cut_into_bytes_keeps_its_frames(act: Act, net: Net, cut: int) -> None:
    act.stage.standin.speaker = lambda exchange: Reply(speechless(exchange).text, chunk=4, cut=cut)
    events = _bedrock(net).converse_stream(modelId="m", messages=[{"role": "user", "content": [{"text": ASKED}]}])[
        "stream"
    ]
    text = "".join(one["contentBlockDelta"]["delta"]["text"] for one in events if _delta(one))
    assert [value for value in VALUES if value not in text] == []


def test_gemini_in_pieces_of_an_array_comes_back_whole(act: Act, net: Net) -> None:
    act.stage.standin.speaker = speechless
    url = "https://generativelanguage.googleapis.com/v1beta/models/gemini-2.5-flash:streamGenerateContent?key=k"
    answer = net.new.post(url, json={"contents": [{"parts": [{"text": ASKED}]}]})
    items = answer.json()
    text = "".join(part["text"] for item in items for part in item["candidates"][0]["content"]["parts"])
    assert act.left(VALUES) == []
    assert [value for value in VALUES if value not in text] == []
    assert len(items) > 3


def test_vertex_is_read_like_gemini(act: Act, net: Net) -> None:
    act.stage.standin.speaker = parrot
    client = _genai(net, vertexai=True, project="p", location="europe-west1", credentials=_Nobody())
    heard = _gemini(client, SYSTEM, ASKED, stream=True)
    assert act.left(VALUES) == []
    assert sorted(heard.arguments["valeurs"]) == sorted(VALUES)


class _Nobody(google.auth.credentials.Credentials):  # type: ignore[no-untyped-call, misc]
    """Credentials that ask nobody."""

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.token = "k"

    def refresh(self, request: object) -> None:
        """Nothing to do."""


# --- refusals --------------------------------------------------------------------------------------------------------


def _message(error: BaseException) -> str:
    """What a person sees when nothing catches it."""
    return f"{type(error).__name__}: {error}"


SIGNS = {
    "openai_responses": "BadRequestError: Error code: 400",
    "azure": "BadRequestError: Error code: 400",
    "gemini": "ClientError: 400 INVALID_ARGUMENT.",
    "mistral": "SDKError: API error occurred: Status 400",
    "mistral_conversation": "SDKError: API error occurred: Status 400",
    "cohere_chat": "BadRequestError: headers:",
    "ollama_chat": "ResponseError: ",
    "hugging_face": "BadRequestError: Bad request",
    "converse": "ValidationException: An error occurred (ValidationException)",
    "invoke_anthropic": "ValidationException: An error occurred (ValidationException)",
}
"""How what each client prints begins; the guard's own words follow."""


@every_way
@pytest.mark.parametrize("stream", [False, True], ids=["whole", "streamed"])
def test_a_refusal_reads_well_and_is_not_tried_again(act: Act, net: Net, ask: Way, stream: bool) -> None:
    with pytest.raises(Exception) as caught:  # noqa: PT011 - each client has its own
        ask(net, "Sois bref.", MARKED, stream=stream)
    said = _message(caught.value)
    print(ask.__name__, said)
    assert act.received == []
    assert act.verdicts == ["block"]
    assert said.startswith(SIGNS[ask.__name__])
    assert "Document marqué confidentiel" in said


def test_a_signed_call_with_nothing_to_hide_leaves_byte_for_byte(act: Act, net: Net) -> None:
    act.stage.standin.speaker = parrot
    _converse(_bedrock(net, signature_version="v4"), "Sois bref.", "Quelle heure est-il ?", stream=False)
    [received] = act.received
    assert (received.header("authorization") or "").startswith("AWS4-HMAC-SHA256 ")
    assert act.verdicts == ["allow"]


def test_a_signed_call_with_something_to_hide_is_refused_with_that_reason(act: Act, net: Net) -> None:
    with pytest.raises(botocore.exceptions.ClientError) as caught:
        _converse(_bedrock(net, signature_version="v4"), "Sois bref.", ASKED, stream=True)
    said = _message(caught.value)
    print(said)
    assert act.received == []
    assert "Donnée confidentielle dans une demande signée" in said
    assert IBAN not in said


SIGNED_PARTS: dict[str, Any] = {
    "thinking": {"type": "thinking", "thinking": f"Le compte est {IBAN}.", "signature": "EqQB"},
    "its signature": {"type": "thinking", "thinking": "Voyons.", "signature": IBAN.replace(" ", "")},
    "redacted thinking": {"type": "redacted_thinking", "data": f"EqQB {IBAN}"},
}


@pytest.mark.parametrize("part", SIGNED_PARTS.values(), ids=SIGNED_PARTS.keys())
def test_a_value_in_what_anthropic_signed_is_refused_with_that_reason(act: Act, part: dict[str, Any]) -> None:
    before = [{"role": "user", "content": "Bonjour"}, {"role": "assistant", "content": [part]}]
    _refused_as_signed(
        act,
        lambda: act.stage.clients.anthropic.messages.create(
            model="claude-sonnet-5", max_tokens=9, messages=[*before, {"role": "user", "content": "Et là ?"}]
        ),
    )


def test_a_value_in_what_openai_encrypted_is_refused_with_that_reason(act: Act) -> None:
    reasoning: Any = {"type": "reasoning", "id": "rs_1", "summary": [], "encrypted_content": f"gAAA {IBAN}"}
    client = act.stage.clients.openai
    _refused_as_signed(act, lambda: client.responses.create(model="gpt-5", input=[reasoning]))


@pytest.mark.parametrize("name", ["thoughtSignature", "thought_signature"])
def test_a_value_in_what_gemini_signed_is_refused_with_that_reason(act: Act, net: Net, name: str) -> None:
    url = "https://generativelanguage.googleapis.com/v1beta/models/gemini-2.5-flash:generateContent"
    turn = {"role": "model", "parts": [{"text": "Voyons.", name: IBAN.replace(" ", "")}]}
    answer = net.new.post(url, json={"contents": [turn, {"role": "user", "parts": [{"text": "Et là ?"}]}]})
    assert act.received == []
    assert answer.status_code == 400
    assert "Donnée confidentielle dans une partie protégée" in answer.json()["error"]["message"]


def _refused_as_signed(act: Act, ask: Callable[[], object]) -> None:
    with pytest.raises(Exception, match="Donnée confidentielle dans une partie protégée") as caught:
        ask()
    assert act.received == []
    assert act.verdicts == ["block"]
    assert IBAN not in str(caught.value)
