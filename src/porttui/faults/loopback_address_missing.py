"""127.0.0.1 is not on the loopback interface.

127.0.0.1 is an address like any other: an interface must have it, and that is the loopback interface (lo on Linux,
lo0 on macOS), which gets 127.0.0.1 and ::1 when it comes up. On Linux the address brings its whole network along, so
127.0.0.2 and the sixteen million others of 127.0.0.0/8 work as well; on macOS each of them has to be added. Take the
address away and the kernel no longer knows what 127.0.0.1 is: it looks for a way to it as to a foreign machine, and
finds none.

It comes about when a script cleans up addresses and cleans too much (`ip addr flush dev lo` before it sets its own),
when a load balancer's or VPN's set-up puts a service address on lo and replaces instead of adds, and, on macOS, when
a project is told to listen on 127.0.0.2, as many docker and vagrant recipes do, which only works on Linux.

How porttui knows: the loopback interface is up and does not have the address (rtnetlink), the kernel does not call
the address local when it is asked for the way to it, and the connection was refused at once with "network is
unreachable", for ::1 with "cannot assign requested address". On a machine with a default route packets to 127.0.0.1
may even be sent out to the router, which drops them: then it is a time-out.

What looks the same and is not: lo-down (the interface itself is down), ipv6-disabled (::1 is missing because IPv6 is
switched off), route-missing (the address is another machine's), listener-other-address (the address is there, and the
server listens on another one), fw-drop-output (127.0.0.1 is there, and a rule throws the packets away).

To fix it, put the address back. On Linux: `ip addr add 127.0.0.1/8 dev lo`, and for IPv6:
`ip addr add ::1/128 dev lo`. On macOS: `ifconfig lo0 alias 127.0.0.1` (or 127.0.0.2, when that is what is asked for).
On Windows: `netsh int ip reset`, and start the machine again. A server that listens on 0.0.0.0 is reached at once;
one that could not start is to be started again. Until then the machine's own network address works, if the server
listens on it.

To keep it from coming back, let scripts remove the one address that they mean (`ip addr del 10.0.0.5/32 dev lo`)
instead of flushing lo, and on macOS add further loopback addresses by a launchd job, since they are gone after each
start.
"""

from __future__ import annotations

from porttui.faults.fault import CannotTell, Fault, Found, Outcome, RuledOut, Stop
from porttui.faults.shared import bind_errors, not_the_bind
from porttui.model.address import destination, family, is_loopback, is_wildcard, same_address
from porttui.model.facts import Facts, Interface
from porttui.model.report import Confidence, Evidence, Remedy, RemedyStep, Risk, Step
from porttui.model.target import Question
from porttui.reading import evidence, ipv6, no_host, seen, words
from porttui.remedies import network, service


def check(facts: Facts) -> Outcome:
    """Find it when a loopback address could not be used, and a loopback interface that is up does not have it."""
    failed = _failed(facts)
    if not isinstance(failed, str):
        return failed
    if not isinstance(facts.interfaces, tuple):
        unseen = (facts.interfaces,) if facts.interfaces is not None else ()
        return CannotTell(because="the interfaces could not be read", unseen=unseen)
    up = next((each for each in facts.interfaces if each.loopback and each.up), None)
    if up is None:
        return RuledOut(because="the loopback interface itself is not up")
    if no_host.kind(facts, failed) is not None:
        return RuledOut(because=f"{failed} is the broadcast address of {up.name}")
    if _has(facts, up, failed):
        return RuledOut(because=f"{up.name} has {failed}")
    if family(failed) == 6 and (ipv6.is_off(facts, failed) or not _six(facts)):
        return RuledOut(because="there is no IPv6 at all")
    route = seen.route(facts, failed)
    sure = facts.os == "linux" and route is not None and (route.error is not None or route.kind != "local")
    missing = f"{failed} is not on the loopback interface {up.name} of {words.machine(facts)}"
    return Found(
        summary=f"{missing}, so nothing can reach it there."
        if sure
        else f"Probably {missing}: the interface does not show it.",
        gloss=f"{failed} is an address like any other: an interface must have it.",
        confidence=Confidence.CERTAIN if sure else Confidence.LIKELY,
        evidence=(
            Evidence(text=f"{up.name}\tup\t{', '.join(up.addresses) or 'no address'}", source="interfaces"),
            *evidence.ways(facts, failed),
            *(evidence.binds(facts) if facts.asked.question is Question.BIND else evidence.connects(facts)),
        ),
    )


def _failed(facts: Facts) -> RuledOut | CannotTell | str:
    """Return the loopback address that could not be used; or why there is none."""
    if facts.asked.question is Question.BIND:
        first = not_the_bind(facts)
        if first is not None:
            return first
        denied = [each for each in bind_errors(facts, "EADDRNOTAVAIL") if is_loopback(each)]
        return denied[0] if denied else RuledOut(because="no loopback address was refused")
    if facts.attempts is None:
        return CannotTell(because="no connection was tried yet")
    failed = seen.failed(facts)
    inside = [each for each in failed if is_loopback(each.address) or is_wildcard(each.address)]
    lost = [each for each in inside if each.outcome in _LOST and each.icmp is None]
    stopped = seen.stopped_here(facts)
    lost = [each for each in lost if not each.immediate or each in stopped]
    if not lost or (lost[0] not in stopped and len(lost) < len(failed)):
        return RuledOut(because="no packet to a loopback address was lost on this machine")
    return destination(lost[0].address)


_LOST = {"ENETUNREACH", "EADDRNOTAVAIL", "EHOSTUNREACH", "timeout"}


def _has(facts: Facts, interface: Interface, address: str) -> bool:
    """Tell whether the interface has the address. On Linux and Windows 127.0.0.1 stands for the whole network."""
    if facts.os == "windows" and any(
        is_loopback(own) and family(own) == family(address) for own in interface.addresses
    ):
        return True
    if any(same_address(address, own) for own in interface.addresses):
        return True
    route = seen.route(facts, address)
    return facts.os == "linux" and route is not None and route.kind == "local"


def _six(facts: Facts) -> bool:
    return any(family(own) == 6 for own in seen.own_addresses(facts)) or any(
        facts.sysctls.get(f"net.ipv6.conf.{scope}.disable_ipv6") == "0" for scope in ("lo", "all")
    )


def remedies(facts: Facts) -> tuple[Remedy, ...]:
    """Put it back."""
    failed = _failed(facts)
    address = failed if isinstance(failed, str) else "127.0.0.1"
    interfaces = facts.interfaces if isinstance(facts.interfaces, tuple) else ()
    name = next((each.name for each in interfaces if each.loopback), "lo")
    text = f"Put {address} on {name}"
    prefix = "128" if family(address) == 6 else "8"
    six = ("inet6",) * (family(address) == 6)
    steps = [
        network.step(
            facts,
            linux=network.Do(text, ("ip", "addr", "add", f"{address}/{prefix}", "dev", name), root=True),
            macos=network.Do(text, ("ifconfig", name, *six, "alias", address), root=True),
            windows=network.Do(
                "Let Windows build its network anew, and start the machine again",
                ("netsh", "int", "ip", "reset"),
                root=True,
            ),
        ),
        RemedyStep(text="Start the server again, if it could not start while the address was missing"),
    ]
    back = Remedy(
        title=f"Put {address} back on the loopback interface",
        risk=Risk.DISRUPTS if facts.os == "windows" else Risk.SAFE,
        cost="takes a restart of the machine" if facts.os == "windows" else "safe",
        proof=service.proof(facts),
        undo=f"ip addr del {address}/{prefix} dev {name}" if facts.os == "linux" else None,
        steps=tuple(steps),
    )
    return (back,)


FAULT = Fault(
    code="loopback-address-missing",
    step=Step.PATH,
    stop=Stop.ROUTE,
    title="127.0.0.1 is not on the loopback interface",
    explanation=__doc__,
    check=check,
    remedies=remedies,
    questions=(Question.CONNECT, Question.BIND),
    explains=(
        "route-missing",
        "addr-not-available",
        "nothing-listening",
        "listener-other-address",
        "ipv4-only-listener",
        "ipv6-only-listener",
    ),
)
