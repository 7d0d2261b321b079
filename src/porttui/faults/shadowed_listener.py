"""Different servers listen on the same port, one per address or family.

Two programs cannot listen on the same address and port, but they can on the same port of two addresses: one on
127.0.0.1:3000, another on [::1]:3000. A name like localhost often leads to both addresses, and each client chooses for
itself which one it tries first: Node and Python's httpx take the first, often ::1, curl took 127.0.0.1 on the same
machine, and a browser tries both and keeps the quicker one. So one program talks to the new server and another one, by
the same name, to the old one, and both believe to talk to "port 3000".

It comes about when a development server is started twice, by a tool that listens on 127.0.0.1 and by one that listens
on ::1: the second start does not fail, as one would expect, and edits seem to have no effect. Or when a database is
installed on a Mac and another one is published by docker on the same port: PostgreSQL of Homebrew on localhost:5432
and docker's on *:5432, and then "role does not exist", though the role is there, in the other one.

How porttui knows: the socket tables have listeners on the port at different addresses, and other processes hold them,
that are neither parent and child nor workers of one program nor of one service. Where the owners cannot be seen,
their users, their command lines and what they answer are compared, and the verdict is no more than likely. It is a
warning: the target answers, but perhaps not by the program that you mean.

What looks the same and is not: reuseport-shared (the same address twice), port-taken (a second server on an address
that is in the way of the first, which is an error), ipv6-only-listener and listener-other-address (one server only,
and not where it was asked), one server that listens on several addresses itself, as nginx and sshd do (healthy).

To fix it, end one of the two, or give it another port: `ss -ltnp 'sport = :3000'` on Linux,
`lsof -nP -iTCP:3000 -sTCP:LISTEN` on macOS and `Get-NetTCPConnection -LocalPort 3000 -State Listen` on Windows name
both. A service of systemd is stopped with `systemctl disable --now`, so that it does not come back; docker's is
published elsewhere with `-p 5433:5432`. Until then write the address in place of the name: 127.0.0.1:3000 or
[::1]:3000. A second server may even take a specific address while the first one has the wildcard: on macOS when it
sets SO_REUSEADDR, as most servers do, on Windows without any option.

To keep it from coming back, give every server a port of its own, and write in the clients the address that is meant.
"""

from __future__ import annotations

from itertools import takewhile

from msgspec.structs import replace

from porttui.faults import healthy
from porttui.faults.fault import CannotTell, Fault, Found, Outcome, RuledOut, Stop
from porttui.model.facts import Facts, Socket
from porttui.model.report import Confidence, Evidence, Remedy, RemedyStep, Risk, Severity, Step
from porttui.reading import evidence, seen, servers, words
from porttui.remedies import address, service


def check(facts: Facts) -> Outcome:
    """Find it when the target answers, and another server listens at another address of its port."""
    if facts.attempts is None:
        return CannotTell(because="no connection was tried yet")
    if not seen.sockets_seen(facts):
        return CannotTell(because="the socket tables could not be read", unseen=seen.sockets_unseen(facts))
    if len({row.address for row in seen.listeners(facts)}) < 2:
        return RuledOut(because=f"port {facts.asked.target.port} has no listeners at two addresses")
    if not isinstance(healthy.check(facts), Found):
        return CannotTell(because="the target does not answer, which is told first")
    serving = _serving(facts)
    if serving is None:
        return CannotTell(because="which listener answers is not known")
    others = [row for row in seen.listeners(facts) if row.address != serving.address]
    told = {row: servers.same(facts, serving, row) for row in others}
    other = next((row for row in others if told[row] is False), None)
    if other is None:
        if None in told.values():
            return CannotTell(because="whose the listeners are cannot be seen", unseen=seen.sockets_left_out(facts))
        return RuledOut(because="one server has all listeners on the port")
    sure = servers.known(serving, other)
    return Found(
        summary=_summary(facts, serving, other, sure=sure),
        gloss="A name may lead to several addresses, and each client chooses for itself which one it tries first.",
        confidence=Confidence.CERTAIN if sure else Confidence.LIKELY,
        evidence=(
            *evidence.listening(facts, (serving, *others)),
            *command_lines(facts, (serving, other)),
            *evidence.exchanged(each for each in facts.exchanges or () if each.outcome == "answer"),
        ),
    )


def _serving(facts: Facts) -> Socket | None:
    """Return the listener that gets the connections to the first address of the target that opened."""
    opened = (each for each in seen.asked_attempts(facts) if each.outcome == "open")
    return next((socket for each in opened if (socket := seen.accepting(facts, each.address)) is not None), None)


def _summary(facts: Facts, serving: Socket, other: Socket, *, sure: bool) -> str:
    if sure:
        return (
            f"{words.subject(facts, serving)} answers at {words.at(serving)}, but {_name(facts, serving, other)} "
            f"listens at {words.at(other)}: which one a client gets depends on its address."
        )
    return (
        f"Probably different servers listen at {words.at(serving)} and {words.at(other)}: which one a client gets "
        "depends on its address."
    )


def _name(facts: Facts, serving: Socket, other: Socket) -> str:
    name = words.program(facts, other)
    return f"another {name}" if name == words.program(facts, serving) else name


def command_lines(facts: Facts, sockets: tuple[Socket, ...]) -> tuple[Evidence, ...]:
    """Quote the command lines of the processes that hold some sockets, or may, from where they begin to differ."""
    found = {owner.pid: owner for socket in sockets for owner in seen.owners(facts, socket)}
    owners = [owner for owner in found.values() if owner.argv][:4]
    columns = zip(*(owner.argv for owner in owners), strict=False)
    same = len(list(takewhile(lambda words_there: len(set(words_there)) == 1, columns))) if len(owners) > 1 else 0
    return tuple(
        Evidence(
            text=f"process\t{owner.name}, pid {owner.pid}\t{words.quoted(_line(owner.argv, same), 100)}",
            source=f"process {owner.pid}",
        )
        for owner in owners
    )


def _line(argv: tuple[str, ...], same: int) -> str:
    """Write a command line; of a long beginning that all have, only the program."""
    return " ".join((argv[0], "...", *argv[same:]) if 1 < same < len(argv) else argv)


def remedies(facts: Facts) -> tuple[Remedy, ...]:
    """Ask by the address that is meant; end one of the two, or move it."""
    serving = _serving(facts)
    if serving is None:
        return ()
    others = [row for row in seen.listeners(facts) if row.address != serving.address]
    other = next((row for row in others if servers.same(facts, serving, row) is False), None)
    if other is None:
        return ()
    other = servers.narrowed(facts, other)
    name = words.plain_name(facts, other)
    return (
        *address.ask_for(facts, other, f"If {name} at {words.at(other)} is meant, ask there"),
        replace(service.stop_holder(facts, other), title=f"Stop {name} at {words.at(other)}"),
        Remedy(
            title="Give one of the two another port",
            risk=Risk.RESTARTS,
            cost="restarts a server",
            proof=service.proof(facts),
            steps=(
                RemedyStep(text="Ask for a free port", where=words.machine(facts), argv=("porttui", "free")),
                RemedyStep(text="Start the server that is less used on it, and write it into its clients"),
            ),
        ),
    )


FAULT = Fault(
    code="shadowed-listener",
    step=Step.LISTENER,
    stop=Stop.ANSWERED,
    title="Different servers listen on the same port, one per address or family",
    explanation=__doc__,
    check=check,
    remedies=remedies,
    severity=Severity.WARNING,
)
