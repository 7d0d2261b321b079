"""localhost-inside-container: in a container nothing listens on the port, and outside of it something does."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.system import docker
from tests.system.expect import EVERYBODY, expect_fault, names
from tests.system.hosts import in_container
from tests.system.people import Person

pytestmark = [pytest.mark.system, EVERYBODY]


def test_the_server_is_on_the_machine_outside(person: Person) -> None:
    with docker.container() as stage:
        server = stage.host.listen(address="0.0.0.0", port=stage.host.free_port(), person=Person.OTHER)
        answer = stage.inside.check(f"localhost:{server.port}", person=person, through=in_container(person))
    expect_fault(answer, "localhost-inside-container", "listener", server.port, person)
    assert answer.verdict["confidence"] == "likely"
    assert answer.verdict["summary"].startswith("Probably")
    assert names(answer, stage.gateway)
    assert f"{stage.gateway}:{server.port}" in str(answer.report["remedies"][0])


def test_the_hosts_file_has_a_name_for_the_machine_outside(person: Person, open_folder: Path) -> None:
    with docker.container() as stage:
        server = stage.host.listen(address=stage.gateway, port=stage.host.free_port(), person=Person.OTHER)
        (open_folder / "hosts").write_text(
            f"127.0.0.1 localhost\n{stage.gateway} host.docker.internal\n{stage.address} web\n"
        )
        through = in_container(person, f"mount --bind {open_folder}/hosts /etc/hosts")
        answer = stage.inside.check(f"http://127.0.0.1:{server.port}/", person=person, through=through)
    expect_fault(answer, "localhost-inside-container", "listener", server.port, person)
    assert f"http://host.docker.internal:{server.port}" in str(answer.report["remedies"][0])


def test_the_marks_of_a_container_alone_say_nothing(person: Person) -> None:
    with docker.container() as stage:
        port = stage.host.free_port()
        answer = stage.inside.check(f"localhost:{port}", person=person, through=in_container(person))
    expect_fault(answer, "nothing-listening", "listener", port, person)
    assert answer.report["facts"]["host"]["container"]
    assert [each["outcome"] for each in answer.report["facts"]["outside"]] == ["ECONNREFUSED"]


def test_a_server_in_the_container_itself_comes_first(person: Person) -> None:
    with docker.container() as stage:
        server = stage.host.listen(address="0.0.0.0", port=stage.host.free_port(), person=Person.OTHER)
        stage.inside.listen(address="127.0.0.2", port=server.port, person=Person.OTHER)
        answer = stage.inside.check(f"127.0.0.1:{server.port}", person=person, through=in_container(person))
    expect_fault(answer, "listener-other-address", "listener", server.port, person)
    assert answer.report["facts"]["outside"] is None


def test_seen_from_outside_the_container_is_the_other_place(person: Person) -> None:
    """The same two namespaces the other way round: the server is inside, and whoever asks is not."""
    with docker.container() as stage:
        server = stage.inside.listen(address="0.0.0.0", port=stage.host.free_port(), person=Person.OTHER)
        answer = stage.host.check(f"127.0.0.1:{server.port}", person=person)
    expect_fault(answer, "other-netns", "listener", server.port, person)
