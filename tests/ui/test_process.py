"""The Process tab: what a close look adds, at every size, and what it says when something can't be seen."""

from __future__ import annotations

import datetime as dt

import pytest
from msgspec.structs import replace

from porttui.model.facts import Interface, Process, Socket, Sockets, Unseen
from porttui.model.report import Report
from porttui.reading.exposure import Surroundings
from porttui.reading.inspected import Inspected, Log, LogLine
from tests import reports
from tests import worlds as w
from tests.ui.screen import app_on, running, settled, text, visible

NOT_ROOT = Unseen(what="x", reason="needs root", how_to_see="journalctl -u app.service -n 8", needs_root=True)
SEEN = """
   command        node ~/shop/node_modules/.bin/vite
   folder         ~/shop
   since          2025-11-22 13:58:02
   listens on     [::1]:5173, queue 0 of 511; 0.0.0.0:9229, queue 0 of 511
   reached by     this network: 10.0.0.0/8 (eth0), unless a firewall keeps them
                  out (can't see: needs root) (0.0.0.0:9229); this machine only
                  ([::1]:5173)
   worth a look   probably a debugger, by which anybody runs code in the
                  program: port 9229 is that of node --inspect
   connected      2, both from devbox
   connects to    127.0.0.1:5432 (2)
   uses           1 open file of 1024, 0.3 % CPU, 112 MB, 1 thread
"""
LOG = """
   log            13:59:02  ready in 311 ms
                  14:02:10  GET / 200
"""


def looked(one: Process, **changes: object) -> Inspected:
    """Return a close look at a process that listens twice, serves two clients and has two connections to a database."""
    mine = {"pids": (one.pid,), "owner_by": "descriptor", "inode": 9, "state": "ESTABLISHED", "protocol": "tcp"}
    peers = [Socket(**{**mine, "address": "::1", "port": 5173, "peer": "::1", "peer_port": n}) for n in (40112, 40113)]  # type: ignore[arg-type]
    out = [
        Socket(**{**mine, "address": "127.0.0.1", "port": n, "peer": "127.0.0.1", "peer_port": 5432})  # type: ignore[arg-type]
        for n in (50001, 50002)
    ]
    rows = (w.listener("::1", 5173), w.listener("0.0.0.0", 9229), *peers, *out)
    cards = (
        Interface(name="lo", up=True, loopback=True, addresses=("127.0.0.1", "::1")),
        Interface(name="eth0", up=True, addresses=("10.0.0.7",), networks=("10.0.0.0/8",)),
    )
    lines = tuple(
        LogLine(at=dt.datetime(2025, 11, 22, hour, minute, second, tzinfo=reports.CET), text=line)
        for hour, minute, second, line in ((13, 59, 2, "ready in 311 ms"), (14, 2, 10, "GET / 200"))
    )
    found = Inspected(
        at=w.AT,
        process=replace(one, open_files=1, open_files_limit=1024, cpu_percent=0.3, memory=112_000_000, threads=1),
        sockets=Sockets(rows=rows, total=99, source="netlink"),
        surroundings=Surroundings(interfaces=cards, entries=NOT_ROOT),
        log=Log(lines=lines, command=("journalctl", "-u", "app.service", "-n", "8")),
    )
    return replace(found, **changes)


async def whole(report: Report, size: tuple[int, int], **changes: object) -> list[str]:
    """Return every row of the tab, read by scrolling to its end."""
    app = app_on(report, inspect=lambda one: looked(one, **changes))
    async with running(app, size) as pilot:
        await pilot.press("4")
        await settled(pilot)
        seen: list[str] = []
        for _ in range(20):
            body = [row for row in visible(pilot)[3:-2] if not row.endswith("down: more")]
            seen += [row for row in body if row not in seen]
            await pilot.press("pagedown")
            if "down: more" not in text(pilot) and body == [r for r in visible(pilot)[3:-2] if "down: more" not in r]:
                break
        return seen


def lines(drawing: str) -> list[str]:
    return drawing.strip("\n").splitlines()


@pytest.mark.parametrize("size", [(80, 24), (120, 36), (40, 12)])
async def test_a_close_look_is_shown_whole_at_every_size(size: tuple[int, int]) -> None:
    seen = await whole(reports.ipv6_only(), size)
    if size[0] == 80:
        start = seen.index(lines(SEEN)[0])
        assert seen[start : start + len(lines(SEEN))] == lines(SEEN)
        assert seen[-2:] == lines(LOG)
    read = " ".join(" ".join(seen).split())
    for told in (
        *("1 open file of 1024, 0.3 % CPU, 112 MB, 1 thread", "2, both from devbox", "127.0.0.1:5432 (2)"),
        *(
            "the only server on [::1]:5173 and 0.0.0.0:9229, and 2 connections, both from devbox",
            "to start it, in pts/2:",
        ),
        *("13:59:02 ready in 311 ms", "14:02:10 GET / 200", "port 9229 is that of node --inspect"),
    ):
        assert told in read
    assert all(len(row) <= size[0] for row in seen)


async def test_what_cannot_be_seen_of_a_process_is_said_with_what_would_show_it() -> None:
    app = app_on(reports.ipv6_only(), inspect=lambda one: looked(one, log=NOT_ROOT, sockets=NOT_ROOT))
    async with running(app, (120, 36)) as pilot:
        await pilot.press("4")
        await settled(pilot)
        assert "   log            can't see, needs root:  sudo journalctl -u app.service -n 8" in visible(pilot)
        assert "c Copy" in visible(pilot)[-1]


async def test_a_process_that_is_gone_is_called_gone_and_looked_at_again_on_r() -> None:
    looks: list[int] = []

    def inspect(one: Process) -> Inspected:
        looks.append(one.pid)
        return looked(one, gone=len(looks) == 1, sockets=None, log=None)

    async with running(app_on(reports.ipv6_only(), inspect=inspect)) as pilot:
        assert looks == [], "nothing is read for it before somebody wants to see it"
        await pilot.press("4")
        await settled(pilot)
        assert visible(pilot)[3].endswith("GONE")
        await pilot.press("1", "4", "3", "4")
        await settled(pilot)
        assert len(looks) == 1, "nothing has changed"
        await pilot.press("r")
        await settled(pilot)
        assert len(looks) == 2
        assert "GONE" not in text(pilot)
