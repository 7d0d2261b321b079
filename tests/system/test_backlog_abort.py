"""backlog-abort: the accept queue fills between the second and the third packet of a handshake; the kernel resets."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.system import troubled
from tests.system.expect import EVERYBODY, expect_fault
from tests.system.people import Person
from tests.system.stage import Answer, Namespace, wait_until

pytestmark = [pytest.mark.system, EVERYBODY]
_BACKLOG = 3


def _check_in_a_burst(stage: Namespace, person: Person, abort: int) -> tuple[Answer, int]:
    """Hold back what porttui sends after its first packet, until other clients have filled the queue."""
    stage.run("sysctl", "-w", f"net.ipv4.tcp_abort_on_overflow={abort}")
    server = stage.listen("--do=never", f"--backlog={_BACKLOG}", port=stage.free_port(), person=Person.OTHER)
    held = f"ip saddr 127.0.0.1 tcp dport {server.port} tcp flags & syn == 0 drop"
    stage.filter("input", held)
    with ThreadPoolExecutor() as other:
        asking = other.submit(stage.check, f"http://127.0.0.1:{server.port}/", "--timeout=3", person=person)
        wait_until(lambda: _half_open(stage, server.port) == 2, "two handshakes without their third packet")
        for _ in range(_BACKLOG + 1):
            troubled.connect(stage, server.port, source="127.0.0.2")
        stage.run("nft", "flush", "ruleset")
        return asking.result(), server.port


def _half_open(stage: Namespace, port: int) -> int:
    rows = [line.split() for line in Path(f"/proc/{stage.pid}/net/tcp").read_text().splitlines()[1:]]
    return len({row[2] for row in rows if row[1].endswith(f":{port:04X}") and row[3] == "03"})  # SYN_RECV


def test_the_queue_fills_during_the_handshake(person: Person) -> None:
    with Namespace() as stage:
        answer, port = _check_in_a_burst(stage, person, abort=1)
    expect_fault(answer, "backlog-abort", "path", port, person)
    commands = [step["argv"] for way in answer.report["remedies"] for step in way["steps"]]
    assert ["sysctl", "-w", "net.ipv4.tcp_abort_on_overflow=0"] in commands, answer


def test_without_the_switch_the_kernel_does_not_reset(person: Person) -> None:
    with Namespace() as stage:
        answer, _ = _check_in_a_burst(stage, person, abort=0)
    assert answer.code != "backlog-abort", answer
    assert answer.status != 0, answer


def test_a_full_queue_drops_whatever_the_switch_says(person: Person) -> None:
    with Namespace() as stage:
        stage.run("sysctl", "-w", "net.ipv4.tcp_abort_on_overflow=1")
        server = stage.listen("--do=never", "--backlog=0", person=Person.OTHER)
        stage.crowd(server.port, 3)
        answer = stage.check(f"http://127.0.0.1:{server.port}/", "--timeout=1.6", person=person)
    expect_fault(answer, "backlog-full", "path", server.port, person)


def test_a_server_that_closes_while_other_queues_overflow_is_not_called_so(person: Person) -> None:
    """The switch is set and the counter moves, for the sake of another port."""
    with Namespace() as stage:
        stage.run("sysctl", "-w", "net.ipv4.tcp_abort_on_overflow=1")
        full = stage.listen("--do=never", "--backlog=0", person=Person.OTHER)
        stage.crowd(full.port, 30)
        server = stage.listen("--do=close", port=stage.free_port(), person=Person.OTHER)  # its command line names it
        answer = stage.check(f"http://127.0.0.1:{server.port}/", "--timeout=1.6", person=person)
    expect_fault(answer, "accept-then-close", "probe", server.port, person)
