"""What the rules say, held against what the connection met: it is the connection that is believed."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from porttui.diagnose import diagnose
from porttui.model import facts as f
from porttui.model.report import Confidence, Report
from porttui.model.rules import Judged, Rule, RuleStop
from tests import worlds as w

RULE = Rule(text="tcp dport 8080 drop", table="inet guard", chain="input", handle=12, position=3)
POLICY = RuleStop(table="inet guard", chain="input", word="policy drop")


def _silent(judged: Judged | None, **counters: int) -> Report:
    world = w.world(
        sockets=w.sockets(w.listener()), processes=(w.node(),), attempts=(w.silent("127.0.0.1", 8080, **counters),)
    )
    return diagnose(replace(world, judged=(judged,) if judged is not None else None))


def _told(report: Report) -> str:
    return "\n".join(each.text for each in report.verdict.evidence)


def test_when_both_agree_it_is_certain_and_the_rule_is_quoted() -> None:
    report = _silent(w.judged("drop", RULE), Ip_OutRequests=4, Ip_InReceives=4)
    assert (report.verdict.code, report.verdict.confidence) == ("fw-drop-input", Confidence.CERTAIN)
    assert "rule\ttcp dport 8080 drop\ttable inet guard, chain input, handle 12" in _told(report)
    assert report.firewall is not None
    assert report.firewall.rule == RULE
    assert report.steps[-1].summary == "dropped by inet guard input, handle 12"


def test_a_policy_is_named_as_one() -> None:
    report = _silent(w.judged("drop", POLICY), Ip_OutRequests=4, Ip_InReceives=4)
    assert "by its policy, drops" in report.verdict.summary
    assert "policy\tdrop\ttable inet guard, chain input" in _told(report)
    assert report.firewall is not None
    assert report.firewall.rule is not None
    assert (report.firewall.rule.text, report.firewall.rule.handle) == ("policy drop", None)


@pytest.mark.parametrize("verdict", ["accept", "reset", "reject:icmp:3:13", "redirect:127.0.0.1:81"])
def test_when_they_differ_it_is_said_and_the_connection_is_believed(verdict: str) -> None:
    rule = None if verdict == "accept" else RULE
    report = _silent(w.judged(verdict, rule), Ip_OutRequests=4, Ip_InReceives=4)
    assert (report.verdict.code, report.verdict.confidence) == ("fw-drop-input", Confidence.LIKELY)
    assert "the connection shows something else, and is believed" in _told(report)
    assert report.verdict.summary.startswith("Probably ")
    assert report.firewall is not None
    assert (report.firewall.verdict, report.firewall.rule) == ("drop", None)


def test_rules_that_are_not_understood_change_nothing_and_are_said_to_be() -> None:
    unknown = w.judged("unknown", None, unknown=("osf name Linux",))
    report = _silent(unknown, Ip_OutRequests=4, Ip_InReceives=4)
    assert (report.verdict.code, report.verdict.confidence) == ("fw-drop-input", Confidence.LIKELY)
    assert "rules\tread, and not wholly understood\tosf name Linux" in _told(report)


def test_rules_tell_where_the_counters_do_not() -> None:
    assert _silent(None).verdict.code == "undetermined"
    report = _silent(w.judged("drop", RULE))
    assert (report.verdict.code, report.verdict.confidence) == ("fw-drop-input", Confidence.CERTAIN)
    outwards = _silent(w.judged("drop", RULE, "output"))
    assert (outwards.verdict.code, outwards.verdict.confidence) == ("fw-drop-output", Confidence.CERTAIN)


def test_a_full_queue_is_not_put_on_a_rule() -> None:
    report = _silent(
        w.judged("drop", RULE), Ip_OutRequests=4, Ip_InReceives=4, Ip_InDelivers=4, TcpExt_ListenOverflows=4
    )
    assert report.verdict.code not in {"fw-drop-input", "fw-drop-output"}


def test_packets_that_vanish_on_the_way_out_past_all_rules_are_no_firewalls() -> None:
    report = _silent(w.judged("accept", None), Ip_OutRequests=4, TcpExt_TCPRetransFail=2)
    assert report.verdict.code == "fw-drop-output"
    assert "eBPF" in report.verdict.summary


def test_a_connection_that_opens_past_a_rule_is_healthy_all_the_same() -> None:
    world = w.world(
        sockets=w.sockets(w.listener()), processes=(w.node(),), attempts=(w.opened(),), exchanges=(w.http(),),
        judged=(w.judged("drop", RULE),),
    )  # fmt: skip
    report = diagnose(world)
    assert report.verdict.code == "healthy"
    assert report.firewall is not None
    assert (report.firewall.verdict, report.firewall.rule) == ("accept", None)
    assert "rules would drop" in report.steps[-1].summary


def test_what_could_not_be_read_is_no_verdict() -> None:
    unseen = f.Unseen(what="firewall rules", reason="needs root", how_to_see="nft list ruleset", needs_root=True)
    world = w.world(
        sockets=w.sockets(w.listener()), processes=(w.node(),), judged=unseen,
        attempts=(w.silent(Ip_OutRequests=4, Ip_InReceives=4),),
    )  # fmt: skip
    report = diagnose(world)
    assert (report.verdict.code, report.verdict.confidence) == ("fw-drop-input", Confidence.LIKELY)
