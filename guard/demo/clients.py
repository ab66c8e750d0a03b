"""A proxy and a CA -> the real OpenAI and Anthropic clients, reaching their services through it.

Nothing of the person's own configuration is read: keys, proxies and addresses are given here.
"""

import ssl
from contextlib import ExitStack
from pathlib import Path
from typing import Self

import anthropic
import httpx2
import openai

_KEY = "demo-key"
_SECONDS = 60.0


class Clients:
    """Both clients while entered, and `sent`: the body of every request as they made it."""

    def __init__(self, proxy: str, ca: Path) -> None:
        """`proxy`: its URL; `ca`: the PEM file of the CA that signs what the proxy shows."""
        self.sent: list[bytes] = []
        self._stack = ExitStack()
        trust = ssl.create_default_context(cafile=ca)
        hooks = {"request": [self._keep]}

        def through() -> httpx2.Client:
            client = httpx2.Client(proxy=proxy, verify=trust, trust_env=False, timeout=_SECONDS, event_hooks=hooks)
            return self._stack.enter_context(client)

        self.openai = openai.OpenAI(
            api_key=_KEY, base_url="https://api.openai.com/v1", organization="", project="", http_client=through()
        )
        self.anthropic = anthropic.Anthropic(api_key=_KEY, base_url="https://api.anthropic.com", http_client=through())

    def __enter__(self) -> Self:
        """Ready."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close their connections."""
        self._stack.close()

    def _keep(self, request: httpx2.Request) -> None:
        self.sent.append(request.read())
