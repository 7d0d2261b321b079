"""The listener is bound to another network interface.

A socket can be tied to one network interface (SO_BINDTODEVICE, socket(7)). It then takes only what comes in by that
interface and is deaf to all the rest, whatever its address says. Most tables show such a listener as 0.0.0.0:8080, as
if it took everything. A connection from the same machine comes in by the loopback interface, lo, even when it is made
to the machine's address in the network; so it is refused, while machines outside are served.

It comes about when an admin page shall be reached through the VPN only, and its systemd socket has BindToDevice=wg0:
colleagues reach it, and `curl localhost:8080` on the machine itself is refused. Services in a VRF (a routing table of
its own that some interfaces are put into), DHCP servers, and programs with an option such as `--interface` do it too.

How porttui knows: the kernel tells the interface of each socket to those who ask by sock_diag, as `ss` does with its
`0.0.0.0%wg0:8080`; /proc/net/tcp does not have it. Every listener that would take the address is tied to an
interface, the connection was refused, and the kernel counted the refusals as its own. This needs Linux: macOS ties
sockets in another way, which it does not show, and Windows has nothing of the kind.

What looks the same and is not: a firewall rule that names an interface (fw-reject-reset, fw-reject-icmp,
fw-drop-input): the socket is free, and the rule stands before it. listener-other-address is a server that chose an
address instead of an interface; then the table shows it plainly.

To fix it, ask from the side on which it listens, or take the tie away: BindToDevice= out of the unit
(`sudo systemctl edit --full NAME.socket`, then `sudo systemctl restart NAME.socket`), the interface out of the
program's settings. What a VRF holds is reached from inside it: `sudo ip vrf exec NAME curl localhost:8080`. On macOS
and Windows look for an option that names an interface in the server's own settings.

To keep it from coming back, tie servers to addresses rather than to interfaces where that is enough: an address is
seen in every table. If it has to be the interface, let a second socket listen on 127.0.0.1 for the machine itself.
"""

from __future__ import annotations

from porttui.faults.fault import Fault, Found, Outcome, RuledOut, Stop
from porttui.faults.shared import not_the_listener
from porttui.model.facts import Attempt, Facts, Socket
from porttui.model.report import Confidence, Remedy, RemedyStep, Risk, Step
from porttui.reading import evidence, packets, seen, words
from porttui.remedies import service


def check(facts: Facts) -> Outcome:
    """Find it when every listener that fits is bound to a device and the kernel refused."""
    first = not_the_listener(facts)
    if first is not None:
        return first
    fitting = _fitting(facts)
    if not fitting:
        return RuledOut(because="no listener that fits the address is bound to an interface")
    if len(fitting) < sum(1 for s in seen.listeners(facts) if _fits(facts, s)):
        return RuledOut(because="another listener takes the connection, bound to no interface")
    failed = seen.failed(facts)
    sure = all(packets.reset_by_kernel(each) for each in failed)
    if not sure and not all(_stopped_before(each) for each in failed):
        return RuledOut(because="the kernel did not refuse the connection itself")
    device = fitting[0].device
    if not sure and device == "lo":
        return RuledOut(because="it is bound to lo, by which the connection would come in")
    name = words.subject(facts, fitting[0]) if sure else f"Probably {words.program(facts, fitting[0])}"
    return Found(
        summary=f"{name} takes only what comes in by {device}; your connection does not.",
        gloss="A socket can be tied to one network interface; it then hears nothing from the others.",
        confidence=Confidence.CERTAIN if sure else Confidence.LIKELY,
        evidence=(*evidence.listening(facts, fitting), *evidence.connects(facts)),
    )


def _stopped_before(attempt: Attempt) -> bool:
    """Tell whether a firewall rule stopped the packets, so that the listener was not even asked."""
    by_rule = attempt.icmp is not None or packets.dropped_inwards(attempt)
    return by_rule or packets.reset_by_kernel(attempt) is False


def _fits(facts: Facts, socket: Socket) -> bool:
    return any(seen.would_accept(socket, each) is not False for each in seen.addresses(facts))


def _fitting(facts: Facts) -> tuple[Socket, ...]:
    return tuple(socket for socket in seen.listeners(facts) if socket.device and _fits(facts, socket))


def remedies(facts: Facts) -> tuple[Remedy, ...]:
    """Drop the option where the server or its unit sets it."""
    socket = _fitting(facts)[0]
    name = words.plain_name(facts, socket)
    return (
        Remedy(
            title=f"Let {name} hear every interface",
            risk=Risk.EXPOSES,
            cost=f"restarts {name}",
            proof=service.proof(facts),
            steps=(
                RemedyStep(
                    text=f"Take BindToDevice={socket.device} out of its unit, or the interface out of its settings",
                    why="bind it to an address instead, when it shall not be reached by every network",
                ),
                RemedyStep(text=f"Start {name} again"),
            ),
        ),
    )


FAULT = Fault(
    code="device-bound-listener",
    step=Step.LISTENER,
    stop=Stop.LISTENER,
    title="The listener is bound to another network interface",
    explanation=__doc__,
    check=check,
    remedies=remedies,
)
