"""A policy denies the connection.

Before the kernel sends a packet, it asks the policies under which the program runs whether it may connect at all. A
filter of seccomp can forbid the call, a Landlock sandbox every port but some, SELinux a type of program all but its
own kinds of ports, an eBPF program of the cgroup whatever its author likes. When one of them says no, connect(2) fails
at once with "permission denied" (EACCES) or "operation not permitted" (EPERM); no packet is sent, and the server and
the firewall have no part in it. The same target may well answer to another program.

It comes about when a service is hardened in its systemd unit (RestrictAddressFamilies=AF_UNIX, SystemCallFilter=),
when a snap or flatpak was not given the network, when SELinux lets nginx proxy to no port but its own
(httpd_can_network_connect is off), or when a tool of today runs what it is asked to in a sandbox without network.

How porttui knows: its own connect(2) was denied by the call itself, no route says so, and it looks at what confines it
(Seccomp and NoNewPrivs in /proc/self/status, /proc/self/attr/current, its cgroup). That a policy denied it is certain
with EPERM; which one is said as far as it shows. Only porttui's own connection counts: to know what a service may do,
start porttui inside of it.

What looks the same and is not: route-blocked (a route or a rule of the type prohibit says EACCES too), fw-reject-icmp
(EACCES comes a moment later, with an ICMPv6 error), fw-drop-output (packets are made, and thrown away: a time-out;
systemd's IPAddressDeny= does that), bind-denied-policy (the same policies, when a server starts).

To fix it, allow the connection where the policy is made, or run the program outside of it. On Linux:
`systemctl edit NAME` for a service, `setsebool -P httpd_can_network_connect 1` for SELinux, the profile under
/etc/apparmor.d, `docker run --security-opt seccomp=PROFILE`, `snap connect NAME:network`. On macOS it is the App
Sandbox of the program (com.apple.security.network.client); on Windows the rules of its firewall or of an
AppContainer.

To keep it from coming back, test a hardened service as it will run:
`systemd-run -p RestrictAddressFamilies=AF_UNIX porttui check localhost:5432` shows before the users do what is
forbidden.
"""

from __future__ import annotations

from porttui.faults.fault import CannotTell, Fault, Found, Outcome, RuledOut, Stop
from porttui.model.address import endpoint
from porttui.model.facts import Attempt, Facts, Unseen
from porttui.model.report import Confidence, Remedy, Step
from porttui.reading import evidence, policy, seen, words
from porttui.remedies import policy as ways


def check(facts: Facts) -> Outcome:
    """Find it when connect(2) itself was denied, and no route is the reason."""
    if facts.attempts is None:
        return CannotTell(because="no connection was tried yet")
    denied = [each for each in seen.failed(facts) if _denied(facts, each)]
    if not denied:
        return RuledOut(because="no call of porttui's was denied")
    first = denied[0]
    if first.outcome == "EACCES" and _by_route(facts, first):
        return RuledOut(because=f"a route forbids {first.address}")
    found = policy.suspects(facts, first.outcome)
    routes_read = isinstance(facts.routes, tuple)
    certain = first.outcome == "EPERM" or (first.outcome == "EACCES" and routes_read and bool(found))
    who = f", probably {found[0].words}" if found else ""
    word = words.ERRNO_WORDS.get(first.outcome, first.outcome)
    return Found(
        summary=f"{'A' if certain else 'Probably a'} policy forbids porttui to connect to "
        f"{endpoint(first.address, first.port)} ({word}){who}.",
        gloss="The call was denied before any packet was sent; other programs may be allowed what this one is not.",
        confidence=Confidence.CERTAIN if certain else Confidence.LIKELY,
        evidence=(*evidence.connects(facts, (first,)), *(each.shown for each in found)),
    )


def _denied(facts: Facts, attempt: Attempt) -> bool:
    if not attempt.immediate or attempt.icmp is not None:
        return False
    if attempt.outcome == "EAFNOSUPPORT":  # RestrictAddressFamilies= of systemd: socket(2) is denied in these words
        return facts.privileges.seccomp == 2
    return attempt.outcome == "EPERM" or (attempt.outcome == "EACCES" and facts.os == "linux")


def _by_route(facts: Facts, attempt: Attempt) -> bool:
    routes = facts.routes if isinstance(facts.routes, tuple) else ()
    if isinstance(facts.routes, Unseen):
        return False
    return any(each.destination == attempt.address and each.error == "EACCES" for each in routes)


def remedies(facts: Facts) -> tuple[Remedy, ...]:
    """See the policy, allow it, go around it."""
    denied = [each for each in seen.failed(facts) if _denied(facts, each)]
    found = policy.suspects(facts, denied[0].outcome) if denied else ()
    return ways.ways(facts, found, "connect")


FAULT = Fault(
    code="connect-denied-policy",
    step=Step.PATH,
    stop=Stop.ROUTE,
    title="A policy denies the connection",
    explanation=__doc__,
    check=check,
    remedies=remedies,
)
