"""The real clients behind a proxy."""

import ssl
from pathlib import Path

import openai
import pytest

from guard.demo.certificates import Authority
from guard.demo.clients import Clients


def test_clients_go_through_their_proxy_and_nowhere_else(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("OPENAI_BASE_URL", "https://127.0.0.1:9/v1")
    authority = Authority(tmp_path)
    with Clients("http://127.0.0.1:1", authority.bundle) as clients:
        assert str(clients.openai.base_url) == "https://api.openai.com/v1/"
        assert str(clients.anthropic.base_url) == "https://api.anthropic.com"
        with pytest.raises(openai.APIConnectionError):
            clients.openai.with_options(max_retries=0).chat.completions.create(
                model="m", messages=[{"role": "user", "content": "é"}]
            )
        assert [b"messages" in body for body in clients.sent] == [True]


def test_a_ca_that_is_none_is_told_at_once(tmp_path: Path) -> None:
    (tmp_path / "ca.pem").write_text("nothing")
    with pytest.raises(ssl.SSLError):
        Clients("http://127.0.0.1:1", tmp_path / "ca.pem")
