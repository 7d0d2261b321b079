"""`sockets`, `who` and `free`, on ports that this test holds."""

from __future__ import annotations

import csv
import json
import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from porttui.cli.sockets import written
from porttui.model.facts import Socket, Unseen
from porttui.model.table import Source
from porttui.reading.tables import table_of
from tests import worlds as w
from tests.cli.run import closed_port, environment, listener, porttui
from tests.system.stage import Namespace


def test_sockets_lists_a_listener_with_its_program() -> None:
    with listener() as port:
        done = porttui("sockets", str(port))
    lines = done.stdout.decode().splitlines()
    assert done.returncode == 0
    assert lines[0].split("   ")[0].strip() == "ADDRESS"
    assert lines[1].startswith(f"127.0.0.1:{port} ")
    assert f" {os.getpid()} " in lines[1]
    assert lines[1].endswith("this machine")


def test_filter_words_all_must_pass() -> None:
    with listener() as one, listener() as two:
        told = json.loads(porttui("sockets", f"pid={os.getpid()}", f"!{two}", "--json").stdout)
        assert one in [row["port"] for row in told]
        assert two not in [row["port"] for row in told]
        assert all(row["pids"] == [os.getpid()] for row in told)


def test_nothing_that_passes_is_an_empty_array_and_no_error() -> None:
    done = porttui("sockets", "no-such-word-anywhere", "--json")
    assert (done.returncode, json.loads(done.stdout)) == (0, [])
    assert b"no listener passes the filter" in done.stderr


def test_other_network_namespaces_are_listed_on_request() -> None:
    with Namespace() as stage:
        server = stage.listen()
        number = Path(f"/proc/{stage.pid}/ns/net").stat().st_ino
        words = (f"port={server.port}", "--json")
        here, there = (json.loads(porttui("sockets", *words, *more).stdout) for more in ((), ("--namespaces",)))
        named = json.loads(porttui("sockets", f"net:{number}", "--json").stdout)
        text = porttui("sockets", str(server.port), "--namespaces").stdout.decode().splitlines()
        who = porttui("who", str(server.port)).stdout.decode().splitlines()
    assert here == []
    assert named == there, "who names a namespace asks for it"
    assert porttui("sockets", "--exposed", f"net:{number}").returncode == 2, "and is not told that nothing is open"
    assert [(row["namespace"], row["pids"], row["reached_by"]) for row in there] == [
        (number, [server.pid], f"net:{number}")
    ]
    assert [line.split() for line in who if "network" in line] == [
        ["network", "another", "namespace,", f"net:{number}"]
    ]
    assert text[1].endswith(f" net:{number}"), "127.0.0.1 there is not that of this machine"


def test_a_word_for_a_state_shows_connections_too() -> None:
    with listener() as port, socket.create_connection(("127.0.0.1", port)):
        plain = porttui("sockets", f":{port}").stdout.decode()
        every = porttui("sockets", f":{port}", "all").stdout.decode().splitlines()
        rows = list(csv.DictReader(porttui("sockets", f":{port}", "estab", "--csv").stdout.decode().splitlines()))
        told = json.loads(porttui("sockets", f":{port}", "established", "--json").stdout)
    assert len(plain.splitlines()) == 2
    assert every[0].split() == ["ADDRESS", "PROTO", "STATE", "PROGRAM", "PID", "USER", "REACHED", "BY/PEER"]
    assert sorted(line.split()[2] for line in every[1:4]) == ["ESTABLISHED", "ESTABLISHED", "LISTEN"]
    assert len(rows) == len(told) == 2
    assert {(int(row["port"]), int(row["peer_port"])) for row in rows} == {
        (row["port"], row["peer_port"]) for row in told
    }
    ours = next(row for row in rows if row["pids"])
    assert (ours["pids"], ours["program_certain"]) == (str(os.getpid()), "true")
    waiting = next(row for row in rows if row["port"] == str(port))
    assert (waiting["program"], waiting["pids"]) == ("-", "")  # nobody has accepted it


def test_a_word_that_no_socket_can_have_is_a_mistake_of_the_user() -> None:
    done = porttui("sockets", "pid=abc")
    assert (done.returncode, done.stdout) == (2, b"")
    assert b"pid=abc: a pid is a number" in done.stderr


@pytest.mark.parametrize("form", ["text", "json"])
def test_watch_tells_into_a_pipe_what_comes_and_goes(form: str) -> None:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        port = one.getsockname()[1]
        watching = subprocess.Popen(
            [sys.executable, "-m", "porttui", "sockets", f"port={port}", "--watch", *["--json"] * (form == "json")],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=environment(),
        )
        with watching:
            assert watching.stdout is not None
            assert watching.stderr is not None
            assert b"watching 0 sockets" in watching.stderr.readline()
            one.listen()
            came = watching.stdout.readline().decode()
            one.close()
            went = watching.stdout.readline().decode()
            watching.send_signal(signal.SIGINT)
            assert watching.wait() == 130
    for line, change in ((came, "new"), (went, "gone")):
        if form == "json":
            told = json.loads(line)
            assert (told["change"], told["port"], told["pids"]) == (change, port, [os.getpid()])
        else:
            assert line.split()[1:5] == [change, f"127.0.0.1:{port}", "tcp", "LISTEN"]


def test_the_signs_for_what_is_not_known() -> None:
    base = {"protocol": "tcp", "state": "LISTEN", "address": "0.0.0.0", "port": 80}
    rows = [
        Socket(**(base | fields))  # type: ignore[arg-type]
        for fields in (
            {"pids": (7,), "owner_by": "descriptor", "uid": 0, "user": "root"},
            {"pids": (7,), "owner_by": "cgroup", "uid": 33, "user": "www-data", "address": "127.0.0.1"},
            {"unit": "postgresql@15-main.service", "uid": 70, "user": "postgres", "address": "::1"},
            {"uid": 34, "address": "::", "device": "eth0"},
        )
    ]
    owners = Unseen(what="owners of 2 sockets", reason="needs root", how_to_see="ss -ltnp", needs_root=True)
    names = {7: w.node(pid=7, name="nginx")}
    for unseen, last in (((owners,), "? can't see: needs root     "), ((), "? can't see     ")):
        table = table_of(rows, names, Source(at=w.AT, unseen=unseen))
        assert str(written(table, range(4), "text")).splitlines() == [
            "ADDRESS        PROGRAM        PID   USER       REACHED BY",
            "0.0.0.0:80     nginx          7     root       network",
            "127.0.0.1:80   (nginx)        ?     www-data   this machine",
            "[::1]:80       (postgresql)   ?     postgres   this machine",
            "[::]:80        ?              ?     34         network, by eth0",
            "",
            f"{last}(name) probable: by service or command line",
        ]


def test_who_names_the_process_and_its_command() -> None:
    with listener() as port:
        done = porttui("who", str(port))
        told = json.loads(porttui("who", f"127.0.0.1:{port}", "--json").stdout)
    text = done.stdout.decode()
    assert done.returncode == 0
    assert text.startswith(f"127.0.0.1:{port}  LISTEN  ")
    assert f"  pid      {os.getpid()} " in text
    assert "  command  " in text
    assert told[0]["processes"][0]["pid"] == os.getpid()


def test_who_tells_two_sockets_of_the_same_program_once() -> None:
    with socket.socket() as one, socket.socket() as two:
        for each in (one, two):
            each.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
            each.bind(one.getsockname() if each is two else ("127.0.0.1", 0))
            each.listen()
        port = one.getsockname()[1]
        text = porttui("who", str(port)).stdout.decode()
    assert text.count(f"127.0.0.1:{port}  LISTEN") == 1
    assert text.splitlines()[0].endswith(", 2 sockets")


def test_who_says_nobody_with_exit_1() -> None:
    port = closed_port()
    done = porttui("who", str(port))
    assert (done.returncode, done.stdout) == (1, f"Nobody holds port {port} here.\n".encode())
    empty = porttui("who", str(port), "--json")
    assert (empty.returncode, json.loads(empty.stdout)) == (1, [])


def test_free_prints_a_port_that_binds() -> None:
    done = porttui("free")
    assert done.returncode == 0
    with socket.socket() as one:
        one.bind(("127.0.0.1", int(done.stdout)))


def test_free_says_who_has_the_port() -> None:
    with listener() as port:
        done = porttui("free", str(port))
        told = json.loads(porttui("free", str(port), "--json").stdout)
    text = done.stdout.decode()
    assert done.returncode == 1
    assert text.startswith(f"Port {port} cannot be bound: EADDRINUSE.\n")
    assert f"pid {os.getpid()}" in text
    assert told[0]["free"] is False


def test_free_means_tcp_and_says_who_has_the_port_of_udp() -> None:
    with socket.socket(type=socket.SOCK_DGRAM) as one:
        one.bind(("127.0.0.1", 0))
        port = one.getsockname()[1]
        done = porttui("free", str(port))
    assert (done.returncode, done.stdout) == (0, f"{port}\n".encode())
    assert f"{port} is free for TCP; UDP is apart, and has 127.0.0.1:{port} UNCONN" in done.stderr.decode()
    assert f"pid {os.getpid()}" in done.stderr.decode()


def test_free_takes_the_first_of_a_range() -> None:
    with listener() as port:
        high = min(port + 50, 65535)
        found = int(porttui("free", f"{port}-{high}").stdout)
        assert port < found <= high


@pytest.mark.parametrize("asked", ["1", ":1"])
def test_free_of_a_port_under_1024_needs_the_right(asked: str) -> None:
    done = porttui("free", asked)
    assert done.returncode in {0, 1}
    assert done.stderr == b""
