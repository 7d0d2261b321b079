"""A child of a program that has ended holds its port.

When a program starts another one, the child may inherit what the parent has open, its listening socket among it: always
when the child is a mere copy (fork), and after exec when the socket is not marked close-on-exec. A port is free when
the last process that has its socket is gone, and not when the server is. So a server may have ended, with nothing of it
left in sight, and a child that knows nothing of ports still holds the door. The kernel goes on opening connections for
it, nobody ever accepts them, and the client waits. The new server is told "address already in use" (EADDRINUSE).

It comes about when a server is killed in a way that leaves no time to end its children: `kill -9`, the stop button of
an editor, an out-of-memory kill, a terminal that was closed. Its workers, a subprocess that still runs (a build, a
tail, a headless browser), or the script that nodemon, flask --reload or make had started go on. In Python that is a
multiprocessing pool of a server that died, or a subprocess.Popen(..., close_fds=False).

How porttui knows: every process that holds the listener has lost the parent that started it (it was given to init or to
a subreaper, which is in another session), and it is no server by its name (sleep, sh, tail), or it has the command line
of a worker, or it is a mere copy of the first process of a shell's job that is gone (PF_FORKNOEXEC in
/proc/PID/stat). For a client's question nobody must have accepted the connection, too: the server's end of it has no
inode. A mere copy that is not accepting may also be a daemon that hangs, so the verdict is then no more than likely.

What looks the same and is not: port-taken (the holder is a server, its parent is alive or init has started it),
sigstopped (the holder is paused), hung-event-loop and busy-loop (a server that has accepted connections before, and
hangs or spins), socket-activation-held (systemd or inetd holds the port, on purpose), time-wait (no process holds it).
A zombie, a process in state Z, holds no socket: its port is free.

To fix it, end the holder: its pid stands in the evidence; `ss -ltnp 'sport = :3000'` on Linux and
`lsof -nP -iTCP:3000 -sTCP:LISTEN` on macOS name it, and `kill PID` ends it. On Windows children inherit handles only
when they are told to; `Get-NetTCPConnection -LocalPort 3000 -State Listen` then names the parent, which is gone: end
the children that `Get-CimInstance Win32_Process` shows with that ParentProcessId. A service of systemd takes its
children along (`systemctl restart`, KillMode=control-group); in a container, `docker restart` ends all of them.

To keep it from coming back, let the server end its children (daemon=True in multiprocessing, `npx kill-port` before a
start is only a plaster), start it in a group of its own and end the group (`kill -- -PGID`), and do not switch off
what languages do by default: Python, Node and Go mark their sockets close-on-exec.
"""

from __future__ import annotations

from porttui.faults.fault import CannotTell, Fault, Found, Outcome, RuledOut, Stop
from porttui.faults.shared import bind_errors, not_the_bind
from porttui.model.facts import Facts, Process, Socket
from porttui.model.report import Confidence, Evidence, Remedy, RemedyStep, Risk, Step
from porttui.model.target import Question
from porttui.reading import evidence, keeping, orphans, seen, words
from porttui.remedies import free_port, service

_MOST = 5
_BUSY = 50.0
"""Percent of a processor: whoever uses as much does something, and is no forgotten child."""


def check(facts: Facts) -> Outcome:
    """Find it when all who hold the listener have lost their parent and none is the server that opened it."""
    bind = facts.asked.question is Question.BIND
    first = _not_taken(facts) if bind else _not_silent(facts)
    if first is not None:
        return first
    listener = _listener(facts)
    if listener is None:
        return RuledOut(because="no listener is on the port")
    heads = orphans.heads(facts, listener)
    if not heads:
        return CannotTell(because="which process holds the port cannot be seen", unseen=seen.sockets_left_out(facts))
    parents = [orphans.parent_is_gone(each) for each in heads]
    if False in parents:
        alive = heads[parents.index(False)]
        return RuledOut(because=f"the parent of {alive.name}, pid {alive.pid}, is alive")
    if not bind and all(each.state in {"T", "t"} for each in heads):
        return RuledOut(because=f"{heads[0].name}, pid {heads[0].pid}, is paused")
    confidence = _confidence(facts, listener, heads)
    if confidence is None:
        return CannotTell(because=f"{heads[0].name} may be a server that was started in the background")
    return _found(facts, listener, heads, confidence)


def _not_taken(facts: Facts) -> RuledOut | CannotTell | None:
    first = not_the_bind(facts)
    if first is not None:
        return first
    if not bind_errors(facts, "EADDRINUSE"):
        return RuledOut(because="no bind was told that the address is in use")
    if not seen.sockets_seen(facts) or facts.processes is None:
        return CannotTell(because="sockets and processes were not read", unseen=seen.sockets_unseen(facts))
    return None


def _not_silent(facts: Facts) -> RuledOut | CannotTell | None:
    """Answer for a client's question as long as somebody accepts; None when connections wait in vain."""
    if facts.attempts is None or facts.processes is None:
        return CannotTell(because="processes and connections were not looked at yet")
    if not seen.sockets_seen(facts):
        return CannotTell(because="the socket tables could not be read", unseen=seen.sockets_unseen(facts))
    exchanges = seen.exchanges(facts)
    if any(each.outcome == "answer" for each in exchanges):
        return RuledOut(because="the target answers")
    if any(each.outcome == "timeout" for each in seen.failed(facts)):
        return None if _full(facts) else RuledOut(because="connections are not even opened, and the queue has room")
    if not seen.opened(facts):
        return RuledOut(because="no connection opened")
    rows = {each.fate.row for each in exchanges if each.fate is not None}
    if rows == {"waiting"}:
        return None
    if not exchanges or not rows:
        return CannotTell(because="it was not seen whether somebody accepted the connection")
    return RuledOut(because="a program accepted the connection")


def _full(facts: Facts) -> bool:
    listener = _listener(facts)
    waiting, room = (listener.queue, listener.backlog) if listener else (None, None)
    return waiting is not None and room is not None and waiting > room


def _listener(facts: Facts) -> Socket | None:
    if facts.asked.question is Question.BIND:
        return next((row for row in keeping.holders(facts) if row.state == "LISTEN"), None)
    found = (seen.accepting(facts, each.address) for each in seen.asked_attempts(facts))
    return next((each for each in found if each is not None), None)


def _confidence(facts: Facts, listener: Socket, heads: tuple[Process, ...]) -> Confidence | None:
    """Tell how sure it is that the holders only inherited the socket; None when they may well be its server."""
    if any(each.main_pid == each.pid or each.sockets_given for each in heads):
        return None  # a manager has started it, or an activator has given it the socket: on purpose
    gone = all(orphans.parent_is_gone(each) for each in heads)
    if all(orphans.unlike_a_server(each) or orphans.is_worker(each) for each in heads):
        return Confidence.CERTAIN if gone and listener.owner_by == "descriptor" else Confidence.LIKELY
    if not gone or _has_accepted(facts, heads) or any((each.cpu_percent or 0.0) > _BUSY for each in heads):
        return None
    if all(orphans.is_copy_of_a_job(each) for each in heads):
        return Confidence.LIKELY
    if all(each.forked for each in heads) and _waits_in_vain(facts, listener):
        return Confidence.LIKELY
    return None


def _has_accepted(facts: Facts, heads: tuple[Process, ...]) -> bool:
    """Tell whether a connection on the port was accepted, by them or by somebody who cannot be seen."""
    pids = {each.pid for each in heads}
    return any(row.inode and (not row.pids or pids & set(row.pids)) for row in keeping.connections(facts))


def _waits_in_vain(facts: Facts, listener: Socket) -> bool:
    """Tell whether nobody accepts: our own connection waits, or one waits whose client has already given up."""
    if facts.asked.question is Question.CONNECT:
        return True
    given_up = any(row.state == "CLOSE_WAIT" and row.inode == 0 for row in keeping.connections(facts))
    return bool(listener.queue) and given_up


def _found(facts: Facts, listener: Socket, heads: tuple[Process, ...], confidence: Confidence) -> Found:
    first = heads[0]
    more = f" and {len(heads) - 1} more" if len(heads) > 1 else ""
    how = "" if confidence is Confidence.CERTAIN else "Probably "
    left = "left behind by a server that has ended"
    told = "are" if len(heads) > 1 else "is"
    end = (
        f"{'hold' if len(heads) > 1 else 'holds'} port {listener.port}"
        if facts.asked.question is Question.BIND
        else f"never {'accept' if len(heads) > 1 else 'accepts'} connections on port {listener.port}"
    )
    return Found(
        summary=f"{how}{words.tool(first) or first.name}, pid {first.pid}{more}, {told} {left}, and {end}.",
        gloss="A child inherits the open sockets of its parent; the port is free when the last of them is gone.",
        confidence=confidence,
        evidence=(
            *(_told(each) for each in heads[:_MOST]),
            *evidence.listening(facts, (listener,)),
            *(evidence.binds(facts) if facts.asked.question is Question.BIND else evidence.connects(facts)),
            *evidence.exchanged(seen.exchanges(facts)),
        ),
    )


def _told(process: Process) -> Evidence:
    above = process.ancestors[-1] if process.ancestors else None
    parent = f"parent now {above.name}, pid {above.pid}" if above else "parent gone"
    copy = ", a copy of its parent" if process.forked else ""
    line = words.quoted(" ".join(process.argv), 50) if process.argv else process.name
    return Evidence(
        text=f"process\t{process.name}, pid {process.pid}{copy}\t{parent}; {line}", source=f"process {process.pid}"
    )


def remedies(facts: Facts) -> tuple[Remedy, ...]:
    """End the holders; or take another port."""
    listener = _listener(facts)
    heads = orphans.heads(facts, listener) if listener else ()
    if listener is None or not heads:
        return ()
    other = (free_port.another_port(facts), *free_port.try_port(facts)) if facts.free_ports else ()
    if len(heads) == 1:
        return service.stop_holder(facts, listener), *other
    return _end_all(facts, heads), *other


def _end_all(facts: Facts, heads: tuple[Process, ...]) -> Remedy:
    own = all(each.uid == facts.privileges.uid for each in heads)
    pids = tuple(str(each.pid) for each in heads)
    look = service.see_process(facts, heads[0].pid, f"See that pid {pids[0]} is still {heads[0].name}")
    if facts.os == "windows":
        ends = tuple(
            RemedyStep(text="End it", where=look.where, argv=("Stop-Process", "-Id", pid), needs_root=not own)
            for pid in pids
        )
    else:
        ends = (
            RemedyStep(
                text="Ask them to end",
                where=words.machine(facts),
                why="SIGTERM lets them save their work",
                argv=("kill", *pids),
                needs_root=not own,
            ),
        )
    return Remedy(
        title=f"End the {len(heads)} processes that were left behind",
        risk=Risk.DISRUPTS,
        cost=f"ends {heads[0].name}",
        proof=service.proof(facts),
        steps=(look, *ends),
    )


FAULT = Fault(
    code="orphan-child-holds-port",
    step=Step.BIND,
    stop=Stop.LISTENER,
    title="A child of a program that has ended holds its port",
    explanation=__doc__,
    check=check,
    remedies=remedies,
    questions=(Question.CONNECT, Question.BIND),
    explains=("port-taken", "backlog-full", "hung-event-loop", "socket-activation-held"),
)
