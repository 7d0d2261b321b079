"""Time-outs look alike to a program. Each has its own cause, found while other traffic moves the counters as well."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.system.expect import EVERYBODY, expect_fault, expect_undetermined
from tests.system.people import Person
from tests.system.stage import ADDRESS, Namespace, Server

pytestmark = [pytest.mark.system, EVERYBODY]

_FOLDER = Path(__file__).parent


def _fill_the_queue(stage: Namespace, server: Server) -> None:
    stage.crowd(server.port, 4, ADDRESS)


def _drop_inwards(stage: Namespace, server: Server) -> None:
    stage.filter("input", f"tcp dport {server.port} drop")


def _drop_outwards(stage: Namespace, server: Server) -> None:
    stage.filter("output", f"tcp dport {server.port} drop")


def _take_loopback_down(stage: Namespace, _server: Server) -> None:
    stage.run("ip", "link", "set", "lo", "down")


def _fill_the_table(stage: Namespace, _server: Server) -> None:
    stage.filter("input", "ct state established accept")
    stage.run(sys.executable, "-I", "-S", str(_FOLDER / "conntrack.py"))


CAUSES: dict[str, tuple[str, Callable[[Namespace, Server], None]]] = {
    "backlog-full": ("path", _fill_the_queue),
    "fw-drop-input": ("firewall", _drop_inwards),
    "fw-drop-output": ("firewall", _drop_outwards),
    "lo-down": ("path", _take_loopback_down),
    "conntrack-full": ("path", _fill_the_table),
}


@pytest.mark.parametrize("busy", [False, True], ids=["quiet", "busy"])
@pytest.mark.parametrize("code", CAUSES)
def test_each_time_out_has_its_own_cause(person: Person, code: str, busy: bool) -> None:
    step, stage_it = CAUSES[code]
    with Namespace(lan=True) as stage:
        server = stage.listen("--do=never", "--backlog=1", address=ADDRESS, person=Person.OTHER)
        if busy:
            traffic = stage.popen(sys.executable, "-I", "-S", str(_FOLDER / "busy.py"))
            assert traffic.stdout is not None
            assert traffic.stdout.readline() == "ready\n"
        stage_it(stage, server)
        answer = stage.check(f"{ADDRESS}:{server.port}", "--timeout=1.5", person=person)
    if busy and person is Person.NOBODY and answer.code == "undetermined":  # the counters may be too busy to tell
        expect_undetermined(answer, person, truth=code)
    else:
        expect_fault(answer, code, step, server.port, person)
