"""Settings -> the running proxy: own launcher on DumpMaster, no `-s` scripts, stopped in good order.

A script that breaks on reload leaves mitmproxy running without it (measured); an addon given in code cannot be lost.
"""

import asyncio
import logging
import signal
import sys
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from mitmproxy.options import Options
from mitmproxy.tools.dump import DumpMaster

from addons import limits
from addons.connections import Connections
from addons.entrance import Entrance
from addons.options import REQUIRED, KeepSafe, unsafe
from addons.proxy import Proxy
from addons.reverse import doors
from addons.streams import inspect_streams
from addons.trailers import drop_trailers
from addons.tunnels import Tunnels
from addons.websockets import guard_sockets
from guard import evidence, inforce, settled
from guard.audit.opening import Recording
from guard.destinations import Destinations
from guard.detect.pool import Pool
from guard.errors import GuardError
from guard.metrics import Counted, Metrics, expose
from guard.people.who import People
from guard.pipeline import Guard
from guard.redact.fingerprints import Keys, shared_key
from guard.redact.vault import Vault, key
from guard.reload import Reloader, Watch
from guard.rules.schema import RuleSet
from guard.settings import Settings, exposed

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
    settled.ready()
    state = settings.state
    state.mkdir(parents=True, exist_ok=True, mode=0o700)
    for path in exposed(settings.secrets):
        log.warning("everybody on this machine may read %s: chmod o-rwx", path)
    connections = Connections(
        Destinations.of(settings.ports, settings.deny_destinations, settings.allow_destinations), settings.upstream_map
    )
    sealing = evidence.of(settings)
    metrics = Metrics()
    stop_metrics = expose(metrics, settings.metrics_port)
    record = Recording(settings, shared_key, rules.version, log.warning)
    metrics.watch(record.sink.lag, record.sink.unsigned)
    register = inforce.Register(record, metrics, state / inforce.STATUS, settings.node)
    vault = Vault(settings.store or f"sqlite:///{state / 'guard.db'}", key(state / "vault.key"))
    recorder, keys = Counted(record.sink, metrics), Keys(settings.log_keys)

    def made(rules: RuleSet, pool: Pool, before: Guard | None) -> Guard:
        if sealing is None and any(rule.evidence for rule in rules.policy.values()):
            log.warning("rules want evidence, and GUARD_EVIDENCE_KEYS names nobody: none is kept")
        return Guard(
            rules,
            pool,
            vault,
            recorder,
            language=settings.language,
            limit=settings.max_body,
            seconds=settings.request_seconds,
            recall=before.recall if before else None,
            files=before.files if before else None,
            keys=keys,
            evidence=sealing,
        )

    held = _Held()
    in_force = inforce.Rules(settings, made, held.put_guard, register)
    known = inforce.KnownPeople(settings, held.put_people, register)
    try:
        as_read = settled.digest(known.roots)
        people = known.read()
        await in_force.adopt(rules)
        proxy = held.proxy = Proxy(held.guard, _entrance(settings, people), connections)
        reloader = Reloader(
            [
                Watch(in_force, settings.reload_seconds, in_force.as_read(rules)),
                Watch(known, settings.reload_seconds, as_read),
            ],
            quiet=settings.reload_seconds,
        )
        await _proxy(settings, proxy, reloader, chosen, lambda host, port, ca: ready(host, port, ca, in_force.names))
    finally:
        stop_metrics()
        await in_force.stop()
        vault.close()
        record.close()


class _Held:
    """The references that a reload swaps; before there is a proxy, the guard alone."""

    guard: Guard
    proxy: Proxy | None = None

    def put_guard(self, guard: Guard) -> None:
        """Requests that begin from now on are decided by it."""
        self.guard = guard
        if self.proxy is not None:
            self.proxy.guard = guard

    def put_people(self, people: People) -> None:
        """Arrivals from now on are shown to them."""
        if self.proxy is not None:
            before, self.proxy.entrance.people = self.proxy.entrance.people, people
            # arrivals that are with them still have their answer
            asyncio.get_running_loop().call_later(before.longest + 1, before.close)


def _entrance(settings: Settings, people: People) -> Entrance:
    return Entrance(
        people,
        everyone=settings.auth_for == "all",
        user=settings.auth_header.lower(),
        groups=settings.auth_header_groups.lower(),
    )


async def _proxy(
    settings: Settings,
    proxy: Proxy,
    reloader: Reloader,
    chosen: Mapping[str, str],
    ready: Callable[[str, int, Path], None],
) -> None:
    confdir = settings.state / "ca"
    confdir.mkdir(parents=True, exist_ok=True, mode=0o700)
    master = _master(settings, proxy, confdir, chosen)
    loop = asyncio.get_running_loop()
    proxy.connections.install(loop)
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    loop.add_signal_handler(signal.SIGHUP, reloader.ask)
    running = asyncio.create_task(master.run())
    servers = master.addons.get("proxyserver").servers
    while not running.done() and not _all_listen(servers):  # noqa: ASYNC110 - mitmproxy has no event for it
        await asyncio.sleep(0.02)
    if running.done():
        await running
        raise GuardError(f"the proxy could not listen on {settings.host}:{settings.port}")
    if failed := [server.mode.full_spec for server in servers if not server.is_running]:
        master.shutdown()
        await running
        raise GuardError(f"the proxy could not listen: {', '.join(failed)}")
    (confdir / "mitmproxy-ca.p12").unlink(missing_ok=True)  # the CA's key once more, and nobody needs it
    host, port, *_ = servers["regular"].listen_addrs[0]
    behind = tuple(door.port for door in doors(settings.reverse, proxy.serves))
    proxy.connections.destinations = replace(proxy.connections.destinations, own=port, doors=behind)
    reloader.start()
    ready(host, port, confdir / "mitmproxy-ca-cert.pem")
    stopped = asyncio.create_task(stop.wait())
    await asyncio.wait({running, stopped}, return_when=asyncio.FIRST_COMPLETED)
    await reloader.stop()
    await _drain(master, proxy, settings.grace_seconds)
    master.shutdown()
    await running


def _master(settings: Settings, proxy: Proxy, confdir: Path, chosen: Mapping[str, str]) -> DumpMaster:
    options = Options(listen_host=settings.host, listen_port=settings.port, confdir=str(confdir))
    modes = [door.mode(settings.host) for door in doors(settings.reverse, proxy.serves)]
    master = DumpMaster(options, with_termlog=False, with_dumper=False)
    tunnels = Tunnels(proxy.serves)
    master.addons.add(KeepSafe(options, modes), tunnels, proxy)
    # before mitmproxy's own: its NextLayer takes fewer than three bytes for raw TCP
    ours = [master.addons.chain.pop() for _ in range(3)][::-1]
    master.addons.chain[:0] = ours
    safe: dict[str, Any] = {name: value for name, (value, _) in REQUIRED.items() if name in options}
    safe["mode"] = ["regular", *modes]
    options.update(
        **safe,
        body_size_limit=str(settings.max_body),
        ssl_verify_upstream_trusted_ca=str(settings.upstream_ca) if settings.upstream_ca else None,
        connection_strategy="eager",
        block_global=False,
    )
    options.set(*[f"{name}={value}" for name, value in chosen.items()])
    if found := unsafe(options, modes):
        raise GuardError("\n".join(found))
    limits.limit_requests(proxy.serves, settings.max_body)
    guard_sockets(settings.max_body)
    inspect_streams()
    drop_trailers()
    return master


def _all_listen(servers: Any) -> bool:
    """True when each listens, or has failed to."""
    return len(servers) > 0 and all(server.is_running or server.last_exception for server in servers)


async def _drain(master: DumpMaster, proxy: Proxy, seconds: float) -> None:
    """Take no new connection, and let requests under way have their answers for a while."""
    master.options.update(server=False)
    loop = asyncio.get_running_loop()
    end = loop.time() + seconds
    while proxy.under_way and loop.time() < end:  # noqa: ASYNC110 - flows end in mitmproxy's hooks, one by one
        await asyncio.sleep(0.05)
    if proxy.under_way:
        log.warning("stopped with %d requests under way", len(proxy.under_way))
