"""The server listens on another address of this machine.

One machine has many addresses: 127.0.0.1, all the others of 127.0.0.0/8, ::1, and one or more for each network that
it is in. A server that binds one of them answers there and nowhere else; a connection to any other address is
refused as if the server did not run. Only the wildcards 0.0.0.0 and :: stand for all addresses at once.

The everyday example is Debian's and Ubuntu's hosts file, which gives the machine's own name the address 127.0.1.1:
a server told to listen on the host name waits there, while everybody asks 127.0.0.1.

How porttui knows: the socket table has a listener on the port, with an address that is neither the one you asked
for nor a wildcard, and the kernel refused the connection itself.

What looks the same and is not: nothing-listening (no listener at all), listener-loopback-only (the server is only
for this machine), ipv6-only-listener and ipv4-only-listener (the other family).

To keep it from coming back, write the address to listen on into the server's settings instead of a host name.
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
    """Find it when a listener of the asked family sits on another single address."""
    found = not_the_address(facts)
    if not isinstance(found, tuple):
        return found
    families = {family(each) for each in seen.addresses(facts)}
    others = tuple(socket for socket in found if family(socket.address) in families and not is_wildcard(socket.address))
    if not others:
        return RuledOut(because="what listens there is of the other address family, or bound to a device")
    outside = not any(is_loopback(each) or is_wildcard(each) for each in seen.addresses(facts))
    if outside and all(is_loopback(socket.address) for socket in others):
        return RuledOut(because=f"{words.at(others[0])} is loopback, which is told apart")
    return Found(
        summary=f"{words.subject(facts, others[0])} listens on {others[0].address}, not on {seen.addresses(facts)[0]}.",
        gloss="A server answers only at the addresses that it listens on, even on its own machine.",
        evidence=(*evidence.listening(facts, others), *evidence.connects(facts)),
    )


def remedies(facts: Facts) -> tuple[Remedy, ...]:
    """Ask for the address that listens, or let the server listen where it was asked."""
    socket = next(each for each in seen.listeners(facts) if not is_wildcard(each.address))
    asked = seen.addresses(facts)[0]
    return address.ask_for(facts, socket), address.listen_on(facts, socket, asked)


FAULT = Fault(
    code="listener-other-address",
    step=Step.LISTENER,
    stop=Stop.LISTENER,
    title="The server listens on another address of this machine",
    explanation=__doc__,
    check=check,
    remedies=remedies,
)
