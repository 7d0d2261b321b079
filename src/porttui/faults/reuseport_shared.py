"""Several servers share the port.

Normally the second server on an address and port is refused by the kernel. There is one exception: when each of them
sets the socket option SO_REUSEPORT before bind, and all belong to the same user, all may listen, and the kernel deals
the connections out among them, by a hash of the client's address and source port. That is meant for the workers of one
server. When different servers do it, or an old and a new run of the same one, each connection goes to one of them, as
chance has it: the same request is answered in the new way, then in the old one, then in the new one.

It comes about when an old run of a server was not stopped before the new one was started, and the framework sets the
option, so that nobody is told "address already in use": gunicorn with --reuse-port, asyncio and aiohttp with
reuse_port=True, Node with reusePort, Go and Rust servers built for restarts without a gap; or when a test suite starts
such a server twice. When one of them is paused or hangs, about half of the connections hang, the other half is well.

How porttui knows: the socket tables have two or more listeners with the same address and port, which are sockets of
their own (other inodes), and the processes that hold them are neither parent and child nor workers of one program
under one parent. Workers have one command line and one parent: those are healthy. Where the owners cannot be seen,
the command lines that name the port are compared, and the verdict is no more than likely; where they do not name it,
the target is called healthy with a word on what could not be seen. It is a warning: the target answers.

What looks the same and is not: several workers of one server (healthy: nginx with reuseport, gunicorn), several
processes that hold one and the same socket, inherited from their parent (one row in the table), shadowed-listener
(different addresses), port-taken (the second one is refused), crash-loop (one after the other).

To fix it, end the old run: `ss -ltnp 'sport = :8000'` on Linux and `lsof -nP -iTCP:8000 -sTCP:LISTEN` on macOS list
both; the one that was started first is probably the old one (`ps -o pid,lstart,args`). A service of systemd is
restarted with `systemctl restart`, which ends the old run before. In a container, `docker ps` shows whether two of
them use the host's network. On Windows the option does not exist; there SO_REUSEADDR lets a second server take the
port over, and servers keep that off with SO_EXCLUSIVEADDRUSE.

To keep it from coming back, set the option only where workers share one port, and let start scripts stop the old run
first. Then a forgotten one is told by "address already in use", as it should be.
"""

from __future__ import annotations

import datetime as dt
from itertools import combinations

from msgspec.structs import replace

from porttui.faults import healthy
from porttui.faults.fault import CannotTell, Fault, Found, Outcome, RuledOut, Stop
from porttui.faults.shadowed_listener import command_lines
from porttui.model.facts import Facts, Process, Socket
from porttui.model.report import Confidence, Evidence, Remedy, RemedyStep, Risk, Severity, Step
from porttui.reading import evidence, seen, servers, words
from porttui.remedies import service


def check(facts: Facts) -> Outcome:
    """Find it when the target answers, and different servers have a listener of their own at its address."""
    if facts.attempts is None:
        return CannotTell(because="no connection was tried yet")
    if not seen.sockets_seen(facts):
        return CannotTell(because="the socket tables could not be read", unseen=seen.sockets_unseen(facts))
    sharing = _sharing(facts)
    if not sharing:
        return RuledOut(because="no address of the port has two listeners")
    if not isinstance(healthy.check(facts), Found):
        return CannotTell(because="the target does not answer, which is told first")
    told = [servers.same(facts, one, other) for one, other in combinations(sharing, 2)]
    if False not in told:
        if None in told:
            return CannotTell(because="whose the listeners are cannot be seen", unseen=seen.sockets_left_out(facts))
        return RuledOut(because=f"the {len(sharing)} listeners at {words.at(sharing[0])} are workers of one server")
    sure = servers.known(*sharing)
    count = len(servers.families(_owners(facts, sharing)))
    who = "Different servers" if sure else "Probably different servers"
    return Found(
        summary=f"{who} share {words.at(sharing[0])} ({_names(facts, sharing)}): each connection goes to one of them "
        "by chance.",
        gloss="With SO_REUSEPORT several programs may have one port; the kernel deals the connections out among them.",
        confidence=Confidence.CERTAIN if sure else Confidence.LIKELY,
        evidence=(
            *evidence.listening(facts, sharing[:4]),
            *command_lines(facts, sharing),
            *(_began(each) for each in _owners(facts, sharing)[:4] if each.started),
            Evidence(text=f"servers\t{max(2, count)}\tby parent and command line", source="processes"),
        ),
    )


def _sharing(facts: Facts) -> tuple[Socket, ...]:
    """Return the listeners that share an address of the target, each a socket of its own; () when none do."""
    for address in seen.addresses(facts):
        first = seen.accepting(facts, address)
        if first is None:
            continue
        beside = {
            (row.inode, () if row.inode else row.pids): row
            for row in seen.listeners(facts)
            if row.address == first.address and row.device == first.device
        }
        if len(beside) > 1:
            return tuple(beside.values())
    return ()


def _owners(facts: Facts, sharing: tuple[Socket, ...]) -> tuple[Process, ...]:
    found = {owner.pid: owner for socket in sharing for owner in seen.owners(facts, socket)}
    return tuple(found.values())


def _names(facts: Facts, sharing: tuple[Socket, ...]) -> str:
    owners = _owners(facts, sharing)
    told = [f"{words.tool(each) or each.name}, pid {each.pid}" for each in owners[:2]]
    return "; ".join(told) + (f"; {len(owners) - 2} more" if len(owners) > 2 else "") or "programs not seen"


def _began(process: Process) -> Evidence:
    return Evidence(
        text=f"started\t{process.name}, pid {process.pid}\t{process.started:%Y-%m-%d %H:%M:%S}",
        source=f"process {process.pid}",
    )


def remedies(facts: Facts) -> tuple[Remedy, ...]:
    """End the one that was started first; or switch the option off."""
    first = min(_owners(facts, _sharing(facts)), key=_start, default=None)
    return (
        *_stop_first(facts, first),
        Remedy(
            title="Let the second start fail, as it does without SO_REUSEPORT",
            risk=Risk.RESTARTS,
            cost="restarts the server",
            proof=service.proof(facts),
            steps=(
                RemedyStep(text="In the settings of your server take reuse-port, reusePort or SO_REUSEPORT out"),
                RemedyStep(text="Stop every run of it, and start it once"),
            ),
        ),
    )


def _stop_first(facts: Facts, first: Process | None) -> tuple[Remedy, ...]:
    """Offer to end the run that was started first; of a family of workers, its first process."""
    if first is None:
        return tuple(service.stop_holder(facts, row) for row in _sharing(facts)[:1])
    row = next(row for row in _sharing(facts) if first.pid in row.pids)
    stop = service.stop_holder(facts, replace(row, pids=(first.pid,)))
    return (replace(stop, title=f"Stop the run that was started first: {first.name}, pid {first.pid}"),)


_LATE = dt.datetime.max.replace(tzinfo=dt.UTC)


def _start(process: Process) -> dt.datetime:
    return process.started or _LATE


FAULT = Fault(
    code="reuseport-shared",
    step=Step.LISTENER,
    stop=Stop.ANSWERED,
    title="Several servers share the port",
    explanation=__doc__,
    check=check,
    remedies=remedies,
    severity=Severity.WARNING,
)
