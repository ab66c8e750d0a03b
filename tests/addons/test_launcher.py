"""The launcher's own small parts; the rest is shown end to end."""

import logging

import pytest

from addons.launcher import Discreet, _targets
from guard.errors import GuardError


def test_a_map_of_upstreams_is_read() -> None:
    assert _targets("API.openai.com=127.0.0.1:9443, api.anthropic.com=127.0.0.1:9444,") == {
        "api.openai.com": ("127.0.0.1", 9443),
        "api.anthropic.com": ("127.0.0.1", 9444),
    }


@pytest.mark.parametrize("mapping", ["api.openai.com", "a=b", "a=b:c", "=b:1", "a=:1"])
def test_a_bad_map_of_upstreams_is_refused(mapping: str) -> None:
    with pytest.raises(GuardError, match="GUARD_UPSTREAM_MAP"):
        _targets(mapping)


def test_other_peoples_log_texts_are_not_shown(capsys: pytest.CaptureFixture[str]) -> None:
    logger = logging.Logger("mitmproxy.proxy")
    logger.addHandler(Discreet())
    try:
        raise ValueError("FR7630006000011234567890189")
    except ValueError:
        logger.exception("client sent %s", "FR7630006000011234567890189")

    shown = capsys.readouterr().err
    assert "ValueError" in shown
    assert "FR76" not in shown
