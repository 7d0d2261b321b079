"""Every row of the table of outcomes, staged in a private network namespace, as root and as nobody."""

from __future__ import annotations

import resource
import socket
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from porttui.model.facts import Attempt, Counters, Icmp
from porttui.observe.connect import attempts, no_counters
from porttui.observe.connection import OPEN, Connection, wait
from porttui.observe.linux.counters import read_counters
from tests.observe.holder import wait_until
from tests.observe.netns import (
    as_both,
    become,
    free_port,
    in_child,
    in_namespace,
    listen,
    needs_root,
    nft,
    sh,
    tcp_rule,
)

V4, V6 = "127.0.0.1", "::1"
LONG_ENOUGH = 1.3
"""Seconds: the first retransmission comes after one."""


def try_connect(address: str, port: int, *, timeout: float, counters: Callable[[], Counters] = no_counters) -> Attempt:
    """Try one address."""
    (found,) = attempts([address], port, timeout=timeout, counters=counters)
    return found


def _try(address: str, port: int, uid: int = 0, timeout: float = LONG_ENOUGH) -> Attempt:
    become(uid)
    return try_connect(address, port, timeout=timeout, counters=read_counters)


def _behind(hook: str, rule: str, address: str, uid: int) -> Callable[[], Attempt]:
    """Return work that connects to a listener to which a rule applies."""

    def work() -> Attempt:
        with listen(address) as server:
            port = server.getsockname()[1]
            nft(tcp_rule(hook, f"tcp dport {port} {rule}"))
            return _try(address, port, uid)

    return work


def _ip(address: str) -> str:
    return "Ip6" if ":" in address else "Ip"


@needs_root
@as_both
@pytest.mark.parametrize("address", [V4, V6, "0.0.0.0", "::"])
def test_the_kernels_refusal_is_counted_once_a_try(address: str, uid: int) -> None:
    found = in_namespace(lambda: _try(address, free_port(address), uid))
    assert (found.outcome, found.immediate, found.icmp, found.tries) == ("ECONNREFUSED", False, None, 5)
    assert found.burst["Tcp.OutRsts"] == 5
    assert found.burst == found.whole
    assert found.ms < 500


@needs_root
@as_both
@pytest.mark.parametrize("address", [V4, V6])
def test_a_reset_by_a_rule_on_input_is_not_counted_as_the_kernels(address: str, uid: int) -> None:
    found = in_namespace(_behind("input", "reject with tcp reset", address, uid))
    assert (found.outcome, found.immediate, found.icmp, found.tries) == ("ECONNREFUSED", False, None, 5)
    assert "Tcp.OutRsts" not in found.burst
    assert found.burst[f"{_ip(address)}.InReceives"] == 10
    assert found.burst[f"{_ip(address)}.InDelivers"] == 5


@needs_root
@as_both
def test_a_reset_by_a_rule_on_output_never_left(uid: int) -> None:
    found = in_namespace(_behind("output", "reject with tcp reset", V4, uid))
    assert (found.outcome, found.icmp, found.tries) == ("ECONNREFUSED", None, 5)
    assert "Tcp.OutRsts" not in found.burst
    assert (found.burst["Ip.OutRequests"], found.burst["Ip.OutTransmits"]) == (10, 5)


@needs_root
@as_both
@pytest.mark.parametrize("hook", ["input", "output"])
@pytest.mark.parametrize(
    ("rule", "address", "outcome", "kind", "code"),
    [
        ("reject", V4, "ECONNREFUSED", 3, 3),
        ("reject with icmp type admin-prohibited", V4, "EHOSTUNREACH", 3, 13),
        ("reject with icmp type host-prohibited", V4, "EHOSTUNREACH", 3, 10),
        ("reject with icmp type host-unreachable", V4, "EHOSTUNREACH", 3, 1),
        ("reject with icmp type net-unreachable", V4, "ENETUNREACH", 3, 0),
        ("reject with icmp type net-prohibited", V4, "ENETUNREACH", 3, 9),
        ("reject with icmp type prot-unreachable", V4, "ENOPROTOOPT", 3, 2),
        ("reject", V6, "ECONNREFUSED", 1, 4),
        ("reject with icmpv6 type admin-prohibited", V6, "EACCES", 1, 1),
        ("reject with icmpv6 type no-route", V6, "ENETUNREACH", 1, 0),
        ("reject with icmpv6 type addr-unreachable", V6, "EHOSTUNREACH", 1, 3),
    ],
)
def test_an_icmp_reject_names_type_code_and_sender(  # noqa: PLR0917
    uid: int, hook: str, rule: str, address: str, outcome: str, kind: int, code: int
) -> None:
    found = in_namespace(_behind(hook, rule, address, uid))
    assert found.outcome == outcome
    assert found.icmp == Icmp(version=6 if address == V6 else 4, type=kind, code=code, sender=address)
    assert (found.tries, found.immediate) == (1, False)
    assert found.ms < 500, "an ICMP answer on loopback comes at once, not with the retransmission"


@needs_root
@as_both
@pytest.mark.parametrize("address", [V4, V6])
def test_a_drop_on_input_is_received_and_not_delivered(address: str, uid: int) -> None:
    found = in_namespace(_behind("input", "drop", address, uid))
    ip = _ip(address)
    assert (found.outcome, found.icmp, found.tries) == ("timeout", None, 4)
    assert (found.burst[f"{ip}.OutTransmits"], found.burst[f"{ip}.InReceives"]) == (4, 4)
    assert f"{ip}.InDelivers" not in found.burst
    assert found.whole["TcpExt.TCPSynRetrans"] == 1
    assert "TcpExt.TCPRetransFail" not in found.whole


@needs_root
@as_both
@pytest.mark.parametrize("address", [V4, V6])
def test_a_drop_on_output_is_never_transmitted(address: str, uid: int) -> None:
    found = in_namespace(_behind("output", "drop", address, uid))
    ip = _ip(address)
    assert (found.outcome, found.icmp, found.tries) == ("timeout", None, 4)
    assert found.burst[f"{ip}.OutRequests"] == 4
    assert not {f"{ip}.OutTransmits", f"{ip}.InReceives"} & found.burst.keys()
    assert found.whole["TcpExt.TCPRetransFail"] == 1


@needs_root
@as_both
def test_a_full_queue_overflows_once_a_packet(uid: int) -> None:
    def work() -> Attempt:
        with listen(backlog=0) as server, socket.create_connection(server.getsockname()):
            return _try(V4, server.getsockname()[1], uid)

    found = in_namespace(work)
    assert (found.outcome, found.tries) == ("timeout", 4)
    assert (found.burst["TcpExt.ListenOverflows"], found.burst["TcpExt.ListenDrops"]) == (4, 4)
    assert found.burst["Ip.InDelivers"] == 4


@needs_root
@as_both
def test_packets_vanish_in_a_loopback_that_went_down(uid: int) -> None:
    def work() -> Attempt:
        with listen() as server:
            sh("ip link set lo down")
            return _try(V4, server.getsockname()[1], uid)

    found = in_namespace(work)
    assert (found.outcome, found.tries) == ("timeout", 4)
    assert found.burst["Ip.OutTransmits"] == 4
    assert "Ip.InReceives" not in found.burst


@needs_root
@as_both
def test_a_loopback_that_was_never_up_has_no_route(uid: int) -> None:
    def work() -> tuple[Attempt, ...]:
        become(uid)
        return attempts([V4, V6], 9, timeout=LONG_ENOUGH, counters=read_counters)

    found = in_namespace(work, loopback=False)
    assert [(one.outcome, one.immediate, one.tries) for one in found] == [
        ("ENETUNREACH", True, 1),
        ("EADDRNOTAVAIL", True, 1),
    ]
    assert found[0].whole == {"Ip.OutNoRoutes": 1}
    assert (found[0].source, found[0].source_port) == ("", 0)


@needs_root
def test_an_address_taken_from_loopback_has_no_route() -> None:
    def work() -> Attempt:
        sh("ip addr del 127.0.0.1/8 dev lo")
        return _try(V4, 9)

    found = in_namespace(work)
    assert (found.outcome, found.immediate) == ("ENETUNREACH", True)


@needs_root
@as_both
def test_ipv6_that_is_disabled_has_no_source_address(uid: int) -> None:
    def work() -> Attempt:
        Path("/proc/sys/net/ipv6/conf/all/disable_ipv6").write_text("1", "utf-8")
        return _try(V6, 9, uid)

    found = in_namespace(work)
    assert (found.outcome, found.immediate) == ("EADDRNOTAVAIL", True)


@needs_root
@as_both
@pytest.mark.parametrize(
    ("kind", "outcome"), [("blackhole", "EINVAL"), ("prohibit", "EACCES"), ("unreachable", "EHOSTUNREACH")]
)
def test_a_blocking_route_refuses_before_any_packet(kind: str, outcome: str, uid: int) -> None:
    def work() -> Attempt:
        sh(f"ip route add {kind} 198.51.100.1")
        return _try("198.51.100.1", 9, uid)

    found = in_namespace(work)
    assert (found.outcome, found.immediate, found.icmp, found.whole) == (outcome, True, None, {})


@needs_root
def test_a_neighbour_that_does_not_answer_is_reported_by_ourselves_after_seconds() -> None:
    def work() -> Attempt:
        sh("ip link add lan0 type veth peer name lan1", "ip addr add 198.51.100.1/24 dev lan0")
        sh("ip link set lan0 up", "ip link set lan1 up")
        return _try("198.51.100.2", 9, timeout=5.0)

    found = in_namespace(work)
    assert (found.outcome, found.immediate) == ("EHOSTUNREACH", False)
    assert found.icmp == Icmp(version=4, type=3, code=1, sender="198.51.100.1")
    assert 2000 < found.ms < 4900


@pytest.mark.parametrize(("asked", "bound"), [(V4, V4), ("0.0.0.0", V4), (V6, V6)])
def test_an_open_connection_tells_both_ends_and_sends_nothing(asked: str, bound: str) -> None:
    with listen(bound) as server:
        found = try_connect(asked, server.getsockname()[1], timeout=2.0)
        accepted, client = server.accept()[:2]
        with accepted:
            accepted.settimeout(5)
            assert accepted.recv(1) == b"", "closed in order, without a byte"
    assert (found.outcome, found.tries, found.immediate, found.self_connected) == ("open", 1, False, False)
    assert (found.source, found.source_port) == client[:2]
    assert found.peer == bound


@needs_root
def test_link_local_addresses_need_and_get_their_scope() -> None:
    def told(*command: str) -> str:
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout

    def work() -> tuple[Attempt, ...]:
        sh("ip link add lan0 type veth peer name lan1", "ip link set lan0 up", "ip link set lan1 up")
        sh("ip addr add fe80::77/64 dev lan0 nodad")
        wait_until(
            lambda: "tentative" not in told("ip", "-6", "addr", "show", "dev", "lan0")
        )  # the kernel sets up the other address of lan0 beside us
        with socket.socket(socket.AF_INET6) as server:
            server.bind(("fe80::77", 0, 0, socket.if_nametoindex("lan0")))
            server.listen()
            port = server.getsockname()[1]
            return attempts(["fe80::77%lan0", "fe80::77", "fe80::77%nope"], port, timeout=10.0)

    scoped, bare, unknown = in_namespace(work)
    assert (scoped.outcome, scoped.peer, scoped.source) == ("open", "fe80::77%lan0", "fe80::77%lan0")
    assert (bare.outcome, bare.immediate) == ("EINVAL", True)
    assert (unknown.outcome, unknown.immediate) == ("ENODEV", True)


@needs_root
def test_a_socket_connected_to_itself_is_seen_and_leaves_nothing_on_the_port() -> None:
    def work() -> tuple[Attempt, str]:
        Path("/proc/sys/net/ipv4/ip_local_port_range").write_text("40001 40001", "utf-8")
        found = _try(V4, 40001)
        return found, Path("/proc/net/tcp").read_text("utf-8")

    found, table = in_namespace(work)
    assert (found.outcome, found.self_connected, found.peer) == ("open", True, found.source)
    assert len(table.splitlines()) == 1, "a TIME_WAIT here would keep a server from its port"


@needs_root
def test_exhausted_source_ports_are_told_at_once() -> None:
    def work() -> Attempt:
        with listen(port=1000) as server, socket.create_connection(server.getsockname(), source_address=(V4, 40001)):
            Path("/proc/sys/net/ipv4/ip_local_port_range").write_text("40001 40001", "utf-8")
            return _try(V4, 1000)

    found = in_namespace(work)
    assert (found.outcome, found.immediate, found.tries) == ("EADDRNOTAVAIL", True, 1)


def test_a_process_without_descriptors_says_so() -> None:
    def work() -> Attempt:
        used = max(int(entry.name) for entry in Path("/proc/self/fd").iterdir())
        resource.setrlimit(resource.RLIMIT_NOFILE, (0, used + 1))
        return try_connect(V4, 9, timeout=1.0)

    found = in_child(work)
    assert (found.outcome, found.immediate) == ("EMFILE", True)


@needs_root
def test_silent_addresses_are_waited_for_together_and_answers_do_not_wait() -> None:
    def work() -> tuple[tuple[Attempt, ...], float]:
        with listen() as server:
            port = server.getsockname()[1]
            nft(tcp_rule("input", f"ip daddr {{ 127.0.0.5, 127.0.0.6, 127.0.0.7 }} tcp dport {port} drop"))
            began = time.monotonic()
            found = attempts(
                ["127.0.0.5", "127.0.0.6", V4, "127.0.0.9", "127.0.0.7"],
                port,
                timeout=LONG_ENOUGH,
                counters=read_counters,
            )
            return found, time.monotonic() - began

    found, took = in_namespace(work)
    assert [one.outcome for one in found] == ["timeout", "timeout", "open", "ECONNREFUSED", "timeout"]
    assert [one.tries for one in found] == [4, 4, 1, 5, 4]
    assert found[2].ms < 200
    assert took < 2 * LONG_ENOUGH
    silent = [one for one in found if one.outcome == "timeout"]
    assert all(one.burst["Ip.InReceives"] == 4 and one.burst["Tcp.ActiveOpens"] == 4 for one in silent)
    assert all(LONG_ENOUGH * 1000 <= one.ms < LONG_ENOUGH * 1000 + 250 for one in silent)


@needs_root
def test_an_address_elsewhere_is_tried_once() -> None:
    def work() -> list[Attempt]:
        with listen() as server:
            port = server.getsockname()[1]
            nft(tcp_rule("input", f"ip daddr 127.0.0.5 tcp dport {port} drop"))
            closed = free_port()
            return [
                *attempts(["127.0.0.5"], port, timeout=0.3, counters=read_counters, role="elsewhere"),
                *attempts([V4], closed, timeout=0.3, counters=read_counters, role="elsewhere"),
            ]

    found = in_namespace(work)
    assert [(one.outcome, one.tries, one.role) for one in found] == [
        ("timeout", 1, "elsewhere"),
        ("ECONNREFUSED", 1, "elsewhere"),
    ]
    assert [one.whole["Tcp.ActiveOpens"] for one in found] == [1, 1]


@needs_root
def test_a_server_that_comes_up_between_the_tries_is_open() -> None:
    def work() -> Attempt:
        port = free_port()
        readings: list[Counters] = []
        servers: list[socket.socket] = []

        def counters() -> Counters:
            readings.append(read_counters())
            if len(readings) == 2:  # the first refusal is over
                servers.append(listen(port=port))
            return readings[-1]

        return try_connect(V4, port, timeout=2.0, counters=counters)

    found = in_namespace(work)
    assert (found.outcome, found.tries, found.peer) == ("open", 2, V4)
    assert found.burst["Tcp.OutRsts"] == 1


@needs_root
def test_a_server_that_answers_the_retransmission_is_open_after_a_second() -> None:
    def work() -> Attempt:
        with listen() as server:
            port = server.getsockname()[1]
            nft(tcp_rule("input", f"tcp dport {port} limit rate 1/minute burst 4 packets drop"))
            return _try(V4, port, timeout=3.0)

    found = in_namespace(work)
    assert (found.outcome, found.tries) == ("open", 4)
    assert 900 < found.ms < 2500


def test_works_where_there_are_no_counters() -> None:
    found = try_connect(V4, free_port(), timeout=1.0, counters=no_counters)
    assert (found.outcome, found.burst, found.whole) == ("ECONNREFUSED", {}, {})


def test_a_name_never_reaches_a_socket_call() -> None:
    with pytest.raises(ValueError, match="localhost"):
        try_connect("localhost", 80, timeout=1.0)


def test_nothing_stays_open_when_the_look_is_broken_off() -> None:
    readings: list[int] = []

    def counters() -> Counters:
        readings.append(1)
        if len(readings) == 2:
            raise KeyboardInterrupt
        return {}

    with listen() as server:
        before = {entry.name for entry in Path("/proc/self/fd").iterdir()}
        with pytest.raises(KeyboardInterrupt) as raised:
            try_connect(V4, server.getsockname()[1], timeout=2.0, counters=counters)
        assert raised.traceback, "the frames are alive, so nothing was closed by the garbage collector"
        assert {entry.name for entry in Path("/proc/self/fd").iterdir()} <= before


def test_a_reset_that_comes_before_the_look_is_that_of_an_open_connection() -> None:
    """A server may take a connection and reset it in less time than poll(2) takes to return."""
    with socket.create_server((V4, 0)) as server:
        connection = Connection(V4, server.getsockname()[1])
        accepted, _ = server.accept()
        accepted.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
        accepted.close()
        wait((connection,), time.monotonic() + 1)
    assert (connection.outcome, connection.socket) == (OPEN, None)
