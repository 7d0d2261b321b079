"""The kernel's socket tables by /proc/net (proc_net(5)): what is left when sock_diag is denied.

Any process's /proc/PID/net may be read as well, which shows the tables of its network namespace without any right.
Not told here: the limit of an accept queue, IPV6_V6ONLY, device bindings, and sockets that are only bound.
"""

from __future__ import annotations

import _socket as socket  # see netlink
import os
import struct
from collections.abc import Callable, Iterable, Iterator
from typing import Literal

from porttui.model.facts import Socket
from porttui.model.printable import printable
from porttui.observe import files
from porttui.observe.linux.sock_diag import STATES

_ACCEPTING = 0x10000
"""__SO_ACCEPTCON in the Flags column of /proc/net/unix (include/linux/net.h)."""


def read_tcp(net: str = "/proc/net", ports: Iterable[int] | None = None) -> list[Socket]:
    """Read the TCP tables.

    Args:
        net: "/proc/net", or "/proc/PID/net" for the network namespace of a process.
        ports: return only rows with one of these ports on either side; None for all rows.

    Raises:
        OSError: the IPv4 table cannot be read. A missing IPv6 table is no error: the kernel has no IPv6.
    """
    return list(_tables(net, "tcp", ports))


def read_udp(net: str = "/proc/net", ports: Iterable[int] | None = None) -> list[Socket]:
    """Read the UDP tables; arguments and errors are those of `read_tcp`."""
    return list(_tables(net, "udp", ports))


def read_table(net: str, name: Literal["tcp", "tcp6", "udp", "udp6"], ports: Iterable[int] | None) -> list[Socket]:
    """Read one of these tables alone: those of TCP take 6 ms each where the kernel's table is large, however few rows.

    Raises:
        OSError: it cannot be read.
    """
    wanted = None if ports is None else tuple(f":{port:04X} " for port in ports)
    protocol: Literal["tcp", "udp"] = "tcp" if name.startswith("tcp") else "udp"
    return list(_table(f"{net}/{name}", protocol, _ipv6 if name.endswith("6") else _ipv4, wanted))


def read_unix_listeners(net: str = "/proc/net") -> list[Socket]:
    """Read the unix sockets that listen (unix(7), proc_net(5)).

    Raises:
        OSError: the table cannot be read.
    """
    found: list[Socket] = []
    with open(f"{net}/unix", encoding="utf-8", errors="backslashreplace", newline="\n") as table:  # noqa: PTH123
        next(table, None)
        for line in table:
            parts = line.rstrip("\n").split(maxsplit=7)
            if len(parts) == 8 and int(parts[3], 16) & _ACCEPTING:
                found.append(Socket(protocol="unix", state="LISTEN", path=printable(parts[7]), inode=int(parts[6])))
    return found


def count_all() -> int:
    """Count the TCP, UDP and unix sockets of this network namespace, without a walk through the tables.

    Returns:
        The sum of the "sockets" column of /proc/net/protocols and of TIME_WAIT in /proc/net/sockstat; 0 when neither
        can be read.
    """
    total = 0
    for line in _lines("/proc/net/protocols"):
        parts = line.split()
        if parts[0] in ("TCP", "TCPv6", "UDP", "UDPv6", "UNIX", "UNIX-STREAM") and parts[2].isdigit():
            total += int(parts[2])
    for line in _lines("/proc/net/sockstat"):
        parts = line.split()
        if parts[0] == "TCP:" and "tw" in parts:
            total += int(parts[parts.index("tw") + 1])
    return total


def _lines(path: str) -> list[str]:
    try:
        return [line for line in files.read(path).decode("utf-8", "replace").splitlines() if line.strip()]
    except OSError:
        return []


def _tables(net: str, protocol: Literal["tcp", "udp"], ports: Iterable[int] | None) -> Iterator[Socket]:
    wanted = None if ports is None else tuple(f":{port:04X} " for port in ports)
    yield from _table(f"{net}/{protocol}", protocol, _ipv4, wanted)
    try:
        yield from _table(f"{net}/{protocol}6", protocol, _ipv6, wanted)
    except FileNotFoundError:
        return


def _table(
    path: str, protocol: Literal["tcp", "udp"], address: Callable[[str], str], wanted: tuple[str, ...] | None
) -> Iterator[Socket]:
    with open(path, encoding="utf-8", errors="replace") as table:  # noqa: PTH123
        next(table, None)
        for line in table:
            if wanted is None or any(text in line for text in wanted):
                yield _row(line.split(), protocol, address)


def _row(parts: list[str], protocol: Literal["tcp", "udp"], address: Callable[[str], str]) -> Socket:
    """Read the columns: number, local, remote, state, tx:rx, timer, retransmits, uid, timeout, inode."""
    local, _, port = parts[1].partition(":")
    remote, _, peer_port = parts[2].partition(":")
    number = int(parts[3], 16)
    state = STATES[number] if number < len(STATES) else STATES[0]
    if protocol == "udp" and state == "CLOSE":
        state = "UNCONN"
    sent, _, received = parts[4].partition(":")
    inode = int(parts[9])
    return Socket(
        protocol=protocol,
        state=state,
        address=address(local),
        port=int(port, 16),
        peer="" if state in ("LISTEN", "UNCONN") else address(remote),
        peer_port=int(peer_port, 16),
        queue=int(received, 16),
        send_queue=None if state == "LISTEN" else int(sent, 16),
        expires=_expires(parts[5]) if protocol == "tcp" else None,
        uid=int(parts[7]) if inode else None,
        inode=inode,
    )


def _expires(text: str) -> float | None:
    """Read the timer, "03:0000176E": 3 is that of TIME_WAIT, in clock ticks (proc_net.txt of the kernel)."""
    kind, _, ticks = text.partition(":")
    return int(ticks, 16) / os.sysconf("SC_CLK_TCK") if kind == "03" else None


def _ipv4(text: str) -> str:
    return socket.inet_ntop(socket.AF_INET, struct.pack("=I", int(text, 16)))


def _ipv6(text: str) -> str:
    """Read four words, each in the machine's byte order; the IPv4 side of a dual-stack socket is written as IPv4."""
    raw = struct.pack("=4I", *(int(text[at : at + 8], 16) for at in range(0, 32, 8)))
    if raw.startswith(b"\0" * 10 + b"\xff\xff"):
        return socket.inet_ntop(socket.AF_INET, raw[12:])
    return socket.inet_ntop(socket.AF_INET6, raw)
