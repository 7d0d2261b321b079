"""The columns of the Sockets tab: who needs room gets it, and what is cut all the same is told elsewhere."""

from __future__ import annotations

from porttui.model.facts import Process, Socket
from porttui.reading.longest import longest
from porttui.reading.tables import table_of
from porttui.ui import socket_rows
from porttui.ui.socket_columns import layout
from tests import worlds as w

NAMES = {4194301: Process(pid=4194301, name="postgres"), 9: Process(pid=9, name="gunicorn")}
SERVER = w.listener("127.0.0.1", 5432, pids=(4194301,), user="www-data", uid=33, inode=1)
CLIENT = w.listener(
    "10.2.0.14", 50122, pids=(9,), state="ESTABLISHED", peer="10.2.0.15", peer_port=4018, queue=0, inode=3
)
FAR = "2001:db8:aaaa:bbbb:cccc:dddd:eeee:fff"
LONG = w.listener(f"{FAR}1", 443, pids=(9,), state="CLOSE_WAIT", peer=f"{FAR}2", peer_port=40188, queue=0, inode=4)


def drawn(width: int, *rows: Socket) -> list[str]:
    columns = layout(longest(table_of(rows, NAMES)), width)
    return [columns.head("port").text, *("   " + socket_rows.socket_row(row, NAMES, columns) for row in rows)]


def test_at_80_columns_pid_user_program_and_addresses_of_ipv4_are_whole() -> None:
    head, server, client = drawn(80, SERVER, CLIENT)
    assert server.split() == ["127.0.0.1:5432", "LISTEN", "0/511", "postgres", "4194301", "www-data", "this", "machine"]
    assert client.split()[0] == "10.2.0.14:50122"
    assert client.endswith("10.2.0.15:4018")
    assert head.index("USER") == server.index("www-data")
    assert head.index("REACHED BY/PEER") == server.index("this machine") == client.index("10.2.0.15")


def test_no_width_cuts_how_many_connections_wait_and_how_many_may() -> None:
    """Full is where it matters, and there the numbers are long: 4097 of 4096."""
    full = w.listener("192.168.100.104", 54321, pids=(4194301,), user="www-data", uid=33, queue=4097, backlog=4096)
    for width in (80, 97, 120, 160):
        for others in ((), (SERVER, CLIENT, LONG)):
            head, row, *_ = drawn(width, full, *others)
            assert " 4097/4096 " in row
            assert row.index("4097/4096") == head.index("QUEUE")
            assert ":54321 " in row
            assert len(row) < width


def test_no_width_cuts_a_port_or_writes_to_the_last_column() -> None:
    for width in (80, 97, 119, 120, 160, 200):
        rows = drawn(width, SERVER, CLIENT, LONG)
        assert all(len(row) < width for row in rows)
        assert ":443 " in rows[3]
        assert ":40188" in rows[3]
    assert f"[{FAR}1]:443 " in rows[3]
    assert f"[{FAR}2]:40188" in rows[3]
