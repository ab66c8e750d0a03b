"""The launcher's own small parts; the rest is shown end to end."""

import logging

import pytest

from addons.launcher import Discreet


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
