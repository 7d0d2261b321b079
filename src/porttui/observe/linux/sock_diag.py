"""The kernel's socket tables by NETLINK_SOCK_DIAG (sock_diag(7)), spoken by hand.

Works without any right: every user is told of all sockets of the network namespace. It tells more than /proc/net:
queue limits, IPV6_V6ONLY, device bindings, cgroups, and sockets that are bound and neither listen nor connect.
"""

from __future__ import annotations

import _socket as socket  # see netlink
import contextlib
import functools
import struct
from collections.abc import Iterator

from porttui.model.base import Value
from porttui.model.facts import Socket
from porttui.model.printable import printable
from porttui.observe.linux import netlink
from porttui.observe.linux.inet_diag import STATE_NAMES, device, either_port

STATES = STATE_NAMES

_NETLINK_SOCK_DIAG = 4
_SOCK_DIAG_BY_FAMILY = 20
_BYTECODE = 1
"""INET_DIAG_REQ_BYTECODE."""
_ENOENT = 2
_LISTEN = 1 << 10
_CLOSE = 7
_BOUND_INACTIVE = 1 << 13
"""Bound sockets (commit "tcp: Dump bound-only sockets in inet_diag", Linux 6.8); older kernels list nothing for it."""
_EVERY_STATE = 0xFFF

_INFO = 2
_SKV6ONLY = 11
_CGROUP_ID = 21
_BYTES_ACKED = 120
_BYTES_RECEIVED = 128
"""Offset of tcpi_bytes_received in struct tcp_info (include/uapi/linux/tcp.h)."""

_PORTS = struct.Struct(">HH")
_REST = struct.Struct("=16s16sI8xIIIII")
"""struct inet_diag_msg after the ports: addresses, interface, timer, queues, uid, inode (sock_diag(7))."""
_TIME_WAIT_TIMER = 3
"""idiag_timer of what the kernel forgets when it runs out (sock_diag(7), struct inet_diag_msg)."""
_INET_SIZE = 72
_UNIX = struct.Struct("=BBBxI8x")
_MAPPED = b"\0" * 10 + b"\xff\xff"


class DiagError(OSError):
    """The kernel does not answer, or refuses: no such module, a sandbox, another system under the Linux API."""


class DiagRow(Value, frozen=True):
    """A socket, with what leads to its owner."""

    socket: Socket
    cgroup: int | None = None
    """Id of the cgroup-v2 in which it was made; None when the kernel does not tell."""


def tcp_listeners(port: int = 0) -> list[DiagRow]:
    """Return every TCP listener, IPv4 and IPv6; with a port those on it alone, chosen by the kernel.

    Raises:
        DiagError: the tables cannot be read this way.
    """
    return [*_inet(socket.IPPROTO_TCP, _LISTEN, port=port)]


def tcp_on_port(port: int, limit: int = 1 << 30) -> list[DiagRow]:
    """Return the TCP sockets that have `port` on either side and do not listen, the merely bound ones as "BOUND".

    Args:
        port: local or peer port; the kernel filters.
        limit: how many rows are read at most.

    Returns:
        Rows with `received`, by struct tcp_info. A FIN of the peer counts as one byte there (RFC 9293, 3.4), and is
        taken off again in the states that say that it came.

    Raises:
        DiagError: the tables cannot be read this way.
    """
    rows: list[DiagRow] = []
    for row in _inet(socket.IPPROTO_TCP, _EVERY_STATE & ~_LISTEN | _BOUND_INACTIVE, port=port, info=True):
        rows.append(row)
        if len(rows) >= limit:
            break
    return rows


def udp_sockets() -> list[DiagRow]:
    """Return every UDP socket, connected or not.

    Raises:
        DiagError: the tables cannot be read this way.
    """
    return [*_inet(socket.IPPROTO_UDP, _EVERY_STATE)]


def bound_inodes(port: int) -> frozenset[int]:
    """Return the inodes of the TCP sockets that are bound to `port` at this moment and do nothing else."""
    return frozenset(row.socket.inode or 0 for row in _inet(socket.IPPROTO_TCP, _BOUND_INACTIVE, port=port))


def lists_bound() -> bool | None:
    """Tell whether this kernel lists sockets that are only bound, by binding one to a free port for a moment.

    Returns:
        None when it could not be tried.
    """
    with contextlib.closing(socket.socket()) as own:
        try:
            own.bind(("", 0))
        except OSError:
            return None
        try:
            return bool(bound_inodes(own.getsockname()[1]))
        except DiagError:
            return None


def exact(address: str, port: int, peer: str, peer_port: int) -> Socket | None:
    """Look up one TCP connection by its local and its peer end, without a walk through the table.

    Returns:
        The row, with `received`, also when it belongs to a dual-stack socket; None when the kernel has none. The
        kernel falls back to the listener of the port when it finds no connection: that is no connection, and None is
        returned.

    Raises:
        DiagError: the tables cannot be read this way.
    """
    local, local_scope = _packed(address)
    remote, remote_scope = _packed(peer)
    family = socket.AF_INET if len(local) == 4 else socket.AF_INET6
    ends = struct.pack(">HH16s16s", port, peer_port, local, remote)
    ends += struct.pack("=III", local_scope or remote_scope, 0xFFFFFFFF, 0xFFFFFFFF)
    request = struct.pack("=BBBxI", family, socket.IPPROTO_TCP, 1 << (_INFO - 1), _EVERY_STATE) + ends
    try:
        found = [inet_row("tcp", message).socket for message in _ask(request, dump=False)]
    except DiagError as error:
        if error.errno == _ENOENT:
            return None
        raise
    return next((row for row in found if row.state != "LISTEN" and row.peer_port == peer_port), None)


def unix_listeners() -> list[Socket]:
    """Return every listening unix socket with its path; an abstract name starts with "@" (unix(7)).

    Raises:
        DiagError: the tables cannot be read this way.
    """
    show = 0x1 | 0x10 | 0x40  # UDIAG_SHOW_NAME, _RQLEN, _UID (include/uapi/linux/unix_diag.h)
    request = struct.pack("=BBHIII8x", socket.AF_UNIX, 0, 0, _LISTEN, 0, show)
    return [_unix_row(message) for message in _ask(request, dump=True)]


def _inet(protocol: int, states: int, *, port: int = 0, info: bool = False) -> Iterator[DiagRow]:
    """Dump both families. A kernel without IPv6 has no such table, which is no error."""
    extensions = 1 << (_INFO - 1) if info else 0
    name = "tcp" if protocol == socket.IPPROTO_TCP else "udp"
    for family in (socket.AF_INET, socket.AF_INET6):
        request = struct.pack("=BBBxI48x", family, protocol, extensions, states)
        if port:
            request += netlink.attribute(_BYTECODE, either_port(port))
        try:
            for message in _ask(request, dump=True):
                yield inet_row(name, message)
        except DiagError as error:
            if family == socket.AF_INET or error.errno != _ENOENT:
                raise


def _ask(request: bytes, *, dump: bool) -> Iterator[bytes]:
    """Send one request and yield the body of every answer.

    Raises:
        DiagError: with the errno of the socket call or of the kernel's answer.
    """
    try:
        yield from netlink.ask(_SOCK_DIAG_BY_FAMILY, request, dump=dump, protocol=_NETLINK_SOCK_DIAG)
    except OSError as error:
        raise DiagError(error.errno, f"sock_diag: {error.strerror or error}") from error


def inet_row(protocol: str, message: bytes) -> DiagRow:
    """Read one answer, struct inet_diag_msg and its attributes, without the header of netlink."""
    family, number = message[0], message[1]
    port, peer_port = _PORTS.unpack_from(message, 4)
    local, remote, index, expires, received_queue, send_queue, uid, inode = _REST.unpack_from(message, 8)
    state = _state(protocol, number)
    attributes = netlink.attributes(message[_INET_SIZE:])
    listens = state == "LISTEN"
    connected = state not in ("LISTEN", "BOUND", "UNCONN")
    v6only = attributes.get(_SKV6ONLY)
    cgroup = attributes.get(_CGROUP_ID)
    address, scoped = _address(family, local, index)
    return DiagRow(
        Socket(
            protocol="tcp" if protocol == "tcp" else "udp",
            state=state,
            address=address,
            port=port,
            peer=_address(family, remote, index)[0] if connected else "",
            peer_port=peer_port,
            queue=None if state == "BOUND" else received_queue,
            backlog=send_queue if listens else None,
            send_queue=None if listens or state == "BOUND" else send_queue,
            received=_received(state, attributes.get(_INFO)),
            expires=expires / 1000 if message[2] == _TIME_WAIT_TIMER else None,
            sent=_sent(attributes.get(_INFO)),
            uid=uid if inode else None,  # nobody holds it, and the kernel writes 0, which is not root
            inode=inode,
            v6only=bool(v6only[0]) if v6only and ":" in address and not connected else None,
            device=device(index) if index and not connected and not scoped else None,
        ),
        int.from_bytes(cgroup, "little" if struct.pack("=H", 1)[0] else "big") if cgroup else None,
    )


def _state(protocol: str, number: int) -> str:
    if number == _CLOSE:
        return "UNCONN" if protocol == "udp" else "BOUND"
    return STATES[number] if number < len(STATES) else STATES[0]


def _received(state: str, info: bytes | None) -> int | None:
    """Read tcpi_bytes_received; older kernels write a shorter struct."""
    if info is None or len(info) < _BYTES_RECEIVED + 8:
        return None
    count = int(struct.unpack_from("=Q", info, _BYTES_RECEIVED)[0])
    return count - 1 if count and state in ("CLOSE_WAIT", "LAST_ACK", "CLOSING") else count


def _sent(info: bytes | None) -> int | None:
    """Read tcpi_bytes_acked."""
    if info is None or len(info) < _BYTES_ACKED + 8:
        return None
    return int(struct.unpack_from("=Q", info, _BYTES_ACKED)[0])


def _unix_row(message: bytes) -> Socket:
    _, _, number, inode = _UNIX.unpack_from(message)
    attributes = netlink.attributes(message[_UNIX.size :])
    queue, backlog = struct.unpack("=II", attributes[4]) if 4 in attributes else (None, None)
    return Socket(
        protocol="unix",
        state=STATES[number] if number < len(STATES) else STATES[0],
        path=unix_path(attributes.get(0, b"")),
        queue=queue,
        backlog=backlog,
        uid=struct.unpack("=I", attributes[7])[0] if 7 in attributes else None,
        inode=inode,
    )


def unix_path(name: bytes) -> str:
    """Return a socket's name as text: a leading NUL marks an abstract one, a path may end in NUL (unix(7))."""
    return printable("@" + _text(name[1:]) if name[:1] == b"\0" else _text(name.rstrip(b"\0")))


def _text(name: bytes) -> str:
    return name.decode("utf-8", "backslashreplace")


def _address(family: int, raw: bytes, index: int) -> tuple[str, bool]:
    """Return an address as text, and whether it carries a scope."""
    text = _address_text(family, raw)
    link_local = family == socket.AF_INET6 and raw[0] == 0xFE and raw[1] & 0xC0 == 0x80
    return (f"{text}%{device(index)}", True) if link_local and index else (text, False)


@functools.lru_cache(maxsize=4096)
def _address_text(family: int, raw: bytes) -> str:
    """Write an address.

    The IPv4 side of a dual-stack socket, ``::ffff:127.0.0.1`` in the kernel (RFC 4291, 2.5.5.2), is written as IPv4.
    """
    if family == socket.AF_INET:
        return socket.inet_ntop(socket.AF_INET, raw[:4])
    if raw.startswith(_MAPPED):
        return socket.inet_ntop(socket.AF_INET, raw[12:])
    return socket.inet_ntop(socket.AF_INET6, raw)


def _packed(address: str) -> tuple[bytes, int]:
    """Return the bytes of an address and the index of its scope, 0 for none; a mapped address becomes IPv4."""
    text, _, scope = address.partition("%")
    if ":" not in text:
        return socket.inet_pton(socket.AF_INET, text), 0
    raw = socket.inet_pton(socket.AF_INET6, text)
    if raw.startswith(_MAPPED):
        return raw[12:], 0
    try:
        return raw, int(scope) if scope.isdigit() else socket.if_nametoindex(scope) if scope else 0
    except OSError:
        return raw, 0
