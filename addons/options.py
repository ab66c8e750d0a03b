"""mitmproxy's options that the laws depend on: set at start, refused otherwise, and kept while it runs.

Each is a way around the guard that was measured or read in mitmproxy 12's source; the reason stands beside it.
"""

from collections.abc import Mapping, Sequence

from mitmproxy import exceptions
from mitmproxy.options import Options

REQUIRED: Mapping[str, tuple[object, str]] = {
    "rawtcp": (False, "bytes that do not look like HTTP would pass unread"),
    "stream_large_bodies": (None, "large requests would leave before they are read"),
    "store_streamed_bodies": (False, "answers would be kept in memory"),
    "ssl_insecure": (False, "services' certificates would not be checked"),
    "validate_inbound_headers": (True, "requests could be smuggled"),
    "upstream_cert": (False, "services' names would be copied into our certificates before we decide"),
    "http3": (False, "HTTP/3 is not read"),
    "websocket": (True, "sockets would pass as raw bytes"),
    "onboarding": (False, "the proxy would answer as a web site of its own"),
    "ignore_hosts": ([], "these hosts would pass unread"),
    "allow_hosts": ([], "all other hosts would pass unread"),
    "tcp_hosts": ([], "these hosts would pass as raw bytes"),
    "udp_hosts": ([], "these hosts would pass as raw bytes"),
    "scripts": ([], "a script that breaks takes the guard out (rules belong in YAML)"),
    "map_remote": ([], "requests would go elsewhere than decided"),
    "map_local": ([], "answers would come from files"),
    "modify_body": ([], "bodies would change after they were read"),
    "modify_headers": ([], "headers would change after they were read"),
    "client_replay": ([], "requests would be sent that nobody asked for"),
    "server_replay": ([], "answers would come from files"),
    "stickycookie": (None, "one person's cookies would be sent for another"),
    "proxyauth": (None, "people would be asked by mitmproxy, and passwords stand in its options"),
    "stickyauth": (None, "one person's login would be sent for another"),
    "save_stream_file": (None, "prompts would be written to a file"),
    "hardump": ("", "prompts would be written to a file"),
    "proxy_debug": (False, "bytes of prompts would be written to the log"),
    "mode": (["regular"], "only the explicit proxy, and GUARD_REVERSE's doors, are read whole"),
    "keep_host_header": (False, "clients would choose the name that an assistant is asked by"),
}
"""Option -> the only value it may have, and what would happen otherwise."""


def unsafe(options: Options, doors: Sequence[str] = ()) -> list[str]:
    """What is set otherwise, in sentences; empty when all is well. `doors`: modes besides (addons.reverse)."""
    found = []
    for name, (value, reason) in REQUIRED.items():
        if name == "mode":
            value = ["regular", *doors]
        if name in options and getattr(options, name) != value:
            found.append(f"mitmproxy option {name} must be {value!r}: otherwise {reason}")
    return found


def given(pairs: Sequence[str]) -> dict[str, str]:
    """`name=value` pairs of the command line; ValueError when one is none, or names an option the laws depend on."""
    chosen = {}
    for pair in pairs:
        name, equals, value = pair.partition("=")
        if not equals:
            raise ValueError(f"--set wants NAME=VALUE, not {pair!r}")
        if name in REQUIRED:
            raise ValueError(f"mitmproxy option {name} cannot be set: otherwise {REQUIRED[name][1]}")
        if name in ("body_size_limit", "listen_host", "listen_port", "confdir", "ssl_verify_upstream_trusted_ca"):
            raise ValueError(f"mitmproxy option {name} is one of the guard's settings; see `guard doctor`")
        chosen[name] = value
    return chosen


class KeepSafe:
    """mitmproxy's addon: an unsafe option is refused at start, and put back when somebody sets it later."""

    def __init__(self, options: Options, doors: Sequence[str] = ()) -> None:
        self._options = options
        self._doors = doors

    def configure(self, updated: set[str]) -> None:
        """OptionsError makes mitmproxy put all options of this change back."""
        if found := [text for text in unsafe(self._options, self._doors) if text.split()[2] in updated]:
            raise exceptions.OptionsError("; ".join(found))
