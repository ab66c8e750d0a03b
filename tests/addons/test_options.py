"""Unsafe options never get in, neither at start nor later."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from mitmproxy import exceptions
from mitmproxy.options import Options
from mitmproxy.tools.dump import DumpMaster

from addons.options import REQUIRED, KeepSafe, given, unsafe

UNSAFE = {
    "rawtcp": True,
    "stream_large_bodies": "1m",
    "ssl_insecure": True,
    "upstream_cert": True,
    "ignore_hosts": [".*"],
    "validate_inbound_headers": False,
}


@contextmanager
def master() -> Iterator[DumpMaster]:
    async def make() -> DumpMaster:
        return DumpMaster(Options(), with_termlog=False, with_dumper=False)

    made = asyncio.run(make())
    made.options.update(**{name: value for name, (value, _) in REQUIRED.items() if name in made.options})
    yield made


def test_every_required_option_exists_in_this_mitmproxy() -> None:
    with master() as proxy:
        assert [name for name in REQUIRED if name not in proxy.options] == []


@pytest.mark.parametrize("name", list(UNSAFE))
def test_an_unsafe_option_is_named_with_its_reason(name: str) -> None:
    with master() as proxy:
        assert unsafe(proxy.options) == []
        proxy.options.update(**{name: UNSAFE[name]})
        [text] = unsafe(proxy.options)
        assert name in text
        assert REQUIRED[name][1] in text


@pytest.mark.parametrize("name", ["rawtcp", "ssl_insecure"])
def test_an_unsafe_option_set_while_running_is_put_back(name: str) -> None:
    with master() as proxy:
        proxy.addons.add(KeepSafe(proxy.options))
        with pytest.raises(exceptions.OptionsError):
            proxy.options.update(**{name: True})
        assert getattr(proxy.options, name) is False


@pytest.mark.parametrize("pair", ["rawtcp=true", "scripts=a.py", "stream_large_bodies=1m", "listen_port=1", "rawtcp"])
def test_the_command_line_cannot_set_what_the_laws_depend_on(pair: str) -> None:
    with pytest.raises(ValueError, match=pair.partition("=")[0]):
        given([pair])


def test_other_options_pass() -> None:
    assert given(["tls_version_client_min=TLS1_2"]) == {"tls_version_client_min": "TLS1_2"}
