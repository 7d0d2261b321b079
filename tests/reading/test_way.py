"""The packet's way as stops: where a connection is stopped, led elsewhere, or lost on its way back."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec.structs import replace

from porttui.firewall.iptables_save import from_save
from porttui.model.facts import Attempt, Facts, Icmp, Interface, Name, Route
from porttui.model.report import Status
from porttui.model.rules import Judged
from porttui.observe.judging import from_elsewhere, from_here, judge_one, world_of
from porttui.observe.linux.rules import Rules
from porttui.reading import rules, way
from porttui.reading.sender import Sender, sender_of
from porttui.reading.way import WayStop
from tests import worlds as w

PASS, WARN, FAIL, SKIPPED, UNSEEN = Status.PASS, Status.WARN, Status.FAIL, Status.SKIPPED, Status.UNSEEN


def judged(facts: Facts, saved: str, address: str = "127.0.0.1") -> Judged:
    """Return what rules in the words of iptables-save do with this user's connection."""
    table = f"*filter\n:INPUT ACCEPT [0:0]\n:OUTPUT ACCEPT [0:0]\n{saved}\nCOMMIT\n"
    table = table if "*nat" not in saved else saved
    read = Rules(from_save(table, "ip", "iptables"), ())
    return judge_one(facts, read, from_here(facts, address), world_of(facts))


def statuses(stops: tuple[WayStop, ...]) -> dict[str, Status]:
    return {each.name: each.status for each in stops}


def stop(stops: tuple[WayStop, ...], name: str) -> WayStop:
    return next(each for each in stops if each.name == name)


def served(**fields: Any) -> Facts:
    """Return a machine on which node listens on port 8080 of every address; nothing was tried, or what is given."""
    given = {"attempts": ()} | fields
    return w.world(sockets=w.sockets(w.listener("0.0.0.0")), processes=(w.node(),), **given)


def test_what_comes_after_the_stop_that_decides_is_not_reached() -> None:
    facts = served()
    stops = way.judged_way(facts, judged(facts, "-A OUTPUT -p tcp --dport 8080 -j DROP"))
    after = ("postrouting", "lo", "prerouting", "input", "socket")
    assert statuses(stops) == {"output": FAIL, **dict.fromkeys(after, SKIPPED)}
    decides = stop(stops, "output").decides
    assert decides is not None
    assert decides.rule is not None
    assert "--dport 8080 -j DROP" in decides.rule.text


def test_a_policy_decides_where_no_rule_does() -> None:
    facts = served()
    stops = way.judged_way(facts, judged(facts, ":INPUT DROP [0:0]\n-A INPUT -p udp -j ACCEPT"))
    assert stop(stops, "input").text == "ip filter INPUT: drop (policy)"
    decides = stop(stops, "input").decides
    assert decides is not None
    assert decides.rule is None


def test_a_refusal_that_is_itself_dropped_is_told_on_its_way_back() -> None:
    facts = served()
    saved = "-A INPUT -p tcp --dport 8080 -j REJECT --reject-with tcp-reset\n-A OUTPUT -p tcp --sport 8080 -j DROP"
    stops = way.judged_way(facts, judged(facts, saved))
    assert (stop(stops, "input").status, stop(stops, "input").text) == (WARN, "ip filter INPUT: reset")
    assert stop(stops, "socket").status is SKIPPED
    assert (stop(stops, "answer").status, stop(stops, "answer").text) == (FAIL, "output: ip filter OUTPUT: drop")


def test_an_answer_that_is_dropped() -> None:
    facts = served()
    stops = way.judged_way(facts, judged(facts, "-A INPUT -p tcp --sport 8080 -j DROP"))
    assert [each for each, status in statuses(stops).items() if status is FAIL] == ["answer"]
    assert stop(stops, "socket").status is UNSEEN


def test_what_is_not_understood_is_not_called_good() -> None:
    facts = served()
    stops = way.judged_way(facts, judged(facts, "-A INPUT -p tcp -m strange --thing -j DROP"))
    assert stop(stops, "input").status is UNSEEN
    assert stop(stops, "output").status in (PASS, UNSEEN)
    assert FAIL not in statuses(stops).values()


NAT = "*nat\n:OUTPUT ACCEPT [0:0]\n-A OUTPUT -p tcp --dport 8080 -j {}\nCOMMIT\n"


def test_a_redirect_leads_to_another_listener() -> None:
    there = w.listener("0.0.0.0", port=9090)
    facts = w.world(sockets=w.sockets(there), processes=(w.node(),), attempts=(w.opened(),))
    stops = way.judged_way(facts, judged(facts, NAT.format("REDIRECT --to-ports 9090")))
    assert stop(stops, "output").status is WARN
    assert stop(stops, "output").decides is not None
    assert stop(stops, "socket").meaning.startswith("0.0.0.0:9090")
    assert stop(stops, "socket").status is PASS


def test_dnat_to_another_machine_leaves_this_one() -> None:
    facts = served(attempts=(w.refused(),))
    stops = way.judged_way(facts, judged(facts, NAT.format("DNAT --to-destination 10.9.9.9:81")))
    assert list(statuses(stops)) == ["output", "postrouting", "network", "socket"]
    assert stop(stops, "socket").meaning == "10.9.9.9:81"


def test_a_far_target_leaves_by_its_interface() -> None:
    route = Route(destination="10.9.9.9", kind="unicast", interface="eth0", gateway="192.168.4.1")
    facts = w.world("10.9.9.9", routes=(route,), attempts=(w.refused("10.9.9.9"),))
    stops = way.judged_way(facts, judged(facts, "", "10.9.9.9"))
    assert list(statuses(stops))[:3] == ["output", "postrouting", "eth0"]
    assert stop(stops, "eth0").text == "by way of 192.168.4.1"
    assert stop(stops, "socket").status is UNSEEN


def test_the_loopback_interface_is_down() -> None:
    facts = served(interfaces=(Interface(name="lo", up=False, loopback=True, addresses=("127.0.0.1",)),))
    assert stop(way.judged_way(facts, judged(facts, "")), "lo").text == "interface is DOWN"


def test_nobody_listens_there() -> None:
    facts = w.world()
    assert stop(way.judged_way(facts, judged(facts, "")), "socket").status is FAIL


def test_another_sender_leads_to_the_listener() -> None:
    facts = served()
    sender = sender_of(facts, "192.168.4.7")
    assert isinstance(sender, Sender)
    read = Rules(from_save("*filter\n:INPUT ACCEPT [0:0]\nCOMMIT\n", "ip", "iptables"), ())
    packet = from_elsewhere(facts, sender.to, sender.address, "eth0")
    stops = way.judged_way_from(facts, sender, judge_one(facts, read, packet, world_of(facts)))
    assert statuses(stops).items() >= {"prerouting": PASS, "input": PASS, "socket": PASS}.items()
    assert stop(stops, "socket").text == "would be reached"


@pytest.mark.parametrize(
    ("typed", "to"),
    [
        ("192.168.4.7", "192.168.4.20"),
        (" [fd00:4::7] ", "fd00:4::20"),
        ("8.8.8.8", "192.168.4.20"),
        ("::ffff:192.168.4.7", "192.168.4.20"),
    ],
)
def test_a_sender_asks_for_an_address_that_others_can_reach(typed: str, to: str) -> None:
    facts = w.world("localhost", name=Name(host="localhost", literal=False, addresses=("::1", "127.0.0.1")))
    sender = sender_of(facts, typed)
    assert isinstance(sender, Sender), sender
    assert sender.to == to


def test_a_sender_of_a_far_target_is_none() -> None:
    assert "is another machine" in str(sender_of(w.world("10.9.9.9", routes=()), "192.168.4.7"))


# Where the connection went otherwise.


def test_what_is_dropped_past_rules_that_accept_is_shown_to_be_no_rules() -> None:
    silent = w.silent("127.0.0.1", 8080, Ip_OutRequests=4, TcpExt_TCPRetransFail=2)
    facts = served(attempts=(silent,))
    known = judged(facts, "-A INPUT -p tcp --dport 8080 -j ACCEPT")
    stops = way.judged_way(facts, known)
    assert list(statuses(stops)) == ["output", "postrouting", "no rule", "lo", "prerouting", "input", "socket"]
    assert [each.name for each in stops if each.status is FAIL] == ["no rule"]
    assert {each.status for each in stops[3:]} == {SKIPPED}
    assert "eBPF" in rules.conclusion(facts, known, silent)


def test_what_opened_past_a_rule_that_drops_is_reached() -> None:
    facts = served(attempts=(w.opened(),))
    known = judged(facts, "-A OUTPUT -p tcp --dport 8080 -j DROP")
    stops = way.judged_way(facts, known)
    assert FAIL not in statuses(stops).values()
    assert (stop(stops, "output").status, stop(stops, "output").text) == (WARN, "ip filter OUTPUT: drop")
    assert (stop(stops, "input").status, stop(stops, "input").text) == (PASS, "let through")
    assert (stop(stops, "socket").status, stop(stops, "socket").text) == (PASS, "reached")
    assert "it opened. The rules have changed" in rules.conclusion(facts, known, w.opened())


# Where the rules were not read.


def _reset(*each: dict[str, int]) -> Attempt:
    """Return an attempt that a rule resets, with what each of more refusals has moved."""
    found = _attempt("ECONNREFUSED", OutRequests=10, OutTransmits=10, InReceives=10, InDelivers=5)
    return replace(found, devices_counted=True, rounds=tuple(each))


_OUT = {"Dev.Loopback": 1, "Ip.InReceives": 1, "Ip.InDelivers": 1}
_IN = {"Dev.Loopback": 2, "Ip.InReceives": 2, "Ip.InDelivers": 1}


def _attempt(outcome: str, **burst: int) -> Attempt:
    looped = burst.pop("looped", None)
    counters = {f"Ip.{name}": count for name, count in burst.items()} | {"Dev.Loopback": looped or 0}
    return Attempt(
        address="127.0.0.1", port=8080, outcome=outcome, ms=0.2, tries=5, burst=counters, transmits_counted=True,
        source="127.0.0.1", devices_counted=looped is not None,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("attempt", "failing", "side"),
    [
        (_attempt("timeout", OutRequests=5, OutTransmits=0), "output", "out of devbox"),
        (_attempt("timeout", OutRequests=5, OutTransmits=5, InReceives=5, InDelivers=0), "input", "on its way in"),
        (_reset(*[_IN] * 5), "input", "way in"),
        (_reset(*[_OUT] * 5), "output", "out of devbox"),
        (_attempt("timeout", OutRequests=5, OutTransmits=5, looped=0), "egress", "out of devbox"),
        (_attempt("timeout", OutRequests=5, OutTransmits=5, looped=5), "ingress", "on its way in"),
        (_attempt("timeout", OutTransmits=5, InReceives=5, InDelivers=0, looped=10), "ingress", "on its way in"),
        (_reset(*[_OUT | {"Dev.Loopback": 2}] * 5), "ingress", "way in"),
    ],
    ids=[
        *(
            "dropped going out",
            "dropped coming in",
            "reset coming in",
            "reset going out",
            "dropped at egress",
            "dropped at ingress",
        ),
        *("rejected at ingress in vain", "reset at ingress"),
    ],
)
def test_the_side_is_told_by_the_counters(attempt: Attempt, failing: str, side: str) -> None:
    facts = served(attempts=(attempt,))
    stops = way.seen_way(facts, attempt, by_rule=True)
    assert [each.name for each in stops if each.status is FAIL] == [failing]
    assert stop(stops, "socket").status is SKIPPED
    assert side in way.side_words(facts, attempt)
    unsure = way.seen_way(facts, attempt, by_rule=False)
    assert FAIL not in statuses(unsure).values()


@pytest.mark.parametrize(
    "rounds",
    [(), (_OUT,), (*[_OUT] * 4, _IN), [_OUT | {"Dev.Outside": 1}] * 5, [_IN | {"Ip6.InReceives": 1}] * 5],
    ids=["never alone", "only once", "not alike", "left the machine", "with others"],
)
def test_what_may_be_the_work_of_other_traffic_tells_no_side(rounds: tuple[dict[str, int], ...]) -> None:
    attempt = _reset(*rounds)
    assert way.side_words(served(attempts=(attempt,)), attempt) == ""


def test_an_icmp_error_of_another_machine_tells_no_side() -> None:
    icmp = Icmp(version=4, type=3, code=13, sender="10.0.0.1")
    attempt = replace(_attempt("EHOSTUNREACH", OutRequests=5, OutTransmits=0), icmp=icmp)
    assert way.side_words(served(attempts=(attempt,)), attempt) == ""


def test_what_opened_was_let_through_everywhere() -> None:
    attempt = w.opened()
    stops = way.seen_way(served(attempts=(attempt,)), attempt, by_rule=False)
    assert set(statuses(stops).values()) == {PASS}
