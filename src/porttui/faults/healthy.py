"""The target answers as asked.

What was asked for works. For a connection that means: it opened, and the server said something that fits the
question, a status below 400 for an http or https address (with a certificate that is trusted, valid and for that
name), the greeting of the protocol for others, any answer at all for a bare port. For a server that wants to start it
means: every address of the target could be bound, with SO_REUSEADDR as servers do, and was given back at once, and
is one to which others can connect.

How porttui knows: it connected and asked, once. It does not log in, does not follow redirects to other machines, and
does not judge what the page says. An empty page with status 200 is healthy, and so is one that says "sorry".

What looks the same and is not: a target that answers at one of its addresses only. localhost has two, 127.0.0.1 and
::1, and a program may take the one that is silent (ipv6-only-listener, ipv4-only-listener): porttui says so below the
verdict when it sees it. Two servers may share a port, and only one of them is yours (shadowed-listener,
reuseport-shared). A program with other proxy variables than porttui's asks somebody else (proxy-env).

And "here" is not "everywhere". porttui asks from this machine. A server on 127.0.0.1 cannot be reached from any other
one (listener-loopback-only), and firewalls let loopback through more often than the rest: a time-out elsewhere, with
healthy here, is most often one of theirs. Ask again where it fails: on the other machine, inside the container, as
the user who runs the service.

If it failed a moment ago and works now, that is worth a thought as well: the server may have been starting
(server-starting), or it comes and goes (crash-loop). `porttui check TARGET --settle 20` watches for twenty seconds,
and `porttui wait TARGET` waits until a target is healthy and is made for scripts.
"""

from __future__ import annotations

from msgspec.structs import replace

from porttui.faults.fault import CannotTell, Fault, Found, Outcome, RuledOut, Stop
from porttui.faults.shared import not_the_bind
from porttui.model.address import endpoint
from porttui.model.facts import Exchange, Facts, HttpAnswer, Process, Socket
from porttui.model.report import Confidence, Remedy, Severity
from porttui.model.target import Question
from porttui.reading import by_user, evidence, nat, no_host, redirects, refusals, seen, stuck, tls, words

_WEB = {"http", "https", "ws", "wss"}
_MANY = 5
"""Clients from which it is told that a login may find no room."""
"""Schemes that are answered in HTTP. Other TLS schemes are answered in TLS, and the rest by their own name."""


def check(facts: Facts) -> Outcome:
    """Find it when the target did what was asked of it."""
    return _bindable(facts) if facts.asked.question is Question.BIND else _answers(facts)


def _bindable(facts: Facts) -> Outcome:
    first = not_the_bind(facts)
    if first is not None and not isinstance(first, RuledOut):
        return first
    if no_host.first(facts) is not None:
        return RuledOut(because="nothing can connect to a broadcast or multicast address")
    if any(each.error is not None for each in seen.binds_that_count(facts)):
        return RuledOut(because="the address could not be bound")
    rights = ", as root" if facts.privileges.root and facts.asked.target.port < 1024 else ""
    return Found(
        summary=f"It is free: a server can start there{rights}.",
        evidence=evidence.binds(facts),
    )


def _answers(facts: Facts) -> Outcome:
    if facts.attempts is None:
        return CannotTell(because="no connection was tried yet")
    if not seen.opened(facts):
        return RuledOut(because="no connection opened")
    exchanges = seen.exchanges(facts) or seen.exchanges(facts, "proxy")
    if not exchanges:
        if not facts.done:
            return CannotTell(because="nothing was said on the connection yet")
        if seen.talk_failed(facts):
            return CannotTell(because="porttui failed at talking to the server")
        return Found(summary="It accepts connections; nothing was asked on them.", evidence=evidence.connects(facts))
    led = any(nat.led_past(each) for each in seen.asked_attempts(facts))
    if led and not seen.sockets_seen(facts):
        because = (
            "it is answered from elsewhere, and it cannot be seen whether a server on the port itself is passed by"
        )
        return CannotTell(because=because, unseen=seen.sockets_unseen(facts))
    good = next((each for each in exchanges if _fits(facts, each)), None)
    if good is None:
        return RuledOut(because="what it answered does not fit the question")
    listener = seen.accepting(facts, good.address, good.port)
    by = f", by {words.program(facts, listener)}" if listener and seen.owners(facts, listener) else ""
    shared = _shared_by(facts, listener)
    return Found(
        summary=f"It {_told(good)}{by}.",
        confidence=Confidence.LIKELY if shared else Confidence.CERTAIN,
        gloss=by_user.note(facts)
        or _catch(facts)
        or shared
        or redirects.note(facts)
        or _under_way(good)
        or _room(facts, good, listener)
        or _slowly(good),
        evidence=(
            *evidence.exchanged((good,)),
            *redirects.told(facts),
            *(evidence.listening(facts, (listener,)) if listener else ()),
            *evidence.connects(facts),
            *by_user.quoted(facts),
        ),
    )


def _fits(facts: Facts, exchange: Exchange) -> bool:
    if exchange.outcome != "answer":
        return False
    if exchange.protocol == "http" and exchange.http is None:
        return False  # it answered something else than a request, in HTTP
    if exchange.http is not None and not _serves(facts, exchange.http):
        return False
    if redirects.is_first(facts, exchange) and not redirects.ends_well(facts):
        return False
    if refusals.of(exchange) is not None:
        return False
    if exchange.tls is not None and exchange.tls.trusted is False and tls.wanted(facts):
        return False
    scheme = facts.asked.target.scheme
    if scheme is None:
        return exchange.http is not None or exchange.protocol not in {None, "http"} or not _broken_http(facts)
    if scheme in _WEB:
        if tls.wanted(facts) and exchange.tls is None:
            return False  # it answered the handshake in plain text
        return exchange.protocol == "http" and exchange.sent == ("https" if tls.wanted(facts) else "http")
    if tls.wanted(facts):
        return exchange.protocol == "tls"
    return exchange.protocol in {scheme, _base(scheme)}


def _broken_http(facts: Facts) -> bool:
    """Tell whether a request was answered in HTTP whose headers break the rules, or never end."""
    return any(each.protocol == "http" and each.outcome == "error" for each in seen.exchanges(facts))


def _serves(facts: Facts, answer: HttpAnswer) -> bool:
    if facts.asked.target.scheme in {"ws", "wss"} and answer.status == 426:
        return True  # how a WebSocket server answers a plain request (RFC 9110, 15.5.22)
    return answer.status < 400 and answer.complete


def _base(scheme: str) -> str:
    return {"postgres": "postgresql", "mariadb": "mysql", "sftp": "ssh", "ftps": "ftp"}.get(scheme, scheme)


def _shared_by(facts: Facts, listener: Socket | None) -> str:
    """Say that listeners share the port and may be different servers, where it cannot be seen whose they are."""
    sharers = stuck.sharers(facts, listener) if listener is not None else ()
    if len(sharers) < 2:
        return ""
    from porttui.reading import servers  # hardly ever needed, and this file is read for every look

    told = [servers.same(facts, sharers[0], each) for each in sharers[1:]]
    if None not in told or False in told:
        return ""  # one server's, or different ones: then reuseport-shared leads
    return (
        f"{len(sharers)} listeners share the port, and whose they are cannot be seen: if they are different servers, "
        "each connection goes to one of them by chance."
    )


def _room(facts: Facts, exchange: Exchange, listener: Socket | None) -> str:
    """Say what an answer of PostgreSQL leaves open where many are connected: who logs in may find no room.

    The last slots are kept for superusers (superuser_reserved_connections), and this is said behind the login only.
    """
    clients = len(stuck.taken(facts, listener)) if listener is not None else 0
    if exchange.protocol != "postgresql" or clients < _MANY:
        return ""
    return (
        f"{clients} clients are connected. Only a login shows whether there is room for its user: the last slots are"
        ' kept for superusers ("remaining connection slots are reserved").'
    )


def _under_way(exchange: Exchange) -> str:
    """Say that a body had not ended when porttui stopped to read it, where its end was announced."""
    http = exchange.http
    announced = http.header("content-length") if http is not None and http.cut == "time" else None
    if http is None or announced is None:
        return ""
    return f"The answer was not whole when porttui stopped to read it: {http.received} of {announced} bytes had come."


def _told(exchange: Exchange) -> str:
    if exchange.http is not None and exchange.protocol == "http":
        return f"answers: {words.answer(exchange)}"
    return f"answers, in {words.protocol(exchange.protocol)}"


def _catch(facts: Facts) -> str:
    closed = [each for each in seen.asked_attempts(facts) if each.outcome != "open"]
    if closed:
        word = words.ERRNO_WORDS.get(closed[0].outcome, closed[0].outcome)
        return f"{closed[0].address} does not ({word}): a program that tries only that address fails."
    by_address: dict[str, list[Exchange]] = {}
    for each in seen.exchanges(facts):
        by_address.setdefault(each.address, []).append(each)
    mute = [said for said in by_address.values() if not any(_fits(facts, each) for each in said)]
    if mute:
        first = mute[0][0]
        return f"{first.address} does not ({words.answer(first)}): a program that tries only that address fails."
    paused = _paused_sharer(facts)
    if paused is not None:
        return (
            f"{paused.name}, pid {paused.pid}, shares the port and is paused: a connection that is dealt to it hangs."
        )
    led = next((each for each in seen.asked_attempts(facts) if nat.led_past(each)), None)
    place = nat.led_to(facts, led) if led is not None else None
    if led is not None and seen.is_local(facts, led.address) and (place or nat.deciding(facts, led.address) is None):
        to = f" to {endpoint(*place)}" if place else ""
        return (
            f"A NAT rule leads it on{to}, as published ports of containers are: it is not served at this port itself."
        )
    proxy = next((each for each in facts.proxies or () if each.applies), None)
    if proxy is not None and not seen.exchanges(facts, "proxy"):
        return f"{proxy.variable} names a proxy that was not asked: a program that uses it may fail all the same."
    return ""


def _paused_sharer(facts: Facts) -> Process | None:
    """Return a paused process with a listener of its own beside the one that answered (SO_REUSEPORT)."""
    rows = [row for each in seen.addresses(facts) if (row := seen.accepting(facts, each)) is not None]
    for row in (sharer for each in rows for sharer in stuck.sharers(facts, each)):
        owners = seen.owners(facts, row) if row.owner_by == "descriptor" else ()
        if owners and all(owner.state in {"T", "t"} for owner in owners):
            return owners[0]
    return None


def _slowly(good: Exchange) -> str:
    cut = good.http is not None and good.http.cut is not None  # then it was porttui's patience that ended
    if good.sent == "nothing" or good.ms < _SLOW_MS or cut:
        return ""
    return f"It took {words.duration(good.ms)} to answer: a client with less patience gives up."


_SLOW_MS = 1500.0
"""Milliseconds from which an answer is called slow."""


def remedies(facts: Facts) -> tuple[Remedy, ...]:
    """Offer the ways past the rule that stops the user who became root by sudo; else there is nothing to mend."""
    found = by_user.differing(facts)
    if found is None or found[1].verdict in {"accept", "unknown"} or found[1].verdict.startswith("redirect"):
        return ()
    from porttui.remedies import rule  # hardly ever needed, and this file is read for every look

    return tuple(
        way if way.only_looks else replace(way, note=f"{way.note} {_WITHOUT_SUDO}".strip())
        for way in rule.past(facts, found[1])
    )


_WITHOUT_SUDO = "Look again without sudo: root's own connection works already."


FAULT = Fault(
    code="healthy",
    step=None,
    stop=Stop.END,
    title="The target answers as asked",
    explanation=__doc__,
    check=check,
    remedies=remedies,
    questions=(Question.CONNECT, Question.BIND),
    severity=Severity.OK,
)
