"""macOS denies the terminal access to the local network.

Since macOS 15 a program needs the user's consent before it may talk to other devices of the local network, as it
does for the camera. Consent is given to an application, and what is started in a terminal counts as that terminal.
When it was refused, or the question was overlooked, the system lets a connection to a neighbour fail at once with
EHOSTUNREACH, "No route to host", although the route is there and the neighbour is up. The internet, the router as a
way to it, and the Mac itself go on working, which makes the error look like one of the neighbour's.

It comes about when iTerm, Ghostty, VS Code's terminal or a program that was installed by Homebrew is the first to
ask for a Raspberry Pi, a NAS, a printer or a colleague's machine, and "Don't Allow" was clicked; after an update of
the terminal; and with programs that are started in the background, where nobody sees the question. Apple's own
Terminal, what is started over SSH, and root are exempt (Apple's technical note TN3179), so "it works with sudo" is
its mark.

How porttui knows: macOS 15 or newer, a user who is not root and no SSH session, a private address on the same
network with a usable route to it, and a connection that failed with EHOSTUNREACH before an answer could have been
missed. The setting itself cannot be read by programs, so porttui says "probably".

What looks the same and is not: host-down (the neighbour is off; macOS finds that out after some seconds, and marks
the route as rejected), route-missing (there is no way to the network at all), fw-reject-icmp (a firewall on the way
answers), nothing-listening (the neighbour answers, and refuses).

To fix it, on the Mac open System Settings, Privacy & Security, Local Network, switch the terminal on, quit it whole
(cmd+q) and start it again. If it is not in the list, connect once more and wait for the question. To see that it is
this, ask the same from Apple's Terminal: `porttui check 192.168.4.30:8080`. Linux has no such consent, and Windows
has it for none but programs from its store.

To keep it from coming back, give the consent once to each terminal that you use, and let background jobs that need
the local network run as root's (a LaunchDaemon), not as your own.
"""

from __future__ import annotations

from porttui.faults.fault import CannotTell, Fault, Found, Outcome, RuledOut, Stop
from porttui.model.address import is_loopback, parse_ip
from porttui.model.facts import Attempt, Facts, Route
from porttui.model.report import Confidence, Evidence, Remedy, RemedyStep, Risk, Step
from porttui.reading import evidence, seen
from porttui.remedies import service

_SINCE = 15
_AT_ONCE = 500.0
"""Milliseconds; a neighbour that is off is given up after some seconds (arp(4))."""


def check(facts: Facts) -> Outcome:
    """Find it when a connection to a neighbour failed at once although there is a way to it."""
    if facts.os != "macos":
        return RuledOut(because="this is no Mac")
    if facts.attempts is None:
        return CannotTell(because="no connection was tried yet")
    denied = [each for each in seen.failed(facts) if each.outcome == "EHOSTUNREACH" and each.icmp is None]
    if not denied:
        return RuledOut(because="no connection failed with EHOSTUNREACH")
    major = facts.host.release.partition(".")[0]
    if major.isdigit() and int(major) < _SINCE:
        return RuledOut(because=f"macOS {facts.host.release} does not ask for consent; macOS {_SINCE} is the first")
    if facts.privileges.root:
        return RuledOut(because="root needs no consent")
    if facts.host.ssh is not None:
        return RuledOut(because="what runs over SSH needs no consent")
    first = denied[0]
    excluded = _excluded(facts, first)
    if excluded is not None:
        return excluded
    route = _route(facts, first)
    way = () if route is None else (f"{route.destination}\t{route.kind}, by {route.interface}",)
    system = f"macOS\t{facts.host.release or 'version not known'}\tuser {facts.privileges.user}"
    return Found(
        summary=f"Probably macOS does not let this terminal talk to the local network: {first.address} is a neighbour.",
        gloss="Since macOS 15 each program needs consent for that; it is given in System Settings.",
        confidence=Confidence.LIKELY,
        evidence=(
            *evidence.connects(facts, (first,)),
            *(Evidence(text=text, source="route") for text in way),
            Evidence(text=system, source="host"),
        ),
    )


def _excluded(facts: Facts, attempt: Attempt) -> RuledOut | CannotTell | None:
    """Return what speaks against it: the address, the time it took, or the route."""
    ip = parse_ip(attempt.address)
    if ip is None or is_loopback(attempt.address) or seen.is_local(facts, attempt.address):
        return RuledOut(because=f"{attempt.address} is this machine")
    if not (ip.is_link_local or ip.is_private):
        return RuledOut(because=f"{attempt.address} is not on a local network")
    if attempt.ms > _AT_ONCE:
        return RuledOut(because="it failed after a while only, as with a neighbour that is off")
    route = _route(facts, attempt)
    if route is None:
        return CannotTell(because="the route to it is not known")
    if route.error is not None or route.kind != "unicast":
        return RuledOut(because=f"there is no usable route ({route.error or route.kind})")
    if route.gateway is not None and parse_ip(route.gateway) is not None and route.gateway != attempt.address:
        return RuledOut(because=f"it is behind {route.gateway}, not on the local network")
    return None


def _route(facts: Facts, attempt: Attempt) -> Route | None:
    routes = facts.routes if isinstance(facts.routes, tuple) else ()
    return next((route for route in routes if route.destination == attempt.address), None)


def remedies(facts: Facts) -> tuple[Remedy, ...]:
    """Give the consent; or see that it is this."""
    return (
        Remedy(
            title="Let the terminal talk to the local network",
            risk=Risk.EXPOSES,
            cost="what runs in it may talk to your network",
            proof=service.proof(facts),
            undo="switch it off at the same place",
            steps=(
                RemedyStep(text="Open System Settings, Privacy & Security, Local Network"),
                RemedyStep(text="Switch on the program that you type in: iTerm, Ghostty, Visual Studio Code"),
                RemedyStep(text="Quit it whole (cmd+q), start it again, and ask again"),
            ),
            note="Not in the list? Connect once more, and wait for the question.",
        ),
        Remedy(
            title="See whether it is this: ask from Apple's Terminal, which needs no consent",
            risk=Risk.SAFE,
            cost="safe, a try",
            proof=service.proof(facts),
            steps=(
                RemedyStep(
                    text="Open Terminal (in Applications, Utilities) and type",
                    where="Terminal",
                    argv=("porttui", "check", str(facts.asked.target)),
                ),
            ),
        ),
    )


FAULT = Fault(
    code="macos-local-network-privacy",
    step=Step.PATH,
    stop=Stop.ROUTE,
    title="macOS denies the terminal access to the local network",
    explanation=__doc__,
    check=check,
    remedies=remedies,
    explains=("host-down",),
)
