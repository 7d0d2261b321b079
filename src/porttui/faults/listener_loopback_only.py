"""The server listens on loopback only, and another address of this machine was asked.

A server on 127.0.0.1 or ::1 can be reached by programs of the same machine, and only by that address. Whoever asks
for the machine's address in the network (192.168.1.20, say) is refused, even on the machine itself: to the kernel
those are different doors. Most development servers and databases listen on loopback by default, for good reason:
what listens on the network can be reached by the network.

The everyday examples: the page runs at localhost:5173 and the phone in the same Wi-Fi cannot open it; a container
asks host.docker.internal for a database that listens on 127.0.0.1.

How porttui knows: the socket table has a listener on the port with a loopback address, the target is another
address of this machine, and the kernel refused the connection itself.

What looks the same and is not: a firewall that lets only loopback through (fw-reject-reset, fw-drop-input); there
the listener is on 0.0.0.0.

Before you open a server to the network, ask who may reach it then, and whether it asks them for a password.
"""

from __future__ import annotations

from porttui.faults.fault import Fault, Found, Outcome, RuledOut, Stop
from porttui.faults.shared import not_the_address
from porttui.model.address import family, is_loopback, is_wildcard
from porttui.model.facts import Facts
from porttui.model.report import Remedy, Step
from porttui.reading import evidence, seen, words
from porttui.remedies import address


def check(facts: Facts) -> Outcome:
    """Find it when only loopback listens, in the asked family, and no loopback address was asked."""
    found = not_the_address(facts)
    if not isinstance(found, tuple):
        return found
    if facts.asked.target.host == "localhost":
        return RuledOut(because="localhost was asked for; where it leads is told apart")
    if any(is_loopback(each) or is_wildcard(each) for each in seen.addresses(facts)):
        return RuledOut(because="the target is a loopback address itself")
    families = {family(each) for each in seen.addresses(facts)}
    others = tuple(socket for socket in found if family(socket.address) in families)
    if not others or not all(is_loopback(socket.address) for socket in others):
        return RuledOut(because="the listeners on the port are not all on loopback")
    asked = seen.addresses(facts)[0]
    return Found(
        summary=f"{words.subject(facts, others[0])} listens on {others[0].address} only; you asked for {asked}.",
        gloss=f"{others[0].address} is for programs on {words.machine(facts)} itself: nobody else can reach it.",
        evidence=(*evidence.listening(facts, others), *evidence.connects(facts)),
    )


def remedies(facts: Facts) -> tuple[Remedy, ...]:
    """Ask for loopback, listen on the asked address, or bring the port home by ssh."""
    socket = next(each for each in seen.listeners(facts) if is_loopback(each.address))
    asked = seen.addresses(facts)[0]
    return (
        address.ask_for(facts, socket, "Ask for the address that listens, from this machine"),
        address.listen_on(facts, socket, asked, exposes=True),
        *address.by_ssh(facts, socket),
    )


FAULT = Fault(
    code="listener-loopback-only",
    step=Step.LISTENER,
    stop=Stop.LISTENER,
    title="The server listens on loopback only",
    explanation=__doc__,
    check=check,
    remedies=remedies,
)
