"""The server listens on IPv6 only.

The internet has two families of addresses, IPv4 (127.0.0.1) and IPv6 (::1), and a machine speaks both side by side.
127.0.0.1 and ::1 both mean "this machine", but they are two doors: a server behind one of them is not behind the
other. The name localhost leads to both, and a server that is told to listen on "localhost" often takes just the first
that it is given. Since Node 17 that is ::1 on most systems. Then the browser opens http://localhost:5173, and
everything that was told 127.0.0.1:5173 is refused.

It comes about when vite, or another server written for Node, is started without an address, and a proxy, a test or a
health check names 127.0.0.1: nginx with `proxy_pass http://127.0.0.1:5173`, a Playwright baseURL, a Python script.
"But it works in my browser" is the usual beginning of that conversation.

How porttui knows: the socket table has listeners on the port; all of them are single IPv6 addresses, none is the
wildcard [::] that can take IPv4 as well; every address of the target is IPv4; and the connection was refused. It
tries the address that listens, too, and says what it answered.

What looks the same and is not: v6only-wildcard (the server listens on [::], every IPv6 address, with the option that
shuts IPv4 out), ipv4-only-listener (the other way round), nothing-listening (no listener in either family),
shadowed-listener (both families are served, by different servers).

To fix it, ask for the door that is open: http://localhost:5173 or http://[::1]:5173, the address in brackets because
it is full of colons. Or tell the server where to listen: `npm run dev -- --host 127.0.0.1` for vite,
`server.listen(3000, '127.0.0.1')` in Node. All of it is the same on Linux, macOS and Windows. Over ssh the far end
has to be named as well: `ssh -L '5173:[::1]:5173' USER@MACHINE`.

To keep it from coming back, write an address into the settings of the server, `server: { host: '127.0.0.1' }` in
vite.config.js, and the same one into every client. A name that has two addresses is a coin that each program tosses
for itself.
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
        *address.ask_for(facts, socket),
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
