"""The server listens on IPv6 only, and IPv4 was asked.

127.0.0.1 and ::1 both mean "this machine", but they are two addresses of two protocols, and a server that listens
on one of them is not at the other. The name localhost leads to both on most systems. A server that is told to
listen on "localhost" often takes the first one only, and since Node 17 that is ::1: so vite, and many other servers
written for Node, listen on [::1] while the browser, the test or the proxy asks 127.0.0.1 and is refused.

How porttui knows: the socket table has listeners on the port, all of them IPv6 and none of them a wildcard that
takes IPv4 as well; the target is IPv4; and the kernel refused the connection itself.

What looks the same and is not: v6only-wildcard (the server listens on [::], with the option that shuts IPv4 out),
ipv4-only-listener (the other way round), nothing-listening.

To keep it from coming back, name the address in the server's settings (127.0.0.1) instead of the name localhost,
and use the same one in every client.
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
    """Find it when all listeners are on single IPv6 addresses and all asked addresses are IPv4."""
    found = not_the_address(facts)
    if not isinstance(found, tuple):
        return found
    if any(family(each) == 6 for each in seen.addresses(facts)):
        return RuledOut(because="the target has an IPv6 address")
    if any(family(socket.address) == 4 for socket in found):
        return RuledOut(because="an IPv4 address listens on the port too")
    if any(is_wildcard(socket.address) for socket in found):
        return RuledOut(because="the listener is on [::], which can take IPv4 too")
    both = all(is_loopback(each) for each in (found[0].address, seen.addresses(facts)[0]))
    return Found(
        summary="The server listens on IPv6 only; you asked for IPv4.",
        gloss=f"Both mean {words.machine(facts)} itself, but each is a door of its own." if both else "",
        evidence=(*evidence.listening(facts, found), *evidence.connects(facts)),
    )


def remedies(facts: Facts) -> tuple[Remedy, ...]:
    """Ask for the IPv6 address, let the server listen on IPv4, or bring the port home by ssh."""
    socket = seen.listeners(facts)[0]
    return (
        address.ask_for(facts, socket),
        address.listen_on(facts, socket, seen.addresses(facts)[0]),
        *address.by_ssh(facts, socket),
    )


FAULT = Fault(
    code="ipv6-only-listener",
    step=Step.LISTENER,
    stop=Stop.LISTENER,
    title="The server listens on IPv6 only",
    explanation=__doc__,
    check=check,
    remedies=remedies,
)
