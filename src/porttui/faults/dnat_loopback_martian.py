"""A NAT rule leads a loopback address out of this machine, where it may not go.

127.0.0.1 is meant for one machine talking to itself: no packet from or to 127.0.0.0/8 may appear outside of it (RFC
1122, 3.2.1.3). One that does is called a martian, and Linux throws it away. So a NAT rule that leads 127.0.0.1:8080
into a container does not do what it says: the packet keeps its source address 127.0.0.1, has to leave by the
container's bridge, and is dropped on the way, in silence. The client waits until its time is over, while the same
port at the machine's other address answers.

It comes about when ports of containers are published by rules alone: docker with "userland-proxy": false and a kernel
setting that somebody reset, a hand-made
`iptables -t nat -A OUTPUT -p tcp --dport 8080 -j DNAT --to-destination 172.17.0.2:80`, a node port of Kubernetes
asked at 127.0.0.1. With docker's proxy, which is the default, the port is served on 127.0.0.1 without any rule.

How porttui knows: its packets to the loopback address never left (Ip.OutRequests, Ip.OutTransmits), and
net.ipv4.conf.*.route_localnet is 0. As root it reads the rule that leads them out. Without root it asks the same
address from another one of this machine, for which no such law holds, and the same port at that address: when
somebody elsewhere answers, a rule of NAT is probably behind it, and the verdict stays likely.

What looks the same and is not: fw-drop-output (a rule drops the packets; no NAT leads them anywhere), lo-down (the
packets left, and never came in), nat-redirect-dead (the other end is reached, and refuses), host-down (the container
is gone: "no route to host" after three seconds).

To fix it, ask for the machine's own address in place of 127.0.0.1, or the container's. Or allow it, on Linux as root:
`sysctl -w net.ipv4.conf.all.route_localnet=1`, together with a rule that gives the packets another source address,
`iptables -t nat -A POSTROUTING -s 127.0.0.1 -d 172.17.0.2 -j MASQUERADE`. With docker, turn its userland-proxy on
again. On macOS and Windows docker's own proxy serves 127.0.0.1, and there is no such setting.

To keep it from coming back, publish ports by the program that runs the containers
(`docker run -p 127.0.0.1:8080:80`), and write settings of the kernel into /etc/sysctl.d, not into a shell.
"""

from __future__ import annotations

from porttui.faults.fault import CannotTell, Fault, Found, Outcome, RuledOut, Stop
from porttui.model.address import endpoint, family, is_loopback
from porttui.model.facts import Attempt, Facts
from porttui.model.report import Confidence, Evidence, Remedy, RemedyStep, Risk, Step
from porttui.model.rules import Rule
from porttui.reading import evidence, nat, packets, seen, words
from porttui.reading.unseen import firewall_unseen
from porttui.remedies import nat as ways
from porttui.remedies import service

_SETTING = "net.ipv4.conf.{}.route_localnet"


def check(facts: Facts) -> Outcome:
    """Find it when a loopback target is silent because a rule leads its packets out of this machine."""
    if facts.attempts is None:
        return CannotTell(because="no connection was tried yet")
    silent = [each for each in seen.failed(facts) if each.outcome == "timeout" or packets.nobody_there(facts, each)]
    if not silent:
        return RuledOut(because="no connection ran into a time-out")
    own = [each for each in silent if is_loopback(each.address) and family(each.address) == 4]
    if not own:
        return RuledOut(because="the target is no loopback address of IPv4")
    if nat.impossible(facts):
        return RuledOut(because="no NAT rule is in force here")
    first = own[0]
    if packets.dropped_inwards(first) or packets.queue_overflowed(first):
        return RuledOut(because="the packets arrived on this machine")
    lead = nat.deciding(facts, first.address)
    if lead is False:
        return RuledOut(because="no NAT rule leads the connection elsewhere")
    place = nat.led_to(facts, first)
    if place is not None:
        return _known(facts, first, place, lead.rule if isinstance(lead, nat.Lead) else None)
    if any(_allowed(facts)):
        return CannotTell(because="route_localnet allows loopback addresses outside", unseen=firewall_unseen(facts))
    if packets.dropped_outwards(first):
        twin = _twin(facts)
        if twin is not None and seen.accepting(facts, first.address) is None:
            return _likely(facts, first, twin)
        beside = next((each for each in nat.sidesteps(facts, first) if _led_out(each)), None)
        if beside is not None:
            return _by_sidestep(facts, first, beside)
    return CannotTell(because="a NAT rule may lead the packets out of this machine", unseen=nat.unseen(facts))


def _known(facts: Facts, attempt: Attempt, place: tuple[str, int], rule: Rule | None) -> Outcome:
    if seen.is_local(facts, place[0]):
        return RuledOut(because=f"it is led to {endpoint(*place)}, which is this machine")
    if nat.no_way(facts, attempt) is not None:
        return RuledOut(because=f"it is led to {place[0]}, to which there is no route from any address")
    allowed = _allowed(facts)
    source = attempt.fate.source if attempt.fate is not None else ""
    if allowed and not nat.keeps_a_loopback_source(facts, attempt):
        return CannotTell(because=f"{allowed[0]} is 1, so that loopback addresses may leave")
    why = "to which nothing can come back" if allowed else "which the kernel does not let leave this machine"
    return Found(
        summary=f"A NAT rule leads port {attempt.port} of {attempt.address} to {endpoint(*place)} with a loopback "
        f"source, {why}.",
        gloss=_GLOSS,
        evidence=(
            *((nat.evidence_of(rule),) if rule is not None else ()),
            Evidence(
                text=f"led to\t{endpoint(*place)}" + (f"\tfrom {source}" if source else ""),
                source="conntrack" if source else "rule",
            ),
            *_settings(facts),
            *evidence.connects(facts, (attempt,)),
            *evidence.counted(attempt, "Ip.OutRequests", "Ip.OutTransmits"),
        ),
    )


def _likely(facts: Facts, attempt: Attempt, twin: Attempt) -> Found:
    return Found(
        summary=f"Probably a NAT rule leads port {attempt.port} out of this machine: {twin.address} is served that "
        f"way, and from {attempt.address} no packet may leave.",
        gloss=_GLOSS,
        confidence=Confidence.LIKELY,
        evidence=(
            *evidence.connects(facts, (attempt, twin)),
            evidence.none_listening(facts),
            Evidence(text=f"server's side\tnone here at {endpoint(twin.address, twin.port)}", source="sockets"),
            *_settings(facts),
            *evidence.counted(attempt, "Ip.OutRequests", "Ip.OutTransmits"),
        ),
    )


def _led_out(sidestep: Attempt) -> bool:
    """Tell whether somebody elsewhere answered a loopback address, once the packets came from another address."""
    return nat.led_past(sidestep) or packets.reset_from_elsewhere(sidestep)


def _by_sidestep(facts: Facts, attempt: Attempt, beside: Attempt) -> Found:
    listener = seen.accepting(facts, attempt.address)
    passed = f", past {words.program(facts, listener)}" if listener is not None else ""
    what = "opens" if beside.outcome == "open" else "is refused there"
    return Found(
        summary=f"Probably a NAT rule leads port {attempt.port} of {attempt.address} out of this machine{passed}: a "
        f"connection from {beside.source} {what}, and none from a loopback address may leave.",
        gloss=_GLOSS,
        confidence=Confidence.LIKELY,
        evidence=(
            *evidence.connects(facts, (attempt,)),
            Evidence(text=f"connect	from {beside.source}	{words.outcome(beside)}", source="connect"),
            *(evidence.listening(facts, (listener,)) if listener is not None else (evidence.none_listening(facts),)),
            *_settings(facts),
            *evidence.counted(attempt, "Ip.OutRequests", "Ip.OutTransmits"),
        ),
    )


_GLOSS = "A packet with a loopback address may not leave its machine: the kernel drops it without a word."


def _twin(facts: Facts) -> Attempt | None:
    """Return a connection to the same port at another address of this machine that somebody elsewhere has taken."""
    port = facts.asked.target.port
    return next((e for e in facts.attempts or () if e.role == "elsewhere" and e.port == port and nat.led_past(e)), None)


def _allowed(facts: Facts) -> tuple[str, ...]:
    """Return the settings that let loopback addresses leave by some interface."""
    return tuple(name for name, value in facts.sysctls.items() if name.endswith(".route_localnet") and value == "1")


def _settings(facts: Facts) -> tuple[Evidence, ...]:
    allowed = _allowed(facts)
    name = allowed[0] if allowed else _SETTING.format("all")
    if name not in facts.sysctls:
        return ()
    return (Evidence(text=f"{name}\t{facts.sysctls[name]}", source="sysctl"),)


def remedies(facts: Facts) -> tuple[Remedy, ...]:
    """Ask for another address, or allow it."""
    own = [each for each in seen.failed(facts) if is_loopback(each.address)]
    place = nat.led_to(facts, own[0]) if own else None
    lead = nat.deciding(facts, own[0].address) if own else None
    twin = _twin(facts)
    found: list[Remedy] = []
    if twin is not None:
        title = f"Ask for {twin.address}, where the port answers"
        found.append(ways.ask_there(facts, twin.address, twin.port, title, "its packets may leave this machine"))
    elif place is not None:
        found.append(ways.ask_there(facts, *place, "Ask where the rule leads", "no rule is needed to get there"))
    if facts.os == "linux":
        found.append(_allow(facts, place, already=any(_allowed(facts))))
    return (*found, *ways.take_out(facts, lead.rule if isinstance(lead, nat.Lead) else None), ways.see_the_rule(facts))


def _allow(facts: Facts, place: tuple[str, int] | None, *, already: bool) -> Remedy:
    where = words.machine(facts)
    setting = _SETTING.format("all")
    to = ("-d", place[0]) if place else ()
    allow = RemedyStep(text="Allow it", where=where, argv=("sysctl", "-w", f"{setting}=1"), needs_root=True)
    masquerade = RemedyStep(
        text="Give these packets the address of the interface by which they leave",
        where=where,
        argv=("iptables", "-t", "nat", "-A", "POSTROUTING", "-s", "127.0.0.1", *to, "-j", "MASQUERADE"),
        needs_root=True,
    )
    undo = " ".join(masquerade.argv or ()).replace(" -A ", " -D ")
    return Remedy(
        title="Give loopback connections that leave another source address"
        if already
        else "Let loopback connections leave, with another source address",
        risk=Risk.EXPOSES,
        cost="loopback is less private",
        proof=service.proof(facts),
        undo=undo if already else f"sysctl -w {setting}=0; {undo}",
        steps=(masquerade,) if already else (allow, masquerade),
        note="It lasts until the machine starts again; docker run -p, with docker's proxy, needs neither.",
    )


FAULT = Fault(
    code="dnat-loopback-martian",
    step=Step.FIREWALL,
    stop=Stop.OUTPUT,
    title="A NAT rule leads a loopback address out of this machine, where it may not go",
    explanation=__doc__,
    check=check,
    remedies=remedies,
    explains=("fw-drop-output", "nothing-listening", "wrong-port", "other-netns"),
)
