"""The largest body, for requests to AI services only.

mitmproxy's `body_size_limit` counts every body that passes: downloads of any size over plain HTTP, and answers, would
be cut; and it closes the connection on a client that is still sending, so that the person reads nothing. Here only
requests that have to be read whole count, and answers that are inspected whole: what comes after the limit is thrown
away as it comes, and the request, or the answer, is refused in words when it ends. So is the body of a request that was
refused by its head.
"""

from collections.abc import Callable
from typing import Any

from mitmproxy.proxy.layers.http import HttpStream

from addons import flows
from addons.streams import INSPECTED

TOO_LARGE = "guard-too-large"
"""Key of a flow's metadata: its body was thrown away."""
TOO_LONG = "guard-too-long"
"""Key of a flow's metadata: its answer is thrown away, since it is read and too large for that."""
_PATIENCE = 64
"""Times the limit after which the connection is closed after all."""
_CHECK = HttpStream.check_body_size


def limit_requests(serves: Callable[[str | None], bool], limit: int) -> None:
    """Make mitmproxy's check look at requests to AI services only; `limit` in bytes (tests/addons/test_limits.py)."""

    def check(self: HttpStream, request: bool) -> Any:
        if request and self.flow.response is not None:
            self.request_body_buf.clear()  # refused already: what still comes is nobody's business
            return False
        if not request:
            if INSPECTED in self.flow.metadata and len(self.response_body_buf) > limit:
                self.flow.metadata[TOO_LONG] = True
            if TOO_LONG in self.flow.metadata:
                self.response_body_buf.clear()
            return False
        if not any(serves(name) for name in flows.names(self.flow)):
            return False
        dropped = self.flow.metadata.get(TOO_LARGE, 0)
        if dropped > limit * _PATIENCE:
            return (yield from _CHECK(self, request))
        if dropped or len(self.request_body_buf) > limit:
            self.flow.metadata[TOO_LARGE] = dropped + len(self.request_body_buf)
            self.request_body_buf.clear()
        return False

    HttpStream.check_body_size = check  # type: ignore[method-assign]
