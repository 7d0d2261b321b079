"""Listeners in other network namespaces (network_namespaces(7)): containers, mostly.

/proc/PID/net of any process shows the tables of its namespace, without any right. Processes of one namespace share one
inode behind /proc/PID/net/tcp, so that one table a namespace is enough.
"""

from __future__ import annotations

import time
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

from msgspec.structs import replace

from porttui.model.facts import Socket, Unseen
from porttui.observe import cgroup, owners, proc_net

_SECONDS = 0.2
_MOST_NAMESPACES = 200
_MOST_PIDS = 32


class Neighbour(NamedTuple):
    """A network namespace other than ours, with what it has on the ports looked for."""

    net: int
    """As `owners.net_of` tells."""
    pids: tuple[int, ...]
    """All processes in it that are visible here."""
    rows: tuple[Socket, ...]
    """TCP listeners and unconnected UDP sockets, without owners."""


class Neighbours(NamedTuple):
    """What one look around found."""

    found: tuple[Neighbour, ...]
    """Only those that have a row."""
    unseen: tuple[Unseen, ...] = ()


def look_around(ports: Iterable[int], seconds: float = _SECONDS, most: int = _MOST_NAMESPACES) -> Neighbours:
    """Read the tables of other network namespaces.

    Args:
        ports: the local ports looked for.
        seconds: how long it may take.
        most: how many namespaces are read.

    Returns:
        The namespaces that have a socket on one of the ports, and an Unseen when a bound was hit. A namespace in which
        no process runs has no listener and is not looked for.
    """
    wanted = frozenset(ports)
    deadline = time.monotonic() + seconds
    late = False
    members: dict[int, list[int]] = {}
    own = owners.net_of("self")
    for pid in owners.pids_here():
        if late := time.monotonic() > deadline:
            break
        net = owners.net_of(pid)
        if net and net != own:
            members.setdefault(net, []).append(pid)
    found: list[Neighbour] = []
    for net, pids in list(members.items())[:most]:
        if late := late or time.monotonic() > deadline:
            break
        rows = _rows(pids, wanted)
        if rows:
            namespace = _namespace(pids) or net
            found.append(Neighbour(net, tuple(pids), tuple(replace(row, namespace=namespace) for row in rows)))
    unseen: tuple[Unseen, ...] = ()
    if late or len(members) > most:
        reason = (
            f"the look was ended after {seconds * 1000:g} ms" if late else f"only {most} of {len(members)} were read"
        )
        unseen = (Unseen(what="other network namespaces", reason=reason, how_to_see="sudo lsns -t net"),)
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
    done: list[Socket] = []
    for row in neighbour.rows:
        pids = held.pids.get(row.inode or 0, ())
        if pids:
            done.append(_placed(replace(row, pids=pids, owner_by="descriptor")))
            continue
        if candidates is None:
            candidates = owners.naming_ports()
        named = tuple(each.pid for each in owners.matching(candidates, row.port, row.uid, neighbour.net))
        if named:
            done.append(_placed(replace(row, pids=named[:_MOST_PIDS], owner_by="command")))
            continue
        done.append(_by_container(row, neighbour.pids))
    return done


def _by_container(row: Socket, pids: tuple[int, ...]) -> Socket:
    """Name the processes of the socket's user in a container; the containers of a pod may share a namespace."""
    users = tuple(pid for pid in pids[:_MOST_PIDS] if owners.uid_and_parent(pid)[0] == row.uid) or pids[:_MOST_PIDS]
    containers = {cgroup.place_of_process(pid).container for pid in users} - {None}
    if len(containers) != 1:
        return row
    return replace(row, pids=users, owner_by="cgroup", container=containers.pop())


def _placed(row: Socket) -> Socket:
    place = cgroup.place_of_process(row.pids[0])
    return replace(row, unit=place.unit, container=place.container)


def _rows(pids: list[int], ports: frozenset[int]) -> list[Socket]:
    """Read the tables by the first process that is still there."""
    for pid in pids[:4]:
        net = f"/proc/{pid}/net"
        try:
            rows = [*proc_net.read_tcp(net, ports), *proc_net.read_udp(net, ports)]
        except OSError:
            continue
        return [row for row in rows if row.port in ports and row.state in ("LISTEN", "UNCONN")]
    return []


def _namespace(pids: list[int]) -> int:
    """Return the inode of the namespace itself, as lsns(8) shows it; 0 when this user may not know."""
    for pid in pids[:4]:
        try:
            return Path(f"/proc/{pid}/ns/net").stat().st_ino
        except OSError:
            continue
    return 0
