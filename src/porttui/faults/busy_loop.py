"""The server spins on the CPU.

A program that computes without a pause uses one processor fully. If it does so in the thread that takes connections,
it takes none: the kernel opens them, puts them into the accept queue, and there they stay. The program has not
crashed, its port is open, and nothing is written to a log, since it never comes to the line that would write. Only the
fan is heard.

It comes about when a loop never meets its end (while (!done) {} in Node), when a regular expression tries billions of
ways through a long line (catastrophic backtracking), when a handler reads a file of two gigabytes as JSON, or when a
program tries again at once, without a pause, what can only fail. A computation that is long and right looks the same
from outside; if it ends, the server answers again by itself.

How porttui knows: no program takes its connections, and for a tenth of a second it measured what the threads of the
process that holds the listener did: at least one of them ran, or waited only for a processor to become free, for all
of that time. The kernel counts both for every thread and tells it to everybody (/proc/PID/task/TID/schedstat), so that
a spinning program is known even where other programs leave it little of the processor.

What looks the same and is not: hung-event-loop (it waits and uses no processor), sigstopped (state T, and no processor
either), emfile-queue (out of descriptors, some servers try again without a pause, and spin for that reason),
handler-hangs (the request was taken and read), a server with many clients (it is busy too, but it takes connections
one after the other).

To fix it, see which line it is in before you end it: `py-spy dump --pid PID` for Python, `jstack PID` for Java, for
Node `node --inspect` from the beginning, on Linux `perf top -p PID`, on macOS `sample PID 3`, on Windows the column
CPU of the Task Manager. Then start it again: `systemctl restart`, `docker restart`, `brew services restart`, or
ctrl+c in its terminal.

To keep it from coming back, move long computations out of the thread that serves (worker_threads, a process pool, a
queue of jobs), give loops and regular expressions a limit, and let a health check start the server again when it says
nothing.
"""

from __future__ import annotations

from porttui.faults.fault import Fault, Found, Outcome, RuledOut, Stop
from porttui.faults.shared import taken_at_last
from porttui.model.facts import Doing, Facts
from porttui.model.report import Confidence, Remedy, Step
from porttui.reading import evidence, seen, stuck
from porttui.remedies import look_into


def check(facts: Facts) -> Outcome:
    """Find it when every process that should take connections uses a processor without a pause."""
    waiting = taken_at_last(facts)
    if not isinstance(waiting, stuck.Waiting):
        return waiting
    listener = waiting.listener
    doing = stuck.doing(facts, listener)
    calm = next((each for each in doing if not stuck.spins(each)), None)
    if calm is not None:
        used = f"{calm.cpu_percent:.0f} % of a processor" if calm.cpu_percent is not None else f"state {calm.state}"
        return RuledOut(because=f"pid {calm.pid} does not use a processor without a pause: {used}")
    certain = stuck.surely(facts, listener) and len(doing) == 1 and (doing[0].busy or 0.0) >= stuck.SPINS
    return Found(
        summary=f"{'' if certain else 'Probably '}{stuck.named(facts, listener)} spins: it computes without a pause"
        f"{_share(doing[0])} and takes no connection on port {listener.port}.",
        gloss="A program that never stops to look does not see that somebody has connected.",
        confidence=Confidence.CERTAIN if certain else Confidence.LIKELY,
        evidence=(
            *evidence.doing(facts, doing),
            *evidence.fates(seen.exchanges(facts)),
            *evidence.listening(facts, (listener,)),
            *evidence.connects(facts),
        ),
    )


def _share(one: Doing) -> str:
    """Tell the share of the processor when it is a full one; where others take their part, it is less."""
    return f" ({one.cpu_percent:.0f} % of a processor)" if (one.cpu_percent or 0) >= 80 else ""


def remedies(facts: Facts) -> tuple[Remedy, ...]:
    """See in which line it is, then start it again."""
    return look_into.ways(facts)


FAULT = Fault(
    code="busy-loop",
    step=Step.PROBE,
    stop=Stop.ACCEPT,
    title="The server spins on the CPU",
    explanation=__doc__,
    check=check,
    remedies=remedies,
    explains=("backlog-full", "backlog-abort", "handler-hangs", "accept-then-close"),
)
