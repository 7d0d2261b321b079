"""Who holds a socket: by descriptor (certain), by cgroup or by command line (likely).

Only root may read the descriptors of other users' processes. cgroups and command lines are there for everybody.
"""

from __future__ import annotations

import functools
import os
from collections import Counter
from collections.abc import Hashable, Iterable, Mapping

from msgspec.structs import replace

from porttui.model.base import Value
from porttui.model.facts import Socket
from porttui.observe import server_words
from porttui.observe.linux import cgroup
from porttui.observe.linux.allowance import Allowance
from porttui.observe.linux.elsewhere import net_of
from porttui.observe.linux.holders import pids_here
from porttui.observe.linux.proc import uid_and_parent
from porttui.observe.linux.sock_diag import DiagRow

_SECONDS = 1.0
_MOST_PIDS = 32
_FIRST_PID_NAMESPACE = 0xEFFFFFFC


class Held(Value, frozen=True):
    """What one pass over the descriptors found."""

    pids: dict[int, tuple[int, ...]]
    """Processes by the inode of the socket that they hold."""
    denied: int = 0
    """Processes whose descriptors could not be read."""
    cut: bool = False
    """The pass took too long and was ended."""

    @property
    def complete(self) -> bool:
        """Whether every process here was read, so that none of them holds a socket without having been found."""
        return not self.denied and not self.cut


class Candidate:
    """A process that may be a server. What few questions need of it is read when one asks."""

    def __init__(self, pid: int, argv: tuple[str, ...], *, own: bool) -> None:
        """Take its command line, as it is, and whether it is one of porttui's ancestors."""
        self.pid = pid
        self.argv = argv
        self.own = own
        """It is an ancestor of porttui: never named, for it may name the port that it asks about."""

    @functools.cached_property
    def ports(self) -> frozenset[int]:
        """The ports that its command line names."""
        return server_words.ports_named(self.argv)

    @functools.cached_property
    def serves(self) -> bool:
        """It may be a server, by its name."""
        return server_words.may_serve(self.argv)

    def names(self, port: int) -> bool:
        """Tell whether its command line names a port."""
        digits = str(port)
        return any(digits in word for word in self.argv) and port in self.ports

    @property
    def uid(self) -> int:
        """Its effective user; -1 when it is gone."""
        return self._uid_and_parent[0]

    @property
    def parent(self) -> int:
        """Its parent; 0 when it is gone."""
        return self._uid_and_parent[1]

    @functools.cached_property
    def net(self) -> int:
        """Which network namespace it is in, as `net_of` tells."""
        return net_of(self.pid)

    @functools.cached_property
    def _uid_and_parent(self) -> tuple[int, int]:
        return uid_and_parent(self.pid)


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
    crowd = rivals((row.socket for row in rows), held)
    done: list[Socket] = []
    for row in rows:
        socket, cgroup_id = row.socket, row.cgroup
        path = paths.get(cgroup_id or 0)
        place = places.get(cgroup_id or 0) or cgroup.Place()
        pids = held.pids.get(socket.inode or 0, ())
        if pids:
            # where the socket's own cgroup does not tell, that of its first owner may
            at = place if place.unit or place.container else place_of_process(pids[0])
            done.append(replace(socket, pids=pids, owner_by="descriptor", unit=at.unit, container=at.container))
            continue
        socket = replace(socket, unit=place.unit, container=place.container)
        if not socket.inode or socket.state not in ("LISTEN", "BOUND", "UNCONN") or socket.protocol == "unix":
            done.append(socket)
            continue
        if candidates is None:
            candidates = [] if held.complete else programs()
        path = path if cgroup_id != 1 else "/"
        named = _by_place(socket, path, place) or _by_words(socket, path, candidates, held, crowd)
        if not named and (((cgroup_id or 0) > 1 and path) or _all_are_seen()):
            named = _by_elimination(socket, path, candidates, held)
        done.append(named or socket)
    return done


def rivals(sockets: Iterable[Socket], held: Held) -> Counter[Hashable]:
    """Count the sockets of one port and user whose holders were not seen, for `likely`."""
    rows = {row.inode: row for row in sockets if row.inode and row.state != "ESTABLISHED"}
    return Counter(_alike(row) for inode, row in rows.items() if inode not in held.pids)


def _alike(row: Socket) -> Hashable:
    """Tell among which sockets one cannot be told from the others by their port and user."""
    return row.protocol, row.state, row.port, row.uid


def possible_servers() -> list[Candidate]:
    """Return the processes that may hold a listener, with the ports that their command lines name.

    porttui itself and its ancestors name the port that they ask about, and clients, editors, pagers and shells name
    ports that they do not hold: all of these are left out, and so are the kernel's own threads.
    """
    return [each for each in programs() if each.serves and not each.own]


def programs() -> list[Candidate]:
    """Return all processes but porttui and the kernel's own threads.

    Those that are no servers may still hold a listener, which they have inherited.
    """
    own = ancestry(os.getpid())
    found: list[Candidate] = []
    for pid in pids_here():
        argv = command_line(pid)
        if pid == os.getpid() or not argv:
            continue
        found.append(Candidate(pid, argv, own=pid in own))
    return found


def matching(candidates: Iterable[Candidate], port: int, uid: int | None, net: int) -> list[Candidate]:
    """Return the candidates in a network namespace that name `port` and run as `uid`.

    Of a launcher ("npm run dev -- --port 5173") and what it started, only the latter is returned.
    """
    fitting = [each for each in candidates if each.names(port) and each.net == net and (uid is None or each.uid == uid)]
    started = {ancestor: each.argv for each in fitting for ancestor in ancestry(each.parent)}
    return [each for each in fitting if started.get(each.pid, each.argv) == each.argv]


def likely(
    candidates: Iterable[Candidate], row: Socket, net: int, held: Held, crowd: Counter[Hashable]
) -> tuple[int, ...]:
    """Return the processes that probably hold a socket since they name its port.

    A process and what it started count as one, and so do the workers that one process started by one command line.

    Args:
        candidates: that may hold it.
        row: the socket.
        net: its network namespace, as `net_of` tells.
        held: what the pass over the descriptors found.
        crowd: how many sockets there are that these processes may hold (`rivals`).

    Returns:
        The processes; () where more unrelated ones name the port than there are sockets, so that one of them does not
        hold any.
    """
    fitting = [each for each in matching(candidates, row.port, row.uid, net) if _could_hide(each, held)]
    if len(_families(fitting)) > crowd[_alike(row)]:
        return ()
    return tuple(each.pid for each in fitting)


def _families(candidates: Iterable[Candidate]) -> set[Hashable]:
    """Return one value for each process that is neither a descendant nor a fellow worker of another one of them."""
    known = {each.pid: each for each in candidates}
    above = {pid: ancestry(pid) & known.keys() for pid in known}
    tops = {next(first for first in above[pid] if above[first] == {first}) for pid in known}
    return {(known[pid].parent, known[pid].argv) for pid in tops}


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


def _by_place(socket: Socket, path: str | None, place: cgroup.Place) -> Socket | None:
    """Name the processes of a socket's unit or container that run as its user."""
    if not path or not (place.unit or place.container):
        return None
    inside = cgroup.processes_in(path)
    fitting = tuple(pid for pid in inside if uid_and_parent(pid)[0] == socket.uid) or inside
    return replace(socket, pids=fitting[:_MOST_PIDS], owner_by="cgroup") if fitting else None


def _by_words(
    socket: Socket, path: str | None, candidates: list[Candidate], held: Held, crowd: Counter[Hashable]
) -> Socket | None:
    """Name the servers whose command lines name the port."""
    servers = _of_cgroup(
        path, (each for each in candidates if each.names(socket.port) and each.serves and not each.own)
    )
    named = likely(servers, socket, net_of("self"), held, crowd)
    return _placed(replace(socket, pids=named[:_MOST_PIDS], owner_by="command")) if named else None


def _by_elimination(socket: Socket, path: str | None, candidates: list[Candidate], held: Held) -> Socket | None:
    """Name the one process that may hold a socket; nobody where porttui's own ancestors may as well."""
    net = net_of("self")
    hidden = (each for each in candidates if _could_hide(each, held) and each.net == net and each.uid == socket.uid)
    could = _of_cgroup(path, hidden)
    could = [each for each in could if each.serves] or could
    if len(could) != 1 or could[0].own or socket.port in server_words.ports_called(could[0].argv):
        return None
    return _placed(replace(socket, pids=(could[0].pid,), owner_by="elimination"))


def _of_cgroup(path: str | None, candidates: Iterable[Candidate]) -> list[Candidate]:
    return [each for each in candidates if path is None or cgroup.version_2_path(each.pid) in (path, None)]


def _could_hide(candidate: Candidate, held: Held) -> bool:
    """Tell whether a process may hold a socket without having been found: its descriptors were not read."""
    return held.cut or not os.access(f"/proc/{candidate.pid}/fd", os.R_OK)


@functools.cache
def _all_are_seen() -> bool:
    """Tell whether the processes of the whole machine are visible, as they are outside of containers.

    In a PID namespace only those of that namespace are (pid_namespaces(7)), while the network may be shared with more.
    The first namespace has a fixed number, PROC_PID_INIT_INO of the kernel's proc_ns.h.
    """
    try:
        return os.stat("/proc/self/ns/pid").st_ino == _FIRST_PID_NAMESPACE  # noqa: PTH116
    except OSError:
        return False


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
