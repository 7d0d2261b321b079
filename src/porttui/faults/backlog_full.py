"""The accept queue is full.

When a client connects, the kernel opens the connection by itself, without asking the server, and puts it into the
accept queue of the listener, from which the server takes it with accept. The queue has room for a certain number, the
backlog, which the server names when it begins to listen and the system caps (net.core.somaxconn). When the server
takes nothing out, the queue fills, and from then on the kernel throws the first packets of newcomers away without an
answer. They try again and again and run into a time-out, ETIMEDOUT, on loopback too, where no firewall was ever near.

It comes about when a server is stuck and its clients are not. A Python worker waits for a database that has a lock,
the load balancer goes on to send it requests and health checks, and after some minutes even a new
`curl localhost:8000` hangs. The server may also be paused, spin, or be out of file descriptors, the numbers for open
files and connections of which each process has a limited store. Only seldom is the queue simply too short for a
burst: Node asks for 511 places, some frameworks for 5.

How porttui knows: the kernel tells length and limit of each queue (sock_diag), and the queue was longer than its
limit (it holds one more than it says); and a counter of overflows, TcpExt.ListenOverflows in /proc/net/netstat, moved
while porttui's own packets got no answer. With both it is certain; when the length could not be read, it is likely.
macOS and Windows do not show the queue.

What looks the same and is not: fw-drop-input (the packets are thrown away before they reach the queue, and no
overflow is counted), sigstopped, hung-event-loop, busy-loop and emfile-queue (the reason why nobody accepts is seen,
and named instead), backlog-abort (the client is reset instead of left waiting), conntrack-full.

To fix it, find out what the server is doing. On Linux `ss -ltn` shows the queue (Recv-Q) beside its limit (Send-Q),
and `sudo cat /proc/PID/stack` or `py-spy dump --pid PID` where it is stuck; on macOS `sample PID 3`; in PowerShell
`Get-Process -Id PID` tells whether it uses the processor. Then start it again: `sudo systemctl restart NAME`,
`docker restart NAME`. What waited in the queue is lost.

To keep it from coming back, give requests a time limit, and the server enough workers, before you think of a longer
queue. A queue that is never emptied is full sooner or later, whatever its length.
"""

from __future__ import annotations

from porttui.faults.fault import CannotTell, Fault, Found, Outcome, RuledOut, Stop
from porttui.model.facts import Facts, Socket
from porttui.model.report import Confidence, Evidence, Remedy, Step
from porttui.reading import evidence, packets, seen, words
from porttui.remedies import look_into


def check(facts: Facts) -> Outcome:
    """Find it when the queue of the listener overflowed while a connection got no answer."""
    if facts.attempts is None:
        return CannotTell(because="no connection was tried yet")
    silent = [each for each in seen.failed(facts) if each.outcome == "timeout"]
    if not silent:
        return RuledOut(because="no connection ran into a time-out")
    listener = next((s for each in silent if (s := seen.accepting(facts, each.address)) is not None), None)
    if listener is None:
        return RuledOut(because="no listener here would take the connection, so there is no queue")
    overflowed = [each for each in silent if packets.queue_overflowed(each)]
    full = _full(listener)
    if not overflowed:
        if full:
            return CannotTell(because="the queue is full, but it did not overflow while porttui looked")
        return RuledOut(because="no accept queue overflowed")
    if full is False:
        return RuledOut(because=f"the queue of {words.at(listener)} has room: {words.queue(listener)}")
    first = overflowed[0]
    count = max(first.burst.get("TcpExt.ListenOverflows", 0), first.whole.get("TcpExt.ListenOverflows", 0))
    return Found(
        summary=f"{words.subject(facts, listener)} does not take new connections, and its queue is full"
        + (f": {listener.queue} wait." if listener.queue is not None else "."),
        gloss="New connections wait in a queue until the server takes them; a full queue drops them in silence.",
        confidence=Confidence.CERTAIN if full else Confidence.LIKELY,
        evidence=(
            *evidence.listening(facts, (listener,)),
            Evidence(text=f"TcpExt.ListenOverflows\t+{count}\tduring the attempt", source="/proc/net/netstat"),
            *evidence.connects(facts, (first,)),
            *_state(facts, listener),
        ),
    )


def _full(listener: Socket) -> bool | None:
    """Tell whether the queue has no room: the kernel counts to one more than the limit (sk_acceptq_is_full)."""
    if listener.queue is None or listener.backlog is None:
        return None
    return listener.queue > listener.backlog


def _state(facts: Facts, listener: Socket) -> tuple[Evidence, ...]:
    return tuple(
        Evidence(
            text=f"process\t{owner.name}, pid {owner.pid}\tstate {owner.state}"
            + (f", {owner.open_files} open files of {owner.open_files_limit}" if owner.open_files is not None else ""),
            source="/proc",
        )
        for owner in seen.owners(facts, listener)[:2]
    )


def remedies(facts: Facts) -> tuple[Remedy, ...]:
    """See what the server does, then start it again."""
    listener = next(s for each in seen.failed(facts) if (s := seen.accepting(facts, each.address)) is not None)
    owners = seen.owners(facts, listener)
    first = owners[0] if owners else None
    name = words.plain_name(facts, listener)
    return (look_into.see(facts, first, name), look_into.again(facts, listener, first, name))


FAULT = Fault(
    code="backlog-full",
    step=Step.PATH,
    stop=Stop.ACCEPT,
    title="The accept queue is full",
    explanation=__doc__,
    check=check,
    remedies=remedies,
)
