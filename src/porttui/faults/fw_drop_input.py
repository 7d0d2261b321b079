"""Packets are dropped on their way in.

To drop a packet means to throw it away and say nothing. The sender cannot tell a dropped packet from a lost one, so
it sends again, waits longer, sends again, and gives up after seconds or minutes with a time-out (ETIMEDOUT). That is
the signature of a firewall that drops. An empty port never looks so: it is refused within a millisecond.

It comes about when the input chain, the list of rules for what comes in, has a policy of drop, which means that
whatever no rule accepts is dropped, and lacks the rule that accepts the loopback interface. Somebody copies a set of
rules with "allow ssh, drop the rest", and from then on nginx cannot reach the application behind it at
127.0.0.1:3000, nor the application its database, while ssh works. From another machine the everyday example is ufw,
which drops whatever was not allowed. (From the machine itself ufw and firewalld let everything through that goes by
loopback.)

How porttui knows: packets to an address of this machine pass its own IP layer, which counts those that come in
(Ip.InReceives in /proc/net/snmp) and those that it hands on to TCP (Ip.InDelivers). porttui sends a few first packets
within milliseconds; all of them came in and none was handed on. In between there is little but the input side of the
firewall. As root it reads the rules as well, works out what they do with this very connection, and names the rule
that drops it; when that is what the connection met, the verdict is certain. Without root it stays likely and says
"Probably". Of a target on another machine it is only seen when its answers come in and are not handed on.

What looks the same and is not: backlog-full (handed on to TCP, and the server's queue overflows), fw-drop-output and
conntrack-full (the packets never came in, as they never left), lo-down (they left, and loopback is switched off),
fw-reject-icmp and fw-reject-reset (there is an answer), sigstopped (connected, and then silence).

To fix it, read the rules, `sudo nft list ruleset` and `sudo iptables-save` (and `sudo iptables-legacy-save`, whose
rules nft does not show), and look for your port, for the interface and for a policy of drop. Let this machine talk to
itself: `sudo nft insert rule inet filter input iifname "lo" accept`, with the names of your own table and chain, or
`sudo iptables -I INPUT 1 -i lo -j ACCEPT`. For one port and everybody: `sudo ufw allow 8080/tcp`. On macOS
`sudo pfctl -sr` has the rules; on Windows
`New-NetFirewallRule -DisplayName web -Direction Inbound -Protocol TCP -LocalPort 8080 -Action Allow`, as
administrator.

To keep it from coming back, save the mended rules where they are loaded at boot (/etc/nftables.conf,
netfilter-persistent), and over ssh try new rules with `sudo iptables-apply FILE`, which takes them back unless you
confirm in time that you are still there.
"""

from __future__ import annotations

from porttui.faults.fault import CannotTell, Fault, Found, Outcome, RuledOut, Stop
from porttui.model.facts import Attempt, Facts
from porttui.model.report import Confidence, Evidence, Remedy, Step
from porttui.reading import by_user, evidence, packets, rules, seen, words
from porttui.reading.unseen import firewall_unseen
from porttui.remedies import firewall


def check(facts: Facts) -> Outcome:
    """Find it when packets to a local address arrived, were not handed on, and no queue overflowed."""
    if facts.attempts is None:
        return CannotTell(because="no connection was tried yet")
    silent = [each for each in seen.failed(facts) if each.outcome == "timeout"]
    if not silent:
        return RuledOut(because="no connection ran into a time-out")
    local = [each for each in silent if seen.is_local(facts, each.address) or _dropped(facts, each)]
    if not local:
        return CannotTell(because="the target is another machine: where its packets end cannot be seen from here")
    dropped = [each for each in local if _dropped(facts, each)]
    if not dropped:
        if any(packets.queue_overflowed(each) or _dropped_outwards(facts, each) for each in local):
            return RuledOut(because="the packets did not end between arrival and TCP")
        return CannotTell(because="the counters do not tell where the packets ended", unseen=firewall_unseen(facts))
    first = dropped[0]
    listener = seen.accepting(facts, first.address)
    sure = rules.confidence(facts, first, "drop", Confidence.LIKELY)
    who = rules.who(facts, first, sure, words.machine(facts))
    what = rules.what_is_dropped(facts, first)
    in_vain = rules.refused_in_vain(facts, first)
    return Found(
        summary=f"{in_vain or f'{who} drops the {what} port {first.port}'} coming in.",
        gloss=by_user.added(
            facts,
            "So the client is not even told that it was refused, and waits until it gives up."
            if in_vain
            else "A dropped packet is not answered at all, so the client waits until it gives up.",
        ),
        confidence=sure,
        evidence=(
            *rules.quoted(facts, first, "drop"),
            *by_user.quoted(facts),
            *evidence.connects(facts, (first,)),
            *(_counted(first) if packets.dropped_inwards(first) else ()),
            *(evidence.listening(facts, (listener,)) if listener else ()),
        ),
    )


def _dropped(facts: Facts, attempt: Attempt) -> bool:
    """Tell whether packets were dropped on their way in: by the rules, where they were read, or by the counters."""
    if packets.queue_overflowed(attempt):
        return False
    side = rules.side(facts, attempt)
    if side is not None:
        return side == "in"
    if seen.is_local(facts, attempt.address):
        return packets.dropped_inwards(attempt)
    return packets.far_answers_dropped(attempt)


def _dropped_outwards(facts: Facts, attempt: Attempt) -> bool:
    return rules.side(facts, attempt) == "out" or packets.dropped_outwards(attempt)


def _counted(attempt: Attempt) -> tuple[Evidence, ...]:
    ends = ("Dev.Loopback", "Ip.InReceives") if packets.at_the_device(attempt) else ("Ip.InReceives", "Ip.InDelivers")
    return (
        *evidence.counted(attempt, *ends),
        Evidence(text="TcpExt.ListenOverflows\t+0\tso no server's queue is full", source="/proc/net/netstat"),
    )


def remedies(facts: Facts) -> tuple[Remedy, ...]:
    """Past the rule that is known, or see it and let the port through."""
    dropped = next((each for each in seen.failed(facts) if _dropped(facts, each)), None)
    answers = dropped is not None and rules.what_is_dropped(facts, dropped) == "answers from"
    return firewall.ways(facts, "in", answers=answers)


FAULT = Fault(
    code="fw-drop-input",
    step=Step.FIREWALL,
    stop=Stop.INPUT,
    title="Packets are dropped on their way in",
    explanation=__doc__,
    check=check,
    remedies=remedies,
)
