"""Sockets, processes and interfaces by psutil: for macOS and Windows, and for Linux where its own tables are shut.

psutil knows less than the kernel: no backlog, no IPV6_V6ONLY, no device, no sockets that are bound and do not listen.
What it does not know stays None.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import time
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, Literal

from porttui.model.address import parse_ip
from porttui.model.facts import Ancestor, Doing, Interface, Process, Route, Socket, Sockets, Unseen
from porttui.model.printable import printable
from porttui.model.secrets import hide_in_text, hide_secrets
from porttui.observe.errors import errno_name

if TYPE_CHECKING:
    import psutil

MOST_ROWS = 20_000
"""Rows that are kept; a machine with more connections on one port is busy enough to be asked another way."""
_MOST_ARGUMENTS = 200
_STATES = {
    "running": "R",
    "sleeping": "S",
    "disk-sleep": "D",
    "stopped": "T",
    "tracing-stop": "t",
    "zombie": "Z",
    "dead": "X",
    "idle": "S",
    "waking": "S",
    "parked": "S",
    "wake-kill": "S",
}
"""psutil's words for the letters of proc(5)."""


def sockets_by_psutil(port: int | None, *, how_to_see: str = "") -> Sockets | Unseen:
    """Read the TCP and UDP sockets.

    Args:
        port: the target's; 0 for the listeners alone, None for every row.
        how_to_see: the command that would show what psutil may not read here.

    Returns:
        All TCP listeners, all unconnected UDP sockets and every row with the port on either side; Unseen when this
        user may not read the tables (macOS, without root).
    """
    import psutil

    began = time.perf_counter()
    try:
        everything = psutil.net_connections(kind="inet")
    except psutil.AccessDenied:
        return Unseen(what="socket tables", reason="needs root", how_to_see=how_to_see, needs_root=True)
    except (psutil.Error, OSError, RuntimeError, NotImplementedError) as error:
        return Unseen(what="socket tables", reason=printable(f"psutil: {error}", 200), how_to_see=how_to_see)
    rows = [row for each in everything if wanted(row := _socket(each), port)]
    unseen = [Unseen(what="unix sockets", reason="psutil does not tell which of them listen", how_to_see="")]
    return sockets(rows, total=len(everything), source="psutil", began=began, unseen=unseen, owners=how_to_see)


def sockets(  # noqa: PLR0913 - the parts of one value
    rows: Iterable[Socket],
    *,
    total: int,
    source: Literal["psutil", "command"],
    began: float,
    unseen: Iterable[Unseen] = (),
    owners: str = "",
) -> Sockets:
    """Put rows together: one for each socket with all its holders, sorted by port and address, within the bound.

    Args:
        rows: as they were read; a socket that several processes hold may be there once for each.
        total: how many sockets the machine has.
        source: where the rows are from.
        began: time.perf_counter() at the start of the look.
        unseen: what was left out already.
        owners: the command that shows the owners of the sockets that have none here.
    """
    merged = _merged(rows)
    left_out = list(unseen)
    nobody = sum(1 for row in merged if not row.pids and row.state in ("LISTEN", "UNCONN"))
    if nobody:
        what = f"owners of {nobody} socket{'s' * (nobody != 1)}"
        left_out.append(Unseen(what=what, reason="needs root", how_to_see=owners, needs_root=True))
    if len(merged) > MOST_ROWS:
        left_out.append(Unseen(what=f"{len(merged) - MOST_ROWS} sockets", reason="too many to keep", how_to_see=owners))
        merged = sorted(merged, key=lambda row: row.state not in ("LISTEN", "UNCONN"))[:MOST_ROWS]
    return Sockets(
        rows=tuple(sorted(merged, key=lambda row: (row.port, row.address, row.peer_port, row.peer, row.protocol))),
        total=total,
        source=source,
        unseen=tuple(left_out),
        ms=round((time.perf_counter() - began) * 1000, 3),
    )


def wanted(row: Socket, port: int | None) -> bool:
    """Tell whether a row belongs into the facts: a listener, or one with the port on either side; None for all."""
    return port is None or row.state in ("LISTEN", "UNCONN") or (port != 0 and port in (row.port, row.peer_port))


def processes_by_psutil(pids: Iterable[int]) -> tuple[Process, ...]:
    """Describe processes, each once and in this order.

    Args:
        pids: process ids.

    Returns:
        Those that exist. What this user is not told, and what only Linux knows, is None.
    """
    import psutil

    found = []
    for pid in dict.fromkeys(pids):
        with contextlib.suppress(psutil.NoSuchProcess, ValueError, OverflowError):
            found.append(_process(psutil.Process(pid)))
    return tuple(found)


def doing_by_psutil(pids: Iterable[int]) -> tuple[Doing, ...]:
    """Tell what processes do, over 0.12 s: how much of a processor they use, and how many descriptors they have."""
    began = time.monotonic()
    before = {pid: _cpu_seconds(pid) for pid in dict.fromkeys(pids)}
    time.sleep(0.12)
    found = []
    for process in processes_by_psutil(before):
        earlier, later = before[process.pid], _cpu_seconds(process.pid)
        seconds = time.monotonic() - began
        cpu = None if earlier is None or later is None else round(100 * (later - earlier) / seconds, 1)
        found.append(
            Doing(
                pid=process.pid,
                state=process.state,
                cpu_percent=cpu,
                open_files=process.open_files,
                open_files_limit=process.open_files_limit,
            )
        )
    return tuple(found)


def _cpu_seconds(pid: int) -> float | None:
    import psutil

    try:
        times = psutil.Process(pid).cpu_times()
    except (psutil.Error, OSError, ValueError):
        return None
    return float(times.user + times.system)


def listeners_among(tables: Sockets | Unseen, port: int) -> tuple[Socket, ...] | Unseen:
    """Return the TCP listeners on a port, of tables that were read whole."""
    if isinstance(tables, Unseen):
        return tables
    return tuple(row for row in tables.rows if row.protocol == "tcp" and row.state == "LISTEN" and row.port == port)


def starting_by_psutil(port: int) -> tuple[Process, ...]:
    """Describe the processes that may be servers and name a port in their command line.

    Args:
        port: 1 to 65535.

    Returns:
        At most eight; porttui and its ancestors, shells and clients are none of them.
    """
    import psutil

    from porttui.observe.server_words import may_serve, ports_named

    me = psutil.Process()
    own = {me.pid}
    with contextlib.suppress(psutil.Error):
        own |= {parent.pid for parent in me.parents()}
    found: list[int] = []
    for process in psutil.process_iter(["cmdline"]):
        argv = tuple(process.info["cmdline"] or ())
        if argv and process.pid not in own and may_serve(argv) and port in ports_named(argv):
            found.append(process.pid)
    return processes_by_psutil(found[:8])


def interfaces_by_psutil() -> tuple[Interface, ...] | Unseen:
    """List the interfaces with their addresses (getifaddrs(3), GetAdaptersAddresses)."""
    import psutil

    try:
        addresses, states = psutil.net_if_addrs(), psutil.net_if_stats()
    except (psutil.Error, OSError) as error:
        return Unseen(what="network interfaces", reason=printable(f"psutil: {error}", 200), how_to_see="")
    found = []
    for name in dict.fromkeys((*states, *addresses)):
        texts = [_scoped(entry.address, name) for entry in addresses.get(name, ()) if parse_ip(entry.address)]
        state = states.get(name)
        found.append(
            Interface(
                name=printable(name, 64),
                up=bool(state and state.isup),
                loopback=_is_loopback(state, texts),
                addresses=tuple(dict.fromkeys(texts)),
            )
        )
    return tuple(found)


def route_by_udp(address: str) -> Route | Unseen:
    """Learn the source address that the system chooses for a destination.

    A UDP socket that is connected sends nothing (udp(7)), but the kernel has looked up the route for it.

    Args:
        address: an IP address.

    Returns:
        The route as far as it can be known so: `kind` is "local" for an address of this machine and else "unicast",
        and a gateway is not told.
    """
    import socket

    from porttui.observe.sockaddr import address_text, family_of, sockaddr

    try:
        with socket.socket(family_of(address), socket.SOCK_DGRAM) as probe:
            probe.connect(sockaddr(address, 9))
            source = address_text(probe.getsockname())
    except OSError as error:
        return Route(destination=address, error=errno_name(error))
    except ValueError as error:
        return Unseen(what=f"route to {address}", reason=printable(str(error), 100), how_to_see="")
    interfaces = interfaces_by_psutil()
    listed = () if isinstance(interfaces, Unseen) else interfaces
    own = {text.partition("%")[0]: interface for interface in listed for text in interface.addresses}
    host = parse_ip(address)
    local = address.partition("%")[0] in own or bool(host and host.is_loopback)
    through = own.get(source.partition("%")[0])
    return Route(
        destination=address,
        kind="local" if local else "unicast",
        interface=through.name if through else None,
        source=source,
    )


def _socket(entry: Any) -> Socket:
    """Translate one entry of psutil.net_connections()."""
    tcp = entry.type == 1  # SOCK_STREAM on every system (POSIX leaves the number open, none has another)
    state = str(entry.status)
    peer, peer_port = (entry.raddr.ip, entry.raddr.port) if entry.raddr else ("", 0)
    if not tcp:
        state = "ESTABLISHED" if peer else "UNCONN"
    return Socket(
        protocol="tcp" if tcp else "udp",
        state="CLOSE" if state == "NONE" else state,
        address=entry.laddr.ip if entry.laddr else "",
        port=entry.laddr.port if entry.laddr else 0,
        peer=peer,
        peer_port=peer_port,
        pids=(entry.pid,) if entry.pid is not None else (),
        owner_by="descriptor" if entry.pid is not None else None,
    )


def _merged(rows: Iterable[Socket]) -> list[Socket]:
    from msgspec.structs import replace

    merged: dict[tuple[object, ...], Socket] = {}
    for row in rows:
        key = (row.protocol, row.state, row.address, row.port, row.peer, row.peer_port, row.v6only)
        first = merged.get(key)
        if first is None:
            merged[key] = row
        elif row.pids:
            pids = tuple(sorted({*first.pids, *row.pids}))
            merged[key] = replace(first, pids=pids, owner_by=row.owner_by)
    return list(merged.values())


def _process(process: psutil.Process) -> Process:
    import psutil

    with process.oneshot():
        told: dict[str, Any] = {}
        for what in ("name", "cmdline", "username", "status", "create_time", "cwd", "terminal", "num_threads"):
            with contextlib.suppress(psutil.AccessDenied, AttributeError, OSError, SystemError):
                told[what] = getattr(process, what)()
        with contextlib.suppress(psutil.AccessDenied, AttributeError, OSError):
            told["uid"] = process.uids().effective
        with contextlib.suppress(psutil.AccessDenied, OSError):
            told["memory"] = process.memory_info().rss
        with contextlib.suppress(psutil.AccessDenied, AttributeError, OSError):
            told["files"] = process.num_fds()
        with contextlib.suppress(psutil.AccessDenied, AttributeError, OSError):
            told["limit"] = process.rlimit(psutil.RLIMIT_NOFILE)[0]
    started = told.get("create_time")
    return Process(
        pid=process.pid,
        name=printable(hide_in_text(told.get("name") or ""), 100),
        argv=_argv(told.get("cmdline") or ()),
        user=printable(told["username"], 100) if told.get("username") else None,
        uid=told.get("uid"),
        state=_STATES.get(told.get("status", ""), ""),
        started=dt.datetime.fromtimestamp(started, dt.UTC).astimezone() if started else None,
        cwd=printable(told["cwd"]) if told.get("cwd") else None,
        terminal=printable(told["terminal"].removeprefix("/dev/"), 64) if told.get("terminal") else None,
        ancestors=_ancestors(process),
        memory=told.get("memory"),
        threads=told.get("num_threads"),
        open_files=told.get("files"),
        open_files_limit=told.get("limit") if told.get("limit", -1) >= 0 else None,
    )


def _argv(parts: Iterable[str]) -> tuple[str, ...]:
    return tuple(printable(part) for part in hide_secrets(list(parts)[:_MOST_ARGUMENTS]))


def _ancestors(process: psutil.Process) -> tuple[Ancestor, ...]:
    import psutil

    found: list[Ancestor] = []
    try:
        for parent in reversed(process.parents()):
            try:
                name = parent.name()
            except psutil.AccessDenied:
                name = ""
            argv: tuple[str, ...] = ()
            with contextlib.suppress(psutil.AccessDenied, OSError, SystemError):
                argv = _argv(parent.cmdline())
            found.append(Ancestor(pid=parent.pid, name=printable(hide_in_text(name), 100), argv=argv))
    except (psutil.Error, OSError):
        return ()
    return tuple(found)


def _scoped(text: str, name: str) -> str:
    """Give a link-local IPv6 address its scope, which Windows leaves out (RFC 4007, section 11)."""
    ip = parse_ip(text)
    if ip is not None and ip.version == 6 and ip.is_link_local and "%" not in text:
        return f"{text}%{name}"
    return text


def _is_loopback(state: Any, addresses: list[str]) -> bool:
    flags = getattr(state, "flags", "") or ""
    if "loopback" in flags:
        return True
    return any(ip.is_loopback for text in addresses if (ip := parse_ip(text)))
