"""The server closes the connection without an answer.

The connection opens, and before a single byte comes back it is closed. A client sees this in one of two ways: an
orderly end (EOF: "empty reply from server", "server disconnected without sending a response", "socket hang up") or a
reset ("connection reset by peer", ECONNRESET). Which of the two depends only on whether the program had read the
request when it closed: the kernel sends a reset when there are bytes that nobody will read any more. So both are one
and the same symptom.

It comes about when a program fails in the middle of a request: a worker that crashes (segmentation fault, out of
memory, a process.exit in a handler), an exception in raw socket code, a server that has been told to answer with
nothing (return 444 in nginx), one that lets in only certain addresses, or a program that forwards connections to a
place where nobody is.

How porttui knows: the connection opened, and what was sent on it was answered by its end. It then tried other hellos
(TLS, Redis, PostgreSQL, memcached), compared the open descriptors of the program with its limit, and looked whether
the program is a forwarder. None of that explained it, so this verdict is "Probably" and never more: porttui sees that
the program closes, and not why.

What looks the same and is not: plain-http-to-tls (the port wants TLS), not-http (it speaks another protocol),
emfile-close (no descriptor is left), max-connections (it says that it is full), container-loopback-bind,
published-wrong-container-port and ssh-forward-dead (a forwarder with nobody at its other end), tcp-wrappers
(hosts.deny), socket-activation-failing, proxy-protocol-expected, backlog-abort (the kernel resets, since the accept
queue is full). On a bare port, a server that closes after an HTTP request may simply not speak HTTP; that is no fault.

To fix it, read what the program wrote at that very second: `journalctl -u UNIT -e` or `docker logs` on Linux, the
terminal in which it runs, Console on macOS, the Event Viewer on Windows. Look whether its worker is started again and
again: then `dmesg` or `coredumpctl` tell of the crash. Ask from 127.0.0.1 and from another address, to know whether
it minds who asks.

To keep it from coming back, let the server answer with an error in place of silence: catch exceptions at the outermost
place, and let a crash of one worker be logged by its manager.
"""

from __future__ import annotations

from porttui.faults.fault import CannotTell, Fault, Found, Outcome, RuledOut, Stop
from porttui.faults.shared import not_the_probe
from porttui.model.address import endpoint
from porttui.model.facts import Exchange, Facts, Sockets
from porttui.model.report import Confidence, Remedy, Risk, Step
from porttui.reading import activated, evidence, far, seen, stuck, words
from porttui.remedies import look_into, service

_CUT = {"closed", "reset"}
_MEANT = {"http": "http", "ws": "http", "https": "https", "wss": "https"}


def check(facts: Facts) -> Outcome:
    """Find it when what was asked for is met with the end of the connection, and nothing else was answered either."""
    first = not_the_probe(facts)
    if first is not None:
        return first
    said = stuck.said(facts)
    if any(each.http is not None or (each.outcome == "answer" and not _is_hello(facts, each)) for each in said):
        return RuledOut(because="the server answers")
    cut = _cut(facts, said)
    if cut is None:
        closed = any(each.outcome in _CUT for each in said)
        why = "it closes after a hello that may be in another protocol than its own" if closed else ""
        return RuledOut(because=why or "the connection was not closed without an answer")
    if cut.outcome == "reset" and stuck.reset_by_rule(facts) is not None:
        return RuledOut(because="a rule has sent the reset: this machine's TCP counts those of programs, and has not")
    if seen.target_is_local(facts) and not seen.sockets_seen(facts):
        return CannotTell(because="it cannot be seen who closes", unseen=seen.sockets_unseen(facts))
    if all(each.outcome == "reset" for each in said if each.outcome in _CUT) and stuck.may_be_aborted(facts):
        return CannotTell(because="an accept queue overflowed, and the kernel is told to reset clients for that")
    behind = _behind(facts)
    if isinstance(behind, CannotTell):
        return behind
    listener = stuck.listener(facts)
    if listener is not None and not seen.owners(facts, listener) and isinstance(facts.sockets, Sockets):
        # it may hand connections on, as sshd does for ssh -R, and then it is another one that closes them
        return CannotTell(because="it cannot be seen which program holds the port", unseen=facts.sockets.unseen)
    how = "resets" if cut.outcome == "reset" else "closes"
    who = behind or _inside(facts)
    return Found(
        summary=f"Probably {who} on port {cut.port} fails at the request: it takes the connection and {how} it without"
        " an answer.",
        gloss="What its log says at this very moment tells more than can be seen from outside.",
        confidence=Confidence.LIKELY if _speaks(said) else Confidence.POSSIBLE,
        evidence=(
            *evidence.exchanged(said),
            *(evidence.doing(facts, stuck.doing(facts, listener)) if listener else ()),
            *evidence.listening(facts, (listener,) if listener else ()),
            *evidence.connects(facts),
        ),
    )


def _is_hello(facts: Facts, answer: Exchange) -> bool:
    """Tell whether an answer shows a language and no more: an error of HTTP to another hello, the handshake of TLS."""
    return answer.protocol == "http" or (answer.sent == "tls" and answer.tls is not None and _asks_by_tls(facts))


def _asks_by_tls(facts: Facts) -> bool:
    return _MEANT.get(facts.asked.target.scheme or "") == "https"


def _cut(facts: Facts, said: tuple[Exchange, ...]) -> Exchange | None:
    """Return the exchange that was cut off although it was what the server should answer."""
    meant = _MEANT.get(facts.asked.target.scheme or "")
    cut = [each for each in said if each.outcome in _CUT]
    unasked = next((each for each in cut if each.sent == "nothing"), None)  # it closed before anything was said
    spoken = "http" if any(each.protocol == "http" for each in said) else "https" if _speaks(said) else None
    wanted = next((each for each in cut if each.sent == (meant or spoken)), None)
    return unasked or wanted


def _speaks(said: tuple[Exchange, ...]) -> bool:
    """Tell whether the server has shown that it speaks HTTP: with an error to a wrong hello, or a handshake of TLS."""
    return any(each.protocol == "http" or each.tls is not None for each in said)


def _behind(facts: Facts) -> str | CannotTell | None:
    """Name who is behind a program that only hands connections on, or starts a server for them; None for others."""
    if facts.activation is not None:
        return f"{activated.service(facts.activation)}, started by {activated.name(facts.activation)},"
    hand = far.handing(facts)
    if hand is None or not (hand.forward.host or hand.forward.path or hand.forward.via or hand.forward.kind == "sshd"):
        return None
    taking = next((each for each in far.ends_of(facts, hand.process) if far.takes(each)), None)
    if taking is None:
        return CannotTell(because=f"{hand.process.name} only hands connections on, and its far end cannot be seen")
    end = endpoint(taking.host, taking.port or 0)
    return f"the server at {end}, to which {hand.process.name} leads,"


def _inside(facts: Facts) -> str:
    listener = stuck.listener(facts)
    if listener is None:
        return "the server"
    return (
        stuck.named(facts, listener).rstrip(",") if stuck.workers(facts, listener) else words.program(facts, listener)
    )


def remedies(facts: Facts) -> tuple[Remedy, ...]:
    """Read what it wrote, start it again, or see what holds the port."""
    listener = stuck.listener(facts)
    workers = stuck.workers(facts, listener) if listener else ()
    first = workers[0] if workers else None
    name = words.plain_name(facts, listener) if listener else "the server"
    steps = [look_into.read_log(facts, first, name)]
    if listener is not None and not stuck.surely(facts, listener):
        steps.append(service.who_has(facts, listener.port, "See which program it is that closes"))
    read = Remedy(
        title=f"Read what {name} wrote at that moment",
        risk=Risk.SAFE,
        cost="safe, only looks",
        proof=service.proof(facts),
        steps=tuple(steps),
    )
    return (read, look_into.again(facts, listener, first, name))


FAULT = Fault(
    code="accept-then-close",
    step=Step.PROBE,
    stop=Stop.PROTOCOL,
    title="The server closes the connection without an answer",
    explanation=__doc__,
    check=check,
    remedies=remedies,
)
