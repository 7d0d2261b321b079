"""windows-excluded-range: a bind is denied where nothing listens."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from porttui.diagnose import diagnose
from porttui.faults.fault import CannotTell, RuledOut
from porttui.faults.windows_excluded_range import FAULT
from porttui.model import facts as f
from tests import worlds as w
from tests.faults.by_code import BY_CODE

_WORLD = BY_CODE["windows-excluded-range"]
_EXCLUDED = "netsh.ipv4.excludedportrange.tcp"
_DYNAMIC = "netsh.ipv4.dynamicport.tcp"


def _ranges(text: str, **more: str) -> f.Facts:
    return replace(_WORLD, sysctls={_EXCLUDED: text, **more})


def test_the_port_is_reserved() -> None:
    report = diagnose(_WORLD)
    assert report.verdict.code == "windows-excluded-range"
    assert report.verdict.confidence == "likely"
    assert "8000 to 8090" in report.verdict.summary
    assert report.verdict.summary.startswith("Probably")
    commands = [step.argv for way in report.remedies for step in way.steps]
    assert ("net", "stop", "winnat") in commands
    assert any(argv and argv[-4:-1] == ("protocol=tcp", "startport=8080", "numberofports=1") for argv in commands)


def test_a_low_port_is_no_privilege_on_windows() -> None:
    assert isinstance(_WORLD.binds, tuple)
    target = replace(_WORLD.asked.target, port=80)
    binds = tuple(replace(each, port=80) for each in _WORLD.binds)
    facts = replace(_ranges("50-149"), asked=replace(_WORLD.asked, target=target), binds=binds)
    assert diagnose(facts).verdict.code == "windows-excluded-range"
    assert diagnose(replace(facts, sysctls={_EXCLUDED: ""})).verdict.code == "undetermined"


def test_a_dynamic_range_that_begins_low_is_mended() -> None:
    report = diagnose(_ranges("8000-8099", **{_DYNAMIC: "1024-14999"}))
    commands = [step.argv for way in report.remedies for step in way.steps]
    assert ("netsh", "int", "ipv4", "set", "dynamicport", "tcp", "start=49152", "num=16384") in commands
    assert any("start=1024 num=13976" in (way.undo or "") for way in report.remedies)
    usual = diagnose(_ranges("8000-8099", **{_DYNAMIC: "49152-65535"}))
    assert len(usual.remedies) == len(report.remedies) - 1


@pytest.mark.parametrize("text", ["", "7000-7999 8081-8180"])
def test_other_ranges_are_not_the_reason(text: str) -> None:
    assert isinstance(FAULT.check(_ranges(text)), RuledOut)
    assert diagnose(_ranges(text)).verdict.code == "undetermined"


def test_what_an_administrator_reserved_can_be_bound() -> None:
    assert isinstance(FAULT.check(_ranges("8080-8080*")), CannotTell)


def test_where_the_ranges_are_not_known_it_cannot_be_told() -> None:
    report = diagnose(replace(_WORLD, sysctls={}))
    assert report.verdict.code == "undetermined"
    assert any("excludedportrange" in each.how_to_see for each in report.unseen)


def test_a_listener_has_the_port() -> None:
    facts = replace(_WORLD, sockets=w.sockets(w.listener()))
    assert isinstance(FAULT.check(facts), RuledOut)


@pytest.mark.parametrize("os", ["linux", "macos"])
def test_it_is_a_thing_of_windows(os: f.Os) -> None:
    assert isinstance(FAULT.check(replace(_WORLD, os=os)), RuledOut)
