"""One flow -> what its hooks tell each other, from the request to the end of its answer."""

from dataclasses import dataclass

from guard.answers.passing import Passing
from guard.answers.reader import reader
from guard.pipeline import Exchange, Guard
from guard.rules.schema import ServiceRule
from guard.sockets import Socket
from guard.wire.rewrite import Rewriter


@dataclass(slots=True)
class Under:
    """A request to an AI service that is under way."""

    guard: Guard
    """The one it began with; a reload does not change it."""
    service: ServiceRule
    host: str
    exchange: Exchange | None = None
    rewriter: Rewriter | None = None
    passing: Passing | None = None
    """When a rule is about the answer."""
    answer_failed: bool = False
    socket: Socket | None = None
    """When it is a socket that the guard let open."""
    waits: bool = False
    """True while the guard's analysis must go on for an answer that is still to come."""

    def wait(self) -> None:
        """The request leaves: whatever is needed to decide on its answer stays until `over`."""
        if self.exchange is not None and reader(self.guard, self.exchange, self.service) is not None:
            self.waits = True
            self.guard.deciding += 1

    def over(self) -> None:
        """The answer is over, or none comes."""
        if self.passing is not None:
            self.passing.close()
        if self.waits:
            self.waits = False
            self.guard.deciding -= 1
