"""Decisions as they are recorded -> numbers for Prometheus, on a loopback port.

No label ever holds a person, an address or text of a prompt (law 6): all are ids of rule files, verdicts, and our own
words for causes. A scrape fails when the guard is gone, and nothing else depends on it.
"""

import time
from collections.abc import Callable
from typing import Protocol
from wsgiref.simple_server import WSGIServer

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, start_http_server

from guard.errors import GuardError, StoreError
from guard.terms import Outcome

ADDRESS = "127.0.0.1"
_BUCKETS = (0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)
"""Seconds."""
VALUES = 64
"""Most entities of one prompt that are counted, as in its event."""


class Recorder(Protocol):
    """The audit stage."""

    def write(self, outcome: Outcome) -> str:
        """Keep one event; its uid. StoreError when it is not kept."""

    async def kept(self) -> None:
        """Come back when all that was written is safe. StoreError when it is not."""


class Metrics:
    """What is counted, in a registry of its own."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.decisions = Counter(
            "prompt_guard_decisions", "Decisions on prompts, recorded.", ("service", "decision"), registry=self.registry
        )
        self.entities = Counter(
            "prompt_guard_entities", "Values found in prompts.", ("entity", "decision"), registry=self.registry
        )
        self.failures = Counter(
            "prompt_guard_failures", "Prompts the guard could not decide on.", ("cause",), registry=self.registry
        )
        self.uninspectable = Counter(
            "prompt_guard_uninspectable",
            "Prompts with a part that could not be read.",
            ("cause",),
            registry=self.registry,
        )
        self.unknown = Counter(
            "prompt_guard_unknown_endpoints",
            "Prompts to endpoints nobody declared.",
            ("service",),
            registry=self.registry,
        )
        self.evidence = Counter(
            "prompt_guard_evidence", "Prompts whose event names a sealed copy.", registry=self.registry
        )
        self.seconds = Histogram(
            "prompt_guard_stage_seconds", "Time of each stage.", ("stage",), buckets=_BUCKETS, registry=self.registry
        )
        self.write_errors = Counter(
            "prompt_guard_audit_write_errors", "Events that could not be written.", registry=self.registry
        )
        self.last = Gauge(
            "prompt_guard_last_event_timestamp_seconds", "When the last event was written.", registry=self.registry
        )
        self.lag = Gauge(
            "prompt_guard_audit_lag_seconds",
            "How long the oldest event that is not on the disk has waited for it.",
            registry=self.registry,
        )
        self.unsigned = Gauge(
            "prompt_guard_audit_unsigned_lines", "Events of today that no checkpoint covers.", registry=self.registry
        )
        self.rules = Gauge(
            "prompt_guard_rules_info", "The rules in force: always 1.", ("version",), registry=self.registry
        )
        self.reloads = Counter(
            "prompt_guard_reloads",
            "Changed files that came into force, or were refused.",
            ("what", "result"),
            registry=self.registry,
        )
        self.refused = Gauge(
            "prompt_guard_reload_refused",
            "1 while the files last read are not in force, because they have problems.",
            ("what",),
            registry=self.registry,
        )
        for what in ("rules", "people"):
            self.refused.labels(what).set(0)
            for result in ("in force", "refused"):
                self.reloads.labels(what, result)

    def recorded(self, outcome: Outcome) -> None:
        """One more event is in the log."""
        decision = "failure" if outcome.failure else outcome.decision.verdict.value
        self.decisions.labels(outcome.service, decision).inc()
        self.last.set(time.time())
        for finding in outcome.findings[:VALUES]:
            self.entities.labels(finding.entity, decision).inc()
        for cause in outcome.uninspectable:
            self.uninspectable.labels(cause).inc()
        for stage, spent in outcome.milliseconds.items():
            self.seconds.labels(stage).observe(spent / 1000)
        if outcome.evidence:
            self.evidence.inc()
        if outcome.failure:
            self.failures.labels(outcome.failure).inc()
        if outcome.endpoint == "unknown":
            self.unknown.labels(outcome.service).inc()

    def watch(self, lag: Callable[[], float], unsigned: Callable[[], float]) -> None:
        """Ask these of the log at each scrape."""
        self.lag.set_function(lag)
        self.unsigned.set_function(unsigned)

    def rules_in_force(self, version: str) -> None:
        """The version that decides from now on."""
        self.rules.clear()
        self.rules.labels(version).set(1)

    def reloaded(self, what: str, *, refused: bool) -> None:
        """Rules, or files about people, changed."""
        self.reloads.labels(what, "refused" if refused else "in force").inc()
        self.refused.labels(what).set(int(refused))


class Counted:
    """A recorder that counts what another one keeps."""

    def __init__(self, recorder: Recorder, metrics: Metrics) -> None:
        self._recorder, self._metrics = recorder, metrics

    def write(self, outcome: Outcome) -> str:
        """The other's uid, or its StoreError."""
        try:
            uid = self._recorder.write(outcome)
        except StoreError:
            self._metrics.write_errors.inc()
            raise
        self._metrics.recorded(outcome)
        return uid

    async def kept(self) -> None:
        """As the other."""
        try:
            await self._recorder.kept()
        except StoreError:
            self._metrics.write_errors.inc()
            raise


def expose(metrics: Metrics, port: int) -> Callable[[], None]:
    """Answer scrapes on the loopback address; what to call at the end. GuardError when the port is taken.

    Port 0 answers none.
    """
    if not port:
        return lambda: None
    try:
        server, thread = start_http_server(port, ADDRESS, metrics.registry)
    except OSError as error:
        raise GuardError(f"metrics cannot be served on {ADDRESS}:{port} ({type(error).__name__})") from None

    def stop() -> None:
        _stop(server)
        thread.join()

    return stop


def _stop(server: WSGIServer) -> None:
    server.shutdown()
    server.server_close()
