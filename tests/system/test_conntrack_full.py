"""conntrack-full: the table of connections has no room. It is filled for real, once for all tests of this file."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.system.expect import EVERYBODY, expect_fault
from tests.system.people import Person
from tests.system.stage import Namespace

pytestmark = [pytest.mark.system, EVERYBODY]

_FILL = str(Path(__file__).with_name("conntrack.py"))
_BUSY = str(Path(__file__).with_name("busy.py"))


@pytest.fixture(scope="module")
def full() -> Iterator[Namespace]:
    """Return a stage whose firewall tracks connections, and has no room for another one."""
    with Namespace(lan=True) as stage:
        stage.filter("input", "ct state established accept")
        stage.run(sys.executable, "-I", "-S", _FILL)
        yield stage


@pytest.mark.parametrize("address", ["127.0.0.1", "[::1]", "10.231.8.1"])
def test_nothing_new_gets_through(full: Namespace, person: Person, address: str) -> None:
    server = full.listen(address="::", person=Person.OTHER)
    answer = full.check(f"{address}:{server.port}", "--timeout=1.5", person=person)
    expect_fault(answer, "conntrack-full", "path", server.port, person)
    assert answer.verdict["confidence"] == "certain", answer
    assert "262144" in answer.verdict["summary"] or "of" in answer.verdict["summary"], answer
    assert any("nf_conntrack_max" in " ".join(step["argv"] or ()) for way in answer.report["remedies"]
               for step in way["steps"]), answer  # fmt: skip


def test_others_are_thrown_out_as_well(full: Namespace, person: Person) -> None:
    server = full.listen(person=Person.OTHER)
    busy = full.popen(sys.executable, "-I", "-S", _BUSY)
    assert busy.stdout is not None
    assert busy.stdout.readline() == "ready\n"
    answer = full.check(f"127.0.0.1:{server.port}", "--timeout=1.5", person=person)
    busy.kill()
    expect_fault(answer, "conntrack-full", "path", server.port, person)


def test_a_rule_drops_while_the_table_has_room(person: Person) -> None:
    with Namespace() as stage:
        server = stage.listen(person=Person.OTHER)
        stage.filter("output", "ct state established accept", f"tcp dport {server.port} drop")
        answer = stage.check(f"127.0.0.1:{server.port}", "--timeout=1.5", person=person)
    expect_fault(answer, "fw-drop-output", "firewall", server.port, person)
