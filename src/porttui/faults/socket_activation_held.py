"""An activator, or a process that was given the socket, holds the port and takes no connection.

A listening socket is a thing of the kernel; it does not matter who made it, but whoever holds it has to take the
connections out of its queue (accept). An activator (systemd with a .socket unit, systemd-socket-activate) makes the
socket and gives it to a service. A program may also inherit one from its parent without knowing: a script that a server
has started in the background keeps the server's sockets open. When the one who holds the socket never takes a
connection, the kernel goes on to open them, they wait in the queue, and the clients wait for an answer without end.

It comes about when a service is started by socket that does not read LISTEN_FDS and waits for something else, when
systemd starts web.service and that one hangs before it is ready (Type=notify without the message), when Accept= in the
socket unit does not fit the program, or when a server starts "sleep 600 &" or a worker in the background, ends, and the
child lives on with the port. The port then also cannot be taken by a new server: address already in use.

How porttui knows: before it connected, the holder of the port was an activator, or the environment of the holder says
that it was given the socket (LISTEN_FDS), or it is a program that never serves anything (sleep, tail, a shell). The
connection opened, nobody answered, and by the socket table nobody has accepted it. A service that is still starting
looks the same for a while, so porttui says "probably".

What looks the same and is not: socket-activation-failing (the client is cut off, because the service ends),
hung-event-loop and single-thread-blocked (a server that has accepted other connections and is busy with one),
sigstopped (the holder is paused), backlog-full (its queue has no room left), handler-hangs (the request was read).

To fix it, see what the service waits for: `systemctl status web.service` and `journalctl -u web.service`, restart it
with `systemctl restart web.service`, or free the port with `systemctl stop web.socket`. A process that only inherited
the socket can be ended: `kill PID`, after a look at what it is (`ss -ltnp` names it as root). On macOS
`lsof -nP -iTCP:8080` names the holder, and on Windows `Get-NetTCPConnection`; there sockets are inherited only when a
program asks for that.

To keep it from coming back, let the service take the socket by sd_listen_fds(3), set TimeoutStartSec in its unit, and
let servers start their children with closed descriptors (close_fds in Python, which is the default there).
"""

from __future__ import annotations

from porttui.faults.fault import CannotTell, Fault, Found, Outcome, RuledOut, Stop
from porttui.model.facts import Activation, Facts, Process, Socket
from porttui.model.report import Confidence, Evidence, Remedy, Step
from porttui.reading import activated, evidence, kin, seen, words
from porttui.remedies import activation, service

_NEVER_SERVE = (kin.SHELLS - {"zsh", "elvish", "nu", "pwsh"}) | {"sleep", "tail", "cat", "tee", "less", "more"}
"""Programs that listen on nothing by themselves: a socket that they hold is inherited."""


def check(facts: Facts) -> Outcome:
    """Find it when connections wait at a socket that was given to its holder, and nobody takes them."""
    if facts.attempts is None or (facts.exchanges is None and not facts.done):
        return CannotTell(because="nothing was said on a connection yet")
    if any(each.outcome == "answer" for each in seen.exchanges(facts)):
        return RuledOut(because="the port answers")
    if not seen.exchanges(facts) or any(each.outcome != "silent" for each in seen.exchanges(facts)):
        return RuledOut(because="the connection did not stay open without an answer")
    held = facts.activation
    if held is None:
        return _inherited(facts)
    if not held.looked_after:
        return CannotTell(because="the port was not looked at again yet")
    fates = [each.fate for each in seen.exchanges(facts) if each.fate is not None]
    each = activated.each_connection(held)
    if not fates or any(fate.row != "waiting" and not (each and fate.unread) for fate in fates):
        return RuledOut(because="a program took the connection and read from it, or that is not known")
    if any(process.state in {"T", "t"} for process in held.processes):
        return RuledOut(because="the holder is paused")
    if not each and _took_others(facts, held.listener):
        return RuledOut(because="other connections on the port were accepted")
    who = next((process for process in held.processes if not each and _other(process, held)), None)
    verb = "does not read what clients send" if each else "does not take connections"
    told = f"{who.name}, pid {who.pid}," if who else activated.service(held) + ","
    return Found(
        summary=f"Probably {told} started by {activated.name(held)} for port {held.listener.port}, {verb}.",
        gloss="The kernel opens connections for whoever holds the socket, and they wait until somebody takes them.",
        confidence=Confidence.LIKELY,
        evidence=(*activated.quoted(facts, held), *_waiting(facts)),
    )


def _other(process: Process, held: Activation) -> bool:
    """Tell whether a holder is another program than the activator: that pid may have become its service."""
    return held.process is None or process.argv != held.process.argv


def _inherited(facts: Facts) -> Outcome:
    """Answer where no activator held the port: the holder may have been given the socket long ago."""
    found = _holder(facts)
    if found is None:
        if any(seen.owners(facts, row) for row in seen.listeners(facts)):
            return RuledOut(because="the holder of the port is no activator, and was not given the socket")
        return CannotTell(because="it cannot be seen which program holds the port")
    listener, holder = found
    fates = [each.fate for each in seen.exchanges(facts) if each.fate is not None]
    if not fates or any(fate.row != "waiting" for fate in fates):
        return RuledOut(because="a program took the connection, or that is not known")
    if holder.state in {"T", "t"}:
        return RuledOut(because="the holder is paused")
    if _took_others(facts, listener):
        return RuledOut(because="other connections on the port were accepted")
    given = "was given it by an activator" if holder.sockets_given else "has inherited it"
    return Found(
        summary=f"Probably {holder.name}, pid {holder.pid}, which holds port {listener.port}, {given} and never takes"
        " a connection.",
        gloss="The kernel opens connections for whoever holds the socket, and they wait until somebody takes them.",
        confidence=Confidence.LIKELY,
        evidence=(
            *evidence.listening(facts, (listener,)),
            *(
                (
                    Evidence(
                        text=f"LISTEN_FDS\t{holder.sockets_given}, for pid {holder.pid}",
                        source=f"/proc/{holder.pid}/environ",
                    ),
                )
                if holder.sockets_given
                else ()
            ),
            *_waiting(facts),
        ),
    )


def _holder(facts: Facts) -> tuple[Socket, Process] | None:
    """Return the process that alone holds the listener and was given it, or serves nothing by its nature."""
    for address in seen.addresses(facts):
        listener = seen.accepting(facts, address)
        holding = seen.owners(facts, listener) if listener is not None else ()
        if listener is None or not holding or listener.owner_by != "descriptor":
            continue
        if all(each.sockets_given or kin.names(each) & _NEVER_SERVE for each in holding):
            return listener, holding[0]
    return None


def _took_others(facts: Facts, listener: Socket) -> bool:
    """Tell whether connections of others, made before porttui's own, were accepted by a program."""
    own = {(each.source, each.source_port) for each in facts.attempts or ()}
    return any(
        row.port == listener.port and row.state == "ESTABLISHED" and row.inode and (row.peer, row.peer_port) not in own
        for row in seen.rows(facts)
        if row.namespace is None
    )


def _waiting(facts: Facts) -> tuple[Evidence, ...]:
    fates = [each.fate for each in seen.exchanges(facts) if each.fate is not None]
    told = tuple(
        Evidence(
            text="our connection\tnobody has accepted it"
            if fate.row == "waiting"
            else f"our connection\taccepted, {words.count(fate.unread or 0, 'byte')} not read",
            source="sock_diag",
        )
        for fate in fates[:1]
    )
    return (*told, *evidence.exchanged(seen.exchanges(facts)[:2]))


def remedies(facts: Facts) -> tuple[Remedy, ...]:
    """See what the service waits for; do without the activation; or end what only inherited the socket."""
    if facts.activation is not None:
        return (activation.mend(facts, facts.activation), activation.do_without(facts, facts.activation))
    found = _holder(facts)
    return (service.stop_holder(facts, found[0]),) if found else ()


FAULT = Fault(
    code="socket-activation-held",
    step=Step.PROBE,
    stop=Stop.ACCEPT,
    title="An activator, or a process that was given the socket, holds the port and takes no connection",
    explanation=__doc__,
    check=check,
    remedies=remedies,
    explains=("backlog-full", "hung-event-loop", "handler-hangs", "single-thread-blocked"),
)
