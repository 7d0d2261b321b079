"""The order of verdicts: the first stop at which the packet died leads, a cause explains its symptoms."""

from __future__ import annotations

from itertools import pairwise

import pytest
from msgspec.structs import replace

from porttui.diagnose import diagnose
from porttui.faults.fault import CannotTell, Fault, Found, Outcome, RuledOut, Stop
from porttui.faults.registry import FAULTS
from porttui.model.facts import Facts, Icmp, Unseen
from porttui.model.report import Confidence, Evidence, Remedy, RemedyStep, Risk, Severity, Status, Step
from porttui.model.target import Question
from tests import worlds as w


def fault(code: str, outcome: Outcome, stop: Stop = Stop.LISTENER, **fields: object) -> Fault:
    made = Fault(
        code=code,
        step=Step.LISTENER,
        stop=stop,
        title=code,
        explanation="",
        check=lambda _: outcome,
        remedies=lambda _facts: (),
    )
    return replace(made, **fields)


def found(confidence: Confidence = Confidence.CERTAIN) -> Found:
    return Found(summary="It is so.", evidence=(Evidence(text="seen", source="test"),), confidence=confidence)


def test_the_first_stop_leads_and_the_others_are_told_also() -> None:
    report = diagnose(w.world(), (fault("late", found(), Stop.PROTOCOL), fault("early", found(), Stop.OUTPUT)))
    assert report.verdict.code == "early"
    assert [verdict.code for verdict in report.also] == ["late"]


def test_at_one_stop_the_surer_one_leads() -> None:
    report = diagnose(w.world(), (fault("maybe", found(Confidence.LIKELY)), fault("sure", found())))
    assert [report.verdict.code, *(verdict.code for verdict in report.also)] == ["sure", "maybe"]


def test_a_cause_explains_its_symptoms_even_when_they_stand_at_an_earlier_stop() -> None:
    faults = (fault("symptom", found(), Stop.OUTPUT), fault("cause", found(), Stop.ACCEPT, explains=("symptom",)))
    report = diagnose(w.world(), faults)
    assert report.verdict.code == "cause"
    assert report.also == ()


def test_only_faults_of_the_question_compete() -> None:
    faults = (fault("bind-only", found(), Stop.ADDRESS, questions=(Question.BIND,)), fault("other", found()))
    assert diagnose(w.world(), faults).verdict.code == "other"


def test_a_warning_leads_over_healthy() -> None:
    healthy = next(each for each in FAULTS if each.code == "healthy")
    facts = w.world(attempts=(w.opened(),), exchanges=(w.http(),))
    report = diagnose(facts, (healthy, fault("catch", found(), severity=Severity.WARNING)))
    assert report.verdict.code == "catch"
    assert next(step for step in report.steps if step.name is Step.LISTENER).status is Status.WARN


def test_what_is_unseen_matters_only_when_it_could_change_the_verdict() -> None:
    doubt = Unseen(what="the rules", reason="needs root", how_to_see="nft list ruleset", needs_root=True)
    unsure = fault("unsure", CannotTell(because="no rules", unseen=(doubt,)))
    sure = diagnose(w.world(), (unsure, fault("it", found())))
    likely = diagnose(w.world(), (unsure, fault("it", found(Confidence.LIKELY))))
    assert [(each.what, each.matters) for each in sure.unseen] == [("the rules", False)]
    assert [(each.what, each.matters) for each in likely.unseen] == [("the rules", True)]


def test_ways_are_lettered_in_the_order_of_the_fault() -> None:
    way = Remedy(title="Do it", risk=Risk.SAFE, proof="127.0.0.1:8080", steps=(RemedyStep(text="Do"),))
    report = diagnose(w.world(), (fault("it", found(), remedies=lambda _: (way, way)),))
    assert [remedy.way for remedy in report.remedies] == ["A", "B"]


def test_what_is_ruled_out_is_told_with_the_reason() -> None:
    report = diagnose(w.world(), (fault("it", found()), fault("not-it", RuledOut(because="there is none"))))
    assert [(each.code, each.because) for each in report.ruled_out] == [("not-it", "there is none")]


ENDS = {
    "refused by the kernel": ((), (w.refused(),), "nothing-listening"),
    "refused, and the kernel sent nothing": ((), (w.refused(by_kernel=False),), "fw-reject-reset"),
    "refused although somebody listens": ((w.listener(),), (w.refused(by_kernel=False),), "fw-reject-reset"),
    "refused by the kernel although somebody listens": ((w.listener(),), (w.refused(),), "nat-redirect-dead"),
    "silent, queue overflows": (
        (w.listener(queue=2, backlog=1),),
        (w.silent(Ip_InReceives=4, Ip_InDelivers=4, TcpExt_ListenOverflows=4),),
        "backlog-full",
    ),
    "silent, arrived and not handed on": (
        (w.listener(),),
        (w.silent(Ip_InReceives=4, Ip_OutRequests=4),),
        "fw-drop-input",
    ),
    "silent, never left": ((w.listener(),), (w.silent(Ip_OutRequests=4, TcpExt_TCPRetransFail=2),), "fw-drop-output"),
    "silent, and the counters say nothing": ((w.listener(),), (w.silent(),), "undetermined"),
    "silent, and nothing listens": ((), (w.silent(),), "undetermined"),
    "silent among other traffic": (
        (w.listener(),),
        (w.silent(Ip_InReceives=90, Ip_InDelivers=90, Ip_OutRequests=90, Ip_OutTransmits=90),),
        "undetermined",
    ),
}


@pytest.mark.parametrize(("rows", "attempts", "code"), ENDS.values(), ids=ENDS)
def test_how_a_connection_ends_decides(rows: tuple[object, ...], attempts: tuple[object, ...], code: str) -> None:
    facts = w.world(sockets=w.sockets(*rows), processes=(w.node(),), attempts=attempts)  # type: ignore[arg-type]
    assert diagnose(facts).verdict.code == code


def test_two_at_once_a_firewall_in_front_of_a_wrong_address() -> None:
    icmp = Icmp(version=4, type=3, code=13, sender="127.0.0.1")
    blocked = replace(w.refused(), outcome="EHOSTUNREACH", icmp=icmp, tries=1)
    report = diagnose(w.world(sockets=w.sockets(w.listener("::1")), processes=(w.node(),), attempts=(blocked,)))
    assert report.verdict.code == "fw-reject-icmp"
    assert [each.code for each in report.also] == ["ipv6-only-listener"]
    assert [step.name for step in report.steps if step.status is Status.FAIL] == [Step.FIREWALL]


def test_a_refusal_by_another_machine_is_not_explained_from_here() -> None:
    facts = w.world("203.0.113.9", attempts=(w.refused("203.0.113.9"),), routes=())
    report = diagnose(facts)
    assert report.verdict.code == "undetermined"
    assert report.found[0].text == "can't see: another machine"


def test_a_listener_here_is_not_told_as_the_server_of_another_machine() -> None:
    own = w.sockets(w.listener("0.0.0.0"))
    facts = w.world("203.0.113.9", attempts=(w.refused("203.0.113.9"),), routes=(), sockets=own, binds=())
    told = {step.name: step.summary for step in diagnose(facts).steps}
    assert told[Step.BIND].startswith("another machine's address")
    at_home = diagnose(w.world(attempts=(w.opened(),), sockets=own, processes=(w.node(),)))
    assert "serves 8080" in next(step.summary for step in at_home.steps if step.name is Step.BIND)


def looks() -> list[Facts]:
    """Return a look at every stage: nothing, the name, the sockets, all of it."""
    full = w.world(sockets=w.sockets(w.listener("::1")), processes=(w.node(),))
    nothing = replace(
        full, interfaces=None, name=None, routes=None, binds=None, sockets=None, processes=None, attempts=None,
        exchanges=None, firewall=None, done=False,
    )  # fmt: skip
    named = replace(nothing, interfaces=full.interfaces, name=full.name)
    listed = replace(named, sockets=full.sockets, processes=full.processes)
    return [nothing, named, listed, replace(full, done=False), full]


def test_while_looking_no_step_is_blamed_too_early_and_no_result_is_taken_back() -> None:
    reports = [diagnose(facts) for facts in looks()]
    assert {step.status for step in reports[0].steps} <= {Status.LOOKING, Status.SKIPPED}
    for report in reports:
        assert sum(step.status is Status.FAIL for step in report.steps) <= 1
    for earlier, later in pairwise(reports):
        for before, after in zip(earlier.steps, later.steps, strict=True):
            if before.status is Status.PASS:
                assert after.status is Status.PASS, before.name
    assert all(step.status is not Status.LOOKING for step in reports[-1].steps)
