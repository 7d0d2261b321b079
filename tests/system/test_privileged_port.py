"""privileged-port: the port is under ip_unprivileged_port_start, and the right to bind it is missing."""

from __future__ import annotations

import pytest

from tests.system.expect import EVERYBODY, expect_fault, expect_healthy
from tests.system.people import Person
from tests.system.stage import Namespace

pytestmark = pytest.mark.system
_WITHOUT = {
    Person.ROOT: ("setpriv", "--bounding-set=-net_bind_service", "--inh-caps=-net_bind_service"),
    Person.NOBODY: (),
}
"""Root too may lack the one capability that counts (capabilities(7), CAP_NET_BIND_SERVICE)."""


@EVERYBODY
def test_the_right_is_missing(person: Person) -> None:
    with Namespace() as stage:
        answer = stage.check("127.0.0.1:81", "--bind", person=person, through=_WITHOUT[person])
    expect_fault(answer, "privileged-port", "bind", 81, person)


def test_root_may_bind_it() -> None:
    with Namespace() as stage:
        expect_healthy(stage.check("127.0.0.1:81", "--bind"))


@EVERYBODY
def test_the_limit_is_a_setting_of_the_machine(person: Person) -> None:
    with Namespace() as stage:
        stage.run("sh", "-c", "echo 80 > /proc/sys/net/ipv4/ip_unprivileged_port_start")
        expect_healthy(stage.check("127.0.0.1:81", "--bind", person=person, through=_WITHOUT[person]), person)
        stage.run("sh", "-c", "echo 9000 > /proc/sys/net/ipv4/ip_unprivileged_port_start")
        answer = stage.check("127.0.0.1:8500", "--bind", person=person, through=_WITHOUT[person])
    expect_fault(answer, "privileged-port", "bind", 8500, person)


@EVERYBODY
def test_it_is_no_reason_why_a_client_fails(person: Person) -> None:
    with Namespace() as stage:
        answer = stage.check("127.0.0.1:81", person=person, through=_WITHOUT[person])
    expect_fault(answer, "nothing-listening", "listener", 81, person)
