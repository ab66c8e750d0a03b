"""A refused call is an error of the client's own, in words a person understands; it is made once and reaches nobody."""

import anthropic
import openai
import pytest

from guard.demo.stage import Act

FORBIDDEN = {
    "fr": "Classe ces candidats du meilleur au moins bon et dis-moi lesquels rejeter.",
    "en": "Rank these applicants from best to worst and tell me which ones to reject.",
}
HELD = {
    "fr": "Évalue la performance de ce salarié à partir de ses résultats et dis-moi ce qu'il vaut.",
    "en": "Evaluate the performance of this employee and tell me what he is worth.",
}
SAID = {
    ("block", "fr"): "Cette demande ressemble à un tri",
    ("block", "en"): "This request looks like ranking",
    ("hold", "fr"): "Cet usage doit être validé",
    ("hold", "en"): "This use must be approved",
}
every_refusal = pytest.mark.parametrize(
    ("verdict", "lang", "prompt"),
    [
        pytest.param(verdict, lang, prompt, id=f"{verdict}-{lang}")
        for verdict, prompts in (("block", FORBIDDEN), ("hold", HELD))
        for lang, prompt in prompts.items()
    ],
)


@every_refusal
@pytest.mark.parametrize("stream", [False, True])
def test_openais_client_raises_its_own_error(act: Act, verdict: str, lang: str, prompt: str, stream: bool) -> None:
    with pytest.raises(openai.BadRequestError) as caught:
        act.stage.clients.openai.chat.completions.create(
            model="gpt-5", messages=[{"role": "user", "content": prompt}], stream=stream
        )
    assert SAID[verdict, lang] in caught.value.message
    assert caught.value.type == "invalid_request_error"
    assert caught.value.code == {"block": "policy_violation", "hold": "approval_required"}[verdict]
    assert (len(act.sent), act.received, act.verdicts) == (1, [], [verdict])


@every_refusal
def test_anthropics_client_raises_its_own_error(act: Act, verdict: str, lang: str, prompt: str) -> None:
    with pytest.raises(anthropic.BadRequestError) as caught:
        act.stage.clients.anthropic.messages.create(
            model="claude-sonnet-5", max_tokens=9, messages=[{"role": "user", "content": prompt}]
        )
    assert SAID[verdict, lang] in caught.value.message
    assert caught.value.type == "invalid_request_error"
    assert (len(act.sent), act.received, act.verdicts) == (1, [], [verdict])


def test_the_refusal_quotes_its_event_and_never_the_prompt(act: Act) -> None:
    with pytest.raises(openai.BadRequestError) as caught:
        act.stage.clients.openai.chat.completions.create(
            model="gpt-5", messages=[{"role": "user", "content": FORBIDDEN["fr"] + " Il s'agit de Bruno Castaing."}]
        )
    [event] = act.events
    uid = event["metadata"]["uid"]  # type: ignore[index]
    assert caught.value.response.headers["x-prompt-guard-event"] == uid
    assert uid in caught.value.message
    assert "Castaing" not in caught.value.response.text


def test_a_hold_names_who_can_say_yes(act: Act) -> None:
    with pytest.raises(openai.BadRequestError) as caught:
        act.stage.clients.openai.chat.completions.create(
            model="gpt-5", messages=[{"role": "user", "content": HELD["fr"]}]
        )
    assert "dpo" in caught.value.message


def test_after_a_refusal_the_same_client_goes_on(act: Act) -> None:
    client = act.stage.clients.openai
    with pytest.raises(openai.BadRequestError):
        client.chat.completions.create(model="gpt-5", messages=[{"role": "user", "content": FORBIDDEN["en"]}])
    answer = client.chat.completions.create(model="gpt-5", messages=[{"role": "user", "content": "Tell me a joke"}])
    assert answer.choices[0].message.content == "Of course, here is my answer."
    assert act.verdicts == ["block", "allow"]
