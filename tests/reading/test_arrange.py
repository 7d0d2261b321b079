"""Which rows of a socket table are shown, in which order, and what is new or gone."""

from __future__ import annotations

import datetime as dt

import pytest

from porttui.model.facts import Process, Socket
from porttui.reading.arrange import Arranged, Column, Gone, Group, Seen, Wish, address_key, arrange
from porttui.reading.tables import table_of
from tests import worlds as w

EARLY, LATE = (dt.datetime(2025, 11, 22, hour, tzinfo=dt.UTC) for hour in (9, 14))
NAMES = {
    1: Process(pid=1, name="nginx", started=LATE, argv=("nginx",)),
    2: Process(pid=2, name="apache", started=EARLY, argv=("httpd", "-k")),
}
SERVER = w.listener("127.0.0.1", 80, pids=(1,), queue=3, inode=11)
TAKEN = w.listener("127.0.0.1", 80, pids=(1,), state="ESTABLISHED", peer="10.0.0.10", peer_port=999, queue=0, inode=12)
CLIENT = w.listener(
    "10.0.0.9", 40000, pids=(2,), state="ESTABLISHED", peer="10.0.0.2", peer_port=443, queue=9, inode=13
)
UNKNOWN = w.listener("0.0.0.0", 5432, pids=(), owner_by=None, queue=None, user="postgres", inode=14)
UNIX = w.listener("", 0, protocol="unix", path="/run/s", pids=(2,), queue=0, inode=15)
ROWS = (UNIX, CLIENT, UNKNOWN, TAKEN, SERVER)


def shown(
    rows: tuple[Socket, ...] = ROWS, wish: Wish | None = None, before: Arranged | None = None, **more: object
) -> Arranged:
    return arrange(table_of(rows, NAMES), wish or Wish(), before=before, **more)  # type: ignore[arg-type]


def inodes(arranged: Arranged) -> list[object]:
    """Return the rows by inode, 0 for a group, and negative for what is gone."""
    told: list[object] = []
    for at in range(len(arranged.entries)):
        row = arranged.row(at)
        if isinstance(row, int):
            told.append(arranged.table.socket(row).inode)
        else:
            told.append(-(row.socket.inode or 0) if isinstance(row, Gone) else 0)
    return told


@pytest.mark.parametrize(
    ("by", "order", "turned"),
    [
        ("port", [11, 12, 14, 13, 15], [15, 13, 14, 12, 11]),
        ("address", [14, 13, 11, 12, 15], [15, 11, 12, 13, 14]),
        ("state", [11, 14, 15, 12, 13], [12, 13, 11, 14, 15]),
        ("queue", [13, 11, 12, 15, 14], [12, 15, 11, 13, 14]),
        ("program", [13, 15, 11, 12, 14], [11, 12, 13, 15, 14]),
        ("pid", [11, 12, 13, 15, 14], [13, 15, 11, 12, 14]),
        ("since", [11, 12, 13, 15, 14], [13, 15, 11, 12, 14]),
        ("peer", [13, 12, 11, 14, 15], [12, 13, 11, 14, 15]),
        ("command", [13, 15, 11, 12, 14], [11, 12, 13, 15, 14]),
    ],
)
def test_sorted_by_any_column_and_what_is_not_known_comes_last(by: Column, order: list[int], turned: list[int]) -> None:
    assert inodes(shown(wish=Wish(by=by))) == order
    assert inodes(shown(wish=Wish(by=by, turned=True))) == turned


def test_addresses_are_sorted_by_their_numbers() -> None:
    texts = ["10.0.0.9", "10.0.0.10", "::", "::1", "::1:0", "2001:db8::1", "fe80::1%eth0", "/run/s"]
    assert sorted(texts, key=address_key) == texts


def test_the_filter_says_what_it_hides_and_what_may_fit_too() -> None:
    seen = shown(wish=Wish(words="nginx"))
    assert inodes(seen) == [11, 12]
    assert (seen.kept, seen.nameless, seen.asks_owner) == (2, 1, True)
    seen = shown(wish=Wish(words=":443"))
    assert (inodes(seen), seen.asks_owner) == ([13], False)
    assert shown(wish=Wish(words="pid=abc")).mistakes


def test_grouped_by_process_and_by_port() -> None:
    seen = shown(wish=Wish(grouping="process"))
    groups = [seen.row(at) for at in range(len(seen.entries))]
    assert [(one.key, len(one.rows), one.listening) for one in groups if isinstance(one, Group)] == [
        (("process", 1), 2, 1),
        (("process", "?"), 1, 1),
        (("process", 2), 2, 1),
    ]
    assert inodes(shown(wish=Wish(grouping="process", opened=frozenset({("process", 1)})))) == [0, 11, 12, 0, 0]
    for turned, order in ((False, [80, 443, 5432, 0]), (True, [5432, 443, 80, 0])):
        ports = shown(wish=Wish(grouping="port", turned=turned))
        keys = [one.key for at in range(4) if isinstance(one := ports.row(at), Group)]
        assert keys == [("port", port) for port in order], "of a client's socket the server's"


def test_new_rows_are_marked_for_three_looks_and_none_at_first() -> None:
    first = shown((SERVER, UNIX))
    assert not any(first.is_new(first.identity(at)) for at in range(2))
    looks = [first]
    for _ in range(4):
        looks.append(shown((SERVER, TAKEN, UNIX), before=looks[-1]))
    marked = [[each.is_new(each.identity(at)) for at in range(3)] for each in looks[1:]]
    assert marked == [[False, True, False]] * 3 + [[False] * 3]


def test_a_row_that_goes_while_it_is_in_sight_stays_in_its_place_for_a_moment_and_under_the_cursor_longer() -> None:
    looks = [shown((SERVER, TAKEN, UNKNOWN, UNIX))]
    held = looks[0].identity(1)

    def after(rows: tuple[Socket, ...], cursor: object) -> list[object]:
        last = looks[-1]
        sight = []
        for at in range(len(last.entries)):
            row = last.row(at)
            socket = row.socket if isinstance(row, Gone) else last.table.socket(row) if isinstance(row, int) else None
            sight.append(Seen(last.identity(at), socket, NAMES))
        looks.append(shown(rows, before=last, sight=sight, held=cursor))
        return inodes(looks[-1])

    for _ in range(3):
        assert after((SERVER, UNIX), held) == [11, -12, -14, 15]
    assert after((SERVER, UNIX), held) == [11, -12, 15]
    assert looks[-1].position(held) == 1
    assert looks[-1].kept == 2
    assert after((SERVER, CLIENT, UNIX), held) == [11, -12, 13, 15]
    assert after((SERVER, CLIENT, UNIX), None) == [11, 13, 15]


def test_what_goes_out_of_sight_leaves_no_trace() -> None:
    first = shown((SERVER, TAKEN, UNKNOWN))
    sight = [Seen(first.identity(0), SERVER, NAMES)]
    assert inodes(shown((SERVER,), before=first, sight=sight)) == [11]


def test_the_place_of_a_row_is_found_again() -> None:
    first = shown((SERVER, TAKEN, UNKNOWN))
    known = first.identity(2)
    assert shown(ROWS, before=first).position(known) == 2
    assert shown(ROWS, Wish(by="address"), before=first).position(known) == 0
    assert shown(ROWS, Wish(words="nginx"), before=first).position(known) is None
    assert shown((SERVER,), before=first).position(known) is None
