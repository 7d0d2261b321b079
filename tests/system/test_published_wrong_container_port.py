"""published-wrong-container-port: docker-proxy knocks at a port of the container where nobody is."""

from __future__ import annotations

import pytest

from tests.system import docker
from tests.system.expect import EVERYBODY, expect_fault, names
from tests.system.people import Person
from tests.system.stage import Namespace

pytestmark = [pytest.mark.system, EVERYBODY]


def test_another_port_listens_inside(person: Person) -> None:
    with docker.container() as stage:
        docker.answering(stage.inside, 3000, "0.0.0.0")
        stage.publish(port := stage.host.free_port(), 80)
        answer = stage.host.check(f"http://127.0.0.1:{port}/", "--timeout=1.5", person=person)
    expect_fault(answer, "published-wrong-container-port", "probe", port, person)
    assert "port 80" in answer.verdict["summary"]
    assert "port 3000 does" in answer.verdict["summary"]
    assert f"127.0.0.1:{port}:3000" in str(answer.report["remedies"][0])


def test_nothing_listens_inside_at_all(person: Person) -> None:
    with docker.container() as stage:
        stage.publish(port := stage.host.free_port(), 80, at="0.0.0.0")
        answer = stage.host.check(f"127.0.0.1:{port}", "--timeout=1.5", person=person)
    expect_fault(answer, "published-wrong-container-port", "probe", port, person)
    assert names(answer, stage.address)


def test_another_container_with_the_port_on_loopback_is_not_the_one(person: Person) -> None:
    with docker.container() as stage, Namespace() as bystander:
        docker.answering(bystander, 8080, "127.0.0.1")
        stage.publish(port := stage.host.free_port(), 8080)
        answer = stage.host.check(f"http://127.0.0.1:{port}/", "--timeout=1.5", person=person)
    expect_fault(answer, "published-wrong-container-port", "probe", port, person)


def test_a_rule_of_docker_goes_past_its_proxy(person: Person) -> None:
    """Then it is the container's own kernel that refuses."""
    with docker.container() as stage:
        stage.publish(port := stage.host.free_port(), 5173, at="0.0.0.0")
        stage.past_the_proxy(port, 5173)
        answer = stage.host.check(f"http://{stage.gateway}:{port}/", "--timeout=1.5", person=person)
    expect_fault(answer, "published-wrong-container-port", "probe", port, person)
