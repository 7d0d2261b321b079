"""Another program listens where the server wants to.

On one address and port there is one listener. A second server that wants the same is turned down by the kernel:
"address already in use", EADDRINUSE, 10048 on Windows. What counts as the same deserves a second look. The same
address twice, of course; but also 0.0.0.0 together with any IPv4 address, and [::] together with anything, unless it
has shut IPv4 out. So a server on 127.0.0.1:8080 keeps another one from 0.0.0.0:8080, but not from [::1]:8080 or
127.0.0.2:8080.

It comes about when the last run of the same server is still there: in another terminal, in the background after
ctrl+z, as a service that was enabled months ago, as a container. Or two programs have the same number as their
default: 3000 (Next.js, Grafana), 5000 (Flask), 8000 (Django, `python -m http.server`), 8080 (nearly everything), 5432
(the PostgreSQL of the system, and the one in docker).

How porttui knows: it tried to bind the address itself, with SO_REUSEADDR as servers do, was told EADDRINUSE, and gave
back whatever it got; and the socket table has a listener that is in the way by the rules above. Whose it is can be
read by its owner and by root; others are told what can be told, the user and often the service.

What looks the same and is not: bound-not-listening (taken, and nobody listens), orphan-child-holds-port (the holder
is what an earlier run left behind), time-wait and leftover-connection (only old connections remain),
ephemeral-collision (a client uses the number), privileged-port (the error is "permission denied"), macos-airplay on
5000 and 7000.

To fix it, see who has it, `porttui who 8080`, and decide between the two. To stop the other one: a service by its
manager (`sudo systemctl stop NAME`, `brew services stop NAME`, `Stop-Service NAME`), which would only start it again
if it were killed; a container by `docker stop NAME`, found with `docker ps --filter publish=8080`; anything else with
ctrl+c in its terminal, or `kill PID` on Linux and macOS, `Stop-Process -Id PID` in PowerShell. To let it live, take
another number: `porttui free 8000-8999` prints one that works.

To keep it from coming back, give each project a port of its own and write it into its settings, and end a server with
ctrl+c, not with ctrl+z, which only pauses it.
"""

from __future__ import annotations

from porttui.faults.fault import CannotTell, Fault, Found, Outcome, RuledOut, Stop
from porttui.faults.shared import bind_errors, not_the_bind
from porttui.model.address import endpoint
from porttui.model.facts import Facts, Socket
from porttui.model.report import Remedy, Step
from porttui.model.target import Question
from porttui.reading import evidence, seen, words
from porttui.reading.keeping import in_the_way
from porttui.remedies import free_port, service

_TAKEN = ("EADDRINUSE", "EACCES")
"""Rights are looked at first (inet_bind in the kernel), and Windows says the latter of a port held exclusively."""


def check(facts: Facts) -> Outcome:
    """Find it when a bind failed with EADDRINUSE and a listener is in its way.

    A bind that is denied (EACCES) never gets as far as that: then a listener in the way is the second hindrance.
    """
    first = not_the_bind(facts)
    if first is not None:
        return first
    taken = bind_errors(facts, *_TAKEN)
    if not taken:
        return RuledOut(because="no bind was told that the address is in use")
    if not seen.sockets_seen(facts):
        return CannotTell(because="the socket tables could not be read", unseen=seen.sockets_unseen(facts))
    holders = _holders(facts)
    if not holders:
        return RuledOut(because="no listener is in the way")
    port = facts.asked.target.port
    wanted = ", ".join(endpoint(each, port) for each in taken)
    return Found(
        summary=f"{words.subject(facts, holders[0])} already listens on {words.at(holders[0])}, "
        f"so no other server can start on {wanted}.",
        gloss="Only one program can listen on one address and port at a time.",
        evidence=(*evidence.listening(facts, holders), *evidence.binds(facts)),
    )


def _holders(facts: Facts) -> tuple[Socket, ...]:
    taken = bind_errors(facts, *_TAKEN)
    return tuple(socket for socket in seen.listeners(facts) if any(in_the_way(socket, each) for each in taken))


def remedies(facts: Facts) -> tuple[Remedy, ...]:
    """Stop what holds the port, or take another port."""
    holder = _holders(facts)[0]
    owners = seen.owners(facts, holder)
    other = free_port.another_port(facts, owners[0] if owners else None)
    return service.stop_holder(facts, holder), other, *free_port.try_port(facts)


FAULT = Fault(
    code="port-taken",
    step=Step.BIND,
    stop=Stop.LISTENER,
    title="Another program listens where the server wants to",
    explanation=__doc__,
    check=check,
    remedies=remedies,
    questions=(Question.BIND,),
)
