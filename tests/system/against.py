"""Compares porttui's table of TCP sockets with ss(8) and lsof(8), row by row, while sockets come and go.

    python against.py ROUNDS

Each round asks ss and lsof before and after the look. What both times were there lived through the look: it has to be
in the table, once, with the same ends, user, inode and holders. Printed is one JSON object; the socket's own name is
the cookie that the kernel gave it, which ss shows as "sk:".
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections import Counter
from typing import NamedTuple

from porttui.model.table import Table
from porttui.observe.snapshots import Snapshots

_STATES = {
    "ESTAB": "ESTABLISHED",
    "TIME-WAIT": "TIME_WAIT",
    "CLOSE-WAIT": "CLOSE_WAIT",
    "LAST-ACK": "LAST_ACK",
    "FIN-WAIT-1": "FIN_WAIT1",
    "FIN-WAIT-2": "FIN_WAIT2",
    "SYN-SENT": "SYN_SENT",
    "SYN-RECV": "SYN_RECV",
    "UNCONN": "BOUND",
}


class Row(NamedTuple):
    """What both tell of a socket."""

    state: str
    local: str
    peer: str
    uid: int
    inode: int
    pids: tuple[int, ...]


def ss() -> dict[int, Row]:
    """Return the rows of ``ss -tanpeO`` by their cookies."""
    done = subprocess.run(["ss", "-tanpeOH"], capture_output=True, text=True, check=True)
    found: dict[int, Row] = {}
    for line in done.stdout.splitlines():
        state, _, _, local, peer, *rest = line.split(maxsplit=5)
        more = rest[0] if rest else ""
        cookie, inode, uid = (re.search(rf"\b{name}:(\w+)", more) for name in ("sk", "ino", "uid"))
        assert cookie, line
        number = int(inode[1]) if inode else 0
        found[int(cookie[1], 16)] = Row(
            _STATES.get(state, state),
            _plain(local),
            "" if state in ("LISTEN", "UNCONN") else _plain(peer),
            (int(uid[1]) if uid else 0) if number else -1,
            number,
            tuple(sorted({int(pid) for pid in re.findall(r"pid=(\d+)", more)})),
        )
    return found


def lsof() -> set[tuple[int, str]]:
    """Return process and ends of each row of ``lsof -nP -iTCP``."""
    done = subprocess.run(["lsof", "-nP", "-iTCP", "-Fpn"], capture_output=True, text=True, check=False)
    found: set[tuple[int, str]] = set()
    pid = 0
    for line in done.stdout.splitlines():
        if line.startswith("p"):
            pid = int(line[1:])
        elif line.startswith("n"):
            found.add((pid, line[1:]))
    return found


def ours(table: Table) -> dict[int, Row]:
    """Return the rows of porttui by their cookies."""
    return {
        int(str(table.identity(row))): Row(
            table.states[row],
            _end(table.addresses[row], table.ports[row]),
            _end(table.peers[row], table.peer_ports[row]) if table.peers[row] else "",
            table.uids[row],
            table.inodes[row],
            () if row in table.labels else tuple(sorted(table.pids[row])),  # ss does not guess
        )
        for row in range(len(table))
    }


def compare(looks: Snapshots) -> tuple[int, list[str]]:
    """Make one round; return how many sockets lived through it, and what is wrong."""
    ss_before, lsof_before = ss(), lsof()
    table = looks.take()
    assert isinstance(table, Table), table
    ss_after, lsof_after = ss(), lsof()
    mine = ours(table)
    wrong = [f"doubled: {cookie}" for cookie, count in Counter(table.identities).items() if count > 1]
    lived = ss_before.keys() & ss_after.keys()
    for cookie in lived:
        theirs = {ss_before[cookie], ss_after[cookie]}
        if cookie not in mine:
            wrong.append(f"missing: {ss_after[cookie]}")
        elif len(theirs) == 1 and mine[cookie] not in theirs:
            wrong.append(f"different: {mine[cookie]}, by ss {ss_after[cookie]}")
    told = {(pid, _as_lsof(row)) for row in mine.values() for pid in row.pids}
    wrong += [f"missing by lsof: {each}" for each in sorted((lsof_before & lsof_after) - told)]
    gone = [row for cookie, row in mine.items() if cookie not in ss_before and cookie not in ss_after and row.inode]
    wrong += [f"invented: {row}" for row in gone if row.state == "LISTEN"]
    return len(lived), wrong


def _as_lsof(row: Row) -> str:
    local = re.sub(r"^(?:0\.0\.0\.0|\[::\]):", "*:", row.local)
    return f"{local}->{row.peer}" if row.peer else local


def _plain(end: str) -> str:
    """Write an end as porttui does: ss writes ``[::ffff:127.0.0.1]:80``, and ``*:80`` for an IPv6 wildcard."""
    address, _, port = end.rpartition(":")
    address, mark, scope = address.partition("%")
    bare = "::" if address == "*" else address.strip("[]")
    bare = bare.removeprefix("::ffff:") if "." in bare else bare
    return _end(bare + (mark + scope if bare.startswith("fe80") else ""), int(port) if port.isdigit() else 0)


def _end(address: str, port: int) -> str:
    return f"[{address}]:{port}" if ":" in address else f"{address}:{port}"


def main(rounds: int) -> None:
    """Make so many rounds, each with a look of its own and with one that goes on."""
    kept = Snapshots(protocols=("tcp",))
    rows, problems = 0, []
    for _ in range(rounds):
        for looks in (Snapshots(protocols=("tcp",)), kept):
            count, wrong = compare(looks)
            rows += count
            problems += wrong
    json.dump({"rows": rows, "problems": problems[:20], "count": len(problems)}, sys.stdout)


if __name__ == "__main__":
    main(int(sys.argv[1]))
