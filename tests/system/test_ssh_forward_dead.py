"""ssh-forward-dead: a program takes the connection, and nobody is at the far end to which it leads."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.system import docker, people, tunnel
from tests.system.expect import EVERYBODY, expect_fault, expect_healthy, expect_undetermined, names
from tests.system.people import Person
from tests.system.stage import Namespace

pytestmark = [pytest.mark.system, EVERYBODY]


def test_nothing_listens_where_ssh_leads(person: Person, tmp_path: Path) -> None:
    with Namespace() as stage:
        server = tunnel.start_sshd(stage, tmp_path)
        port, dead = stage.free_port(), stage.free_port()
        tunnel.ssh(stage, tmp_path, server, port, "-L", f"{port}:127.0.0.1:{dead}")
        answer = stage.check(f"http://127.0.0.1:{port}/", "--timeout=1.5", person=person)
    expect_fault(answer, "ssh-forward-dead", "probe", port, person)
    assert f"127.0.0.1:{dead}" in answer.verdict["summary"]
    assert "nothing listens" in answer.verdict["summary"]
    if person is Person.ROOT:
        assert answer.verdict["confidence"] == "certain"


def test_a_tunnel_that_is_alive_is_healthy(person: Person, tmp_path: Path) -> None:
    with Namespace() as stage:
        server = tunnel.start_sshd(stage, tmp_path)
        web = stage.listen(person=Person.OTHER)
        port = stage.free_port()
        tunnel.ssh(stage, tmp_path, server, port, f"-L127.0.0.1:{port}:127.0.0.1:{web.port}")
        answer = stage.check(f"http://127.0.0.1:{port}/", "--timeout=1.5", person=person)
    expect_healthy(answer, person)


def test_a_reverse_tunnel_that_is_alive_is_healthy(person: Person, tmp_path: Path) -> None:
    with Namespace() as stage:
        server = tunnel.start_sshd(stage, tmp_path)
        web = stage.listen(person=Person.OTHER)
        tunnel.ssh(stage, tmp_path, server, port := stage.free_port(), "-R", f"{port}:127.0.0.1:{web.port}")
        answer = stage.check(f"http://127.0.0.1:{port}/", person=person)
        bare = stage.check(f"127.0.0.1:{port}", person=person)
    expect_healthy(answer, person)
    expect_healthy(bare, person)


def test_a_far_end_that_closes_is_not_a_dead_one(person: Person, tmp_path: Path) -> None:
    with Namespace() as stage:
        server = tunnel.start_sshd(stage, tmp_path)
        closing = stage.listen("--do=close", person=Person.OTHER)
        port = stage.free_port()
        tunnel.ssh(stage, tmp_path, server, port, "-o", f"LocalForward={port} 127.0.0.1:{closing.port}")
        answer = stage.check(f"http://127.0.0.1:{port}/", "--timeout=1.5", person=person)
    expect_fault(answer, "accept-then-close", "probe", port, person)
    assert f"the server at 127.0.0.1:{closing.port}" in answer.verdict["summary"]


def test_the_remote_end_of_a_reverse_tunnel(person: Person, tmp_path: Path) -> None:
    with Namespace() as stage:
        server = tunnel.start_sshd(stage, tmp_path)
        port, dead = stage.free_port(), stage.free_port()
        tunnel.ssh(stage, tmp_path, server, port, "-R", f"{port}:127.0.0.1:{dead}")
        answer = stage.check(f"127.0.0.1:{port}", "--timeout=1.5", person=person)
    if person is Person.ROOT:
        expect_fault(answer, "ssh-forward-dead", "probe", port, person)
        assert names(answer, "logged in from")
    else:  # sshd writes no port over its command line, so only the descriptor tells who holds this one
        expect_undetermined(answer, person, truth="ssh-forward-dead")
        assert any("owners" in what for what in answer.unseen)


def test_the_far_end_is_another_machine(person: Person, tmp_path: Path) -> None:
    """The other machine is a namespace whose SSH server is reached by its address; its sockets are not ours."""
    with docker.container() as stage:
        server = tunnel.start_sshd(stage.inside, tmp_path, settings=f"ListenAddress {stage.address}")
        port, dead = stage.host.free_port(), 9999
        tunnel.ssh(stage.host, tmp_path, server, port, "-L", f"{port}:127.0.0.1:{dead}", "-o",
                   f"HostName={stage.address}")  # fmt: skip
        answer = stage.host.check(f"http://127.0.0.1:{port}/", "--timeout=1.5", person=person)
    expect_fault(answer, "ssh-forward-dead", "probe", port, person)
    assert answer.verdict["confidence"] == "likely"
    assert answer.verdict["summary"].startswith("Probably")


def test_socat_leads_to_a_dead_end(person: Person) -> None:
    if people.find("socat") is None:
        pytest.skip("socat is not installed")
    with Namespace() as stage:
        port, dead = stage.free_port(), stage.free_port()
        stage.serve(port, "socat", f"TCP-LISTEN:{port},fork,reuseaddr,bind=127.0.0.1", f"TCP:127.0.0.1:{dead}")
        answer = stage.check(f"127.0.0.1:{port}", "--timeout=1.5", person=person)
    expect_fault(answer, "ssh-forward-dead", "probe", port, person)
    assert names(answer, "socat")
