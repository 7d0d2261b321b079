"""Listeners in other network namespaces (network_namespaces(7)): containers, mostly.

/proc/PID/net of any process shows the tables of its namespace, without any right. Processes of one namespace share one
inode behind /proc/PID/net/tcp, so that one look a namespace is enough. Root enters the namespace with a thread of its
own and asks sock_diag, because /proc/net/tcp walks the whole table of connections: measured, 12 ms a namespace against
0.2 ms.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Iterable
from typing import Literal

from msgspec.structs import replace

from porttui.model.base import Value
from porttui.model.facts import Socket, Unseen
from porttui.observe import files
from porttui.observe.linux import cgroup, elsewhere, holders, owners, proc_net, sock_diag
from porttui.observe.linux.allowance import Allowance
from porttui.observe.linux.proc import uid_and_parent

_SECONDS = 0.4
_MOST_NAMESPACES = 200
_MOST_PIDS = 32
_TABLES: tuple[Literal["tcp", "tcp6", "udp", "udp6"], ...] = ("tcp", "tcp6", "udp", "udp6")


class Neighbour(Value, frozen=True):
    """A network namespace other than ours, with what it has on the ports looked for."""

    net: int
    """As `elsewhere.net_of` tells."""
    pids: tuple[int, ...]
    """All processes in it that are visible here."""
    rows: tuple[Socket, ...]
    """TCP listeners and unconnected UDP sockets, without owners."""


class Neighbours(Value, frozen=True):
    """What one look around found."""

    found: tuple[Neighbour, ...]
    """Only those that have a row."""
    unseen: tuple[Unseen, ...] = ()


def look_around(ports: Iterable[int] | None, seconds: float = _SECONDS, most: int = _MOST_NAMESPACES) -> Neighbours:
    """Read the tables of other network namespaces.

    Args:
        ports: the local ports looked for; None for all.
        seconds: how much of a processor it may take; ten times that by the clock, since on a busy machine it waits.
        most: how many namespaces are read.

    Returns:
        The namespaces that have a socket on one of the ports, and an Unseen when a bound was hit. A namespace in which
        no process runs has no listener and is not looked for.
    """
    answers: list[Neighbours] = []
    failures: list[BaseException] = []

    def look() -> None:
        try:
            answers.append(_look_around(None if ports is None else frozenset(ports), seconds, most))
        except BaseException as error:  # noqa: BLE001  raised again below, in the caller's thread
            failures.append(error)

    # a thread may enter another namespace without taking the rest of porttui along (setns(2))
    thread = threading.Thread(target=look)
    thread.start()
    thread.join()
    for failure in failures:
        raise failure
    return answers[0]


def _look_around(wanted: frozenset[int] | None, seconds: float, most: int) -> Neighbours:
    allowance = Allowance(seconds, by_clock=10 * seconds)
    late = False
    members: dict[int, list[int]] = {}
    own = elsewhere.net_of("self")
    for pid in holders.pids_here():
        if late := allowance.spent():
            break
        net = elsewhere.net_of(pid)
        if net and net != own:
            members.setdefault(net, []).append(pid)
    found: list[Neighbour] = []
    for net, pids in list(members.items())[:most]:
        if late := late or allowance.spent():
            break
        rows = _rows(pids, wanted)
        if rows:
            namespace = number(pids, net)
            found.append(Neighbour(net, tuple(pids), tuple(replace(row, namespace=namespace) for row in rows)))
    unseen: tuple[Unseen, ...] = ()
    if late or len(members) > most:
        reason = (
            f"the look was ended after {seconds * 1000:g} ms" if late else f"only {most} of {len(members)} were read"
        )
        how = "lsns -t net"
        unseen = (Unseen(what="other network namespaces", reason=reason, how_to_see=how, needs_root=True),)
    return Neighbours(tuple(found), unseen)


def with_owners(neighbour: Neighbour, held: owners.Held) -> list[Socket]:
    """Write owners and container into the rows of another namespace.

    Args:
        neighbour: the namespace.
        held: what the pass over the descriptors found; inodes of sockets are the same in all namespaces.

    Returns:
        The rows. Without rights the owner is likely one that names the port and runs as the socket's user; else, in a
        container, the processes of that user in it.
    """
    candidates: list[owners.Candidate] | None = None
    crowd = owners.rivals(neighbour.rows, held)
    done: list[Socket] = []
    for row in neighbour.rows:
        pids = held.pids.get(row.inode or 0, ())
        if pids:
            done.append(_placed(replace(row, pids=pids, owner_by="descriptor")))
            continue
        if candidates is None:
            candidates = [] if held.complete else owners.possible_servers()
        named = owners.likely(candidates, row, neighbour.net, held, crowd)
        if named:
            done.append(_placed(replace(row, pids=named[:_MOST_PIDS], owner_by="command")))
            continue
        done.append(_by_container(row, neighbour.pids))
    return done


def _by_container(row: Socket, pids: tuple[int, ...]) -> Socket:
    """Name the processes of the socket's user in a container; the containers of a pod may share a namespace."""
    users = tuple(pid for pid in pids[:_MOST_PIDS] if uid_and_parent(pid)[0] == row.uid) or pids[:_MOST_PIDS]
    containers = {cgroup.place_of_process(pid).container for pid in users} - {None}
    if len(containers) != 1:
        return row
    return replace(row, pids=users, owner_by="cgroup", container=containers.pop())


def _placed(row: Socket) -> Socket:
    place = cgroup.place_of_process(row.pids[0])
    return replace(row, unit=place.unit, container=place.container)


def _rows(pids: list[int], ports: frozenset[int] | None) -> list[Socket]:
    """Read the tables by the first process that is still there."""
    for pid in pids[:4]:
        try:
            rows = _by_entering(pid) if os.geteuid() == 0 else _by_proc(pid, ports)
        except OSError:
            try:
                rows = _by_proc(pid, ports)
            except OSError:
                continue
        return [row for row in rows if (ports is None or row.port in ports) and row.state in ("LISTEN", "UNCONN")]
    return []


def _by_entering(pid: int) -> list[Socket]:
    """Read by sock_diag from within the namespace. Changes the calling thread's network namespace.

    Raises:
        OSError: the process is gone, or this root may not enter.
    """
    elsewhere.enter(pid)
    return [row.socket for row in (*sock_diag.tcp_listeners(), *sock_diag.udp_sockets())]


def _by_proc(pid: int, ports: frozenset[int] | None) -> list[Socket]:
    """Read by /proc/PID/net, only those tables that are not empty by sockstat and sockstat6 (proc_net(5)).

    Raises:
        OSError: the process is gone.
    """
    net = f"/proc/{pid}/net"
    counts = {line.split(":")[0]: line.split() for name in ("sockstat", "sockstat6") for line in _lines(net, name)}
    rows: list[Socket] = []
    for name in _TABLES:
        if counts.get(name.upper(), ["", "", "1"])[2] == "0":
            continue
        try:
            rows += proc_net.read_table(net, name, ports)
        except FileNotFoundError:
            if not name.endswith("6") or not files.is_there(net):
                raise  # else the kernel has no IPv6
    return rows


def _lines(net: str, name: str) -> list[str]:
    return [line for line in cgroup.read_lines(f"{net}/{name}") if len(line.split()) > 2]


def number(pids: list[int], net: int) -> int:
    """Return the inode of the namespace itself, as lsns(8) shows it; when this user may not know it, minus `net`.

    Args:
        pids: processes in it.
        net: as `elsewhere.net_of` tells; it is a number of another kind, and as unique.
    """
    for pid in pids[:4]:
        try:
            return os.stat(f"/proc/{pid}/ns/net").st_ino  # noqa: PTH116
        except OSError:
            continue
    return -net
