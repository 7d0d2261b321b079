"""A redirect to elsewhere is told and not followed: no packet leaves, not even to ask for a name."""

from __future__ import annotations

import sys
from collections.abc import Iterator

import pytest

from tests.hostile import talks
from tests.system.stage import ADDRESS, Namespace

_SERVER = """
import socket, sys
answer = bytes.fromhex(sys.argv[1])
with socket.socket() as listener:
    listener.bind(("127.0.0.1", 0))
    listener.listen()
    print(listener.getsockname()[1], flush=True)
    while True:
        connection, _ = listener.accept()
        with connection:
            connection.recv(65536)
            connection.sendall(answer)
"""
_COUNTER = """table inet watch {
    counter leaving { }
    chain output { type filter hook output priority -300; oifname != "lo" counter name leaving; }
}"""
_PLACES = {
    "an address": b"http://203.0.113.9/",
    "https": b"https://203.0.113.9/",
    "no scheme": b"//203.0.113.9:8080/x",
    "IPv6": b"http://[2001:db8::1]/",
    "a name": b"http://elsewhere.example/",
    "another scheme": b"ftp://203.0.113.9/",
    "user and password": b"http://127.0.0.1@203.0.113.9/",
    "escapes": b"http://203.0.113.9/" + talks.BIDI.encode() + b"\x9b31m[/oops]",
    "a long one": b"http://203.0.113.9/" + b"x" * 50_000,
}


@pytest.fixture(scope="module")
def stage() -> Iterator[Namespace]:
    """A network namespace with a way out, on which packets are counted."""
    with Namespace(lan=True) as one:
        one.run("ip", "route", "add", "default", "dev", "lan0", "src", ADDRESS)
        one.nft(_COUNTER)
        yield one


def _left(stage: Namespace) -> int:
    told = stage.run("nft", "list", "counter", "inet", "watch", "leaving")
    return int(told.partition("packets ")[2].split()[0])


@pytest.mark.system
@pytest.mark.parametrize("place", _PLACES.values(), ids=_PLACES.keys())
def test_a_redirect_to_elsewhere_is_not_followed(stage: Namespace, place: bytes) -> None:
    answer = talks.page(b"", b"Location: " + place, status=b"302 Found")
    server = stage.popen(sys.executable, "-I", "-S", "-c", _SERVER, answer.hex())
    assert server.stdout is not None
    port = int(server.stdout.readline())
    before = _left(stage)
    told = stage.check(f"http://127.0.0.1:{port}/", "--timeout", "1.5", "--settle", "0")
    assert _left(stage) == before
    assert told.status in {0, 1}, told
    (said,) = told.report["facts"]["exchanges"]
    assert said["http"]["status"] == 302
    location = dict(said["http"]["headers"])["location"]
    assert location.startswith(place.decode("ascii", "ignore")[:19])
    assert len(location) <= 1000


@pytest.mark.system
def test_packets_that_leave_are_counted(stage: Namespace) -> None:
    before = _left(stage)
    stage.check("http://203.0.113.9/", "--timeout", "1.2", "--settle", "0")
    assert _left(stage) > before
