"""Free ports really bind, and are not ones that somebody else will want."""

from __future__ import annotations

import contextlib
import socket
from collections.abc import Iterator

import pytest

from porttui.model.target import Asked, Question, Target
from porttui.observe import free
from porttui.observe.look import Look
from porttui.observe.observe import observe


@contextlib.contextmanager
def held(address: str) -> Iterator[int]:
    with socket.socket() as server:
        server.bind((address, 0))
        server.listen(1)
        yield int(server.getsockname()[1])


def test_ports_near_the_taken_one_that_bind() -> None:
    with held("127.0.0.1") as port:
        found = free.free_ports(port, ["127.0.0.1"], sysctls={"net.ipv4.ip_local_port_range": "1 2"})
        assert len(found) == 3
        assert all(port < each < port + free._BLOCK or each < 32768 for each in found)
        for each in found:
            with socket.socket() as one:
                one.bind(("127.0.0.1", each))


def test_a_port_held_on_one_of_the_addresses_is_not_free() -> None:
    with held("127.0.0.2") as port:
        assert free.port_error(port, ["127.0.0.1"]) is None
        assert free.port_error(port, ["127.0.0.1", "127.0.0.2"]) == "EADDRINUSE"
        assert free.first_free([port], ["127.0.0.1", "127.0.0.2"]) == ((), "EADDRINUSE")


def test_an_address_that_the_machine_has_not_is_no_obstacle_beside_one_that_it_has() -> None:
    assert free.port_error(20_001, ["192.0.2.1"]) == "EADDRNOTAVAIL"
    found, _ = free.first_free(range(20_000, 20_100), ["127.0.0.1", "192.0.2.1"])
    assert found == (20_000,) or found[0] < 20_100


@pytest.mark.parametrize(("asked", "first"), [(80, 8080), (443, 8443), (5173, 5174), (81, 8081), (5999, 6001)])
def test_the_first_choice_is_the_one_that_people_expect(asked: int, first: int) -> None:
    assert next(iter(free.near(asked, "linux", {}))) == first


def test_source_ports_reserved_ports_and_those_that_browsers_refuse_are_left_out() -> None:
    sysctls = {"net.ipv4.ip_local_port_range": "5000 5999", "net.ipv4.ip_local_reserved_ports": "6001-6005,6010"}
    found = set(free.near(5998, "linux", sysctls))
    assert not found & {*range(5000, 6006), 6010}
    assert 6006 in found
    assert not set(free.near(50_000, "macos", {})) & set(range(49_152, 65_536))


def test_privileged_ports_are_not_offered_where_the_limit_was_raised() -> None:
    found = set(free.near(80, "linux", {"net.ipv4.ip_unprivileged_port_start": "9000"}))
    assert found
    assert min(found) >= 9000


def test_ports_of_well_known_services_and_of_listeners_are_not_offered() -> None:
    offered = free.free_ports(5431, ["127.0.0.1"], used=[5433])
    assert not {5431, 5432, 5433} & set(offered)


def test_the_look_finds_them_when_the_port_is_taken_and_not_when_it_is_free() -> None:
    with held("127.0.0.1") as port:
        taken = list(observe(_asked(port), Look()))[-1]
    assert taken.free_ports
    assert port not in taken.free_ports
    assert list(observe(_asked(port), Look()))[-1].free_ports is None


def _asked(port: int) -> Asked:
    return Asked(target=Target(input="", host="127.0.0.1", port=port), question=Question.BIND)
