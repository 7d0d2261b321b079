"""What netstat(1) and lsof(8) print on macOS, as rows of a socket table.

netstat shows every socket of the machine and its process to every user; the table has two layouts. In older versions:

    Proto Recv-Q Send-Q  Local Address  Foreign Address  (state)  rhiwat  shiwat    pid   epid state  options ...

and in newer ones (macOS 15 and 26), with the name of the process, which may hold spaces, before the pid:

    Proto Recv-Q Send-Q  Local Address  Foreign Address  (state)  rxbytes  txbytes  rhiwat  shiwat  process:pid ...

lsof shows the sockets of this user's processes only, in a form made for programs (lsof(8), OUTPUT FOR OTHER PROGRAMS).
"""

from __future__ import annotations

import re
from typing import NamedTuple

from porttui.model.facts import Socket
from porttui.model.printable import printable

_ADDRESS = re.compile(r"(.+)\.(\d+|\*)")
_STATES = {"SYN_RCVD": "SYN_RECV", "FIN_WAIT_1": "FIN_WAIT1", "FIN_WAIT_2": "FIN_WAIT2", "CLOSED": "CLOSE"}
"""BSD's names of TCP states that Linux spells otherwise."""


class _Layout(NamedTuple):
    numbers: int
    """Columns of numbers between the state and the process."""
    named: bool
    """The name of the process stands before its pid."""


def sockets_of_netstat(text: str) -> list[Socket]:
    """Read `netstat -anvW -p tcp` or `-p udp`.

    Args:
        text: its output; lines that are no sockets are left out.

    Returns:
        The rows in their order. Queue and backlog are None for listeners: this table does not tell them.
    """
    layout: _Layout | None = None
    rows = []
    for line in text.splitlines():
        if line.startswith("Proto "):
            layout = _layout(line)
        elif line.startswith(("tcp", "udp")):
            row = _row(line, layout)
            if row:
                rows.append(row)
    return rows


def sockets_of_lsof(text: str) -> list[Socket]:
    """Read `lsof -nP -iTCP -FpcuLtPnT`.

    Args:
        text: its output: one field a line, its letter first; p begins a process and f a file.

    Returns:
        A row for each file; the same socket is there once for each process that holds it.
    """
    rows: list[Socket] = []
    process: dict[str, str] = {}
    file: dict[str, str] = {}

    def finish() -> None:
        row = _lsof_row(process, file)
        if row:
            rows.append(row)
        file.clear()

    for line in text.splitlines():
        letter, value = line[:1], line[1:]
        if letter == "p":
            finish()
            process = {"p": value}
        elif letter == "f":
            finish()
            file["f"] = value
        elif letter == "T":
            name, _, told = value.partition("=")
            file[name] = told
        elif letter in ("c", "u", "L"):
            process[letter] = value
        else:
            file[letter] = value
    finish()
    return rows


def _layout(header: str) -> _Layout | None:
    """Find the column of the pid from the header, which says more than the version of the system."""
    words = header.split()
    named = "process:pid" in words
    if "(state)" not in words or not (named or "pid" in words):
        return None
    return _Layout(words.index("process:pid" if named else "pid") - words.index("(state)") - 1, named)


def _row(line: str, layout: _Layout | None) -> Socket | None:
    words = line.split()
    if len(words) < 5:
        return None
    protocol, place, peer = words[0], _place(words[3], words[0]), _place(words[4], words[0])
    if place is None or not words[1].isdigit() or not words[2].isdigit():
        return None
    tcp = protocol.startswith("tcp")
    if tcp and (len(words) < 6 or words[5].isdigit()):
        return None
    connected = peer is not None and peer[1] != 0
    state = _STATES.get(words[5], words[5]) if tcp else "ESTABLISHED" if connected else "UNCONN"
    pid = _pid(line, 6 if tcp else 5, layout)
    address, port = place
    return Socket(
        protocol="tcp" if tcp else "udp",
        state=state,
        address=address,
        port=port,
        peer=peer[0] if peer and connected else "",
        peer_port=peer[1] if peer and connected else 0,
        queue=None if state == "LISTEN" else int(words[1]),
        send_queue=None if state == "LISTEN" else int(words[2]),
        # netstat writes tcp46 for a socket of both families and tcp6 for one of IPv6 alone (network_cmds, inet.c).
        v6only=None if address != "::" else not protocol.endswith("46"),
        pids=(pid,) if pid else (),
        owner_by="descriptor" if pid else None,
    )


def _pid(line: str, before: int, layout: _Layout | None) -> int | None:
    if layout is None:
        return None
    rest = re.split(r"\s+", line, maxsplit=before + layout.numbers)
    if len(rest) <= before + layout.numbers:
        return None
    # The name ends where the pid, the state in hexadecimal digits and the options follow.
    pattern = r".*?:(\d+)\s+[0-9a-fx]+\b" if layout.named else r"(\d+)\b"
    match = re.match(pattern, rest[-1]) or (re.match(r".*:(\d+)\s*$", rest[-1]) if layout.named else None)
    return int(match[1]) if match else None


def _place(text: str, protocol: str) -> tuple[str, int] | None:
    """Part "127.0.0.1.5173", "*.8080", "::1.3000", "fe80::1%lo0.80" at the last dot."""
    match = _ADDRESS.fullmatch(text)
    if not match:
        return None
    wildcard = "::" if "6" in protocol[3:] else "0.0.0.0"
    address = wildcard if match[1] == "*" else printable(match[1], 80)
    return address, 0 if match[2] == "*" else int(match[2])


def _lsof_row(process: dict[str, str], file: dict[str, str]) -> Socket | None:
    name, pid = file.get("n", ""), process.get("p", "")
    local, _, peer = name.partition("->")
    place = _lsof_place(local, file.get("t", ""))
    if place is None or not pid.isdigit():
        return None
    other = _lsof_place(peer, file.get("t", "")) if peer else None
    state = file.get("ST", "LISTEN" if not peer else "ESTABLISHED")
    uid = process.get("u", "")
    return Socket(
        protocol="udp" if file.get("P") == "UDP" else "tcp",
        state="UNCONN" if file.get("P") == "UDP" and not peer else _STATES.get(state, state),
        address=place[0],
        port=place[1],
        peer=other[0] if other else "",
        peer_port=other[1] if other else 0,
        uid=int(uid) if uid.isdigit() else None,
        user=printable(process["L"], 64) if process.get("L") else None,
        pids=(int(pid),),
        owner_by="descriptor",
    )


def _lsof_place(text: str, family: str) -> tuple[str, int] | None:
    host, _, port = text.rpartition(":")
    if not host or not (port.isdigit() or port == "*"):
        return None
    host = host.removeprefix("[").removesuffix("]")
    address = ("::" if family == "IPv6" else "0.0.0.0") if host == "*" else printable(host, 80)
    return address, 0 if port == "*" else int(port)
