"""The server is stuck in an earlier request.

Many servers do everything in one thread: they take a connection, read from it, answer, and turn to the next one. Node,
asyncio, nginx and Redis turn so quickly that thousands of clients seem to be served at once; the loop in which they do
so is the event loop. It has one weakness. While the program computes, sleeps or waits for something inside of one
request, the loop stands still, and every other client waits. The kernel goes on to open connections for it, so a
client is connected at once, sends its request, and hears nothing. When the accept queue is full, it is not even
connected.

It comes about when a handler of FastAPI or aiohttp, written with async def, calls something that blocks: time.sleep,
requests.get, a driver of a database that knows no await. In Node it is readFileSync on a network drive or execSync; in
a server with a fixed number of workers, as many slow requests as there are workers, each of which may wait for a
connection out of an exhausted pool. A single request of this kind,
opened in a browser tab and forgotten, is enough to make the whole site look dead.

How porttui knows: its own connection lies in the accept queue, and so does the one that it opened first, some seconds
before; no program has taken either. The processes that hold the listener are alive, sleep (state S or D), hardly use a
processor and have descriptors left. And they have accepted an earlier connection, have received a request on it, and
have sent nothing back: the kernel counts the bytes of every connection and tells them to everybody (tcp_info). Where
one thread takes connections for all, ours is taken as well, and not a byte of it is read while those go on. Root
may also see in which function of the kernel the program waits; one that waits for events in epoll_wait or poll is not
stuck.

What looks the same and is not: sigstopped (the process is in state T), busy-loop (it uses a processor without a
pause), emfile-queue (it has as many descriptors as it may have), single-thread-blocked (nothing was received on the
connection that occupies it, or it was answered already: the server waits for the client, and not for itself),
handler-hangs (our own request was taken and read), socket-activation-held and orphan-child-holds-port (the holder of
the port has never accepted a connection), backlog-full (only the full queue is seen, and not who is to blame for it).

To fix it, see first what the program is doing: `py-spy dump --pid PID` for Python, `jstack PID` for Java, on Linux
`cat /proc/PID/stack` as root, on macOS `sample PID 3`, on Windows the Wait Chain in the Resource Monitor. Then start
it again, by its service (`systemctl restart`, `docker restart`, `brew services restart`) or in its terminal; that
cuts every connection.

To keep it from coming back, give every call out of a handler a time limit, move what blocks into a thread
(asyncio.to_thread, run_in_executor, worker_threads), run more than one worker, and let the manager watch the server: a
health check in the compose file, WatchdogSec= in the unit.
"""

from __future__ import annotations

from porttui.faults.fault import CannotTell, Fault, Found, Outcome, RuledOut, Stop
from porttui.faults.shared import taken_at_last
from porttui.model.address import endpoint
from porttui.model.facts import Facts, Socket
from porttui.model.report import Confidence, Remedy, Step
from porttui.reading import evidence, seen, stuck
from porttui.remedies import look_into

_GLOSS = "The kernel opens connections for a program that is busy elsewhere; they wait until it turns to them."
_GLOSS_OF_A_POOL = "One part of it takes connections for workers, which are all busy: ours waits until one is done."


def check(facts: Facts) -> Outcome:
    """Find it when a living server takes no connection, and has an earlier request that it did not answer."""
    waiting = taken_at_last(facts)
    taken = _taken_and_not_read(facts)
    if isinstance(waiting, stuck.Waiting):
        listener = waiting.listener
    elif taken is not None:
        listener = taken
    else:
        return waiting
    doing = stuck.doing(facts, listener)
    awake = next((each for each in doing if not stuck.sleeps(each) or stuck.out_of_files(each)), None)
    if awake is not None:
        return RuledOut(because=f"pid {awake.pid} does not merely wait: {_state(awake.state, stuck.spins(awake))}")
    held = stuck.taken(facts, listener)
    if any(row.received is None for row in held):
        return CannotTell(because="this system does not tell what was received on a connection")
    busy = [row for row in held if stuck.is_idle(row) is False]
    if not busy:
        return CannotTell(
            because="it is alive and takes no connection, but no earlier request is seen that occupies it"
        )
    # it may wait for events and be stuck all the same: node waits so for a program that a handler runs (execSync)
    certain = taken is None and stuck.surely(facts, listener) and len(doing) == 1 and stuck.polls(doing[0]) is False
    takes = "takes no other" if taken is None else "has taken ours without reading it,"
    return Found(
        summary=f"{'' if certain else 'Probably '}{stuck.named(facts, listener)} is stuck: it has not answered "
        f"{_earlier(busy)}, and {takes} on port {listener.port}.",
        gloss=_GLOSS if taken is None else _GLOSS_OF_A_POOL,
        confidence=Confidence.CERTAIN if certain else Confidence.LIKELY,
        evidence=(
            *evidence.doing(facts, doing),
            *evidence.held(facts, busy),
            *evidence.fates(seen.exchanges(facts)),
            *evidence.listening(facts, (listener,)),
            *evidence.connects(facts),
        ),
    )


def _taken_and_not_read(facts: Facts) -> Socket | None:
    """Return the listener when a program has taken our connection and reads nothing, and has earlier requests in hand.

    So it is where one thread accepts and hands on to others, and all of those are busy: an exhausted pool.
    """
    listener = stuck.listener(facts)
    first = next((each for each in stuck.said(facts) if each.outcome == "silent" and each.fate is not None), None)
    if listener is None or first is None or first.fate is None or facts.meanwhile is None or facts.meanwhile.over != 0:
        return None
    if any(each.outcome == "answer" for each in seen.exchanges(facts)) or not stuck.doing(facts, listener):
        return None
    unread = first.fate.row == "accepted" and first.fate.unread and first.fate.unread == first.fate.received
    held = [row for row in stuck.taken(facts, listener) if row.received and row.queue == 0 and row.sent == 0]
    return listener if unread and held else None


def _state(state: str, spins: bool) -> str:
    return "it uses a processor without a pause" if spins else f"state {state}" if state in "TtR" else "no file is left"


def _earlier(busy: list[Socket]) -> str:
    if len(busy) > 1:
        return f"{len(busy)} earlier requests"
    return f"an earlier request (from {endpoint(busy[0].peer, busy[0].peer_port)})"


def remedies(facts: Facts) -> tuple[Remedy, ...]:
    """See what it does, then start it again."""
    return look_into.ways(facts)


FAULT = Fault(
    code="hung-event-loop",
    step=Step.PROBE,
    stop=Stop.ACCEPT,
    title="The server is stuck in an earlier request",
    explanation=__doc__,
    check=check,
    remedies=remedies,
    explains=("backlog-full", "backlog-abort", "handler-hangs", "accept-then-close"),
)
