"""A forward (ssh -L, kubectl port-forward, socat) takes the connection, and its far end refuses.

A forward is a tunnel with two ends. With `ssh -L 8080:127.0.0.1:9999 bastion`, the ssh program on this machine
listens on port 8080 and takes every connection by itself. Only then does it ask the SSH server on bastion to open a
connection to 127.0.0.1:9999, as seen from there. When nobody listens there, ssh has nothing to offer to the client
that it has already taken in: it closes the connection without a word. The client says "empty reply from server" or
"server closed the connection unexpectedly", and nothing on this machine looks wrong. kubectl port-forward, the
forwards of VS Code, ssh -R seen from the other machine, and socat or systemd-socket-proxyd do the same.

It comes about when a tunnel to a database was opened in the morning (`ssh -L 5432:localhost:5432 db`) and the
database over there was restarted on another port, stopped, or listens on another address than the one written between
the colons; when localhost was meant as one's own machine, while in a forward it is the other one's; and when the pod
behind kubectl port-forward has been replaced. ssh then prints in its own terminal, where nobody looks: "channel 2:
open failed: connect failed: Connection refused"; kubectl prints "lost connection to pod".

How porttui knows: the program that holds the port is one that hands connections on, and its command line says where
to. Every connection was closed without a byte, even one on which nothing was said. When the far end is on this machine,
which needs no login, it is looked up in the socket tables: nothing listens there, and the verdict is certain. When it
is elsewhere, porttui does not log in to look, and says "probably".

What looks the same and is not: container-loopback-bind and published-wrong-container-port (the far end is a container
on this machine), accept-then-close (the server itself holds the port), plain-http-to-tls (a connection on which nothing
was said stays open), sigstopped (ssh is paused, and the client waits). An SSH server that forbids forwarding
(AllowTcpForwarding no) closes in the same way, and ssh prints "administratively prohibited".

To fix it, start the server at the far end, or correct the host and port between the colons and open the tunnel again:
press ctrl+c where ssh runs, then `ssh -N -L 8080:RIGHT-HOST:RIGHT-PORT bastion`. The ssh of Linux, macOS and Windows
take the same words. For kubectl, ask `kubectl get pods`, and start port-forward again.

To keep it from coming back, forward to a name that survives a restart, as `kubectl port-forward svc/web` does at each
new start, put the forward into ~/.ssh/config (LocalForward), so that it is written once, and set ServerAliveInterval
30.
"""

from __future__ import annotations

from porttui.faults.fault import CannotTell, Fault, Found, Outcome, RuledOut, Stop
from porttui.faults.shared import not_the_probe
from porttui.model.address import endpoint
from porttui.model.facts import Facts
from porttui.model.report import Confidence, Remedy, Step
from porttui.reading import evidence, far, seen, words
from porttui.reading.far import Handing
from porttui.remedies import tunnel

_KINDS = {"ssh", "sshd", "pod", "relay", "editor"}


def check(facts: Facts) -> Outcome:
    """Find it when a forwarder holds the port, cuts every connection off, and nothing is seen at its far end."""
    first = not_the_probe(facts)
    if first is not None:
        return first
    if any(each.outcome == "answer" for each in seen.exchanges(facts)):
        return RuledOut(because="the port answers")
    hand = far.handing(facts)
    if hand is None or hand.forward.kind not in _KINDS:
        if any(seen.owners(facts, row) for row in seen.listeners(facts)):
            return RuledOut(because="the program that holds the port is no forward")
        return CannotTell(because="it cannot be seen which program holds the port")
    if hand.forward.kind == "relay" and not hand.forward.host and not hand.forward.path:
        return RuledOut(because=f"{hand.process.name} hands connections on to a program, not to a port")
    if not far.unanswered(facts):
        return RuledOut(because="the connection was not cut off")
    ends = far.ends_of(facts, hand.process)
    if not ends:
        return CannotTell(because="the far end was not looked at")
    if any(each.place == "namespace" for each in ends):
        return RuledOut(because=f"{hand.process.name} leads to a container of this machine")
    taking = next((each for each in ends if far.takes(each)), None)
    if taking is not None:
        return RuledOut(because=f"{words.at(taking.listeners[0])} listens at the far end")
    here = all(each.place == "here" for each in ends)
    if not here and not far.unanswered_unasked(facts):
        return CannotTell(because="the far end may have closed because of what was said")
    certain = here and hand.seen
    return Found(
        summary=("" if certain else "Probably ") + _told(hand, here=here),
        gloss="A forward takes the connection first, and only then finds out whether anybody is at its far end.",
        confidence=Confidence.CERTAIN if certain else Confidence.LIKELY,
        evidence=(
            *far.chain(facts, hand, *(each for each in ends if each.place == "here")),
            *evidence.exchanged(seen.exchanges(facts)[:3]),
        ),
    )


def _told(hand: Handing, *, here: bool) -> str:
    forward = hand.forward
    who = f"{hand.process.name}, pid {hand.process.pid}, hands port {hand.listener.port} on"
    end = forward.path or (endpoint(forward.host, forward.host_port) if forward.host and forward.host_port else "")
    if here:
        return f"{who} to {end}, where nothing listens."
    if forward.kind == "pod":
        return f"{who} to port {forward.host_port} of {forward.via}, where nobody takes it."
    if forward.kind == "sshd":
        return f"{who} to where {forward.via} logged in from, where nobody takes it."
    if not end:
        return f"{who} to {forward.via or 'somewhere else'}, where nobody takes it."
    return f"{who} to {end}" + (f" as {forward.via} sees it" if forward.via else "") + ", where nobody takes it."


def remedies(facts: Facts) -> tuple[Remedy, ...]:
    """Start what should be at the far end, or lead the forward to where it is."""
    hand = far.handing(facts)
    if hand is None:
        return ()
    ends = far.ends_of(facts, hand.process)
    here = next((each for each in ends if each.place == "here"), None)
    return (
        tunnel.start_far_end(facts, hand.forward, here),
        tunnel.open_again(facts, hand.forward, hand.process),
    )


FAULT = Fault(
    code="ssh-forward-dead",
    step=Step.PROBE,
    stop=Stop.PROTOCOL,
    title="A forward (ssh -L, kubectl port-forward, socat) takes the connection, and its far end refuses",
    explanation=__doc__,
    check=check,
    remedies=remedies,
    explains=("accept-then-close",),
)
