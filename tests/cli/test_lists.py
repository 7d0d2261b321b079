"""`sockets`, `who` and `free`, on ports that this test holds."""

from __future__ import annotations

import json
import os
import socket

import pytest

from porttui.cli.listed import Row
from porttui.cli.sockets import table
from porttui.model.facts import Process, Socket, Unseen
from tests.cli.run import closed_port, listener, porttui


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


def test_the_signs_for_what_is_not_known() -> None:
    def row(program: str, **fields: object) -> Row:
        base = {"protocol": "tcp", "state": "LISTEN", "address": "0.0.0.0", "port": 80}
        return Row(socket=Socket(**(base | fields)), processes=_process(program))  # type: ignore[arg-type]

    def _process(name: str) -> tuple[Process, ...]:
        return (Process(pid=7, name=name),) if name else ()

    rows = (
        row("nginx", pids=(7,), owner_by="descriptor", user="root"),
        row("nginx", pids=(7,), owner_by="cgroup", user="www-data", address="127.0.0.1"),
        row("", unit="postgresql@15-main.service", user="postgres", address="::1"),
        row("", uid=33, address="::"),
    )
    unseen = (Unseen(what="owners of 2 sockets", reason="needs root", how_to_see="ss -ltnp", needs_root=True),)
    assert table(rows, unseen).splitlines() == [
        "ADDRESS        PROGRAM        PID   USER       REACHED BY",
        "0.0.0.0:80     nginx          7     root       network",
        "127.0.0.1:80   (nginx)        ?     www-data   this machine",
        "[::1]:80       (postgresql)   ?     postgres   this machine",
        "[::]:80        ?              ?     33         network",
        "",
        "? can't see: needs root     (name) probable: by service or command line",
    ]
    assert "without root" not in table(rows)


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
