"""The stand-in's file services answer as the real ones do."""

import orjson
import pytest

from guard.demo.exchange import Received
from guard.demo.uploads import answer

BODY = b'--b\r\nContent-Disposition: form-data; name="file"; filename="a.csv"\r\n\r\nx\r\n--b--\r\n'


@pytest.mark.parametrize(
    ("headers", "file"),
    [
        ((), {"object": "file", "filename": "a.csv"}),
        ((("anthropic-version", "x"),), {"type": "file", "filename": "a.csv"}),
    ],
    ids=["openai", "anthropic"],
)
def test_an_upload_gets_a_file_object(headers: tuple[tuple[str, str], ...], file: dict[str, str]) -> None:
    said = answer(Received("POST", "/v1/files?beta=true", headers, BODY))

    assert said is not None
    assert file.items() <= orjson.loads(said).items()


def test_pictures_get_pictures() -> None:
    said = answer(Received("POST", "/v1/images/edits", (), BODY))

    assert said is not None
    assert orjson.loads(said)["data"]


@pytest.mark.parametrize("request_", [Received("GET", "/v1/files", (), b""), Received("POST", "/v1/models", (), b"")])
def test_anything_else_is_somebody_elses(request_: Received) -> None:
    assert answer(request_) is None
