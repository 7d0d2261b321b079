"""The socket tables of sock_diag(7) as columns: a microsecond a row, and nothing decoded that nobody asked for.

A datagram of the kernel holds some 300 rows. Where all of them are of one length, which is the rule, one call of
struct takes it apart; no value is made for a row before somebody draws it.
"""

from __future__ import annotations

import _socket as socket  # see netlink
import functools
import struct
import sys
from array import array
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from porttui.model.table import Columns
from porttui.observe.linux import netlink
from porttui.observe.linux.inet_diag import STATE_NAMES, UNKNOWN, device, either_port
from porttui.observe.linux.texts import Addresses, Texts

if TYPE_CHECKING:
    from porttui.model.facts import Socket

LISTEN, CLOSE = 10, 7
LISTENING, UNCONNECTED = 1 << LISTEN, 1 << CLOSE
WAITING = LISTENING | 1 << 13
"""TCP sockets that wait: listeners and bound ones (TCPF_BOUND_INACTIVE, Linux 6.8). With any other state the kernel
walks the table of all connections, which takes a hundred times as long."""
EVERY = 0xFFF | 1 << 13
_FAMILIES = (socket.AF_INET, socket.AF_INET6)
_NUMBERS = {"tcp": socket.IPPROTO_TCP, "udp": socket.IPPROTO_UDP}
_NETLINK_SOCK_DIAG, _BY_FAMILY, _BYTECODE = 4, 20, 1
_ENOENT = 2
_HEADER = struct.Struct("=IH10x")
_ROW: dict[int, str] = {socket.AF_INET: "=IH10xxBBxHH4s12x4s12xIQIIIII", socket.AF_INET6: "=IH10xxBBxHH16s16sIQIIIII"}
"""struct nlmsghdr and struct inet_diag_msg (sock_diag(7)): length, type, state, timer, ports, addresses, interface,
cookie, expires, queues, uid, inode."""
_SIZE = 88
_TIME_WAIT_TIMER = 3
STATES = {
    "tcp": tuple("BOUND" if name == "CLOSE" else name for name in STATE_NAMES) + (UNKNOWN,) * 243,
    "udp": tuple("UNCONN" if name == "CLOSE" else name for name in STATE_NAMES) + (UNKNOWN,) * 243,
}
_DISCONNECTED = frozenset((LISTEN, CLOSE))


class _Once(dict[bytes, bytes]):
    """Equal addresses, kept once: most rows have an end in common with others, and an object takes 40 bytes."""

    def __missing__(self, raw: bytes) -> bytes:
        self[raw] = raw
        return raw


class Dump:
    """The rows of one look, growing table by table."""

    def __init__(self) -> None:
        """Begin without rows."""
        self.protocols: list[str] = []
        self.states: list[str] = []
        self.ports, self.peer_ports = array("H"), array("H")
        self.addresses: list[bytes | str] = []
        self.peers: list[bytes | str] = []
        self.expires, self.queues, self.limits = array("I"), array("I"), array("I")
        self.uids, self.inodes, self.indexes = array("I"), array("I"), array("I")
        self.cookies = array("Q")
        self.timers = bytearray()
        self.waiting: dict[int, bytes] = {}
        """The whole message of every row that listens or is only bound, without its header: it has more to tell."""
        self.ready: dict[int, Socket] = {}
        """Rows that were values from the start: unix sockets, other namespaces."""
        self._once = _Once()

    def __len__(self) -> int:
        return len(self.inodes)

    def read(self, protocol: str, states: int = EVERY, port: int = 0) -> None:
        """Add the table of a protocol, both families.

        Args:
            protocol: "tcp" or "udp".
            states: those to list, one bit each by the kernel's numbers.
            port: list only what has this port on either side; the kernel chooses.

        Raises:
            OSError: the table cannot be read this way. A kernel without IPv6 has no such table, which is no error.
        """
        for family in _FAMILIES:
            request = struct.pack("=BBBxI48x", family, _NUMBERS[protocol], 0, states)
            if port:
                request += netlink.attribute(_BYTECODE, either_port(port))
            before = len(self)
            numbers = bytearray()
            try:
                answers = netlink.datagrams(_BY_FAMILY, request, protocol=_NETLINK_SOCK_DIAG)
                for data in answers:
                    if self._take(data, family, numbers):
                        answers.close()  # type: ignore[attr-defined]
                        break
            except OSError as error:
                if family == socket.AF_INET or error.errno != _ENOENT:
                    raise
            self.protocols += [protocol] * (len(self) - before)
            self.states += map(STATES[protocol].__getitem__, numbers)

    def add(self, rows: Iterable[Socket]) -> None:
        """Add ready rows."""
        for row in rows:
            self.ready[len(self)] = row
            self.protocols.append(row.protocol)
            self.states.append(row.state)
            self.addresses.append(row.path or row.address)
            self.peers.append(row.peer)
            self.ports.append(row.port)
            self.peer_ports.append(row.peer_port)
            self.timers.append(0)
            limit = row.backlog if row.state == "LISTEN" else row.send_queue
            for column, value in (
                (self.expires, 0),
                (self.queues, row.queue or 0),
                (self.limits, limit or 0),
                (self.uids, row.uid or 0),
                (self.inodes, row.inode or 0),
                (self.indexes, 0),
                (self.cookies, 0),
            ):
                column.append(value)

    def columns(self, texts: Texts) -> Columns:
        """Return the columns of the rows that are there now."""
        self._once.clear()
        own, other = self._scopes(self.addresses), self._scopes(self.peers)
        queues, limits = list(self.queues), list(self.limits)
        for row in self.waiting:
            if self.states[row] == "BOUND":
                queues[row] = limits[row] = -1
        identities: list[int | tuple[object, ...]] = list(self.cookies)
        for row, ready in self.ready.items():
            ends = (ready.address, ready.port, ready.peer, ready.peer_port, ready.path)
            identities[row] = (ready.protocol, ready.inode, ready.namespace, *ends)
        return Columns(
            protocols=self.protocols,
            states=self.states,
            addresses=Addresses(self.addresses, own, texts),
            ports=self.ports,
            peers=Addresses(self._other_ends(), other, texts),
            peer_ports=self.peer_ports,
            queues=queues,
            limits=limits,
            # where nobody holds it the kernel writes 0, which is not root
            uids=[uid if inode else -1 for uid, inode in zip(self.uids, self.inodes, strict=True)],
            inodes=self.inodes,
            identities=identities,
            devices={row: device(self.indexes[row]) for row in self.waiting if self.indexes[row] and row not in own},
            places=_places(self.ready),
        )

    def keep(self, rows: Sequence[int]) -> None:
        """Drop all other rows."""
        new = {old: number for number, old in enumerate(rows)}
        for name in ("protocols", "states", "addresses", "peers"):
            column = getattr(self, name)
            setattr(self, name, [column[row] for row in rows])
        for name in ("ports", "peer_ports", "expires", "queues", "limits", "uids", "inodes", "indexes", "cookies"):
            column = getattr(self, name)
            setattr(self, name, array(column.typecode, [column[row] for row in rows]))
        self.timers = bytearray(self.timers[row] for row in rows)
        self.waiting = {new[row]: body for row, body in self.waiting.items() if row in new}
        self.ready = {new[row]: each for row, each in self.ready.items() if row in new}

    def drop_doubles(self) -> None:
        """Keep each socket once: one that changed its state while the table was walked may have been met twice."""
        if len(set(self.cookies)) + max(0, len(self.ready) - 1) == len(self):
            return
        found = {cookie or -1 - row: row for row, cookie in enumerate(self.cookies)}  # the later row is the newer state
        if len(found) < len(self):
            self.keep(sorted(found.values()))

    def value(self, row: int, address: str, peer: str) -> Socket:
        """Make a row that is connected, or was, into a value, without its owner."""
        from porttui.model.facts import Socket

        inode = self.inodes[row]
        return Socket(
            protocol="tcp" if self.protocols[row] == "tcp" else "udp",
            state=self.states[row],
            address=address,
            port=self.ports[row],
            peer=peer,
            peer_port=self.peer_ports[row],
            queue=self.queues[row],
            send_queue=self.limits[row],
            expires=self.expires[row] / 1000 if self.timers[row] == _TIME_WAIT_TIMER else None,
            uid=self.uids[row] if inode else None,
            inode=inode,
        )

    def _take(self, data: bytes, family: int, numbers: bytearray) -> bool:
        """Take over one datagram; True when it was the last."""
        columns, offsets, last = _messages(data, family)
        if not columns:
            return last
        lengths, _, states, timers, ports, peer_ports, addresses, peers, indexes, cookies = columns[:10]
        expires, queues, limits, uids, inodes = columns[10:]
        if not _DISCONNECTED.isdisjoint(states):
            for index, state in enumerate(states):
                if state in _DISCONNECTED:
                    start = offsets[index]
                    self.waiting[len(self) + index] = data[start + _HEADER.size : start + lengths[index]]
        numbers.extend(states)
        self.timers.extend(timers)
        self.ports.extend(_in_our_order(ports))
        self.peer_ports.extend(_in_our_order(peer_ports))
        self.addresses += map(self._once.__getitem__, addresses)
        self.peers += map(self._once.__getitem__, peers)
        self.indexes.extend(indexes)
        self.cookies.extend(cookies)
        self.expires.extend(expires)
        self.queues.extend(queues)
        self.limits.extend(limits)
        self.uids.extend(uids)
        self.inodes.extend(inodes)
        return last

    def _other_ends(self) -> list[bytes | str]:
        """Return the peers, "" for what has none."""
        peers = self.peers
        if self.waiting:
            peers = peers.copy()
            for row in self.waiting:
                peers[row] = ""
        return peers

    def _scopes(self, addresses: list[bytes | str]) -> dict[int, str]:
        """Return the interfaces of link-local IPv6 addresses (RFC 4007, 11), by row."""
        if not any(self.indexes):
            return {}
        return {
            row: device(index)
            for row, (index, raw) in enumerate(zip(self.indexes, addresses, strict=True))
            if index and isinstance(raw, bytes) and len(raw) == 16 and raw[0] == 0xFE and raw[1] & 0xC0 == 0x80
        }


def _places(ready: dict[int, Socket]) -> dict[int, str]:
    """Tell of rows of other network namespaces where they are."""
    if not any(each.namespace for each in ready.values()):
        return {}
    from porttui.reading.columns import elsewhere

    return {row: elsewhere(each) for row, each in ready.items() if each.namespace is not None}


def _messages(data: bytes, family: int) -> tuple[list[tuple[Any, ...]], Sequence[int], bool]:
    """Cut a datagram into columns, with the place where each row begins; True when the kernel has said all."""
    length = int.from_bytes(data[:4], sys.byteorder)
    if length >= _SIZE and len(data) % length == 0:
        columns = list(zip(*_struct(family, length).iter_unpack(data), strict=True))
        count = len(data) // length
        if columns[0].count(length) == count and columns[1].count(_BY_FAMILY) == count:
            return columns, range(0, len(data), length), False
    rows, offsets, place, last = [], [], 0, False
    unpack = _struct(family, _SIZE).unpack_from
    while place + _HEADER.size <= len(data):
        length, kind = _HEADER.unpack_from(data, place)
        if kind == netlink.NLMSG_ERROR:
            netlink.raise_error(data[place + _HEADER.size :])
        if kind in (netlink.NLMSG_DONE, netlink.NLMSG_ERROR) or length < _SIZE:
            last = True
            break
        rows.append(unpack(data, place))
        offsets.append(place)
        place += (length + 3) & ~3
    return list(zip(*rows, strict=True)), offsets, last


@functools.lru_cache(maxsize=32)
def _struct(family: int, length: int) -> struct.Struct:
    return struct.Struct(f"{_ROW[family]}{length - _SIZE}x")


def _in_our_order(ports: Iterable[int]) -> array[int]:
    """Turn ports, which are in network order, into numbers."""
    turned = array("H", ports)
    if sys.byteorder == "little":
        turned.byteswap()
    return turned
