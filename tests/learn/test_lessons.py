"""The lessons: one screen each, with this machine's values; every fault has one, and every link leads somewhere."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest
from msgspec.structs import replace

from porttui.cli.main import COMMANDS
from porttui.diagnose import diagnose
from porttui.faults.registry import BY_CODE, FAULTS
from porttui.learn.contents import BY_TOPIC, LESSONS, Lesson, lessons_of
from porttui.learn.setting import SCREEN, lesson_rows
from porttui.model.facts import Facts, Interface, Name, Unseen
from porttui.render.packet_way import NAMES, stops
from tests import reports
from tests import worlds as w
from tests.cli.run import SRC
from tests.system.expect import EVERYBODY
from tests.system.people import Person
from tests.system.stage import Namespace

EACH = pytest.mark.parametrize("lesson", LESSONS, ids=lambda lesson: str(lesson.topic))
_UNSEEN = Unseen(what="it", reason="needs root", how_to_see="")
_CARDS = (
    Interface(name="lo", up=True, loopback=True, addresses=("127.0.0.1", "::1")),
    Interface(name="wlp0s20f3", up=True, addresses=("192.168.178.121", "2001:db8:85a3::8a2e:370:7334", "fe80::1")),
)


def _rich() -> Facts:
    """Return facts of a machine with much to tell."""
    rows = [w.listener(port=port, address=address) for port in (22, 80, 443, 8080, 50001) for address in ("::", "::1")]
    report = reports.ipv6_only()
    kept = {"net.ipv4.ip_local_port_range": "49152 65535", "net.core.somaxconn": "4096"}
    return replace(
        report.facts, sockets=w.sockets(*rows), processes=(w.node(state="T"),), interfaces=_CARDS, sysctls=kept
    )


def _poor() -> Facts:
    """Return facts of a machine that shows nothing."""
    return replace(
        reports.ipv6_only().facts, sockets=_UNSEEN, processes=None, interfaces=_UNSEEN, sysctls={}, name=None
    )


@EACH
@pytest.mark.parametrize("facts", [_rich(), _poor()], ids=["rich", "poor"])
def test_a_lesson_is_one_screen_of_80_columns_and_24_rows(lesson: Lesson, facts: Facts) -> None:
    for width, room in ((78, SCREEN), (79, 22)):
        rows = lesson_rows(lesson, lesson.page(facts), width, room=room)
        assert len(rows) <= room
        assert max(map(len, rows)) <= width
    page = lesson.page(facts)
    commands = {f"  {command}" for command, _ in page.tries}  # which are never broken
    assert {row for row in lesson_rows(lesson, page, 38) if len(row) > 38} <= commands


def test_commands_to_try_name_porttui_as_it_is_typed_where_the_shell_does_not_find_it() -> None:
    ports, facts = next(lesson for lesson in LESSONS if lesson.topic == "port"), _rich()
    page = ports.page(facts)
    rows = lesson_rows(ports, page, 78, typed=("/shop/bin/porttui",))
    assert "  here porttui is  /shop/bin/porttui" in rows
    assert set(lesson_rows(ports, page, 78)) - {""} < set(rows)


@pytest.mark.system
@EVERYBODY
def test_every_lesson_is_told_with_the_values_of_this_machine(person: Person) -> None:
    with Namespace() as stage:
        server = stage.listen(person=Person.OTHER)
        script = Path(__file__).with_name("all_lessons.py")
        told = json.loads(stage.run("env", f"PYTHONPATH={SRC}", sys.executable, str(script), "78", person=person))
        start, end = stage.run("cat", "/proc/sys/net/ipv4/ip_local_port_range").split()
    text = {topic: "\n".join(rows) for topic, rows in told.items()}
    assert max(len(rows) for rows in told.values()) <= SCREEN
    assert f"127.0.0.1:{server.port}" in text["port"]
    assert f"{start} to {end}" in text["ranges"]
    assert "127.0.0.1, ::1" in text["loopback"]
    assert "/etc/hosts, line " in text["localhost"]
    seen = "1 of 1, as user root" if person is Person.ROOT else "0 of 1, as user nobody"
    assert seen in text["owner"]
    assert ("yes, root has the right" if person is Person.ROOT else "no, nobody has not the right") in text["owner"]


def test_every_fault_has_a_lesson() -> None:
    assert [fault.code for fault in FAULTS if not lessons_of(fault.code)] == []


def test_what_a_lesson_names_exists() -> None:
    assert {code for lesson in LESSONS for code in lesson.codes} <= set(BY_CODE)
    typed = [command.split() for lesson in LESSONS for command, _ in lesson.page(_rich()).tries]
    ours = [words[1:] for words in typed if words[0] == "porttui"]
    assert {words[0] for words in ours} <= set(COMMANDS)
    assert {words[1] for words in ours if words[0] == "explain"} <= set(BY_CODE)


def test_what_was_not_seen_is_said_and_never_told_as_none() -> None:
    poor = _poor()
    for topic in ("addresses", "two-addresses", "loopback", "port", "who-can-reach", "owner", "several", "safe"):
        here = "\n".join(" ".join(row) for row in BY_TOPIC[topic].page(poor).here)
        assert "can't see" in here
        assert "nobody" not in here
        assert "nothing" not in here


class TestThePacketsWay:
    """One drawing, with what was found at each stop."""

    def test_it_ends_where_the_fault_is(self) -> None:
        found = {one.name: one for one in stops(reports.ipv6_only())}
        assert tuple(found) == NAMES
        assert found["socket"].status == "fail"
        assert found["socket"].text == "nobody at 127.0.0.1:5173"
        assert found["process"].text.startswith("not reached")
        assert found["firewall"].status == "unseen"
        assert sum(one.status == "fail" for one in found.values()) == 1

    def test_a_name_that_leads_nowhere_is_as_far_as_it_comes(self) -> None:
        nowhere = Name(host="nosuch.test", literal=False, error="EAI_NONAME")
        report = diagnose(w.world("nosuch.test", name=nowhere, sockets=w.sockets(), attempts=()))
        found = stops(report)
        assert found[0].status == "fail"
        assert not {"pass", "fail"} & {one.status for one in found[1:]}

    def test_it_arrives_where_all_is_well(self) -> None:
        facts = w.world(sockets=w.sockets(w.listener()), attempts=(w.opened(),), exchanges=(w.http(200),))
        assert "fail" not in [one.status for one in stops(diagnose(facts))]
