"""The server listens on IPv4 only.

A server on 127.0.0.1 or 0.0.0.0 is reached by IPv4 and not by IPv6; for ::1 nobody waits, and the kernel refuses. On
most systems the name localhost leads to ::1 first and to 127.0.0.1 second. Programs that try one address after the
other never notice. Those that take only the first report "connect ECONNREFUSED ::1:3306", and the two colons and the
one in that message are the whole story: they asked the other family.

It comes about when an application that says "localhost" meets a server that was written for IPv4. Node from 17 to 19
takes the addresses in the order in which the system gives them and tries only the first, so that a MySQL on
127.0.0.1, a Flask server, or a python `http.server` with `--bind 127.0.0.1` could be reached yesterday with Node 16
and cannot today with Node 18. Some database drivers do so in any version.

How porttui knows: the socket table has listeners on the port, all of them IPv4; every address of the target is IPv6;
and the connection was refused. A target of localhost is tried at each of its addresses: when one of them answers,
porttui says that the target is healthy, and adds which address does not answer: a program that tries only that one
fails.

What looks the same and is not: ipv6-only-listener (the other way round), ipv6-disabled (IPv6 is switched off, and the
error is "cannot assign requested address" and not "refused"), nothing-listening (no listener in either family).

To fix it, write 127.0.0.1 instead of localhost in the client's settings: nothing else has to change. For a Node
program that cannot be changed, set NODE_OPTIONS before it starts: `export NODE_OPTIONS=--dns-result-order=ipv4first`
on Linux and macOS, `$env:NODE_OPTIONS = '--dns-result-order=ipv4first'` in PowerShell. Or let the server listen on
both families: `listen_addresses = 'localhost'` (PostgreSQL), `bind 127.0.0.1 -::1` (Redis), a second line
`listen [::]:80;` (nginx), and start it again.

To keep it from coming back, name one address, not localhost, on both sides; or keep the name, and give every server
both families. The line `::1 localhost` could be taken out of the hosts file, but then the next server, which listens
on ::1 only, is the one that nobody finds.
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
    """Find it when all listeners are IPv4 and all asked addresses are IPv6."""
    found = not_the_address(facts)
    if not isinstance(found, tuple):
        return found
    if any(family(each) == 4 for each in seen.addresses(facts)):
        return RuledOut(because="the target has an IPv4 address")
    if any(family(socket.address) == 6 for socket in found):
        return RuledOut(because="an IPv6 address listens on the port too")
    loopback = all(is_loopback(each) for each in seen.addresses(facts))
    door = is_loopback(found[0].address) or is_wildcard(found[0].address)
    return Found(
        summary="The server listens on IPv4 only; you asked for IPv6.",
        gloss=f"Both mean {words.machine(facts)} itself, but each is a door of its own." if loopback and door else "",
        evidence=(*evidence.listening(facts, found), *evidence.connects(facts)),
    )


def remedies(facts: Facts) -> tuple[Remedy, ...]:
    """Ask for the IPv4 address, or let the server listen on IPv6 too."""
    socket = seen.listeners(facts)[0]
    asked = "::" if is_wildcard(socket.address) else seen.addresses(facts)[0]
    return (
        *address.ask_for(facts, socket),
        address.listen_on(facts, socket, asked),
        *address.by_ssh(facts, socket),
    )


FAULT = Fault(
    code="ipv4-only-listener",
    step=Step.LISTENER,
    stop=Stop.LISTENER,
    title="The server listens on IPv4 only",
    explanation=__doc__,
    check=check,
    remedies=remedies,
)
