"""All that Linux tells of the sockets on a port: tables, owners, other namespaces, the fate of a connection."""

from __future__ import annotations

import functools
import time
from collections.abc import Callable, Iterable
from itertools import pairwise
from typing import Literal

from msgspec.structs import replace

from porttui.model.address import is_loopback, same_address
from porttui.model.base import Value
from porttui.model.facts import Fate, Socket, Sockets, Unseen
from porttui.model.printable import printable
from porttui.observe.linux import conntrack, namespaces, owners, proc_net, sock_diag
from porttui.observe.linux.proc import user_name
from porttui.observe.linux.service_sockets import is_service_socket
from porttui.observe.linux.sock_diag import DiagError, DiagRow
from porttui.observe.linux.unseen import not_in_proc, unseen_owners

_MOST_ROWS = 60_000
"""More than the two ends of a loopback connection from each port of the default ephemeral range."""
_LEFT = ("CLOSE_WAIT", "LAST_ACK", "TIME_WAIT")
"""The client has closed its end, so that its socket may be gone."""
_ENDED = ("FIN_WAIT1", "FIN_WAIT2", "CLOSING", "LAST_ACK", "TIME_WAIT")


class _Tables(Value, frozen=True):
    rows: list[DiagRow]
    source: Literal["netlink", "proc"]
    unseen: tuple[Unseen, ...] = ()


def linux_sockets(port: int) -> Sockets | Unseen:
    """Read the socket tables of this network namespace, and the listeners on the port in others.

    Args:
        port: the target's; 0 for the listeners alone.

    Returns:
        All TCP listeners and unconnected UDP sockets, the unix listeners that may stand for a service, and every row
        that has the port on either side. Owners, units and containers are written in as far as this user may know
        them. Unseen when no table can be read in any way.
    """
    began = time.perf_counter()
    try:
        tables = _by_netlink(port)
    except DiagError as refused:
        try:
            tables = _by_proc(port, refused)
        except OSError:
            from porttui.observe.psutil_tables import sockets_by_psutil

            return sockets_by_psutil(port)
    around = namespaces.look_around({port}) if port else namespaces.Neighbours(())
    held = owners.by_descriptor(
        [row.socket.inode or 0 for row in tables.rows] + [row.inode or 0 for each in around.found for row in each.rows]
    )
    rows = owners.with_owners(tables.rows, held)
    if tables.source == "netlink":
        rows = _still_bound(rows, port)
    inside = _published(rows, port)
    if inside:
        more = namespaces.look_around(inside)
        held_inside = owners.by_descriptor(row.inode or 0 for each in more.found for row in each.rows)
        rows += [row for each in more.found for row in namespaces.with_owners(each, held_inside)]
    rows += [row for each in around.found for row in namespaces.with_owners(each, held)]
    users = functools.cache(user_name)
    rows = [row if row.uid is None else replace(row, user=users(row.uid)) for row in rows]
    return Sockets(
        rows=tuple(sorted(rows, key=_order)),
        total=max(proc_net.count_all(), len(rows)),
        source=tables.source,
        unseen=(*tables.unseen, *around.unseen, *_unseen_owners(rows, port, held)),
        ms=round((time.perf_counter() - began) * 1000, 3),
    )


def linux_fate(address: str, port: int, source: str, source_port: int) -> Fate:
    """Look up the server's side of a connection: the row whose local end is the address that the client connected to.

    Args:
        address: the peer that the client's own socket names (getpeername(2)); never a wildcard.
        port: its port.
        source: the client's own address.
        source_port: the client's own port.

    Returns:
        "waiting" while no program has accepted the connection: the kernel has completed the handshake and the row has
        inode 0, or it has not even done that (SYN_RECV). A row in a closing state without inode was accepted and
        closed: the kernel resets what was never accepted (inet_csk_listen_stop in net/ipv4/inet_connection_sock.c).
    """
    address, source = _plain(address), _plain(source)
    ends = conntrack.translated(address, port, source, source_port)
    if ends is not None and (not same_address(ends.address, address) or ends.port != port):
        return Fate(row="missing", to_address=ends.address, to_port=ends.port, source=ends.source)
    client = (source, source_port) if ends is None else (_plain(ends.source), ends.source_port)
    rows: list[Socket] = []
    try:
        row = sock_diag.exact(address, port, *client)
        if row is None:  # the direct look-up misses sockets of a VRF; the walk does not
            rows = [each.socket for each in sock_diag.tcp_on_port(port)]
            row = _find(rows, address, port, *client)
    except OSError:
        try:
            row = _find(proc_net.read_tcp(ports=[port]), address, port, *client)
        except OSError:
            return Fate(row="unknown")
    if row is None:
        led = _led_elsewhere(source, source_port)
        if led.to_port or ends is not None:
            return led
        begun = _find(rows, source, source_port, address, port)
        masked = _masked(rows, address, port, source_port, is_open=begun is not None and begun.state != "SYN_SENT")
        if not masked:
            return led
        if len(masked) > 1:  # one of them may be ours
            return Fate(row="unknown")
        row = masked[0]
    if row.inode or row.state in _ENDED:
        if not row.inode:
            return Fate(row="accepted", closed=True)
        return Fate(row="accepted", unread=row.queue, received=row.received, unsent=row.send_queue)
    return Fate(row="waiting", unread=None if row.state == "SYN_RECV" else row.queue)


def _led_elsewhere(source: str, source_port: int) -> Fate:
    """Find the server's row of a translated connection: its peer is our own end, and its own end another than asked."""
    try:
        rows = [each.socket for each in sock_diag.tcp_on_port(source_port, _MOST_ROWS)]
    except OSError:
        return Fate(row="missing")
    led = [
        row
        for row in rows
        if row.peer_port == source_port
        and row.port != source_port
        and row.state not in ("LISTEN", "BOUND")
        and same_address(row.peer, source)
    ]
    if len(led) != 1:
        return Fate(row="missing")
    return Fate(row="missing", to_address=led[0].address, to_port=led[0].port)


def _by_netlink(port: int) -> _Tables:
    """Read by sock_diag. TCP must be there; UDP and unix are modules of their own and may be missing."""
    rows = sock_diag.tcp_listeners()
    unseen: list[Unseen] = []
    if port:
        rows += sock_diag.tcp_on_port(port, _MOST_ROWS)
        if len(rows) >= _MOST_ROWS:
            unseen.append(_too_many(port))
        listed = True if any(row.socket.state == "BOUND" for row in rows) else sock_diag.lists_bound()
        if not listed:
            old, tried = (
                "this kernel does not list them (before Linux 6.8)",
                "it could not be tried whether they are listed",
            )
            reason = tried if listed is None else old
            unseen.append(Unseen(what="sockets that are bound and do not listen", reason=reason, how_to_see=""))
    try:
        udp = sock_diag.udp_sockets()
    except DiagError:
        udp = [DiagRow(row) for row in _or_none(proc_net.read_udp, "UDP sockets", unseen)]
    rows += [row for row in udp if row.socket.state == "UNCONN" or port in (row.socket.port, row.socket.peer_port)]
    try:
        unix = sock_diag.unix_listeners()
    except DiagError:
        unix = _or_none(proc_net.read_unix_listeners, "unix sockets", unseen)
    rows += [DiagRow(row) for row in unix if is_service_socket(row.path, port)]
    return _Tables(rows, "netlink", tuple(unseen))


def _by_proc(port: int, refused: DiagError) -> _Tables:
    """Read /proc/net.

    Raises:
        OSError: it cannot be read either.
    """
    unseen = [not_in_proc(f"{refused.strerror}")]
    inet = proc_net.read_tcp() + _or_none(proc_net.read_udp, "UDP sockets", unseen)
    unix = _or_none(proc_net.read_unix_listeners, "unix sockets", unseen)
    listening = [row for row in inet if row.state in ("LISTEN", "UNCONN")]
    others = [row for row in inet if row.state not in ("LISTEN", "UNCONN") and port in (row.port, row.peer_port)]
    if len(others) > _MOST_ROWS:
        unseen.append(_too_many(port))
    rows = listening + others[:_MOST_ROWS] + [row for row in unix if is_service_socket(row.path, port)]
    return _Tables([DiagRow(row) for row in rows], "proc", tuple(unseen))


def _or_none(read: Callable[[], list[Socket]], what: str, unseen: list[Unseen]) -> list[Socket]:
    """Read one more table; when that fails, note it as unseen."""
    try:
        return read()
    except OSError as error:
        reason = printable(error.strerror or str(error))
        unseen.append(Unseen(what=what, reason=reason, how_to_see="ss -lun" if "UDP" in what else "ss -lx"))
        return []


def _too_many(port: int) -> Unseen:
    return Unseen(
        what=f"sockets on port {port} beyond the first {_MOST_ROWS}",
        reason="too many to list",
        how_to_see=f"ss -tan 'sport = :{port} or dport = :{port}'",
    )


def _find(rows: Iterable[Socket], address: str, port: int, peer: str, peer_port: int) -> Socket | None:
    for row in rows:
        ends = row.port == port and row.peer_port == peer_port
        if ends and same_address(row.address, address) and same_address(row.peer, peer):
            return row
    return None


def _masked(rows: list[Socket], address: str, port: int, source_port: int, *, is_open: bool) -> list[Socket]:
    """Find what may be the server's row of a connection whose source NAT has changed on the way.

    The port stays if it can be kept (nf_nat_core.c). Where none has it, it may have been changed as well: then it is a
    connection from this machine that none of its sockets has begun.
    """
    served = [row for row in rows if row.port == port and row.peer_port and same_address(row.address, address)]
    kept = [row for row in served if row.peer_port == source_port]
    if kept or not is_open:
        return kept
    lasting = [row for row in served if row.state not in _LEFT and _comes_from_here(row)]
    return [row for row in lasting if not _is_begun_here(row, rows)]


def _comes_from_here(row: Socket) -> bool:
    return is_loopback(row.peer) or same_address(row.peer, row.address)


def _is_begun_here(row: Socket, rows: list[Socket]) -> bool:
    """Tell whether a socket of this machine is the client's end of a row; that may have been led to it by NAT."""
    if _find(rows, row.peer, row.peer_port, row.address, row.port) is not None:
        return True
    try:
        others = [each.socket for each in sock_diag.tcp_on_port(row.peer_port, _MOST_ROWS)]
    except OSError:
        return True
    return any(
        each.port == row.peer_port and each.peer_port and same_address(each.address, row.peer) for each in others
    )


def _plain(address: str) -> str:
    """Write an IPv4-mapped address as IPv4, as all rows are."""
    return address[7:] if address.lower().startswith("::ffff:") and "." in address else address


def _still_bound(rows: list[Socket], port: int) -> list[Socket]:
    """Drop bound sockets that were gone a moment later: a bind(2) that somebody, perhaps porttui, only tried."""
    if not any(row.state == "BOUND" for row in rows):
        return rows
    still = sock_diag.bound_inodes(port)
    return [row for row in rows if row.state != "BOUND" or row.inode in still]


def _published(rows: Iterable[Socket], port: int) -> frozenset[int]:
    """Return the ports inside of containers that docker-proxy forwards this port to, by its command line."""
    pids = {pid for row in rows if row.port == port and row.state == "LISTEN" for pid in row.pids}
    lines = [owners.command_line(pid) for pid in pids]
    inside = {value for argv in lines for option, value in pairwise(argv) if option == "-container-port"}
    return frozenset(int(value) for value in inside if value.isdigit()) - {port}


def _unseen_owners(rows: Iterable[Socket], port: int, held: owners.Held) -> tuple[Unseen, ...]:
    """Say how many sockets that a process holds have no owner here that was seen to hold them."""
    unknown = [row for row in rows if row.inode and row.owner_by != "descriptor"]
    on_port = [row for row in unknown if row.port == port]
    unknown = on_port or ([] if port else unknown)
    if not unknown:
        return ()
    table = "-ltnp" if any(row.state == "LISTEN" for row in unknown) else "-tanp"
    table = "-lunp" if all(row.protocol == "udp" for row in unknown) else table
    how = f"ss {table} 'sport = :{port}'" if on_port else "ss -lntup"
    return (unseen_owners(len(unknown), how, denied=bool(held.denied), cut=held.cut),)


def _order(row: Socket) -> tuple[int, str, str, str, str, int, str, int]:
    return row.port, row.address, row.protocol, row.state, row.peer, row.peer_port, row.path, row.inode or 0
