"""container-loopback-bind: docker-proxy knocks at the container's address, and the server listens on its loopback."""

from __future__ import annotations

import pytest

from tests.system import docker, people
from tests.system.expect import EVERYBODY, expect_fault, expect_healthy, expect_undetermined, names
from tests.system.people import Person

pytestmark = [pytest.mark.system, EVERYBODY]


def test_the_server_listens_on_the_loopback_of_its_container(person: Person) -> None:
    with docker.container() as stage:
        docker.answering(stage.inside, 5173, "127.0.0.1")
        stage.publish(port := stage.host.free_port(), 5173)
        answer = stage.host.check(f"http://127.0.0.1:{port}/", "--timeout=1.5", person=person)
    expect_fault(answer, "container-loopback-bind", "probe", port, person)
    assert "127.0.0.1:5173 only" in answer.verdict["summary"]
    assert names(answer, f"{stage.address}:5173")
    assert "0.0.0.0" in str(answer.report["remedies"][0])


def test_the_loopback_of_ipv6_is_as_deaf(person: Person) -> None:
    with docker.container() as stage:
        docker.answering(stage.inside, 5173, "::1")
        stage.publish(port := stage.host.free_port(), 5173)
        answer = stage.host.check(f"127.0.0.1:{port}", "--timeout=1.5", person=person)
    expect_fault(answer, "container-loopback-bind", "probe", port, person)
    assert "[::1]:5173" in answer.verdict["summary"]


def test_a_server_at_the_containers_address_is_reached(person: Person) -> None:
    with docker.container() as stage:
        docker.answering(stage.inside, 5173, "0.0.0.0")
        stage.publish(port := stage.host.free_port(), 5173)
        answer = stage.host.check(f"http://127.0.0.1:{port}/", "--timeout=1.5", person=person)
    expect_healthy(answer, person)


def test_a_server_that_closes_is_not_taken_for_a_deaf_one(person: Person) -> None:
    with docker.container() as stage:
        stage.inside.listen("--do=close", address="0.0.0.0", port=5173, person=Person.OTHER)
        stage.publish(port := stage.host.free_port(), 5173)
        answer = stage.host.check(f"http://127.0.0.1:{port}/", "--timeout=1.5", person=person)
    expect_fault(answer, "accept-then-close", "probe", port, person)
    assert f"the server at {stage.address}:5173" in answer.verdict["summary"]


def test_the_containers_own_address_is_asked(person: Person) -> None:
    with docker.container() as stage:
        docker.answering(stage.inside, 5173, "127.0.0.1")
        answer = stage.host.check(f"{stage.address}:5173", person=person)
        other = stage.host.check(f"{stage.address}:5174", person=person)
    expect_fault(answer, "container-loopback-bind", "probe", 5173, person)
    assert answer.verdict["confidence"] == "likely", answer
    expect_undetermined(other, person)
    assert "the container at" in other.verdict["summary"], other
    assert "nothing listens on port 5174" in other.verdict["summary"], other


def test_of_two_containers_with_one_address_none_is_accused(person: Person) -> None:
    with docker.container() as stage, docker.container(stage.address) as twin:
        docker.answering(twin.inside, 5173, "127.0.0.1")
        stage.publish(port := stage.host.free_port(), 5173)
        answer = stage.host.check(f"http://127.0.0.1:{port}/", "--timeout=1.5", person=person)
    expect_undetermined(answer, person, truth="published-wrong-container-port")
    assert any(stage.address in what for what in answer.unseen)


def test_a_rule_of_docker_goes_past_its_proxy(person: Person) -> None:
    """Then it is the container's own kernel that refuses."""
    with docker.container() as stage:
        docker.answering(stage.inside, 5173, "127.0.0.1")
        stage.publish(port := stage.host.free_port(), 5173, at="0.0.0.0")
        stage.past_the_proxy(port, 5173)
        answer = stage.host.check(f"http://{stage.gateway}:{port}/", "--timeout=1.5", person=person)
    expect_fault(answer, "container-loopback-bind", "probe", port, person)


def test_a_server_in_the_container_that_speaks_another_language(person: Person) -> None:
    """Redis hangs up on HTTP; it is reached all the same."""
    if people.find("redis-server") is None:
        pytest.skip("redis is not installed")
    with docker.container() as stage:
        options = ("--bind", stage.address, "--protected-mode", "no", "--save", "", "--daemonize", "no")
        stage.inside.serve(6379, "redis-server", "--port", "6379", *options, person=Person.OTHER)
        stage.publish(port := stage.host.free_port(), 6379)
        answer = stage.host.check(f"http://127.0.0.1:{port}/", "--timeout=2", person=person)
    expect_fault(answer, "not-http", "probe", port, person)
