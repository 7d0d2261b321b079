"""The accept queue overflows, and the kernel resets the client.

A connection takes three packets: SYN, SYN-ACK, ACK. Only with the third one it enters the accept queue, from which the
server takes it. The client knows nothing of that last step: for it the connection is open as soon as the SYN-ACK came.
When the queue fills just then, the kernel has to decide. Usually it drops the last packet and hopes that there is room
when the client sends again; with net.ipv4.tcp_abort_on_overflow = 1 it resets the client at once: "connection reset by
peer", on a connection that was open a moment before, from a server that never saw it.

It comes about when somebody has set that switch to let clients fail fast, in a load test, on a gateway or by a tuning
guide copied whole, and then a burst of clients meets a small backlog or a server that is slow to accept: a queue of
128, a garbage collection of half a second, and a thousand clients that come back at the same moment.

How porttui knows: its connection opened and was reset before an answer, the switch is set (everybody may read it), the
counter of overflowed accept queues moved meanwhile (TcpExt.ListenOverflows), and the queue of the listener was full
right afterwards. The counter belongs to the whole network namespace; where the queue has drained again, the verdict is
"Probably".

What looks the same and is not: backlog-full (the queue is full already when the first packet comes: it is dropped, and
the client runs into a time-out, whatever the switch says), accept-then-close and emfile-close (the program took the
connection and closed it itself; no queue overflowed), fw-reject-reset (a rule resets the first packet, so nothing ever
opens).

To fix it, set the switch back with `sysctl -w net.ipv4.tcp_abort_on_overflow=0` as root: clients then wait a little
and get in. macOS and Windows have no such switch; Windows always resets what has no room in the queue. Then look why
the server does not accept in time, and start it again if it hangs: `systemctl restart`, `docker restart`.

To keep it from coming back, take the line out of /etc/sysctl.conf and /etc/sysctl.d, give the server a larger backlog
and net.core.somaxconn along with it, and let clients come back after a random pause.
"""

from __future__ import annotations

from porttui.faults.fault import CannotTell, Fault, Found, Outcome, RuledOut, Stop
from porttui.faults.shared import not_the_probe
from porttui.model.facts import Facts
from porttui.model.report import Confidence, Evidence, Remedy, RemedyStep, Risk, Step
from porttui.reading import evidence, stuck, words
from porttui.remedies import look_into, service

_SWITCH = "net.ipv4.tcp_abort_on_overflow"
_COUNTER = "TcpExt.ListenOverflows"


def check(facts: Facts) -> Outcome:
    """Find it when an open connection was reset while the accept queue overflowed, and the kernel is told to do so."""
    first = not_the_probe(facts)
    if first is not None:
        return first
    said = stuck.said(facts)
    if any(each.outcome == "answer" for each in said):
        return RuledOut(because="the server answers")
    if not any(each.outcome == "reset" for each in said):
        return RuledOut(because="no open connection was reset")
    if any(each.outcome == "closed" for each in said):
        return RuledOut(because="the server took a connection and closed it")
    if facts.sysctls.get(_SWITCH) == "0":
        return RuledOut(because=f"{_SWITCH} is 0: the kernel does not reset for want of room")
    listener = stuck.listener(facts)
    if listener is None:
        return RuledOut(because="no listener here takes the connection, so there is no queue")
    if facts.meanwhile is None:
        return CannotTell(because="the server was not looked at again")
    count = facts.meanwhile.moved.get(_COUNTER, 0)
    if not count:
        return RuledOut(because="no accept queue overflowed")
    queue, backlog = facts.meanwhile.queue, listener.backlog
    if queue is None or backlog is None:
        return CannotTell(because="it is not known whether the accept queue has room")
    if queue <= backlog:
        return CannotTell(because=f"an accept queue overflowed, and that of {words.at(listener)} has room now")
    certain = _SWITCH in facts.sysctls
    return Found(
        summary=f"{'The' if certain else 'Probably the'} kernel reset the connection to port {listener.port}, because "
        f"the accept queue is full: {queue} wait, and no more than {backlog + 1} may.",
        gloss="The server never saw this client: the kernel has no room for it, and is set to cut it off (reset).",
        confidence=Confidence.CERTAIN if certain else Confidence.LIKELY,
        evidence=(
            Evidence(text=f"{_SWITCH}\t{facts.sysctls.get(_SWITCH, 'not known')}", source="sysctl"),
            Evidence(text=f"{_COUNTER}\t+{count}\twhile porttui asked", source="/proc/net/netstat"),
            *evidence.exchanged(said),
            *evidence.listening(facts, (listener,)),
            *evidence.doing(facts, stuck.doing(facts, listener)),
            *evidence.connects(facts),
        ),
    )


def remedies(facts: Facts) -> tuple[Remedy, ...]:
    """See why the server does not accept, start it again, or let the kernel wait."""
    listener = stuck.listener(facts)
    if listener is None:
        return ()
    workers = stuck.workers(facts, listener)
    first = workers[0] if workers else None
    name = words.plain_name(facts, listener)
    ways: tuple[Remedy, ...] = (look_into.see(facts, first, name), look_into.again(facts, listener, first, name))
    if facts.os != "linux":
        return ways
    wait = Remedy(
        title="Let the kernel wait for room in place of resetting",
        risk=Risk.SAFE,
        cost="safe",
        proof=service.proof(facts),
        steps=(
            RemedyStep(
                text="Set the switch back",
                where=words.machine(facts),
                argv=("sysctl", "-w", f"{_SWITCH}=0"),
                needs_root=True,
            ),
            RemedyStep(text=f"To keep it so, take {_SWITCH} out of /etc/sysctl.conf and /etc/sysctl.d"),
        ),
    )
    return (*ways, wait)


FAULT = Fault(
    code="backlog-abort",
    step=Step.PATH,
    stop=Stop.ACCEPT,
    title="The accept queue overflows, and the kernel resets the client",
    explanation=__doc__,
    check=check,
    remedies=remedies,
    explains=("accept-then-close", "backlog-full", "emfile-close"),
)
