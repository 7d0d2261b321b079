"""The server has read the request, and does not answer.

A request goes through several hands: the kernel opens the connection, the server's program accepts it, reads the
request, and hands it to the piece of code that is to answer it, the handler. When that one does not come to an end,
the client waits until it loses patience. Everything in front of the handler is in order: the name, the port, the
network, the server itself. Often the rest of the site even answers, and only this one page does not.

It comes about when a handler waits for something that does not come: a query that waits for a lock in PostgreSQL, a
call to an API without a time limit, a second request to the very server that has only one worker, an await for an
event that nobody sets, an Express handler that forgets res.end() or next(). Behind a proxy or a tunnel it may be the
machine at the far end.

How porttui knows: it sent a request and waited most of its time in vain (in 3 s, unless --timeout says otherwise). The
kernel tells everybody where the server's end of that connection stands: a program has accepted it (its inode is not
0), and every byte of the request was read (nothing is left in the receive queue). That HTTP is spoken there at all is
known when the server answers a wrong hello with an HTTP error; where it is only assumed, the verdict says "Probably".

What looks the same and is not: hung-event-loop, single-thread-blocked, busy-loop and emfile-queue (nobody has accepted
the connection), socket-activation-held and orphan-child-holds-port (whoever holds the port never accepts one),
sigstopped (the process is paused), not-http (it waits for a hello in another protocol; on a bare port silence is no
fault at all), upstream-dead-502 (a proxy that says that its upstream does not answer), max-connections (the server
says that it has no room). A page that takes two seconds is slow, and porttui calls it healthy.

To fix it, find out what the handler waits for: read the log; `py-spy dump --pid PID` for Python, `jstack PID` for
Java; in PostgreSQL `select * from pg_stat_activity`. Ask another page of the same server, to know whether it is this
one alone. Start the server again if it has to answer now: `systemctl restart` or `docker restart` on Linux,
`brew services restart` on macOS, `Restart-Service` on Windows.

To keep it from coming back, give every call out of a handler a time limit that is shorter than the client's: timeout=
in requests and httpx, AbortSignal.timeout in fetch, statement_timeout and lock_timeout in PostgreSQL,
proxy_read_timeout in nginx, --timeout in gunicorn.
"""

from __future__ import annotations

from porttui.faults.fault import Fault, Found, Outcome, RuledOut, Stop
from porttui.faults.shared import not_the_probe
from porttui.model.facts import Exchange, Facts, Process
from porttui.model.report import Confidence, Remedy, Step
from porttui.reading import evidence, stuck, words
from porttui.remedies import look_into, programs

_MEANT = {"http": "http", "ws": "http", "https": "https", "wss": "https", "redis": "redis", "valkey": "redis",
          "postgresql": "postgresql", "postgres": "postgresql", "memcached": "memcached"}  # fmt: skip
"""What a client of a scheme says first."""
_PASS_ON = frozenset(("docker-proxy", "ssh", "autossh", "kubectl", "socat", "haproxy", "rootlessport"))
"""Programs that only hand connections on: what hangs is behind them."""


def check(facts: Facts) -> Outcome:
    """Find it when the request that was meant was accepted and read, and nothing came back."""
    first = not_the_probe(facts)
    if first is not None:
        return first
    said = stuck.said(facts)
    meant = _MEANT.get(facts.asked.target.scheme or "")
    heard = any(each.protocol == "http" for each in said)
    if any(each.http is not None or (each.outcome == "answer" and each.protocol != "http") for each in said):
        return RuledOut(because="the server answers")
    request = next((each for each in said if _waited(each) and _sent(each, meant, heard=heard)), None)
    if request is None:
        silent = any(each.outcome == "silent" for each in said)
        why = "no protocol is known in which it should have answered" if silent and meant is None else ""
        return RuledOut(because=why or "no request stayed without an answer")
    plain = any(each.sent == "http" and each.protocol == "http" for each in said)
    if request.sent == "https" and request.tls is None and plain:
        return RuledOut(because="it waits for a request in plain HTTP, and was spoken to in TLS")
    fate = request.fate
    if fate is None or fate.row in {"missing", "unknown"}:
        return RuledOut(because="no program on this machine is seen to have taken the request")
    if fate.row == "waiting":
        return RuledOut(because="no program has taken the connection")
    if fate.unread is None or fate.unread:
        return RuledOut(because="the request was not read")
    if fate.received == 0:
        return RuledOut(because="nothing of the request has arrived at the server")
    if fate.unsent:
        return RuledOut(because="the server has answered, and its answer does not arrive")
    confidence = _confidence(facts, request, heard=heard)
    listener = stuck.listener(facts)
    return Found(
        summary=_summary(facts, request, confidence),
        gloss=_gloss(facts, confidence),
        confidence=confidence,
        evidence=(
            *evidence.fates((request,)),
            *evidence.exchanged(said),
            *(evidence.doing(facts, stuck.doing(facts, listener)) if listener else ()),
            *evidence.listening(facts, (listener,) if listener else ()),
            *evidence.connects(facts),
        ),
    )


def _waited(exchange: Exchange) -> bool:
    """Tell whether time was over before an answer came, or in the middle of its headers."""
    return exchange.outcome == "silent" or _begun(exchange)


def _begun(exchange: Exchange) -> bool:
    """Tell whether an answer was begun and not ended; where our end stood is only looked up when time is over."""
    begun = exchange.outcome == "error" and exchange.protocol == "http" and exchange.http is None
    return begun and exchange.fate is not None


def _sent(exchange: Exchange, meant: str | None, *, heard: bool) -> bool:
    """Tell whether this was a request in the server's own language: the one asked for, else HTTP where it is spoken."""
    return exchange.sent == meant if meant is not None else exchange.sent == "http" and heard


def _confidence(facts: Facts, request: Exchange, *, heard: bool) -> Confidence:
    if heard and request.sent in {"http", "https"}:
        return Confidence.CERTAIN
    owner = _owner(facts)
    program = programs.known(owner) if owner else None
    if request.tls is not None or (program is not None and owner is not None and owner.name not in _PASS_ON):
        return Confidence.LIKELY
    return Confidence.POSSIBLE


def _owner(facts: Facts) -> Process | None:
    listener = stuck.listener(facts)
    workers = stuck.workers(facts, listener) if listener else ()
    return workers[0] if workers else None


def _summary(facts: Facts, request: Exchange, confidence: Confidence) -> str:
    waited = words.duration(request.ms)
    if _begun(request):
        return f"{_who(facts)} has begun its answer on port {request.port}, and has not come to its end in {waited}."
    if confidence is Confidence.CERTAIN:
        return (
            f"{_who(facts)} has read the request on port {request.port} and has not answered in {waited}{_spin(facts)}."
        )
    listener = stuck.listener(facts)
    inside = stuck.named(facts, listener).rstrip(",") if listener else "the program"
    return f"Probably the request hangs in {inside} on port {request.port}: it was read and not answered in {waited}."


def _who(facts: Facts) -> str:
    listener = stuck.listener(facts)
    if listener is None:
        return "A program"
    if stuck.surely(facts, listener) and stuck.workers(facts, listener):
        return stuck.named(facts, listener)
    return words.subject(facts, listener)


def _spin(facts: Facts) -> str:
    listener = stuck.listener(facts)
    doing = stuck.doing(facts, listener) if listener else ()
    return ": it computes without a pause" if doing and all(stuck.spins(each) for each in doing) else ""


def _gloss(facts: Facts, confidence: Confidence) -> str:
    owner = _owner(facts)
    if owner is not None and owner.name in _PASS_ON:
        return f"{owner.name} only hands connections on: what does not answer is behind it."
    if confidence is Confidence.POSSIBLE:
        return "It may hang in the request, or wait for a hello in another protocol than the one that was asked for."
    return "It is connected and was understood; what it waits for is inside of the program, or behind it."


def remedies(facts: Facts) -> tuple[Remedy, ...]:
    """See what it does, then start it again."""
    listener = stuck.listener(facts)
    owner = _owner(facts)
    name = words.plain_name(facts, listener) if listener else "the server"
    return (look_into.see(facts, owner, name), look_into.again(facts, listener, owner, name))


FAULT = Fault(
    code="handler-hangs",
    step=Step.PROBE,
    stop=Stop.PROTOCOL,
    title="The server has read the request, and does not answer",
    explanation=__doc__,
    check=check,
    remedies=remedies,
    explains=("accept-then-close",),
)
