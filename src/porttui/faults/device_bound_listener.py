"""The listener is bound to another network interface.

With SO_BINDTODEVICE (socket(7)), with systemd's BindToDevice= or in a VRF, a socket hears only what comes in by one
interface. The table then shows 0.0.0.0:8080 as if it took everything, and a connection by loopback is refused
because it comes in by lo.

How porttui knows: the kernel tells the interface of each socket (sock_diag); /proc/net/tcp does not. The listener
would accept the address, it is bound to an interface by which the connection does not come in, and the kernel
refused.

What looks the same and is not: a firewall rule for one interface (fw-reject-reset, fw-drop-input).

To keep it from coming back, bind the server to an address instead of a device.
"""

from __future__ import annotations

from porttui.faults.fault import Fault, Found, Outcome, RuledOut, Stop
from porttui.faults.shared import not_the_listener
from porttui.model.facts import Facts, Socket
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
    if not all(packets.reset_by_kernel(each) for each in seen.failed(facts)):
        return RuledOut(because="the kernel did not refuse the connection itself")
    device = fitting[0].device
    return Found(
        summary=f"{words.subject(facts, fitting[0])} takes only what comes in by {device}; your connection does not.",
        gloss="A socket can be tied to one network interface; it then hears nothing from the others.",
        confidence=Confidence.CERTAIN,
        evidence=(*evidence.listening(facts, fitting), *evidence.connects(facts)),
    )


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
