"""The server listens on loopback only.

Loopback is the network of a machine with itself. Its addresses, 127.0.0.1 and ::1, exist on every machine and mean
"here" on each; what listens on them can be reached by programs of the same machine, and by nobody else. Whoever asks
for the machine's address in the network, 192.168.1.20 say, knocks at another door and is refused, even from the
machine itself. Most development servers and databases listen on loopback unless they are told otherwise, for a good
reason: what listens on the network can be reached by the network.

It comes about when a page that runs at http://localhost:5173 is to be opened on the phone in the same Wi-Fi; when a
container on Linux asks host.docker.internal for a PostgreSQL of the host, which listens on 127.0.0.1; or when a
colleague is sent the address of a Jupyter notebook.

How porttui knows: the socket table has listeners on the port, in the family of addresses that you asked for all of
them on loopback; the target is another address of this machine; and the connection was refused.

What looks the same and is not: a firewall that lets only loopback through (fw-reject-reset, fw-reject-icmp,
fw-drop-input): there the server listens on 0.0.0.0 or ::, and the packet is stopped before it. listener-other-address
is the same with an address that is not loopback. And container-loopback-bind is its twin inside a container: the
published port opens, and closes without an answer.

To fix it, decide first who shall reach the server. If it is only you, from another machine, leave it as it is and
bring the port there with ssh, which every system has: `ssh -L 5173:127.0.0.1:5173 USER@MACHINE`, and open
http://localhost:5173 where you sit. If it is the whole network, `npm run dev -- --host` (vite),
`flask run --host 0.0.0.0`, `uvicorn main:app --host 0.0.0.0`, `jupyter lab --ip 0.0.0.0`, `listen_addresses = '*'`
and a line in pg_hba.conf (PostgreSQL). If it is containers only, let it listen on the address of docker's bridge,
172.17.0.1 by default. Windows and macOS may then ask whether their firewall shall let the program through.

To keep it from coming back, have two ways of starting it, one for yourself and one for the network, and let the
second ask for a password. A database that the internet can reach, and that asks for none, is found by strangers
within hours.
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
        *address.ask_for(facts, socket, "Ask for the address that listens, from this machine"),
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
