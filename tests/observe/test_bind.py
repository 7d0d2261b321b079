from __future__ import annotations

import socket
from pathlib import Path

import pytest

from porttui.model.facts import BindTry
from porttui.observe.bind import try_binds
from tests.observe.netns import NOBODY, as_both, become, free_port, in_child, in_namespace, listen, needs_root, sh


def _errors(tries: tuple[BindTry, ...]) -> list[str | None]:
    return [one.error for one in tries]


def test_a_free_port_binds_both_ways_and_is_given_back() -> None:
    port = free_port()
    assert try_binds(["127.0.0.1"], port) == (
        BindTry(address="127.0.0.1", port=port, reuse_address=False),
        BindTry(address="127.0.0.1", port=port, reuse_address=True),
    )
    with listen(port=port) as server:
        assert server.getsockname()[1] == port


@needs_root
@pytest.mark.parametrize(
    ("listener", "taken", "free"),
    [
        ("127.0.0.1", ["127.0.0.1", "0.0.0.0", "::"], ["127.0.0.2", "::1"]),
        ("0.0.0.0", ["127.0.0.1", "127.0.0.2", "0.0.0.0", "::"], ["::1"]),
        ("::", ["127.0.0.1", "0.0.0.0", "::", "::1"], []),
        ("::1", ["::1", "::"], ["127.0.0.1", "0.0.0.0"]),
    ],
)
def test_a_listener_takes_what_it_covers(listener: str, taken: list[str], free: list[str]) -> None:
    def work() -> tuple[list[str | None], list[str | None]]:
        with listen(listener) as server:
            port = server.getsockname()[1]
            return _errors(try_binds(taken, port)), _errors(try_binds(free, port))

    refused, granted = in_namespace(work)
    assert set(refused) == {"EADDRINUSE"}, "SO_REUSEADDR does not help against a listener"
    assert set(granted) <= {None}


@needs_root
def test_the_ipv6_wildcard_is_tried_as_the_system_makes_it() -> None:
    def work() -> list[str | None]:
        Path("/proc/sys/net/ipv6/bindv6only").write_text("1", "utf-8")
        with listen("127.0.0.1") as server:
            return _errors(try_binds(["::"], server.getsockname()[1]))

    assert in_namespace(work) == [None, None]


@needs_root
def test_time_wait_yields_to_so_reuseaddr_only() -> None:
    def work() -> list[str | None]:
        server = socket.socket()
        server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        server.bind(("127.0.0.1", 0))
        server.listen()
        port = server.getsockname()[1]
        with socket.create_connection(("127.0.0.1", port)) as client:
            accepted, _ = server.accept()
            accepted.close()  # the side that closes first keeps TIME_WAIT
            assert client.recv(1) == b""
        server.close()
        return _errors(try_binds(["127.0.0.1"], port))

    assert in_namespace(work) == ["EADDRINUSE", None]


@needs_root
def test_a_low_port_is_denied_to_an_ordinary_user() -> None:
    def work() -> list[str | None]:
        become(NOBODY)
        return _errors(try_binds(["127.0.0.1"], 81))

    assert in_namespace(work) == ["EACCES", "EACCES"]


@needs_root
@as_both
def test_an_address_of_another_machine_is_not_available(uid: int) -> None:
    def work() -> list[str | None]:
        become(uid)
        return _errors(try_binds(["198.51.100.1", "2001:db8::1", "fe80::1%nope", "fe80::1"], 8080))

    assert in_namespace(work)[::2] == ["EADDRNOTAVAIL", "EADDRNOTAVAIL", "ENODEV", "EINVAL"]


@needs_root
def test_a_link_local_address_binds_with_its_scope() -> None:
    def work() -> list[str | None]:
        sh("ip link add lan0 type veth peer name lan1", "ip link set lan0 up", "ip link set lan1 up")
        sh("ip addr add fe80::77/64 dev lan0 nodad")
        return _errors(try_binds(["fe80::77%lan0"], 8080))

    assert in_namespace(work) == [None, None]


def test_a_running_server_notices_nothing() -> None:
    with listen() as server:
        port = server.getsockname()[1]
        assert set(_errors(try_binds(["127.0.0.1", "0.0.0.0"], port))) == {"EADDRINUSE"}
        with socket.create_connection(("127.0.0.1", port)):
            accepted, _ = server.accept()
            accepted.close()


def test_every_error_is_an_answer() -> None:
    def work() -> list[str | None]:
        import resource

        used = max(int(entry.name) for entry in Path("/proc/self/fd").iterdir())
        resource.setrlimit(resource.RLIMIT_NOFILE, (0, used + 1))
        return _errors(try_binds(["127.0.0.1"], 8080))

    assert in_child(work) == ["EMFILE", "EMFILE"]


def test_a_name_never_reaches_a_socket_call() -> None:
    with pytest.raises(ValueError, match="localhost"):
        try_binds(["localhost"], 80)
