"""The server listens on a port nearby.

Nothing is at the port that you asked for, but close by there is a server that could well be the one you mean. A
development server that finds its port taken often does not fail; it takes the next number and says so in one line:
"Port 5173 is in use, trying another one...". Other ports are confused because they are twins by custom: 80 and 8080,
443 and 8443, 5432 and 5433.

It comes about when yesterday's vite still runs in a forgotten terminal: today's starts at 5174, and the browser, the
test and the bookmark still ask 5173, until the old one ends and 5173 is refused. next moves from 3000 to 3001 and
jupyter from 8888 to 8889 in the same way. A second PostgreSQL, installed beside the first by a package, takes 5433
without a word.

How porttui knows: no socket of any kind is on your port, and a listener that would take your address is within ten
numbers of it or on its well-known twin, and answers in the protocol that you asked for. Where several are near, the
one is meant whose command line names your port (it was told to take it, and found it taken), then the program that the
port stands for, then the one that runs in the folder that you ask from. A database is also recognised far away: one
PostgreSQL on 5444, asked for at 5432, is perhaps the one. What you mean cannot be seen from outside, so this verdict
is never more than likely, and the sentence says what it rests on.

What looks the same and is not: nothing-listening (nothing near, either, or something that speaks another protocol),
server-starting (yours is about to open the right port), listener-other-address (the right port at another address),
unix-socket-only (the database is up, without any port).

To fix it, ask for the port that is named, if the program there is yours. To have the old number back, stop what holds
it and start your server again: `porttui who 5173` tells who that is; on Linux and macOS end it with `kill PID`, in
PowerShell with `Stop-Process -Id PID`. Which ports PostgreSQL's clusters have is told by `pg_lsclusters` on Debian and
Ubuntu.

To keep it from coming back, let the server fail instead of moving: `strictPort: true` in vite.config.js, an explicit
port for the others (`next dev -p 3000`). A server that fails says so; one that moves has told a terminal that nobody
reads.
"""

from __future__ import annotations

from porttui.faults.fault import Fault, Found, Outcome, RuledOut, Stop
from porttui.faults.shared import not_the_listener
from porttui.model.facts import Facts
from porttui.model.report import Evidence, Remedy, Step
from porttui.reading import evidence, kin, meant, seen, words
from porttui.remedies import address, service


def check(facts: Facts) -> Outcome:
    """Find it when nothing is on the port and a listener on another one could be the service meant."""
    first = not_the_listener(facts)
    if first is not None:
        return first
    port = facts.asked.target.port
    if any(row.port == port and row.state in {"LISTEN", "BOUND", "UNCONN"} for row in seen.rows(facts)):
        return RuledOut(because=f"something is on port {port} itself")
    found = meant.meant(facts)
    if found is None:
        return RuledOut(because="no listener nearby could be the service meant")
    return Found(
        summary=f"Nothing listens on port {port}, but {words.program(facts, found.socket)} does on port "
        f"{found.socket.port}{_language(facts, found)}: {found.sure} the one you mean, {found.because}.",
        gloss="Many servers take the next port when theirs is taken, and say so only once.",
        confidence=found.confidence,
        evidence=(
            evidence.none_listening(facts),
            *evidence.listening(facts, (found.socket,)),
            *_owner(facts, found),
            *evidence.connects(facts),
            *evidence.exchanged(meant.said(facts, found.socket)),
        ),
    )


def _owner(facts: Facts, found: meant.Meant) -> tuple[Evidence, ...]:
    """Quote what of its owner made it the one."""
    for owner in seen.owners(facts, found.socket)[:1]:
        told = kin.command(owner.argv) if owner.argv else owner.name
        place = f"\tin {words.tilde(owner.cwd, owner.user)}" if owner.cwd else ""
        return (Evidence(text=f"process\tpid {owner.pid}\t{words.quoted(told)}{place}", source="/proc"),)
    return ()


def _language(facts: Facts, found: meant.Meant) -> str:
    """Say so when the service speaks plain HTTP where HTTPS was asked, or the other way round."""
    asked = facts.asked.target.scheme
    spoken = address.web_scheme_seen(facts, found.socket)
    if asked not in {"http", "https"} or spoken in {None, asked}:
        return ""
    return ", in plain HTTP" if spoken == "http" else ", in HTTPS"


def remedies(facts: Facts) -> tuple[Remedy, ...]:
    """Ask for the port nearby, or start the server on the one asked for."""
    found = meant.meant(facts)
    ways = address.ask_for(facts, found.socket, "Ask for the port that listens") if found else ()
    return (*ways, service.start(facts))


FAULT = Fault(
    code="wrong-port",
    step=Step.LISTENER,
    stop=Stop.LISTENER,
    title="The server listens on a port nearby",
    explanation=__doc__,
    check=check,
    remedies=remedies,
    explains=("nothing-listening",),
)
