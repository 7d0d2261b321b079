"""The server is out of file descriptors, and closes each connection.

Every open file and connection of a program has a number, its file descriptor, and the system allows each program only
so many (ulimit -n, RLIMIT_NOFILE). When none is left, accept fails with EMFILE, "too many open files", and connections
pile up in the accept queue. The makers of libuv, the library under Node, did not want that: it keeps one descriptor in
reserve, gives it up for a moment, takes the connection, closes it at once, and takes the reserve back. So the client
does not wait; it is connected, and cut off without a word: "empty reply from server", "socket hang up", "connection
reset by peer".

It comes about when a Node program leaks: streams that are never destroyed, a watcher for every file of node_modules, a
keep-alive agent to an API without a limit. Or when thousands of WebSockets meet a limit of 1024. Other servers that
guard themselves so (libev, some proxies) behave the same.

How porttui knows: its connection was closed or reset without a byte, and every process that takes connections there
has as many descriptors open as its limit allows. On Linux everybody is told both numbers: the size of the folder
/proc/PID/fd since Linux 6.2, and /proc/PID/limits.

What looks the same and is not: accept-then-close (descriptors are left), emfile-queue (the same reason, but clients
wait in the queue), max-connections (the server says in words that it has too many clients), plain-http-to-tls (it
closes because it was not spoken to by TLS), ssh-forward-dead and container-loopback-bind (the one who closes only
passes connections on).

To fix it, give the running program more: on Linux `prlimit --pid PID --nofile=65536:65536` as root helps at once. On
macOS raise it with `ulimit -n 65536` in the terminal and start the program again, in a container with
`--ulimit nofile=65536`. Windows has no such limit for sockets. A new start (`systemctl restart`, `docker restart`)
closes everything and helps for a while.

To keep it from coming back, look for the leak first: `ls -l /proc/PID/fd` as root, or `lsof -p PID` on macOS, shows
what there are so many of. Then raise the limit for good: LimitNOFILE=65536 in the unit, ulimits: in the compose file.
"""

from __future__ import annotations

from porttui.faults.fault import CannotTell, Fault, Found, Outcome, RuledOut, Stop
from porttui.faults.shared import files_left, not_the_probe
from porttui.model.facts import Facts
from porttui.model.report import Confidence, Remedy, Step
from porttui.reading import evidence, seen, stuck, words
from porttui.remedies import more_files

_CUT = {"closed", "reset"}


def check(facts: Facts) -> Outcome:
    """Find it when connections are closed without a byte by a program that has no descriptor left."""
    first = not_the_probe(facts)
    if first is not None:
        return first
    said = stuck.said(facts)
    if any(each.outcome == "answer" for each in said):
        return RuledOut(because="the server answers")
    if not any(each.outcome in _CUT for each in said):
        return RuledOut(because="the connection was not closed without an answer")
    listener = stuck.listener(facts)
    if listener is None:
        return RuledOut(because="no listener here takes the connection")
    if facts.meanwhile is None and not facts.done:
        return CannotTell(because="the server was not looked at yet")
    doing = stuck.doing(facts, listener)
    if not doing:
        unseen = seen.owners_unseen(facts)
        return CannotTell(because=f"it cannot be seen which process holds {words.at(listener)}", unseen=unseen)
    left = files_left(doing)
    if left is not None:
        return left
    certain = stuck.surely(facts, listener)
    return Found(
        summary=f"{'' if certain else 'Probably '}{stuck.named(facts, listener)} is out of file descriptors "
        f"({doing[0].open_files} of {doing[0].open_files_limit}): it closes each connection to port {listener.port}.",
        gloss="Each open file and connection takes a descriptor, and a program may have only so many.",
        confidence=Confidence.CERTAIN if certain else Confidence.LIKELY,
        evidence=(
            *evidence.doing(facts, doing),
            *evidence.exchanged(said),
            *evidence.listening(facts, (listener,)),
            *evidence.connects(facts),
        ),
    )


def remedies(facts: Facts) -> tuple[Remedy, ...]:
    """Raise the limit, see what is open, or start it again."""
    return more_files.ways(facts)


FAULT = Fault(
    code="emfile-close",
    step=Step.PROBE,
    stop=Stop.PROTOCOL,
    title="The server is out of file descriptors, and closes each connection",
    explanation=__doc__,
    check=check,
    remedies=remedies,
    explains=("accept-then-close",),
)
