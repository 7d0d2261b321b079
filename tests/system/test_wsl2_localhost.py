"""wsl2-localhost: a namespace that says it is WSL2, and one behind its default gateway in the place of Windows."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.system.expect import EVERYBODY, expect_fault
from tests.system.hosts import with_files
from tests.system.people import Person
from tests.system.stage import Namespace

pytestmark = [pytest.mark.system, EVERYBODY]

_VERSION = "Linux version 5.15.167.4-microsoft-standard-WSL2 (root@builder) (gcc) #1 SMP\n"


@pytest.fixture
def windows() -> Iterator[Namespace]:
    with Namespace() as one:
        yield one


@pytest.fixture
def linux(windows: Namespace) -> Iterator[Namespace]:
    with Namespace() as one:
        windows.join(one, "10.231.9.1", "10.231.9.2")
        # A container would have the veth itself; WSL2 has a network card, which is none of the kinds of containers.
        card = "ip link add win0 type bridge && ip link set eth0 master win0 && ip addr flush dev eth0"
        way = "ip addr add 10.231.9.2/24 dev win0 && ip link set win0 up && ip route add default via 10.231.9.1"
        one.run("sh", "-c", f"{card} && {way}")
        yield one


def _in_wsl(folder: Path, person: Person) -> tuple[str, ...]:
    return with_files(folder, {"/proc/version": _VERSION}, person)


def test_a_server_in_windows(windows: Namespace, linux: Namespace, open_folder: Path, person: Person) -> None:
    server = windows.listen(address="0.0.0.0", port=linux.free_port(), person=Person.OTHER)
    answer = linux.check(f"http://localhost:{server.port}/", person=person, through=_in_wsl(open_folder, person))
    expect_fault(answer, "wsl2-localhost", "path", server.port, person)
    assert answer.verdict["confidence"] == "likely", answer
    assert f"http://10.231.9.1:{server.port}" in str(answer.report["remedies"]), answer


def test_a_server_nowhere(linux: Namespace, open_folder: Path, person: Person) -> None:
    port = linux.free_port()
    answer = linux.check(f"http://localhost:{port}/", person=person, through=_in_wsl(open_folder, person))
    expect_fault(answer, "nothing-listening", "listener", port, person)
    assert "the ports of Windows" in answer.unseen, answer


def test_without_wsl_the_gateway_is_not_asked(windows: Namespace, linux: Namespace, person: Person) -> None:
    server = windows.listen(address="0.0.0.0", port=linux.free_port(), person=Person.OTHER)
    answer = linux.check(f"http://localhost:{server.port}/", person=person)
    # Root sees the server that stands for Windows; and the machine of the tests may be a container itself.
    assert answer.code in {"nothing-listening", "other-netns"}, answer
    assert all(each["address"] != "10.231.9.1" for each in answer.report["facts"]["attempts"]), answer


def test_a_container_in_wsl_asks_its_own_machine(windows: Namespace, open_folder: Path, person: Person) -> None:
    """Its default gateway is Linux: an answer there says nothing about Windows."""
    with Namespace() as container:
        windows.join(container, "10.231.9.1", "10.231.9.2")
        server = windows.listen(address="0.0.0.0", port=container.free_port(), person=Person.OTHER)
        mark = (*_in_wsl(open_folder, person), "env", "KUBERNETES_SERVICE_HOST=10.0.0.1")
        answer = container.check(f"http://localhost:{server.port}/", person=person, through=mark)
    assert answer.code in {"localhost-inside-container", "other-netns"}, answer
