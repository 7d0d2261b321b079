"""The multicast groups that the interfaces of our network namespace have joined."""

from __future__ import annotations

import ipaddress
import sys
from pathlib import Path

from porttui.model.printable import printable

_MOST = 512
"""Groups that are told."""
_IGMP, _IGMP6 = Path("/proc/net/igmp"), Path("/proc/net/igmp6")


def linux_groups() -> tuple[tuple[str, str], ...]:
    """Read the groups, as (interface, address); those of a family that this kernel does not have are none.

    /proc/net/igmp (proc_pid_net(5)) has a line for each interface, and below it an indented one for each group, whose
    address is the kernel's number in hexadecimal; /proc/net/igmp6 has both in one line. The colon behind an interface
    stands apart only where the name has less than ten letters (igmp_mc_seq_show, net/ipv4/igmp.c).
    """
    return tuple(dict.fromkeys((*_of_ipv4(), *_of_ipv6())))[:_MOST]


def _of_ipv4() -> list[tuple[str, str]]:
    found, card = [], ""
    for line in _lines(_IGMP)[1:]:
        words = line.split()
        if len(words) > 1 and not line[:1].isspace():
            card = printable(words[1].removesuffix(":"), 16)
        elif words:
            number = int(words[0], 16).to_bytes(4, sys.byteorder)
            found.append((card, str(ipaddress.IPv4Address(number))))
    return found


def _of_ipv6() -> list[tuple[str, str]]:
    rows = [line.split() for line in _lines(_IGMP6)]
    return [(printable(row[1], 16), str(ipaddress.IPv6Address(int(row[2], 16)))) for row in rows if len(row) > 2]


def _lines(path: Path) -> list[str]:
    try:
        return path.read_text("utf-8", "replace").splitlines()
    except OSError:
        return []
