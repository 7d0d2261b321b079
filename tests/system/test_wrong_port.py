"""wrong-port: nothing here, and the service that was meant is next door."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from tests.system import listener
from tests.system.expect import EVERYBODY, expect_fault
from tests.system.people import Person
from tests.system.stage import Namespace, Server

pytestmark = [pytest.mark.system, EVERYBODY]


@pytest.mark.parametrize("distance", [1, -1, 10])
def test_it_listens_next_door(person: Person, distance: int) -> None:
    with Namespace() as stage:
        server = stage.listen(person=Person.OTHER)
        port = server.port + distance
        answer = stage.check(f"127.0.0.1:{port}", person=person)
    expect_fault(answer, "wrong-port", "listener", port, person)
    assert str(server.port) in answer.verdict["summary"], answer
    assert answer.verdict["confidence"] == "likely", answer


def test_it_listens_on_the_well_known_twin(person: Person) -> None:
    with Namespace() as stage:
        stage.listen(port=1434, person=Person.OTHER)  # no other test has one of these two in a namespace of its own
        answer = stage.check("127.0.0.1:1433", person=person)
    expect_fault(answer, "wrong-port", "listener", 1433, person)
    assert "1434 often stands in for 1433" in answer.verdict["summary"], answer


def test_of_several_the_one_is_meant_that_was_told_to_take_the_port(person: Person, open_folder: Path) -> None:
    """As vite and others do: "--port 5173" was taken when it started, so it took the next one."""
    with Namespace() as stage:
        port = stage.free_port()
        stage.listen(port=port + 1, person=Person.OTHER)
        moved = _start(stage, open_folder, port + 2, f"--text={port}", str(port), person=Person.NOBODY)
        answer = stage.check(f"http://127.0.0.1:{port}/", "--settle=0", person=person)
    expect_fault(answer, "wrong-port", "listener", port, person)
    assert f"on port {moved.port}" in answer.verdict["summary"], answer
    assert f"its command line names port {port}" in answer.verdict["summary"], answer


def test_of_several_the_one_is_meant_that_runs_in_the_project(person: Person, open_folder: Path) -> None:
    with Namespace() as stage:
        port = stage.free_port()
        stage.listen(port=port + 1, person=Person.OTHER)
        shop = open_folder / "shop"
        (shop / "web").mkdir(parents=True)
        _start(stage, shop / "web", port + 3, person=Person.NOBODY)
        inside = ("sh", "-c", f'cd {shop} && exec "$@"', "sh")
        answer = stage.check(f"http://127.0.0.1:{port}/", person=person, through=inside)
    expect_fault(answer, "wrong-port", "listener", port, person)
    assert f"on port {port + 3}" in answer.verdict["summary"], answer
    assert f"it runs in {shop}/web, the project that you ask from" in answer.verdict["summary"], answer


def test_a_folder_that_holds_everything_says_nothing(person: Person) -> None:
    """Both run in /, and so does porttui: the nearest one that answers is taken, and no project is named."""
    with Namespace() as stage:
        port = stage.free_port()
        _start(stage, Path("/"), port + 2, person=Person.NOBODY)
        _start(stage, Path("/"), port + 3, person=Person.NOBODY)
        answer = stage.check(f"http://127.0.0.1:{port}/", person=person)
    expect_fault(answer, "wrong-port", "listener", port, person)
    assert f"on port {port + 2}" in answer.verdict["summary"], answer
    assert "project" not in answer.verdict["summary"], answer


@pytest.mark.parametrize("target", ["127.0.0.1:6379", "redis://127.0.0.1:7001"])
def test_the_program_that_is_asked_for_listens_far_away(person: Person, target: str, open_folder: Path) -> None:
    with Namespace() as stage:
        port = stage.free_port()
        settings = ("--bind", "127.0.0.1", "--save", "", "--dir", str(open_folder))
        stage.serve(port, "redis-server", "--port", str(port), *settings, person=Person.NOBODY)
        stage.listen(port=port + 100, person=Person.OTHER)
        answer = stage.check(target, person=person)
    expect_fault(answer, "wrong-port", "listener", int(target.rpartition(":")[2]), person)
    assert answer.verdict["confidence"] == "possible", answer
    assert f"redis-server does on port {port}: perhaps the one you mean" in answer.verdict["summary"].replace(
        "a program (probably redis-server)", "redis-server"
    ), answer
    assert f"redis://localhost:{port}" in str(answer.report["remedies"][0]) or f"localhost:{port}" in str(
        answer.report["remedies"][0]
    ), answer.report["remedies"]


def test_two_of_the_program_are_one_too_many(person: Person, open_folder: Path) -> None:
    with Namespace() as stage:
        for port in (7101, 7201):
            settings = ("--bind", "127.0.0.1", "--save", "", "--dir", str(open_folder))
            stage.serve(port, "redis-server", "--port", str(port), *settings, person=Person.NOBODY)
        answer = stage.check("redis://127.0.0.1:6379", person=person)
    expect_fault(answer, "nothing-listening", "listener", 6379, person)


def test_another_program_beside_a_well_known_port_is_not_meant(person: Person) -> None:
    """MongoDB is down, and a web server happens to be next door."""
    with Namespace() as stage:
        stage.listen(port=27018, person=Person.OTHER)
        answer = stage.check("127.0.0.1:27017", person=person)
    expect_fault(answer, "nothing-listening", "listener", 27017, person)


def test_a_server_of_the_same_project_far_away_is_not_meant(person: Person, open_folder: Path) -> None:
    """The front end runs and the back end is down: both are of the project."""
    with Namespace() as stage:
        port = stage.free_port()
        _start(stage, open_folder, port + 50, person=Person.NOBODY)
        inside = ("sh", "-c", f'cd {open_folder} && exec "$@"', "sh")
        answer = stage.check(f"http://127.0.0.1:{port}/", person=person, through=inside)
    expect_fault(answer, "nothing-listening", "listener", port, person)


def _start(stage: Namespace, folder: Path, port: int, *words: str, person: Person) -> Server:
    """Start the listener in a folder; further words stand at the end of its command line."""
    options = [word for word in words if word.startswith("--")]
    rest = ["--note", *(word for word in words if not word.startswith("--"))] if len(options) < len(words) else []
    command = (sys.executable, "-I", "-S", listener.__file__, "--port", str(port), *options, *rest)
    return stage.serve(port, "sh", "-c", f'cd {folder} && exec "$@"', "sh", *command, person=person)
