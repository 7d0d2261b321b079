"""The server is out of file descriptors, and clients wait.

Every open file, pipe and connection of a program has a number, its file descriptor, and the system allows each program
only so many (ulimit -n, RLIMIT_NOFILE): often 1024, on macOS 256. A program that has them all cannot accept one
connection more: accept fails with EMFILE, "too many open files". The connection itself is open by then, since the
kernel opens it without the program. So it stays in the accept queue, the client waits for an answer, and when the
queue is full, further clients are not even connected.

It comes about when a program opens and does not close: a log file for each request, a connection to a database for
each call, a client that is never closed. Or when there are simply more clients than a limit of 1024 allows, as with
WebSockets and long polling. Python (asyncio, http.server), Go and nginx behave so; Node closes the connection at once
instead.

How porttui knows: no program takes its connection, and every process that should has as many descriptors open as its
limit allows. On Linux everybody is told both numbers: the size of the folder /proc/PID/fd since Linux 6.2, and
/proc/PID/limits.

What looks the same and is not: emfile-close (the same reason, but the server takes each connection and closes it at
once), hung-event-loop and single-thread-blocked (descriptors are left), busy-loop (some servers try accept again
without a pause, and use a processor fully; then the missing descriptors are the reason), max-connections (the server
counts its clients itself, and says so), client-emfile (it is the client that has none left).

To fix it, give the running program more: on Linux `prlimit --pid PID --nofile=65536:65536` as root; it takes the
waiting connections at once. On macOS raise it with `ulimit -n 65536` in the terminal and start the program again, in
a container with `--ulimit nofile=65536`. Windows has no such limit for sockets. A new start closes everything and
helps for a while.

To keep it from coming back, look for the leak first: `ls -l /proc/PID/fd` as root, or `lsof -p PID` on macOS, shows
what there are so many of. Then raise the limit for good: LimitNOFILE=65536 in the unit, ulimits: in the compose file;
and close idle connections after a time.
"""

from __future__ import annotations

from porttui.faults.fault import Fault, Found, Outcome, Stop
from porttui.faults.shared import files_left, taken_at_last
from porttui.model.facts import Facts
from porttui.model.report import Confidence, Remedy, Step
from porttui.reading import evidence, seen, stuck
from porttui.remedies import more_files


def check(facts: Facts) -> Outcome:
    """Find it when no connection is taken, and every process that should take it has no descriptor left."""
    waiting = taken_at_last(facts)
    if not isinstance(waiting, stuck.Waiting):
        return waiting
    listener = waiting.listener
    doing = stuck.doing(facts, listener)
    left = files_left(doing)
    if left is not None:
        return left
    certain = stuck.surely(facts, listener)
    return Found(
        summary=f"{'' if certain else 'Probably '}{stuck.named(facts, listener)} is out of file descriptors "
        f"({doing[0].open_files} of {doing[0].open_files_limit}): it cannot take connections on port {listener.port}.",
        gloss="Each open file and connection takes a descriptor, and a program may have only so many.",
        confidence=Confidence.CERTAIN if certain else Confidence.LIKELY,
        evidence=(
            *evidence.doing(facts, doing),
            *evidence.fates(seen.exchanges(facts)),
            *evidence.listening(facts, (listener,)),
            *evidence.connects(facts),
        ),
    )


def remedies(facts: Facts) -> tuple[Remedy, ...]:
    """Raise the limit, see what is open, or start it again."""
    return more_files.ways(facts)


FAULT = Fault(
    code="emfile-queue",
    step=Step.PROBE,
    stop=Stop.ACCEPT,
    title="The server is out of file descriptors, and clients wait",
    explanation=__doc__,
    check=check,
    remedies=remedies,
    explains=(
        *("backlog-full", "backlog-abort", "busy-loop", "hung-event-loop", "single-thread-blocked", "handler-hangs"),
        "accept-then-close",
    ),
)
