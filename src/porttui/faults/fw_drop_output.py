"""Packets are dropped on their way out.

Firewalls guard both directions. A rule on the way out throws a program's first packet away before it reaches any
interface, even the loopback one. Nothing ever leaves, nothing can answer, and the program waits until its patience is
over: a time-out, ETIMEDOUT. The kernel knows the true reason and tells it to nobody; only senders of UDP are told
"operation not permitted" (EPERM).

It comes about when a VPN client with a "kill switch" lets nothing out past its tunnel and forgets loopback, or the
printer in the next room; when an output chain has a policy of drop; when a rule is for one user (`meta skuid`), so
that the service fails and the same command works for you; or when a systemd unit has IPAddressDeny=any and one
service alone is cut off.

How porttui knows: it asked the kernel to send some packets, which are counted (Ip.OutRequests in /proc/net/snmp), and
they neither left (Ip.OutTransmits, since Linux 6.6) nor came in by loopback (Ip.InReceives); on older kernels,
sending them once more was counted as failed (TcpExt.TCPRetransFail). The connection tracking table, which throws
packets away at the same place when it is full, had room; and a loopback address is also asked from another address of
this machine, so that a NAT rule is not taken for a block. As root it reads the rules, names the one that drops this
very connection, and is certain when that is what the connection met; without root the verdict says "Probably".

What looks the same and is not: fw-drop-input (the packets came in, and were not handed on), conntrack-full (the table
has no room), lo-down (they left, and never came in), dnat-loopback-martian (a NAT rule leads them where they cannot
go), connect-denied-policy (the program is told at once that it may not).

To fix it, try the same as another user first: what works for root and not for www-data has a rule for www-data, or a
unit with limits, which `systemctl show NAME -p IPAddressDeny` tells without root. Then `sudo nft list ruleset` or
`sudo iptables-save`, and let the port through: `sudo nft insert rule inet filter output tcp dport 8080 accept`, with
your own table and chain, or `oifname "lo" accept` for this machine. On macOS `sudo pfctl -sr` shows "block out"
rules; on Windows `Get-NetFirewallRule -Direction Outbound -Action Block -Enabled True`, whose rules win over any that
allow.

To keep it from coming back, let every output chain begin with the loopback interface, and look at the rules once with
the VPN on and once with it off: what a kill switch leaves behind when it crashes is a classic.
"""

from __future__ import annotations

from porttui.faults.fault import CannotTell, Fault, Found, Outcome, RuledOut, Stop
from porttui.model.facts import Attempt, Facts
from porttui.model.report import Confidence, Evidence, Remedy, Step
from porttui.reading import by_user, evidence, nat, packets, rules, seen, tracking, words
from porttui.reading.unseen import firewall_unseen
from porttui.remedies import firewall


def check(facts: Facts) -> Outcome:
    """Find it when packets were to be sent and never left, while connection tracking has room."""
    if facts.attempts is None:
        return CannotTell(because="no connection was tried yet")
    silent = [each for each in seen.failed(facts) if each.outcome == "timeout"]
    if not silent:
        return RuledOut(because="no connection ran into a time-out")
    dropped = [each for each in silent if _dropped(facts, each)]
    if not dropped:
        if any(packets.queue_overflowed(each) or _dropped_inwards(facts, each) for each in silent):
            return RuledOut(because="the packets left")
        return CannotTell(because="the counters do not tell where the packets ended", unseen=firewall_unseen(facts))
    if tracking.is_full(facts):
        return CannotTell(because="the connection tracking table is full, which drops packets at the same place")
    first = dropped[0]
    if rules.side(facts, first) == "out":
        return _found(facts, first)
    led = nat.deciding(facts, first.address)
    if isinstance(led, nat.Lead):
        return CannotTell(because="a NAT rule leads the packets elsewhere, and they may not go there")
    if led is None and any(not packets.dropped_outwards(each) for each in nat.sidesteps(facts, first)):
        return CannotTell(
            because="packets from another address of this machine leave: NAT may lead these where they cannot go",
            unseen=nat.unseen(facts),
        )
    nobody = seen.sockets_seen(facts) and not seen.accepting(facts, first.address)
    if led is None and nobody and seen.is_local(facts, first.address):
        return CannotTell(
            because="nothing listens there: a NAT rule may send the packets where they cannot go",
            unseen=nat.unseen(facts),
        )
    return _found(facts, first)


def _found(facts: Facts, attempt: Attempt) -> Found:
    sure = rules.confidence(facts, attempt, "drop", Confidence.LIKELY)
    who = rules.who(facts, attempt, sure, words.machine(facts))
    if _no_rule(facts, attempt):  # what is left stands at the same place: eBPF programs, as systemd loads for units
        who = "Probably a program of this cgroup (eBPF, such as systemd's IPAddressDeny=)"
    what = rules.what_is_dropped(facts, attempt)
    in_vain = rules.refused_in_vain(facts, attempt)
    answers = what == "answers from"
    return Found(
        summary=f"{in_vain or f'{who} drops the {what} port {attempt.port}'} going out.",
        gloss=by_user.added(
            facts,
            "So the client is not even told that it was refused, and waits until it gives up."
            if in_vain
            else "The server answers, and its packets are thrown away before they leave its side."
            if answers
            else "The packets are thrown away before they leave your program's side; so nothing can answer.",
        ),
        confidence=sure,
        evidence=(
            *rules.quoted(facts, attempt, "drop"),
            *by_user.quoted(facts),
            *evidence.connects(facts, (attempt,)),
            *_counted(facts, attempt),
        ),
    )


def _counted(facts: Facts, attempt: Attempt) -> tuple[Evidence, ...]:
    if packets.lost_at_the_interface(facts, attempt):
        return evidence.counted(attempt, "Ip.OutTransmits", "Dev.Loopback", "Dev.Outside")
    if not packets.dropped_outwards(attempt):
        return ()
    return (
        *evidence.counted(attempt, "Ip.OutRequests", "Ip.OutTransmits", "Ip.InReceives"),
        *evidence.counted(attempt, "TcpExt.TCPRetransFail", whole=True),
    )


def _dropped(facts: Facts, attempt: Attempt) -> bool:
    """Tell whether packets were dropped on their way out: by the rules, where they were read, or by the counters."""
    if packets.queue_overflowed(attempt):
        return False
    side = rules.side(facts, attempt)
    if side is not None:
        return side == "out"
    return packets.dropped_outwards(attempt) or packets.lost_at_the_interface(facts, attempt)


def _dropped_inwards(facts: Facts, attempt: Attempt) -> bool:
    return rules.side(facts, attempt) == "in" or packets.dropped_inwards(attempt)


def _no_rule(facts: Facts, attempt: Attempt) -> bool:
    """Tell whether every firewall was read and has no rule at all, or none that blocks this."""
    backends = facts.firewall or ()
    none = bool(backends) and all(each.unseen is None and not each.rules for each in backends)
    return none or rules.lets_through(facts, attempt)


def remedies(facts: Facts) -> tuple[Remedy, ...]:
    """Past the rule that is known, or see it and let the port through."""
    dropped = next((each for each in seen.failed(facts) if _dropped(facts, each)), None)
    answers = dropped is not None and rules.what_is_dropped(facts, dropped) == "answers from"
    return firewall.ways(facts, "out", answers=answers)


FAULT = Fault(
    code="fw-drop-output",
    step=Step.FIREWALL,
    stop=Stop.OUTPUT,
    title="Packets are dropped on their way out",
    explanation=__doc__,
    check=check,
    remedies=remedies,
)
