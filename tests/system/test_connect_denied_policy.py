"""connect-denied-policy: seccomp, Landlock and eBPF of a cgroup deny porttui's own connection."""

from __future__ import annotations

import errno
import os

import pytest

from tests.system.confined import DeniedBy, through
from tests.system.expect import EVERYBODY, expect_fault, expect_healthy
from tests.system.people import Person
from tests.system.stage import Namespace

pytestmark = [pytest.mark.system, EVERYBODY]
NEEDS_ROOT = pytest.mark.skipif(os.geteuid() != 0, reason="only root can attach eBPF programs to a cgroup")


@pytest.mark.parametrize("error", [errno.EACCES, errno.EPERM], ids=["EACCES", "EPERM"])
def test_a_filter_denies_the_call(person: Person, error: int) -> None:
    with Namespace() as stage:
        server = stage.listen(port=stage.free_port(), person=Person.OTHER)
        confined = through("seccomp", "connect", str(error))
        answer = stage.check(f"127.0.0.1:{server.port}", "--settle=0", person=person, through=confined)
    expect_fault(answer, "connect-denied-policy", "path", server.port, person)
    assert answer.verdict["confidence"] == "certain", answer
    assert "seccomp" in answer.verdict["summary"], answer


def test_landlock_denies_all_ports_but_one(person: Person) -> None:
    with Namespace() as stage:
        server = stage.listen(port=stage.free_port(), person=Person.OTHER)
        allowed = stage.listen(port=stage.free_port(), person=Person.OTHER)
        confined = through("landlock", str(allowed.port))
        answer = stage.check(f"127.0.0.1:{server.port}", "--settle=0", person=person, through=confined)
        other = stage.check(f"http://127.0.0.1:{allowed.port}/", "--settle=0", person=person, through=confined)
    expect_fault(answer, "connect-denied-policy", "path", server.port, person)
    assert "Landlock" in answer.verdict["summary"], answer
    expect_healthy(other, person)


@NEEDS_ROOT
def test_a_program_of_the_cgroup_denies_it(person: Person) -> None:
    with Namespace() as stage, DeniedBy("connect") as cgroup:
        server = stage.listen(port=stage.free_port(), person=Person.OTHER)
        answer = stage.check(f"127.0.0.1:{server.port}", "--settle=0", person=person, around=cgroup.around)
        outside = stage.check(f"http://127.0.0.1:{server.port}/", "--settle=0", person=person)
    expect_fault(answer, "connect-denied-policy", "path", server.port, person)
    assert answer.verdict["confidence"] == "certain", answer
    assert cgroup.folder.name in str(answer.verdict["evidence"]), answer
    expect_healthy(outside, person)


@NEEDS_ROOT
def test_packets_that_a_cgroup_drops_are_no_denied_call(person: Person) -> None:
    """As systemd's IPAddressDeny= does: connect(2) is allowed, and what it sends is thrown away."""
    with Namespace() as stage, DeniedBy("egress") as cgroup:
        server = stage.listen(port=stage.free_port(), person=Person.OTHER)
        target = f"127.0.0.1:{server.port}"
        answer = stage.check(target, "--settle=0", "--timeout=1.5", person=person, around=cgroup.around)
    expect_fault(answer, "fw-drop-output", "firewall", server.port, person)
    if person is Person.ROOT:  # no rule anywhere
        assert "cgroup" in answer.verdict["summary"], answer


def test_a_route_that_prohibits_is_no_policy(person: Person) -> None:
    """It says EACCES as well."""
    with Namespace() as stage:
        stage.run("ip", "route", "add", "prohibit", "10.231.77.1")
        answer = stage.check("10.231.77.1:80", "--settle=0", person=person)
    assert answer.code in {"route-blocked", "undetermined"}, answer
