"""The kernel's network counters, read fast enough to stand on both sides of a single packet.

They are the only witnesses that an ordinary user has: whether the kernel itself sent the reset (Tcp.OutRsts), whether
a packet left (Ip.OutTransmits), arrived (Ip.InReceives) and passed the filter (Ip.InDelivers), and by which interface
(Dev.Loopback, Dev.Outside). They count for the
whole network namespace, so only the movement around a burst of own packets means anything.

Sources: /proc/net/snmp and /proc/net/netstat (names by RFC 2011, RFC 2012 and the kernel's
Documentation/networking/snmp_counter.rst), /proc/net/snmp6 (RFC 4293), /proc/net/stat/nf_conntrack, /proc/net/dev
(packets sent by each interface, proc_pid_net(5)).
"""

from __future__ import annotations

import errno
import functools
import os
import time

from porttui.model.facts import Counters

_WANTED = {
    "Ip": ("InReceives", "InAddrErrors", "InDiscards", "InDelivers", "ForwDatagrams", "OutRequests", "OutDiscards",
           "OutNoRoutes", "OutTransmits"),
    "Icmp": ("InDestUnreachs", "OutDestUnreachs", "OutRateLimitHost", "OutRateLimitGlobal"),
    "Tcp": ("ActiveOpens", "PassiveOpens", "AttemptFails", "EstabResets", "InSegs", "OutSegs", "RetransSegs",
            "OutRsts"),
    "TcpExt": ("ListenOverflows", "ListenDrops", "TCPSynRetrans", "TCPRetransFail", "TCPLostRetransmit",
               "TCPTimeouts", "TCPReqQFullDrop", "TCPReqQFullDoCookies", "TCPAbortOnTimeout", "LockDroppedIcmps",
               "IPReversePathFilter", "TCPBacklogDrop"),
    "IpExt": ("InNoRoutes",),
    "Ip6": ("InReceives", "InAddrErrors", "InNoRoutes", "InDiscards", "InDelivers", "OutForwDatagrams", "OutRequests",
            "OutDiscards", "OutNoRoutes", "OutTransmits"),
    "Icmp6": ("InDestUnreachs", "OutDestUnreachs", "OutRateLimitHost"),
}  # fmt: skip
"""What tells one cause of a failed connection from another. OutTransmits exists since Linux 6.6."""
_WANTED6 = {f"{group}{name}".encode(): f"{group}.{name}" for group in ("Ip6", "Icmp6") for name in _WANTED[group]}
_TRIES = 5
_SIZE = 65536
"""Each of the files is under 8 kB; /proc/net/dev has 120 bytes for each interface."""


def read_counters() -> Counters:
    """Read the counters as absolute numbers since the namespace was made.

    Returns:
        "Tcp.OutRsts", "TcpExt.ListenOverflows", "Ip6.InDelivers", "Conntrack.Drop" ... by name; a counter that this
        kernel does not have, or does not show, is left out. Empty where there is no /proc/net, and where no descriptor
        is left for one of the files: counters of another file alone would read as if those of this one stood still.
    """
    found: Counters = {}
    try:
        for path in ("/proc/net/snmp", "/proc/net/netstat"):
            _add_pairs(found, _read(path))
        _add_lines(found, _read("/proc/net/snmp6"))
        _add_conntrack(found, _read("/proc/net/stat/nf_conntrack"))
        _add_devices(found, _read("/proc/net/dev"))
    except OSError:
        return {}
    return found


def moved(before: Counters, after: Counters) -> Counters:
    """Return by how much each counter moved, without those that stood still or are in only one of the readings."""
    return {name: value - before[name] for name, value in after.items() if name in before and value != before[name]}


def added(one: Counters, other: Counters) -> Counters:
    """Return the sum of two movements."""
    return {name: one.get(name, 0) + other.get(name, 0) for name in one | other}


def _read(path: str) -> bytes:
    """Return the file in one read(2), so that its lines belong together; empty when it is not there or not shown.

    Raises:
        OSError: EMFILE or ENFILE, no descriptor is left.
    """
    for left in reversed(range(_TRIES)):
        try:
            handle = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
            break
        except OSError as error:
            if error.errno not in {errno.EMFILE, errno.ENFILE}:
                return b""
            if not left:
                raise
            time.sleep(0.001)  # another part of the look may have the last descriptor for a moment
    try:
        return os.read(handle, _SIZE)
    finally:
        os.close(handle)


def _add_pairs(found: Counters, text: bytes) -> None:
    """Add counters written as a line of names over a line of numbers."""
    lines = text.split(b"\n")
    for names, numbers in zip(lines[::2], lines[1::2], strict=False):
        wanted = _columns(names)
        if wanted:
            values = numbers.split()
            for name, column in wanted:
                found[name] = int(values[column])


@functools.lru_cache(maxsize=64)
def _columns(names: bytes) -> tuple[tuple[str, int], ...]:
    """Find the wanted columns of a line of names; it is the same line on every reading."""
    words = names.decode("ascii", "replace").split()
    group = words[0].removesuffix(":") if words else ""
    return tuple((f"{group}.{name}", words.index(name)) for name in _WANTED.get(group, ()) if name in words)


def _add_lines(found: Counters, text: bytes) -> None:
    """Add counters written one a line, as in /proc/net/snmp6."""
    for line in text.split(b"\n"):
        name, _, value = line.partition(b" ")
        wanted = _WANTED6.get(name)
        if wanted is not None:
            found[wanted] = int(value)


def _add_conntrack(found: Counters, text: bytes) -> None:
    """Add drop and early_drop of connection tracking: hexadecimal, one line a processor (nf_conntrack_standalone.c)."""
    lines = [line.split() for line in text.splitlines()]
    if not lines:
        return
    for column, name in ((b"drop", "Conntrack.Drop"), (b"early_drop", "Conntrack.EarlyDrop")):
        if column in lines[0]:
            place = lines[0].index(column)
            found[name] = sum(int(line[place], 16) for line in lines[1:])


def _add_devices(found: Counters, text: bytes) -> None:
    """Add the packets that the loopback interface has sent, and those that all others have sent together."""
    if not text or len(text) >= _SIZE:
        return
    loopback = outside = 0
    for line in text.splitlines()[2:]:
        name, _, numbers = line.partition(b":")
        columns = numbers.split()
        if len(columns) < 10:
            return
        if name.strip() == b"lo":
            loopback = int(columns[9])
        else:
            outside += int(columns[9])
    found["Dev.Loopback"], found["Dev.Outside"] = loopback, outside
