"""The server listens on another address of this machine.

One machine has many addresses: 127.0.0.1 and all the rest of 127.0.0.0/8, ::1, and one or more for each network that
it is in. A server chooses on which of them it listens. If it names a single one, it answers there and nowhere else; a
connection to any other address is refused as if the server did not run, although the packet never leaves the machine.
Only the wildcards, 0.0.0.0 for IPv4 and :: for IPv6, stand for all addresses at once.

It comes about when a server is told to listen on a name, and the name leads somewhere unexpected. The everyday
example is the hosts file of Debian and Ubuntu, which gives the machine's own name the address 127.0.1.1: a program
told to listen on `socket.gethostname()` waits at 127.0.1.1:8000 while everybody asks 127.0.0.1:8000. It also happens
to databases with one address in listen_addresses (PostgreSQL) or bind (Redis, MySQL), and with a published container
port such as `-p 192.168.1.20:8080:80`, which is not at 127.0.0.1.

How porttui knows: the socket table has a listener on the port, its address is neither the one that you asked for nor
a wildcard, and the connection to yours was refused. It quotes both addresses. Nothing is guessed here: kernels
compare addresses and ports literally.

What looks the same and is not: nothing-listening (no listener at any address), listener-loopback-only (the server is
on loopback and you asked for an address of the network, the commonest case, which has a page of its own),
ipv6-only-listener and ipv4-only-listener (the other family of addresses), stale-address-listener (the address that it
listens on is gone), shadowed-listener (two servers share the number, each at an address).

To fix it, ask for the address that listens; porttui has tried it and names it. Or let the server listen where it was
asked: an option such as `--host 127.0.0.1` (vite, uvicorn, flask), `--bind 127.0.0.1:8000` (gunicorn), a line such as
`bind 127.0.0.1` (Redis) or `listen_addresses = 'localhost'` (PostgreSQL), and start it again:
`sudo systemctl restart NAME`, `brew services restart NAME`, `Restart-Service NAME` in PowerShell. macOS has no
loopback address besides 127.0.0.1 until one is added: `sudo ifconfig lo0 alias 127.0.0.2`.

To keep it from coming back, write the address itself into the server's settings, not a host name: a name means what
the hosts file and the name server say today.
"""

from __future__ import annotations

from porttui.faults.fault import Fault, Found, Outcome, RuledOut, Stop
from porttui.faults.shared import not_the_address
from porttui.model.address import family, is_loopback, is_wildcard
from porttui.model.facts import Facts
from porttui.model.report import Remedy, Step
from porttui.reading import evidence, no_host, seen, words
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
    many = no_host.kind(facts, others[0].address)
    return Found(
        summary=f"{words.subject(facts, others[0])} listens on {others[0].address}, not on {seen.addresses(facts)[0]}.",
        gloss=f"{others[0].address} is a {many} address: nothing can connect to it."
        if many is not None
        else "A server answers only at the addresses that it listens on, even on its own machine.",
        evidence=(*evidence.listening(facts, others), *evidence.connects(facts)),
    )


def remedies(facts: Facts) -> tuple[Remedy, ...]:
    """Ask for the address that listens, or let the server listen where it was asked."""
    socket = next(each for each in seen.listeners(facts) if not is_wildcard(each.address))
    asked = seen.addresses(facts)[0]
    return *address.ask_for(facts, socket), address.listen_on(facts, socket, asked)


FAULT = Fault(
    code="listener-other-address",
    step=Step.LISTENER,
    stop=Stop.LISTENER,
    title="The server listens on another address of this machine",
    explanation=__doc__,
    check=check,
    remedies=remedies,
)
