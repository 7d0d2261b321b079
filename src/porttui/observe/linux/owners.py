"""Who holds a socket: by descriptor (certain), by cgroup or by command line (likely).

Only root may read the descriptors of other users' processes. cgroups and command lines are there for everybody.
"""

from __future__ import annotations

import functools
import os
import re
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from msgspec.structs import replace

from porttui.model.facts import Socket
from porttui.observe.linux import cgroup
from porttui.observe.linux.allowance import Allowance
from porttui.observe.linux.elsewhere import net_of
from porttui.observe.linux.holders import pids_here
from porttui.observe.linux.proc import uid_and_parent
from porttui.observe.linux.sock_diag import DiagRow
from porttui.reading import forwards
from porttui.reading.kin import NOT_SERVERS

_SECONDS = 1.0
_MOST_PIDS = 32


class Held(NamedTuple):
    """What one pass over the descriptors found."""

    pids: dict[int, tuple[int, ...]]
    """Processes by the inode of the socket that they hold."""
    denied: int = 0
    """Processes whose descriptors could not be read."""
    cut: bool = False
    """The pass took too long and was ended."""


class Candidate(NamedTuple):
    """A process that may be a server."""

    pid: int
    uid: int
    parent: int
    ports: frozenset[int]
    argv: tuple[str, ...]
    net: int
    """Which network namespace it is in, as `net_of` tells."""
    serves: bool = True
    """It may be a server, by its name."""


def by_descriptor(inodes: Iterable[int], seconds: float = _SECONDS) -> Held:
    """Find the processes that hold sockets, in one pass over /proc/PID/fd (proc_pid_fd(5)).

    Args:
        inodes: of the sockets that are looked for; 0 is nobody's and ignored.
        seconds: how much of a processor the pass may take; four times that by the clock.
    """
    wanted = {f"socket:[{inode}]": inode for inode in inodes if inode}
    found: dict[int, list[int]] = {}
    denied = 0
    if not wanted:
        return Held({})
    allowance = Allowance(seconds, by_clock=4 * seconds)
    for pid in pids_here():
        if allowance.spent():
            return Held(_tuples(found), denied, cut=True)
        folder = f"/proc/{pid}/fd"
        try:
            descriptors = os.listdir(folder)  # noqa: PTH208
        except PermissionError:
            denied += 1
            continue
        except OSError:
            continue
        held = {wanted[link] for link in _links(folder, descriptors) if link in wanted}
        for inode in held:
            found.setdefault(inode, []).append(pid)
    return Held(_tuples(found), denied)


def with_owners(rows: Iterable[DiagRow], held: Held) -> list[Socket]:
    """Write the owners into socket rows, as far as they are known, and the unit and container of their cgroup.

    Args:
        rows: as read from the kernel.
        held: what the pass over the descriptors found.

    Returns:
        The rows in the same order. `Socket.owner_by` says how the owner is known.
    """
    rows = list(rows)
    paths = cgroup.find({row.cgroup for row in rows if row.cgroup and row.cgroup > 1})
    places = {cgroup_id: cgroup.place_of(path) for cgroup_id, path in paths.items()}
    place_of_process = functools.cache(cgroup.place_of_process)  # one server may hold thousands of connections
    candidates: list[Candidate] | None = None
    done: list[Socket] = []
    for socket, cgroup_id in rows:
        path = paths.get(cgroup_id or 0)
        place = places.get(cgroup_id or 0) or cgroup.Place()
        pids = held.pids.get(socket.inode or 0, ())
        if pids:
            # where the socket's own cgroup does not tell, that of its first owner may
            unit, container = place if place.unit or place.container else place_of_process(pids[0])
            done.append(replace(socket, pids=pids, owner_by="descriptor", unit=unit, container=container))
            continue
        socket = replace(socket, unit=place.unit, container=place.container)  # noqa: PLW2901
        if not socket.inode or socket.state not in ("LISTEN", "BOUND", "UNCONN") or socket.protocol == "unix":
            done.append(socket)
            continue
        if candidates is None:
            candidates = programs()
        done.append(_likely(socket, path if cgroup_id != 1 else "/", place, candidates))
    return done


def possible_servers() -> list[Candidate]:
    """Return the processes that may hold a listener, with the ports that their command lines name.

    porttui itself and its ancestors name the port that they ask about, and clients, editors, pagers and shells name
    ports that they do not hold: all of these are left out, and so are the kernel's own threads.
    """
    return [each for each in programs() if each.serves]


def programs() -> list[Candidate]:
    """Return all processes but porttui with its ancestors and the kernel's own threads.

    Those that are no servers may still hold a listener, which they have inherited.
    """
    own = ancestry(os.getpid())
    found: list[Candidate] = []
    for pid in pids_here():
        argv = command_line(pid)
        if pid in own or not argv:
            continue
        uid, parent = uid_and_parent(pid)
        found.append(Candidate(pid, uid, parent, ports_named(argv), argv, net_of(pid), may_serve(argv)))
    return found


def may_serve(argv: tuple[str, ...]) -> bool:
    """Tell whether a program may be a server, by its name: shells, clients, editors and pagers are none."""
    return _program(argv) not in NOT_SERVERS


def ports_named(argv: Iterable[str]) -> frozenset[int]:
    """Return the numbers in a command line that stand where a server's port stands.

    A number counts alone ("8000"), after an address or "*" and a colon, as "=8000", directly after a letter option
    ("-p8000"), and the first of "8080:80". Numbers in URLs and in paths do not: clients have those. Programs that hand
    connections on (ssh, docker-proxy, kubectl), socat and netcat listen only where their options say so.
    """
    told = forwards.ports(tuple(argv))
    if told is not None:
        return told
    words = _server_words(tuple(argv))
    numbers = (_PORT.match(word) for word in words)
    ports = (int(number[1] or number[2]) for number in numbers if number)
    return frozenset(port for port in ports if 0 < port < 65536)


def _server_words(argv: tuple[str, ...]) -> list[str]:
    """Leave out the words that name the port of somewhere else."""
    program = _program(argv) if argv else ""
    # a process may write its whole title into one argument, as redis-server does
    words = [word for part in argv if "://" not in part for word in part.split()]
    if program == "socat":
        return [word.partition(",")[0] for word in words if "LISTEN:" in word.upper()]
    if program in ("nc", "ncat", "netcat", "nc.openbsd") and not any(
        re.match(r"^(-[a-z]*l|--listen)", w) for w in words
    ):
        return []
    return words


def matching(candidates: Iterable[Candidate], port: int, uid: int | None, net: int) -> list[Candidate]:
    """Return the candidates in a network namespace that name `port` and run as `uid`.

    Of a launcher ("npm run dev -- --port 5173") and what it started, only the latter is returned.
    """
    fitting = [
        each for each in candidates if port in each.ports and each.net == net and (uid is None or each.uid == uid)
    ]
    started = {ancestor: each.argv for each in fitting for ancestor in ancestry(each.parent)}
    return [each for each in fitting if started.get(each.pid, each.argv) == each.argv]


def ancestry(pid: int) -> frozenset[int]:
    """Return a process and all of its ancestors that are visible here."""
    found: set[int] = set()
    while pid > 0 and pid not in found:
        found.add(pid)
        pid = uid_and_parent(pid)[1]
    return frozenset(found)


def command_line(pid: int) -> tuple[str, ...]:
    """Return the argv of a process as it is, not printable, not masked: to be compared, never to be shown."""
    try:
        with open(f"/proc/{pid}/cmdline", "rb") as file:  # noqa: PTH123  a thousand of them: Path costs more
            data = file.read(1 << 16)
    except OSError:
        return ()
    text = data.decode("utf-8", "backslashreplace").rstrip("\0")
    return tuple(text.split("\0")) if text else ()


def _likely(socket: Socket, path: str | None, place: cgroup.Place, candidates: list[Candidate]) -> Socket:
    """Name the processes that probably hold a socket whose descriptor was not seen."""
    if path and (place.unit or place.container):
        inside = cgroup.processes_in(path)
        fitting = tuple(pid for pid in inside if uid_and_parent(pid)[0] == socket.uid) or inside
        if fitting:
            return replace(socket, pids=fitting[:_MOST_PIDS], owner_by="cgroup")
    here = [each for each in candidates if path is None or cgroup.version_2_path(each.pid) in (path, None)]
    servers = [each for each in here if each.serves]
    named = tuple(each.pid for each in matching(servers, socket.port, socket.uid, net_of("self")))
    if named:
        return _placed(replace(socket, pids=named[:_MOST_PIDS], owner_by="command"))
    could = [each for each in here if each.net == net_of("self") and each.uid == socket.uid]
    could = [each for each in could if each.serves] or could
    if len(could) == 1:
        return _placed(replace(socket, pids=(could[0].pid,), owner_by="elimination"))
    return socket


def _placed(socket: Socket) -> Socket:
    """Add unit and container by the cgroup of the first owner, where the socket's own cgroup did not tell."""
    if socket.unit or socket.container:
        return socket
    place = cgroup.place_of_process(socket.pids[0])
    return replace(socket, unit=place.unit, container=place.container)


def _links(folder: str, names: Iterable[str]) -> Iterable[str]:
    for name in names:
        try:
            yield os.readlink(f"{folder}/{name}")  # noqa: PTH115  the hot loop: Path would double its cost
        except OSError:
            continue


def _tuples(found: Mapping[int, list[int]]) -> dict[int, tuple[int, ...]]:
    return {inode: tuple(sorted(pids)) for inode, pids in found.items()}


def _program(argv: tuple[str, ...]) -> str:
    path = argv[0] if len(argv) > 1 else argv[0].split(" ")[0]  # a title in one argument: "redis-server *:6379"
    return path.rpartition("/")[2].removeprefix("-")


_PORT = re.compile(r"^(?:(\d{2,5}):\d{1,5}|(?:.*[=:]|-[A-Za-z])?(\d{2,5}))$")
