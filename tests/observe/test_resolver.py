"""Whom the system asks for names: the files, and the answers of real servers."""

from __future__ import annotations

import errno
import os
import socket
import threading
from pathlib import Path

import pytest

from porttui.model.facts import Resolver
from porttui.observe.resolver import read_resolver
from tests.observe.netns import in_namespace, needs_root


@needs_root
@pytest.mark.parametrize(("code", "outcome"), [(0, "NOERROR"), (2, "SERVFAIL"), (3, "NXDOMAIN"), (5, "REFUSED")])
def test_an_answer_is_told_by_its_code(code: int, outcome: str, tmp_path: Path) -> None:
    found = _asked(tmp_path, "nameserver 127.0.0.1\n", code)
    assert [(each.name, each.kind, each.outcome) for each in found.replies] == [
        ("db.example", "A", outcome),
        ("db.example", "AAAA", outcome),
    ]


@needs_root
@pytest.mark.parametrize("answer", [b"", b"short", b"\0" * 40])
def test_what_is_no_answer_to_the_question_is_none(answer: bytes, tmp_path: Path) -> None:
    found = _asked(tmp_path, "nameserver 127.0.0.1\n", answer)
    assert {each.outcome for each in found.replies} == {"timeout"}


@needs_root
def test_a_closed_port_is_told_at_once(tmp_path: Path) -> None:
    found = _asked(tmp_path, "nameserver 127.0.0.9\n", 0)
    assert {each.outcome for each in found.replies} == {"ECONNREFUSED"}
    assert all(each.ms < 200 for each in found.replies)


@needs_root
def test_without_a_server_this_machine_is_asked(tmp_path: Path) -> None:
    for text in (
        "",
        "# nameserver 127.0.0.9\nnameserver nonsense\noptions timeout:1\n",
        "\tnameserver 127.0.0.9\n",
        None,
    ):
        found = _asked(tmp_path, text, 2)
        assert (found.servers, {each.server for each in found.replies}) == ((), {"127.0.0.1"})


@needs_root
@pytest.mark.skipif(not os.confstr_names.get("CS_GNU_LIBC_VERSION"), reason="musl takes a Windows line end for a blank")
def test_a_windows_line_end_takes_the_server_away(tmp_path: Path) -> None:
    """As for glibc: strace(1) of getent(1) shows that it asks 127.0.0.1 then."""
    found = _asked(tmp_path, "nameserver 127.0.0.9\r\n", 2)
    assert (found.servers, {each.server for each in found.replies}) == ((), {"127.0.0.1"})


@pytest.mark.skipif(not hasattr(os, "confstr"), reason="Windows has no resolv.conf")
def test_with_musl_a_windows_line_end_is_a_blank(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def confstr(_name: str) -> str:
        raise OSError(errno.EINVAL, "as musl answers")

    monkeypatch.setattr(os, "confstr", confstr)
    (path := tmp_path / "resolv.conf").write_text("nameserver 127.0.0.9\r\n", newline="")
    found = read_resolver("db.example", 0.05, path)
    assert isinstance(found, Resolver)
    assert found.servers == ("127.0.0.9",)


@needs_root
def test_a_short_name_is_asked_for_in_its_domain_too(tmp_path: Path) -> None:
    found = _asked(tmp_path, "nameserver 127.0.0.1\nsearch corp.example other.example\n", 3, host="db")
    assert {each.name for each in found.replies} == {"db.corp.example", "db"}


@needs_root
def test_no_more_servers_are_asked_than_the_c_library_asks(tmp_path: Path) -> None:
    lines = "".join(f"nameserver 127.0.0.{number}\n" for number in range(1, 9))
    found = _asked(tmp_path, lines, 0)
    assert len(found.servers) == 8
    assert {each.server for each in found.replies} == {"127.0.0.1", "127.0.0.2", "127.0.0.3"}


@needs_root
@pytest.mark.parametrize("host", ["a" * 64 + ".example", "bad..name", "x" * 300])
def test_a_name_that_no_server_can_be_asked_for_is_not_asked(host: str, tmp_path: Path) -> None:
    assert _asked(tmp_path, "nameserver 127.0.0.1\n", 0, host=host).replies == ()


@needs_root
def test_the_order_of_the_sources_is_read(tmp_path: Path) -> None:
    found = _asked(tmp_path, "", 2, switch="passwd: files\nhosts:  files resolve [!UNAVAIL=return] dns # as usual\n")
    assert found.hosts == ("files", "resolve", "[!UNAVAIL=return]", "dns")


def _asked(
    folder: Path, text: str | None, code: int | bytes, *, host: str = "db.example", switch: str = ""
) -> Resolver:
    """Ask in a namespace where a server on 127.0.0.1 answers with a code, or with these bytes after the identity."""
    path, sources = folder / "resolv.conf", folder / "nsswitch.conf"
    path.unlink(missing_ok=True)
    if text is not None:
        path.write_text(text)
    sources.write_text(switch)

    def work() -> object:
        with socket.socket(type=socket.SOCK_DGRAM) as server:
            server.bind(("127.0.0.1", 53))
            threading.Thread(target=_serve, args=(server, code), daemon=True).start()
            return read_resolver(host, 0.3, path, sources)

    found = in_namespace(work)
    assert isinstance(found, Resolver)
    return found


def _serve(server: socket.socket, code: int | bytes) -> None:
    while True:
        query, client = server.recvfrom(512)
        if isinstance(code, int):
            server.sendto(query[:2] + bytes((0x81, 0x80 | code)) + query[4:6] + bytes(6) + query[12:], client)
        elif code:
            server.sendto(code, client)
