"""Nobody on the local network answers for the address.

On a local network packets are not sent to IP addresses but to network cards, each of which has a number of its own.
So before the first packet can leave, the kernel asks the whole network "who has 192.168.4.77?": by ARP for IPv4, by
neighbour discovery for IPv6. The machine that has the address answers with the number of its card. When nobody
answers, the kernel asks twice more, a second apart, and then tells the program "no route to host" (EHOSTUNREACH),
although a route is there: the other machine is not.

It comes about when the other machine is switched off, asleep or unplugged; when it has another address by now, since
the router's DHCP gives out new ones (the Raspberry Pi that was 192.168.4.77 last week); when a virtual machine or a
container has ended, and its bridge is still there; when guests of a Wi-Fi are kept apart from each other; and by a
typing error in the address.

How porttui knows: the connection failed after about three seconds with an ICMP error "host unreachable" that this
machine sent to itself, and its neighbour table (what `ip neighbour` shows, readable by everybody) says FAILED, or
INCOMPLETE while it is still asking, for the address, or for the router to which packets to the address are handed.

What looks the same and is not: fw-reject-icmp (a rule or a router answers with the same error, and at once),
route-blocked (the kernel refuses before it asks anybody), route-missing ("network is unreachable"), fw-drop-output
(no answer, because the packets never left), and a machine that is up and drops what comes in: it does answer to ARP,
so the table knows its card, and porttui cannot tell more from here.

To fix it, wake the other machine, and look there what address it has: `ip -brief address` on Linux, `ifconfig` on
macOS, `ipconfig` on Windows. From here, `ip neighbour show 192.168.4.77` (`arp -a` on macOS and Windows) tells
whether it has ever answered, `ping` whether it does now. For a container, `docker ps` tells whether it runs, and its
published port on localhost is the better way to it.

To keep it from coming back, use names instead of addresses (raspberrypi.local, or the container's name), reserve the
address in the router's DHCP, and keep the machine from going to sleep.
"""

from __future__ import annotations

from porttui.faults.fault import CannotTell, Fault, Found, Outcome, RuledOut, Stop
from porttui.model.address import family, same_address
from porttui.model.facts import Attempt, Facts, Neighbour, Unseen
from porttui.model.report import Confidence, Evidence, Remedy, RemedyStep, Risk, Step
from porttui.reading import evidence, packets, seen, words
from porttui.remedies import network, service

_ASKING = {"INCOMPLETE", "FAILED"}
_ENOUGH_MS = 900
"""Nobody waits less than a second for an answer to ARP (arp(7), retrans_time_ms, mcast_solicit)."""


def check(facts: Facts) -> Outcome:
    """Find it when an address of a local network, or the router towards it, did not answer to ARP."""
    attempt = _waited(facts)
    if not isinstance(attempt, Attempt):
        return attempt
    if attempt.outcome == "EHOSTDOWN":  # macOS says it by an error of its own
        return _found(facts, attempt, attempt.address, None)
    if facts.neighbours is None:
        return CannotTell(because="the neighbour table was not looked at")
    hops = seen.next_hops(facts, (attempt,))
    hop = hops[0] if hops else attempt.address
    entry = _entry(facts, hop)
    if entry is not None and entry.state not in _ASKING:
        return RuledOut(because=f"{hop} is known on {entry.interface} ({entry.state.lower()})")
    unreachable = attempt.outcome == "EHOSTUNREACH"
    unseen = (facts.neighbours,) if isinstance(facts.neighbours, Unseen) else ()
    if entry is None and not (unreachable and attempt.icmp is not None):
        return CannotTell(because=f"it is not known whether {hop} has answered to ARP", unseen=unseen)
    return _found(facts, attempt, hop, entry)


def _waited(facts: Facts) -> Attempt | RuledOut | CannotTell:
    """Return the attempt that waited for another machine in vain; or why there is none."""
    if facts.attempts is None:
        return CannotTell(because="no connection was tried yet")
    failed = seen.failed(facts)
    if not failed:
        return RuledOut(because="the connection opened") if seen.opened(facts) else CannotTell(because="none was tried")
    if any(seen.is_local(facts, each.address) for each in failed):
        return RuledOut(because="the address is this machine's own")
    if all(each.outcome == "EHOSTDOWN" for each in failed):
        return failed[0]
    waited = [each for each in failed if not each.immediate]
    if not waited or not all(each.outcome in {"EHOSTUNREACH", "timeout"} for each in waited):
        return RuledOut(because="it failed in another way than an address does that nobody has")
    for each in waited:
        if each.outcome == "timeout" and each.ms < _ENOUGH_MS:
            return CannotTell(because="there was not enough time for an answer to ARP")
        if each.ms < _ENOUGH_MS or (each.icmp is not None and not packets.nobody_there(facts, each)):
            return RuledOut(because="the answer came too soon, or from another machine")
        if packets.dropped_outwards(each) and each.transmits_counted:
            return RuledOut(because="the packets did not leave")
    return waited[0]


def _entry(facts: Facts, hop: str) -> Neighbour | None:
    neighbours = facts.neighbours if isinstance(facts.neighbours, tuple) else ()
    return next((each for each in neighbours if same_address(each.address, hop)), None)


def _found(facts: Facts, attempt: Attempt, hop: str, entry: Neighbour | None) -> Found:
    sure = entry is not None and attempt.outcome == "EHOSTUNREACH"
    route = seen.route(facts, attempt.address)
    card = entry.interface if entry else route.interface if route else None
    on = f" on the network of {card}" if card else ""
    if hop == attempt.address:
        summary = (
            f"{'Nobody' if sure else 'Probably nobody'}{on} has {hop}: the machine is off, or has another address."
        )
    else:
        who = f"the router {hop}, which leads to {attempt.address}"
        summary = f"{'T' if sure else 'Probably t'}{who[1:]}, does not answer{on}."
    asked = "neighbour discovery" if family(hop) == 6 else "ARP"
    return Found(
        summary=summary,
        gloss=f'This machine asked "who has {hop}?" ({asked}), and nobody said a word.',
        confidence=Confidence.CERTAIN if sure else Confidence.LIKELY,
        evidence=(
            *evidence.connects(facts, (attempt,)),
            *(
                (Evidence(text=f"neighbour\t{hop}\t{entry.state}, on {entry.interface}", source="ip neighbour"),)
                if entry
                else ()
            ),
            *evidence.ways(facts, attempt.address),
        ),
    )


def remedies(facts: Facts) -> tuple[Remedy, ...]:
    """Look for the machine, from here and there."""
    attempt = _waited(facts)
    address = attempt.address if isinstance(attempt, Attempt) else facts.asked.target.host
    hops = seen.next_hops(facts, (attempt,)) if isinstance(attempt, Attempt) else ()
    hop = hops[0] if hops else address
    text = f"See whether {hop} has ever answered"
    ping = f"See whether {hop} answers now"
    name = "the router" if hop != address else "the other machine"
    return (
        Remedy(
            title=f"Wake {name}, and see which address it has",
            risk=Risk.SAFE,
            cost="safe",
            proof=service.proof(facts),
            steps=(
                RemedyStep(text=f"Is {name} switched on, awake, and in the same network as {words.machine(facts)}?"),
                RemedyStep(
                    text="There, look which address it has now",
                    where=name,
                    argv=("ipconfig",) if facts.os == "windows" else ("ifconfig",),
                )
                if facts.os != "linux"
                else RemedyStep(text="There, look which address it has now", where=name,
                                argv=("ip", "-brief", "address")),
            ),
        ),
        Remedy(
            title="Look for it from here",
            risk=Risk.SAFE,
            cost="safe, only looks",
            proof=service.proof(facts),
            steps=(
                network.step(
                    facts,
                    linux=network.Do(text, ("ip", "neighbour", "show", hop)),
                    macos=network.Do(text, ("arp", "-n", hop)),
                    windows=network.Do(text, ("arp", "-a", hop)),
                ),
                network.step(
                    facts,
                    linux=network.Do(ping, ("ping", "-c", "3", hop)),
                    macos=network.Do(ping, ("ping", "-c", "3", hop)),
                    windows=network.Do(ping, ("ping", "-n", "3", hop)),
                ),
            ),
        ),
    )  # fmt: skip


FAULT = Fault(
    code="host-down",
    step=Step.PATH,
    stop=Stop.INTERFACE,
    title="Nobody on the local network answers for the address",
    explanation=__doc__,
    check=check,
    remedies=remedies,
    explains=("fw-drop-output",),
)
