"""A prompt that a rule keeps as evidence: sealed on the guard's machine, read with two keys elsewhere."""

import httpx2

from guard.demo.stage import Act
from guard.evidence import held, opened

CHAT = "https://api.openai.com/v1/chat/completions"
KEY = "AKIA" + "Q3EGRIZ5WSYGX7NV"


def test_what_a_rule_keeps_is_sealed_under_the_name_its_event_gives(
    act: Act, http: httpx2.Client, holders: list[str]
) -> None:
    text = f"Voici la clé {KEY} du compte, que dois-je en faire ?"
    answer = http.post(CHAT, json={"model": "gpt-5", "messages": [{"role": "user", "content": text}]})
    (event,) = act.events
    folder = act.stage.guard.folder
    data = held(next(folder.rglob("evidence")), event["unmapped"]["guard"]["evidence"])

    assert answer.status_code == 200
    assert event["unmapped"]["guard"]["decision"] == "redact"
    assert data is not None
    assert text in [segment["text"] for segment in opened(data, holders)["segments"]]
    assert act.left([KEY]) == []
