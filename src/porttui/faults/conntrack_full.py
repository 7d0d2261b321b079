"""The connection tracking table is full.

A firewall that lets answers through must remember the questions. Linux keeps a table of all connections that it has
seen, conntrack, for rules like "established, accept", for NAT and for docker's published ports. The table has a
limit, 262144 entries on most machines and far fewer on small ones. When it is reached, the kernel throws away each
packet that would begin a new connection, while those that are in the table go on as if nothing were wrong. The
program that is thrown out sees nothing but a time-out, even on localhost.

It comes about when a machine talks to very many others: an nginx in front of a busy site, a Kubernetes node, a name
server, a crawler, a load test with wrk or ab that opens thousands of connections a second. The table remembers a
connection for two minutes after its end, and an idle one for five days, so that a program which leaks connections
fills it in the end. It hits a web server on the same machine first: "the site hangs, and ssh, which was open before,
is quick".

How porttui knows: the kernel was asked to send packets and none of them left (Ip.OutRequests, Ip.OutTransmits),
connection tracking counted as many packets thrown away (drop in /proc/net/stat/nf_conntrack), and the table has as
many entries as it may have (nf_conntrack_count and nf_conntrack_max). All of it can be read without root.

What looks the same and is not: fw-drop-output (dropped at the same place, by a rule: the table has room),
fw-drop-input (the packets came in, and were dropped there), backlog-full (one server's own queue is full; others on
the same machine answer), lo-down (the interface is off), ephemeral-exhaustion (no source port is left: an error at
once, and no waiting).

To fix it, raise the limit, which takes effect at once: `sysctl -w net.netfilter.nf_conntrack_max=524288` (about 300
bytes of memory each; in a container it is set on the host). See who fills it with `conntrack -L` or `ss -s`. Packets
of the machine to itself need no tracking: nft can leave them out with the word notrack. macOS keeps such a table too
(`pfctl -si`; "set limit states" in /etc/pf.conf); Windows has none with such a limit, and there a restart of the
network helps for a while.

To keep it from coming back, write the limit into /etc/sysctl.d, shorten nf_conntrack_tcp_timeout_established from
five days to an hour, let programs keep connections open and use them again (keep-alive), and watch the count: at 80
percent there is still time.
"""

from __future__ import annotations

from porttui.faults.fault import CannotTell, Fault, Found, Outcome, RuledOut, Stop
from porttui.model.facts import Attempt, Facts
from porttui.model.report import Confidence, Edit, Evidence, Remedy, RemedyStep, Risk, Step
from porttui.reading import evidence, packets, seen, tracking, words
from porttui.remedies import network, service

_LIMIT = "net.netfilter.nf_conntrack_max"


def check(facts: Facts) -> Outcome:
    """Find it when packets never left, connection tracking counted them as dropped, and its table has no room."""
    if facts.attempts is None:
        return CannotTell(because="no connection was tried yet")
    silent = [each for each in seen.failed(facts) if each.outcome == "timeout"]
    if not silent:
        return RuledOut(because="no connection ran into a time-out")
    numbers = tracking.filling(facts)
    if numbers is not None and not tracking.is_full(facts):
        return RuledOut(because=f"the table has room: {numbers[0]} of {numbers[1]}")
    lost = [each for each in silent if packets.dropped_outwards(each)]
    if not lost:
        return RuledOut(because="the packets were not dropped on their way out")
    first = lost[0]
    count = tracking.dropped(first)
    if count < first.tries:
        if numbers is None:
            return RuledOut(because="connection tracking did not count a dropped packet for each that was sent")
        return CannotTell(because="the table is full, but it was not seen that our packets were dropped for it")
    return _found(facts, first, numbers, count)


def _found(facts: Facts, attempt: Attempt, numbers: tuple[int, int] | None, count: int) -> Found:
    """Build the verdict. Where others' packets were dropped in the same moment, ours may have met a rule instead."""
    ours = count < 2 * attempt.tries + 2
    sure = ours and numbers is not None and numbers[0] >= numbers[1]
    machine = words.machine(facts)
    told = f": {numbers[0]} of {numbers[1]}" if numbers else ""
    return Found(
        summary=f"The connection tracking table of {machine} is full{told}; it lets no new connection through."
        if sure
        else f"Probably the connection tracking table of {machine} is full{told}, and no new connection gets through.",
        gloss="The firewall remembers every connection; when it can remember no more, it drops what is new.",
        confidence=Confidence.CERTAIN if sure else Confidence.LIKELY,
        evidence=(
            *evidence.connects(facts, (attempt,)),
            *(
                (Evidence(text=f"connections\t{numbers[0]}\tof {numbers[1]} that fit", source="nf_conntrack_count"),)
                if numbers
                else ()
            ),
            Evidence(
                text=f"conntrack drop\t+{count}\tfor {words.count(attempt.tries, 'packet')} sent",
                source="/proc/net/stat/nf_conntrack",
            ),
            *evidence.counted(attempt, "Ip.OutRequests", "Ip.OutTransmits"),
        ),
    )


def remedies(facts: Facts) -> tuple[Remedy, ...]:
    """Raise the limit, or see who fills the table."""
    numbers = tracking.filling(facts)
    more = str(2 * (numbers[1] if numbers else 262144))
    text = "Raise the limit; it counts at once"
    steps = [
        network.step(
            facts,
            linux=network.Do(text, ("sysctl", "-w", f"{_LIMIT}={more}"), root=True),
            macos=network.Do(f"As root, write into /etc/pf.conf: set limit states {more}"),
            windows=network.Do(
                "Restart the network card: what it remembers is forgotten",
                ("Restart-NetAdapter", "-Name", "*"),
                root=True,
            ),
        )
    ]  # fmt: skip
    if facts.os == "linux":
        keep = Edit(file="/etc/sysctl.d/90-conntrack.conf", text=f"{_LIMIT} = {more}")
        steps.append(RemedyStep(text="To keep it so, write as root", edit=keep, needs_root=True))
    elif facts.os == "macos":
        load = ("pfctl", "-f", "/etc/pf.conf")
        steps.append(RemedyStep(text="Load it", where=words.machine(facts), argv=load, needs_root=True))
    see = "See how many sockets there are, and in which states"
    return (
        Remedy(
            title="Make room in the table",
            risk=Risk.DISRUPTS if facts.os == "windows" else Risk.SAFE,
            cost="cuts all connections" if facts.os == "windows" else "safe; takes about 300 bytes for each entry",
            proof=service.proof(facts),
            undo=f"sysctl -w {_LIMIT}={numbers[1]}" if facts.os == "linux" and numbers else None,
            steps=tuple(steps),
            note="In a container or another network namespace the limit is set on the host."
            if facts.os == "linux"
            else "",
        ),
        Remedy(
            title="See who fills it",
            risk=Risk.SAFE,
            cost="safe, only looks",
            proof=service.proof(facts),
            steps=(
                network.step(
                    facts,
                    linux=network.Do(see, ("ss", "-s")),
                    macos=network.Do("See how full the table of pf is", ("pfctl", "-si"), root=True),
                    windows=network.Do(see, ("netstat", "-ano")),
                ),
                RemedyStep(text="Stop the program that opens very many connections, or let it use them again"),
            ),
        ),
    )


FAULT = Fault(
    code="conntrack-full",
    step=Step.PATH,
    stop=Stop.OUTPUT,
    title="The connection tracking table is full",
    explanation=__doc__,
    check=check,
    remedies=remedies,
    explains=("fw-drop-output",),
)
