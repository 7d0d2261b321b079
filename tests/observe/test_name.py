from __future__ import annotations

import socket
import time
from pathlib import Path

import pytest

from porttui.model.facts import HostsLine, Name, Unseen
from porttui.observe.hosts_file import lines_naming
from porttui.observe.name import look_up
from tests.observe.netns import in_namespace, needs_root

HOSTS = b"127.0.0.1 localhost\n::1 localhost ip6-localhost\n192.0.2.7 Box.example box # the shop\n"


def _staged(host: str, hosts: bytes = HOSTS, resolver: bytes = b"", timeout: float = 4.0) -> Name:
    """Look up a name on a machine with this hosts file and this resolv.conf."""
    files = {"/etc/hosts": hosts, "/etc/resolv.conf": resolver}
    return in_namespace(lambda: look_up(host, timeout), files=files)


@pytest.mark.parametrize(
    ("host", "address"),
    [
        ("127.0.0.1", "127.0.0.1"),
        ("::1", "::1"),
        ("fe80::1%lo", "fe80::1%lo"),
        ("127.1", "127.0.0.1"),
        ("0x7f.1", "127.0.0.1"),
        ("2130706433", "127.0.0.1"),
        ("0", "0.0.0.0"),
    ],
)
def test_an_address_is_taken_as_it_is(host: str, address: str) -> None:
    found = look_up(host)
    assert (found.literal, found.addresses, found.error, found.timed_out) == (True, (address,), None, False)
    assert found.localhost, "localhost is looked up whatever the target is"


@needs_root
def test_localhost_leads_where_the_hosts_file_says_in_getaddrinfos_order() -> None:
    found = _staged("localhost")
    assert found.literal is False
    assert set(found.addresses) == {"127.0.0.1", "::1"}
    assert found.localhost == found.addresses
    assert found.hosts == (
        HostsLine(address="127.0.0.1", names=("localhost",), line=1),
        HostsLine(address="::1", names=("localhost", "ip6-localhost"), line=2),
    )
    assert found.hosts_path == "/etc/hosts"


@needs_root
def test_the_order_is_kept_and_each_address_stands_once() -> None:
    def work() -> tuple[Name, list[str]]:
        answers = socket.getaddrinfo("localhost", None, type=socket.SOCK_STREAM)
        return look_up("localhost"), [str(answer[4][0]) for answer in answers]

    found, asked = in_namespace(work, files={"/etc/hosts": HOSTS + b"127.0.0.1 localhost\n"})
    assert list(found.addresses) == list(dict.fromkeys(asked))


@needs_root
def test_a_name_is_found_without_regard_to_case() -> None:
    found = _staged("BOX")
    assert found.addresses == ("192.0.2.7",)
    assert found.hosts == (HostsLine(address="192.0.2.7", names=("Box.example", "box"), line=3),)


@needs_root
def test_localhost_that_is_missing_leads_nowhere() -> None:
    found = _staged("localhost", hosts=b"# nothing here\n")
    assert (found.addresses, found.localhost, found.hosts) == ((), (), ())
    assert found.error in {"EAI_AGAIN", "EAI_NONAME"}
    assert found.timed_out is False


@needs_root
def test_a_byte_order_mark_makes_the_first_line_unusable_and_shows() -> None:
    found = _staged("localhost", hosts=b"\xef\xbb\xbf127.0.0.1 localhost\n")
    assert found.addresses == ()
    assert found.hosts == (HostsLine(address="\\ufeff127.0.0.1", names=("localhost",), line=1),)


@needs_root
def test_carriage_returns_do_no_harm() -> None:
    found = _staged("localhost", hosts=b"127.0.0.1 localhost\r\n192.0.2.9 other\r\n")
    assert found.addresses == ("127.0.0.1",)
    assert found.hosts == (HostsLine(address="127.0.0.1", names=("localhost",), line=1),)


@needs_root
def test_a_silent_resolver_holds_the_look_no_longer_than_the_timeout() -> None:
    def work() -> tuple[Name, float]:
        with socket.socket(type=socket.SOCK_DGRAM) as resolver:
            resolver.bind(("127.0.0.1", 53))
            began = time.monotonic()
            return look_up("shop.example", 0.4), time.monotonic() - began

    found, took = in_namespace(
        work, files={"/etc/hosts": HOSTS, "/etc/resolv.conf": b"nameserver 127.0.0.1\noptions timeout:20\n"}
    )
    assert (found.error, found.timed_out, found.addresses) == ("EAI_AGAIN", True, ())
    assert set(found.localhost) == {"127.0.0.1", "::1"}, "what answered is kept"
    assert took >= 0.4


@needs_root
def test_no_resolver_is_told_apart_from_no_such_name() -> None:
    def work() -> str | None:
        return look_up("shop.example", 3.0).error

    assert in_namespace(work, files={"/etc/hosts": HOSTS, "/etc/resolv.conf": b"nameserver 127.0.0.1\n"}) == "EAI_AGAIN"


@needs_root
@pytest.mark.parametrize("host", ["a" * 64 + ".example", "bad\0name", "127.0.0.1.", "[::1]"])
def test_what_is_neither_address_nor_name_leads_nowhere(host: str) -> None:
    found = _staged(host)
    assert (found.literal, found.addresses, found.timed_out) == (False, (), False)
    assert found.error in {"EAI_NONAME", "EAI_AGAIN"}


def test_hosts_lines_are_made_printable(tmp_path: Path) -> None:
    path = tmp_path / "hosts"
    path.write_bytes(b"1.2.3.4\x1b[31m evil\x07 box\n")
    assert lines_naming("box", str(path)) == (
        HostsLine(address="1.2.3.4\\x1b[31m", names=("evil\\x07", "box"), line=1),
    )


def test_comments_and_other_names_do_not_count(tmp_path: Path) -> None:
    path = tmp_path / "hosts"
    path.write_bytes(b"#1.2.3.4 box\n1.2.3.4 boxer # box\n\n1.2.3.5\tbox\n")
    assert lines_naming("box", str(path)) == (HostsLine(address="1.2.3.5", names=("box",), line=4),)


def test_a_hosts_file_that_cannot_be_read_is_unseen(tmp_path: Path) -> None:
    found = lines_naming("box", str(tmp_path / "none"))
    assert isinstance(found, Unseen)
    assert "No such file" in found.reason


def test_a_huge_hosts_file_is_read_in_part_and_says_so(tmp_path: Path) -> None:
    path = tmp_path / "hosts"
    path.write_bytes(b"0.0.0.0 advertising.example\n" * 200_000 + b"127.0.0.1 box\n")
    assert isinstance(lines_naming("box", str(path)), Unseen)
    found = lines_naming("advertising.example", str(path))
    assert not isinstance(found, Unseen)
    assert len(found) == 50
