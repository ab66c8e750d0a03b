"""Settings -> the running proxy: own launcher on DumpMaster, no `-s` scripts, stopped in good order.

A script that breaks on reload leaves mitmproxy running without it (measured); an addon given in code cannot be lost.
"""

import asyncio
import logging
import signal
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from mitmproxy.options import Options
from mitmproxy.tools.dump import DumpMaster

from addons import limits
from addons.options import REQUIRED, KeepSafe, unsafe
from addons.proxy import Proxy
from addons.tunnels import Tunnels
from addons.websockets import guard_sockets
from guard.audit.opening import Recording
from guard.detect.pool import Pool
from guard.errors import GuardError
from guard.metrics import Counted, Metrics, expose
from guard.pipeline import Guard
from guard.redact.fingerprints import Keys, shared_key
from guard.redact.vault import Vault, key
from guard.rules.schema import RuleSet
from guard.settings import Settings

log = logging.getLogger("guard")


class Discreet(logging.Handler):
    """The operational log, on standard error. Other people's texts quote values, so only ours are shown."""

    def emit(self, record: logging.LogRecord) -> None:
        """One line: our own text, or where theirs came from and the exception's type."""
        if record.name == "guard" or record.name.startswith("guard."):
            text = record.getMessage()
        else:
            kind = record.exc_info[0].__name__ if record.exc_info and record.exc_info[0] else "message"
            text = f"{kind} at {record.module}:{record.lineno}"
        print(f"{record.levelname.lower()} {record.name}: {text}", file=sys.stderr, flush=True)


def quiet() -> None:
    """Send every logger of the process through `Discreet`."""
    root = logging.getLogger()
    root.handlers[:] = [Discreet(logging.WARNING)]
    root.setLevel(logging.WARNING)
    log.setLevel(logging.INFO)


type Ready = Callable[[str, int, Path, str], None]
"""Told address, port, the CA's file, and the pipelines that find names."""


async def serve(settings: Settings, rules: RuleSet, chosen: Mapping[str, str], ready: Ready) -> None:
    """Run until SIGTERM or SIGINT. `ready` is called once requests can come."""
    quiet()
    state = settings.state
    state.mkdir(parents=True, exist_ok=True, mode=0o700)
    metrics = Metrics()
    metrics.rules_in_force(rules.version)
    stop_metrics = expose(metrics, settings.metrics_port)
    record = Recording(settings, shared_key, rules.version, log.warning)
    vault = Vault(settings.store or f"sqlite:///{state / 'guard.db'}", key(state / "vault.key"))
    pool = Pool(
        rules, workers=settings.workers, queue=settings.queue, seconds=settings.analysis_seconds, nlp=settings.nlp
    )
    guard = Guard(
        rules,
        pool,
        vault,
        Counted(record.sink, metrics),
        language=settings.language,
        limit=settings.max_body,
        seconds=settings.request_seconds,
        keys=Keys(settings.log_keys),
    )
    try:
        await pool.start()
        await _proxy(settings, Proxy(guard), chosen, lambda host, port, ca: ready(host, port, ca, pool.names))
    finally:
        stop_metrics()
        await pool.stop()
        vault.close()
        record.close()


async def _proxy(
    settings: Settings, proxy: Proxy, chosen: Mapping[str, str], ready: Callable[[str, int, Path], None]
) -> None:
    confdir = settings.state / "ca"
    confdir.mkdir(parents=True, exist_ok=True, mode=0o700)
    master = _master(settings, proxy, confdir, chosen)
    loop = asyncio.get_running_loop()
    _redirect(loop, settings.upstream_map)
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    running = asyncio.create_task(master.run())
    server = master.addons.get("proxyserver")
    while not running.done() and not server.listen_addrs():  # noqa: ASYNC110 - mitmproxy has no event for it
        await asyncio.sleep(0.02)
    if running.done():
        await running
        raise GuardError(f"the proxy could not listen on {settings.host}:{settings.port}")
    (confdir / "mitmproxy-ca.p12").unlink(missing_ok=True)  # the CA's key once more, and nobody needs it
    host, port, *_ = server.listen_addrs()[0]
    ready(host, port, confdir / "mitmproxy-ca-cert.pem")
    stopped = asyncio.create_task(stop.wait())
    await asyncio.wait({running, stopped}, return_when=asyncio.FIRST_COMPLETED)
    await _drain(master, proxy, settings.grace_seconds)
    master.shutdown()
    await running


def _master(settings: Settings, proxy: Proxy, confdir: Path, chosen: Mapping[str, str]) -> DumpMaster:
    options = Options(listen_host=settings.host, listen_port=settings.port, confdir=str(confdir))
    master = DumpMaster(options, with_termlog=False, with_dumper=False)
    tunnels = Tunnels(proxy.serves)
    master.addons.add(KeepSafe(options), tunnels, proxy)
    # before mitmproxy's own: its NextLayer takes fewer than three bytes for raw TCP
    ours = [master.addons.chain.pop() for _ in range(3)][::-1]
    master.addons.chain[:0] = ours
    safe = {name: value for name, (value, _) in REQUIRED.items() if name in options}
    options.update(
        **safe,
        body_size_limit=str(settings.max_body),
        ssl_verify_upstream_trusted_ca=str(settings.upstream_ca) if settings.upstream_ca else None,
        connection_strategy="eager",
        block_global=False,
    )
    options.set(*[f"{name}={value}" for name, value in chosen.items()])
    if found := unsafe(options):
        raise GuardError("\n".join(found))
    limits.limit_requests(proxy.serves, settings.max_body)
    guard_sockets(settings.max_body)
    return master


async def _drain(master: DumpMaster, proxy: Proxy, seconds: float) -> None:
    """Take no new connection, and let requests under way have their answers for a while."""
    master.options.update(server=False)
    loop = asyncio.get_running_loop()
    end = loop.time() + seconds
    while proxy.under_way and loop.time() < end:  # noqa: ASYNC110 - flows end in mitmproxy's hooks, one by one
        await asyncio.sleep(0.05)
    if proxy.under_way:
        log.warning("stopped with %d requests under way", len(proxy.under_way))


def _redirect(loop: asyncio.AbstractEventLoop, mapping: str) -> None:
    """Connect elsewhere for some hosts; names and certificates stay the service's (`GUARD_UPSTREAM_MAP`)."""
    targets = _targets(mapping)
    if not targets:
        return
    connect = loop.create_connection

    async def create_connection(factory: Any, host: Any = None, port: Any = None, **options: Any) -> Any:
        host, port = targets.get(str(host).lower().rstrip("."), (host, port))
        return await connect(factory, host, port, **options)

    loop.create_connection = create_connection  # type: ignore[method-assign, assignment]


def _targets(mapping: str) -> dict[str, tuple[str, int]]:
    targets = {}
    for pair in filter(None, (part.strip() for part in mapping.split(","))):
        name, equals, target = pair.partition("=")
        host, colon, port = target.rpartition(":")
        if not (equals and colon and name and host and port.isdecimal()):
            raise GuardError(f"GUARD_UPSTREAM_MAP wants name=host:port, not {pair!r}")
        targets[name.lower()] = (host, int(port))
    return targets
