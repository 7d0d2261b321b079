"""Every fault is found in its own world and in no other one, and says what a fault must say, on every system."""

from __future__ import annotations

import re

import pytest
from msgspec.structs import replace

from porttui.diagnose import diagnose
from porttui.faults.beginnings import LISTED
from porttui.faults.fault import CannotTell, Fault, Found
from porttui.faults.registry import BY_CODE as FAULTS
from porttui.model.facts import Facts, Os, Unseen
from porttui.model.report import Severity, Status
from tests.faults.by_code import BY_CODE, ONLY_ON

SYSTEMS: tuple[Os, ...] = ("linux", "macos", "windows")
PARTS = (
    "interfaces",
    "name",
    "routes",
    "binds",
    "sockets",
    "processes",
    "attempts",
    "exchanges",
    "meanwhile",
    "firewall",
)
CANNOT_SEE = Unseen(what="it", reason="needs root", how_to_see="look", needs_root=True)


def on(system: Os, facts: Facts) -> Facts:
    """Return a world as another system shows it: no kernel settings, no systemd, no SO_REUSEADDR on Windows."""
    if system in {"linux", facts.os}:
        return facts
    binds = facts.binds
    if system == "windows" and isinstance(binds, tuple):
        binds = tuple(each for each in binds if not each.reuse_address)
    return replace(facts, os=system, host=replace(facts.host, systemd=False), binds=binds, sysctls={})


def test_every_fault_has_a_world() -> None:
    assert set(BY_CODE) == set(FAULTS)


@pytest.mark.parametrize("code", BY_CODE)
def test_it_leads_in_its_own_world_and_fails_one_step(code: str) -> None:
    report = diagnose(BY_CODE[code])
    assert report.verdict.code == code
    assert [each.code for each in report.also] == []
    expected = 0 if report.verdict.severity in (Severity.OK, Severity.WARNING) else 1
    assert sum(step.status is Status.FAIL for step in report.steps) == expected


@pytest.mark.parametrize("code", BY_CODE)
def test_it_says_what_a_fault_must_say(code: str) -> None:
    report = diagnose(BY_CODE[code])
    assert report.verdict.evidence
    assert report.verdict.summary.endswith(".")
    assert "\n" not in report.verdict.summary
    assert len(report.verdict.summary) <= 160
    assert all(len(step.summary) <= 80 for step in report.steps)


@pytest.mark.parametrize(
    ("code", "system"), [(code, system) for code in BY_CODE for system in ONLY_ON.get(code, SYSTEMS)]
)
def test_it_has_ways_out_on_every_system(code: str, system: Os) -> None:
    fault = FAULTS[code]
    facts = on(system, BY_CODE[code])
    assert isinstance(fault.check(facts), Found)
    ways = fault.remedies(facts)
    assert ways or fault.severity in (Severity.OK, Severity.UNKNOWN)
    for way in ways:
        assert way.title
        assert way.proof
        assert way.steps
        for step in way.steps:
            assert step.text
            assert sum(each is not None for each in (step.argv, step.edit, step.url)) <= 1
            assert step.argv is None or all(step.argv)
            if system != "linux":
                assert step.argv is None or step.argv[0] not in {"systemctl", "nft", "ss", "journalctl"}, step


@pytest.mark.parametrize("fault", FAULTS.values(), ids=list(FAULTS))
def test_it_copes_with_whatever_is_missing(fault: Fault) -> None:
    for facts in BY_CODE.values():
        for part in PARTS:
            for value in (
                (None, CANNOT_SEE)
                if part not in {"name", "processes", "attempts", "exchanges", "meanwhile", "firewall"}
                else (None,)
            ):
                outcome = fault.check(replace(facts, **{part: value}))
                if isinstance(outcome, Found):
                    assert all(way.steps for way in fault.remedies(replace(facts, **{part: value})))


@pytest.mark.parametrize("fault", FAULTS.values(), ids=list(FAULTS))
def test_before_the_look_it_cannot_tell(fault: Fault) -> None:
    world = BY_CODE[fault.code if fault.code in ONLY_ON else "healthy"]
    nothing = replace(world, **dict.fromkeys(PARTS), done=False)
    asked = replace(nothing.asked, question=fault.questions[0])
    outcome = fault.check(replace(nothing, asked=asked))
    assert isinstance(outcome, CannotTell) or fault.code == "undetermined"


@pytest.mark.parametrize("code", [code for code in BY_CODE if FAULTS[code].severity is Severity.FAULT])
def test_without_the_socket_tables_nothing_is_said_about_them(code: str) -> None:
    facts: Facts = replace(BY_CODE[code], sockets=CANNOT_SEE, processes=())
    verdict = diagnose(facts).verdict
    assert verdict.code in {code, "undetermined", "fw-reject-reset"}
    assert "othing listens" not in verdict.summary


def test_the_first_questions_of_a_fault_answer_as_its_check_does() -> None:
    assert [(each.code, each.questions, each.severity) for each in LISTED] == [
        (each.code, each.questions, each.severity) for each in FAULTS.values()
    ]
    for facts in BY_CODE.values():
        for each in LISTED:
            first = each.begins(facts) if each.begins is not None else None
            assert first in (None, FAULTS[each.code].check(facts)), each.code


def test_a_command_on_a_page_can_be_pasted() -> None:
    """It stands in backticks, and no line ends inside it."""
    pages = {code: fault.text for code, fault in FAULTS.items()}
    assert [code for code, page in pages.items() if any(line.count("`") % 2 for line in page.splitlines())] == []
    typed = re.compile(r"\b(?:ss|lsof|iptables|curl|kill|sysctl|prlimit|semanage|docker run|systemctl edit) -\w")
    bare = {code: typed.findall(re.sub(r"`[^`]*`", "", page)) for code, page in pages.items()}
    assert {code: found for code, found in bare.items() if found} == {}
