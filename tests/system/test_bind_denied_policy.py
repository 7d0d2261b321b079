"""bind-denied-policy: seccomp, Landlock and eBPF of a cgroup deny porttui's own bind."""

from __future__ import annotations

import errno

import pytest

from tests.system.confined import DeniedBy, through
from tests.system.expect import EVERYBODY, expect_fault, expect_healthy
from tests.system.people import Person
from tests.system.stage import Namespace
from tests.system.test_connect_denied_policy import NEEDS_ROOT

pytestmark = [pytest.mark.system, EVERYBODY]


@pytest.mark.parametrize("error", [errno.EACCES, errno.EPERM], ids=["EACCES", "EPERM"])
def test_a_filter_denies_the_call(person: Person, error: int) -> None:
    with Namespace() as stage:
        port = stage.free_port()
        confined = through("seccomp", "bind", str(error))
        answer = stage.check(f"127.0.0.1:{port}", "--bind", person=person, through=confined)
    expect_fault(answer, "bind-denied-policy", "bind", port, person)
    assert "seccomp" in answer.verdict["summary"], answer


def test_landlock_allows_one_port_only(person: Person) -> None:
    with Namespace() as stage:
        port, allowed = stage.free_port(), stage.free_port()
        confined = through("landlock", str(allowed))
        answer = stage.check(f"127.0.0.1:{port}", "--bind", person=person, through=confined)
        other = stage.check(f"127.0.0.1:{allowed}", "--bind", person=person, through=confined)
    expect_fault(answer, "bind-denied-policy", "bind", port, person)
    assert "Landlock" in answer.verdict["summary"], answer
    expect_healthy(other, person)


@NEEDS_ROOT
def test_a_program_of_the_cgroup_denies_it(person: Person) -> None:
    """systemd does it so for SocketBindDeny=."""
    with Namespace() as stage, DeniedBy("bind") as cgroup:
        port = stage.free_port()
        answer = stage.check(f"127.0.0.1:{port}", "--bind", person=person, around=cgroup.around)
    expect_fault(answer, "bind-denied-policy", "bind", port, person)
    assert answer.verdict["confidence"] == "certain", answer


def test_a_low_port_is_reserved_and_not_denied_by_a_policy(person: Person) -> None:
    with Namespace() as stage:
        answer = stage.check("127.0.0.1:81", "--bind", person=person, through=("setpriv", "--no-new-privs"))
    if person is Person.ROOT:
        expect_healthy(answer, person)
    else:
        expect_fault(answer, "privileged-port", "bind", 81, person)


def test_a_taken_port_is_not_denied_by_a_policy(person: Person) -> None:
    with Namespace() as stage:
        server = stage.listen(port=stage.free_port(), person=Person.OTHER)
        confined = through("landlock", str(server.port))
        answer = stage.check(f"127.0.0.1:{server.port}", "--bind", person=person, through=confined)
    expect_fault(answer, "port-taken", "bind", server.port, person)
