"""The Sockets tab while it looks again and again at every socket of the machine."""

from __future__ import annotations

import datetime as dt
import socket
import threading
from array import array
from pathlib import Path

import pytest
from textual.pilot import Pilot

from porttui.model.facts import Process, Socket
from porttui.model.table import Columns, Owners, Source, Table
from porttui.reading.tables import table_of
from porttui.ui.app import Ended
from porttui.ui.machine import Tables
from porttui.ui.screens import following
from porttui.ui.tabs.sockets import SocketsTab
from tests import reports
from tests import worlds as w
from tests.system.stage import Namespace
from tests.ui.screen import app_on, rows, running, until, visible

MANY = 50_000
NODE = Process(pid=7, name="node", argv=("node", "shop.js"))


@pytest.fixture(autouse=True)
def quickly(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(following, "_PERIOD", 0.02)


def a_row(port: int, inode: int) -> Socket:
    return w.listener("127.0.0.1", port, pids=(7,), user="dev", inode=inode)


class Looks:
    """What the machine shows, a look whenever the test asks for one."""

    def __init__(self, *shown: Socket) -> None:
        self.shown, self.begun = shown, 0
        self.table: Table | None = None
        self._wanted = threading.Semaphore(0)

    def take(self, namespaces: bool = False) -> Table:
        self.elsewhere = namespaces
        self.begun += 1
        self._wanted.acquire(timeout=20)
        self.table = table_of(self.shown, {7: NODE})
        return self.table

    async def look(self, pilot: Pilot[Ended], *shown: Socket) -> None:
        """Make a look, and wait until it is drawn."""
        self.shown, before = shown or self.shown, self.table
        self._wanted.release()
        tab = pilot.app.screen.query_one(SocketsTab)

        def drawn() -> bool:
            return self.table is not before and tab.arranged is not None and tab.arranged.table is self.table

        await until(pilot, drawn)


def listed(pilot: Pilot[Ended]) -> list[str]:
    """Return mark, address and state of the rows of the table."""
    return [row[:38].rstrip() for row in visible(pilot)[6:14] if row[3:4] not in ("", " ")]


async def test_the_cursor_stays_on_its_socket_and_what_is_new_or_gone_is_marked() -> None:
    first, second, third = a_row(81, 1), a_row(82, 2), a_row(83, 3)
    looks = Looks(first, second, third)
    async with running(app_on(reports.ipv6_only(), tables=looks.take)) as pilot:
        await pilot.press("3")
        await looks.look(pilot)
        assert not any("*" in row for row in listed(pilot))
        await pilot.press("down")
        assert listed(pilot)[1] == " > 127.0.0.1:82          LISTEN  0/511"
        await looks.look(pilot, a_row(80, 4), first, second)
        assert listed(pilot) == [
            "  *127.0.0.1:80          LISTEN  0/511",
            "   127.0.0.1:81          LISTEN  0/511",
            " > 127.0.0.1:82          LISTEN  0/511",
            "   127.0.0.1:83          gone",
        ]
        for _ in range(3):
            await looks.look(pilot)
        assert [row[:16] for row in listed(pilot)] == ["   127.0.0.1:80 ", "   127.0.0.1:81 ", " > 127.0.0.1:82 "]
        for _ in range(5):
            await looks.look(pilot, first)
        assert listed(pilot) == ["   127.0.0.1:81          LISTEN  0/511", " > 127.0.0.1:82          gone"]
        assert any("127.0.0.1:82   is gone: node, pid 7" in row for row in rows(pilot))
        await pilot.press("up")
        await looks.look(pilot)  # it may have been under way when the cursor left
        await looks.look(pilot)
        assert listed(pilot) == [" > 127.0.0.1:81          LISTEN  0/511"]


async def test_it_looks_only_while_it_is_in_sight() -> None:
    looks = Looks(a_row(81, 1))
    async with running(app_on(reports.ipv6_only(), tables=looks.take)) as pilot:
        assert looks.begun == 0
        for come, leave in (("3", "1"), ("3", "question_mark"), ("escape", "1")):
            await pilot.press(come)
            await looks.look(pilot)
            await pilot.press(leave)
            assert not any(one.group == "tables" and one.is_running for one in pilot.app.workers)


async def test_rows_can_be_sorted_and_grouped_and_a_group_opened() -> None:
    looks = Looks(a_row(81, 1), a_row(82, 2), w.listener("127.0.0.1", 90, pids=(), owner_by=None, inode=3, queue=9))
    async with running(app_on(reports.ipv6_only(), tables=looks.take)) as pilot:
        await pilot.press("3")
        await looks.look(pilot)
        assert "3 of 3 shown, by port" in rows(pilot)[3]
        await pilot.press("o", "o", "o")
        assert "3 of 3, by queue  " in rows(pilot)[3]
        assert ":90 " in listed(pilot)[0]
        await pilot.press("O")
        assert "3 of 3, by queue, reversed  " in rows(pilot)[3]
        assert ":90 " in listed(pilot)[2]
        await pilot.press("v")
        groups = [" ".join(row.split()) for row in visible(pilot)[6:8]]
        assert groups == [
            "> + node, pid 7 2 sockets, 2 listen node shop.js",
            "+ programs that can't be seen 1 socket, 1 listens",
        ]
        assert "enter Open" in rows(pilot)[-1]
        await pilot.press("enter")
        assert [row[:20].rstrip() for row in visible(pilot)[6:9]] == [
            " > - node, pid 7",
            "     127.0.0.1:81",
            "     127.0.0.1:82",
        ]
        await pilot.press("enter", "C")
        await pilot.pause()
        assert "node, pid 7  2 sockets, 2 listen  node shop.js" in rows(pilot)[0]
        await pilot.press("escape")
        await pilot.press("v")
        assert visible(pilot)[6].startswith(" > + port 81 ")


async def test_of_fifty_thousand_rows_those_in_sight_are_made_and_all_can_be_filtered() -> None:
    made: list[int] = []

    def whole(row: int) -> Socket:
        made.append(row)
        return a_row(row + 1, row)

    numbers = array("I", range(MANY))
    constant = [0] * MANY
    columns = Columns(
        protocols=["tcp"] * MANY, states=["LISTEN"] * MANY, addresses=["127.0.0.1"] * MANY,
        ports=array("I", range(1, MANY + 1)), peers=[""] * MANY, peer_ports=constant, queues=constant, limits=constant,
        uids=constant, inodes=numbers, identities=numbers,
    )  # fmt: skip
    table = Table(columns, Owners(pids=[(7,)] * MANY, names={7: "node"}), Source(at=dt.datetime.now(dt.UTC)), whole)
    app = app_on(reports.ipv6_only(), tables=lambda _: table)
    async with running(app) as pilot:
        await pilot.press("3")
        await until(pilot, lambda: "50000 of 50000" in rows(pilot)[3])
        await pilot.press("end")
        assert any(row.startswith(" > 127.0.0.1:50000") for row in visible(pilot))
        assert "to 50000 of 50000" in rows(pilot)[4]
        await pilot.press("slash", *":4999")
        await until(pilot, lambda: "1 of 50000 shown" in rows(pilot)[3])
        assert listed(pilot) == [" > 127.0.0.1:4999        LISTEN  0/511"]
        tab = app.screen.query_one(SocketsTab)
        assert len(set(made)) < 4 * tab.size.height


@pytest.fixture
def calmly(monkeypatch: pytest.MonkeyPatch, quickly: None) -> None:
    """Leave the app some time beside real looks: a key that is pressed waits until it has nothing to do."""
    monkeypatch.setattr(following, "_PERIOD", 0.5)


@pytest.mark.usefixtures("calmly")
async def test_a_real_server_is_seen_to_come_and_to_go() -> None:
    app = app_on(reports.ipv6_only(), tables=Tables().take)
    async with running(app) as pilot:
        with socket.create_server(("127.0.0.1", 0)) as server:
            port = server.getsockname()[1]
            await pilot.press("3", "slash", *f":{port}", "enter")
            await until(pilot, lambda: any(f"127.0.0.1:{port}" in row for row in listed(pilot)))
            assert f"127.0.0.1:{port}" in listed(pilot)[0]
        await until(pilot, lambda: "gone" in listed(pilot)[0])


@pytest.mark.usefixtures("calmly")
async def test_n_shows_what_listens_in_another_network_namespace_and_n_again_does_not() -> None:
    with Namespace() as stage:
        server = stage.listen()
        app = app_on(reports.ipv6_only(), tables=Tables().take)
        async with running(app) as pilot:
            await pilot.press("3", "slash", *f"port={server.port}", "enter")
            await until(pilot, lambda: "elsewhere" not in rows(pilot)[3] and "0 of " in rows(pilot)[3])
            await pilot.press("n")
            await until(pilot, lambda: any(f"127.0.0.1:{server.port}" in row for row in listed(pilot)))
            assert "elsewhere" in rows(pilot)[3]
            row, told = next(each for each in visible(pilot) if f":{server.port} " in each), "\n".join(rows(pilot))
            number = Path(f"/proc/{stage.pid}/ns/net").stat().st_ino
            assert (row[:3], row.split()[-1]) == (" > ", f"net:{number}"), "no mark: it is not new"
            assert f"another network namespace, net:{number}: only programs there reach it" in " ".join(told.split())
            assert "enter Diagnose" not in rows(pilot)[-1], "no address of this machine leads there"
            await pilot.press("n")
            await until(pilot, lambda: "elsewhere" not in rows(pilot)[3])
            assert not any("gone" in row for row in listed(pilot))
            await pilot.press("escape", "slash", *f"net:{number}", "enter")
            await until(pilot, lambda: "n looks at other network namespaces" in "\n".join(rows(pilot)))
            await pilot.press("n")
            await until(pilot, lambda: any(f"127.0.0.1:{server.port}" in row for row in visible(pilot)))
