"""The filter language keeps the rows that were meant, in every list."""

from __future__ import annotations

import pytest

from porttui.model.facts import Socket
from porttui.reading import filters
from porttui.reading.tables import table_of
from tests import worlds as w

NODE = {4121: w.node(user="dev")}
"""node server.js on 127.0.0.1:8080, pid 4121."""


def kept(words: str, *rows: Socket) -> list[int]:
    """Return the indexes of the rows that a filter keeps."""
    return filters.read(words).keep(table_of(rows, NODE), filters.lines_of(NODE))


@pytest.mark.parametrize(
    ("words", "keeps"),
    [
        ("8080", True),
        ("4121", True),
        ("80", False),
        (":8080", True),
        (":http-alt", True),
        (":4121", False),
        (":8000-8999", True),
        ("port=8000-8079", False),
        ("NODE", True),
        ("server.js", True),
        ("user=DEV pid=4121", True),
        ("user=1000", True),
        ("user=d", False),
        ("program=node", True),
        ("program=nod", False),
        ("addr=127.0.0.1 port=8080", True),
        ("addr=127.0.0.0/8", True),
        ("addr=127.0.", True),
        ("addr=localhost", True),
        ("addr=10.0.0.0/8", False),
        ("127.0.0.1:8080", True),
        ("127.0.0.1:808", False),
        ("localhost:8080", True),
        ("*:8080", False),
        ("127.0", True),
        ("listen", True),
        ("listening tcp", True),
        ("lis", True),
        ("state=li", True),
        ("established", False),
        ("all", True),
        ("udp", False),
        ("!node", False),
        ("!nginx listen", True),
        ("!:8080", False),
        ("! : pid= !user=", True),
        ("this machine", True),
        ("network", False),
    ],
)
def test_a_listener_has_the_words(words: str, keeps: bool) -> None:
    assert kept(words, w.listener(uid=1000)) == [0] * keeps


def test_both_ends_of_a_connection_count() -> None:
    row = w.listener(state="ESTABLISHED", address="::ffff:10.0.0.1", port=40188, peer="10.0.0.2", peer_port=5432)
    other = w.listener(state="TIME_WAIT", address="fd00::1", port=22, peer="fd00::2", peer_port=1, pids=(), inode=0)
    assert kept(":postgres", row, other) == [0]
    assert kept("addr=10.0.0.1 addr=10.0.0.2 estab", row, other) == [0]
    assert kept("[fd00:0::2]:1 time-wait", row, other) == [1]
    assert kept("!addr=fd00::/64", row, other) == [0]
    assert kept("fd00:", row, other) == [1]


def test_several_states_or_protocols_are_alternatives() -> None:
    rows = [w.listener(state=state, protocol="udp" if state == "UNCONN" else "tcp") for state in ("LISTEN", "UNCONN")]
    assert kept("tcp udp", *rows) == kept("unconn listen", *rows) == [0, 1]
    assert kept("established listen", *rows) == kept("tcp udp listen", *rows) == kept("tcp udp !udp", *rows) == [0]
    assert filters.read("tcp udp :80").protocols() == {"tcp", "udp"}


def test_scopes_paths_and_probable_programs_are_found() -> None:
    rows = (
        w.listener("fe80::1%eth0"),
        Socket(protocol="unix", state="LISTEN", path="/run/Postgres/.s.PGSQL.5432", inode=4),
        w.listener("0.0.0.0", unit="nginx.service", pids=(), owner_by=None),
    )
    assert kept("addr=fe80::1", *rows) == kept("addr=fe80::1%eth0", *rows) == kept("%eth0", *rows) == [0]
    assert kept("/run/postgres", *rows) == kept("unix", *rows) == kept("addr=/run", *rows) == [1]
    assert kept("program=nginx", *rows) == kept("nginx.service", *rows) == kept("*:8080", *rows) == [2]
    assert kept("network", *rows) == [0, 2]


def test_a_part_of_where_a_socket_of_another_network_namespace_is() -> None:
    rows = [w.listener("0.0.0.0", 80), w.listener("0.0.0.0", 80, namespace=4026532281)]
    rows.append(w.listener("0.0.0.0", 80, namespace=4026532282, container="3f2a1b9c0d11"))
    assert [kept(word, *rows) for word in ("network", "net:4026532281", "3f2a1b")] == [[0], [1], [2]]


def test_an_owner_that_is_not_known_has_no_name_and_is_no_reason_to_hide_a_row() -> None:
    unknown = w.listener(pids=(), owner_by=None, user=None, uid=33)
    assert kept("node", unknown) == []
    assert kept("!node !user=dev !pid=4121", unknown) == [0]
    known, other = w.listener(), w.listener(port=80)
    table = table_of([unknown, known, other], NODE)
    for words, may in (("node :8080", [0]), ("node :80", []), ("pid=1 user=33", [0]), ("user=dev", []), ("!node", [])):
        read = filters.read(words)
        assert read.may_fit(table, read.keep(table)) == may, words
    assert filters.read("!node").asks_owner
    assert not filters.read(":80 listen tcp addr=::1").asks_owner


@pytest.mark.parametrize(
    "words",
    [
        "pid=abc",
        "port=nginxx",
        ":70000",
        ":90-80",
        "state=opened",
        "proto=sctp",
        "port=99999999999999999999",
        "adr=::1",
        "foo=bar",
        "addr=bad",
        "127.0.0.1:70000",
        "99999999",
    ],
)
def test_what_no_socket_can_have_is_a_mistake_that_is_told(words: str) -> None:
    read = filters.read(words)
    assert read.mistakes[0].startswith(f"{words}: ")
    assert read.keep(table_of([w.listener()], NODE)) == []
    assert kept(f"!{words}", w.listener()) == [0]


def test_a_word_without_its_value_is_a_mistake_once_nothing_is_typed_any_more() -> None:
    assert filters.read("port= !user= :").mistakes == ()
    assert [each.partition(": ")[0] for each in filters.read("port= !user=", finished=True).mistakes] == [
        "port=",
        "!user=",
    ]
    assert (
        filters.read("port=80 --port=8080 =bar a_b=c 4194304 addr=fd addr=/run addr=10.", finished=True).mistakes == ()
    )


@pytest.mark.parametrize(
    ("words", "keeps"),
    [
        ("127.0.0.1:8080", [0, 1, 3]),
        ("10.1.2.3:8080", [0, 1, 3]),
        ("addr=127.0.0.1:8080", [0, 1, 3]),
        ("[::1]:8080", [1, 2, 3]),
        ("0.0.0.0:8080", [0, 4]),
        ("127.0.0.1:80", []),
        ("!127.0.0.1:8080", [0, 1, 2, 3, 4]),
    ],
)
def test_an_address_with_a_port_finds_the_wildcards_that_take_it(words: str, keeps: list[int]) -> None:
    rows = (
        w.listener("0.0.0.0"),
        w.listener("::", v6only=False),
        w.listener("::", v6only=True),
        w.listener("::", v6only=None),
        w.listener("0.0.0.0", state="BOUND"),
    )
    assert kept(words, *rows) == keeps
