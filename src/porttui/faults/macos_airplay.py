"""macOS AirPlay Receiver holds 5000 or 7000.

Since macOS 12 a Mac can be a screen and a loudspeaker for other devices: AirPlay Receiver. It is part of the
Control Center and listens on the TCP ports 5000 and 7000 of every address, IPv4 and IPv6, from login on. Both
numbers were popular long before that. A server that wants one of them cannot start, and a client that asks there
meets AirPlay, which answers every web page with "403 Forbidden" and an empty body.

It comes about when a Flask application is started on a new Mac: flask run takes port 5000 by itself, and so do many
tutorials of Docker registries, ASP.NET and older Node examples; 7000 is a port of Cassandra and of some game
servers. The error is "Address already in use", EADDRINUSE. A sly form of it: Flask binds 127.0.0.1:5000, which
macOS allows beside the listener on every address, and says that it runs. Then http://127.0.0.1:5000 shows the
application, while http://localhost:5000 leads to [::1] first, and there AirPlay answers 403.

How porttui knows: this is a Mac, the port is 5000 or 7000, and the listener belongs to ControlCenter (lsof shows it
shortened, as ControlCe), or the answer carries the header "Server: AirTunes". It says "probably", since it goes by
a name and a header, and a Mac is not where these were measured.

What looks the same and is not: port-taken (another program has the port, often your own server from before),
http-client-error and host-not-allowed (a 403 of a web server of your own, without that header), shadowed-listener
(two servers of your own on one port).

To fix it, on the Mac open System Settings, General, AirDrop & Handoff, and switch AirPlay Receiver off (macOS 12:
System Preferences, Sharing). Killing ControlCenter does not help, because it is started again at once. Or leave it
on and take another port: `flask run --port 5001`. Linux and Windows have nothing on these ports by themselves.

To keep it from coming back, do not use 5000 and 7000 for development on Macs: write the port into the settings that
the whole team shares (`FLASK_RUN_PORT=5001` in .flaskenv, ports: "5001:5000" in a compose file).
"""

from __future__ import annotations

from porttui.faults.fault import CannotTell, Fault, Found, Outcome, RuledOut, Stop
from porttui.faults.shared import not_the_bind
from porttui.model.facts import Exchange, Facts, Socket, Unseen
from porttui.model.report import Confidence, Evidence, Remedy, RemedyStep, Risk, Step
from porttui.model.target import Question
from porttui.reading import evidence, seen, words
from porttui.remedies import free_port, service

_PORTS = (5000, 7000)
_PROGRAM = "ControlCe"
"""ControlCenter, as lsof(8) shortens it."""
_SERVER = "AirTunes"


def check(facts: Facts) -> Outcome:
    """Find it when ControlCenter has the port, or AirTunes answers on it."""
    port = facts.asked.target.port
    if facts.os != "macos":
        return RuledOut(because="this is no Mac")
    if port not in _PORTS:
        return RuledOut(because=f"AirPlay Receiver has the ports 5000 and 7000, not {port}")
    if facts.asked.question is Question.BIND:
        first = not_the_bind(facts)
        if first is not None:
            return first
    elif facts.attempts is None or (facts.exchanges is None and not facts.done):
        return CannotTell(because="no connection was tried yet")
    holder, answered = _holder(facts), _answered(facts)
    if holder is None and answered is None:
        return _not_seen(facts)
    asked = facts.asked.question is Question.BIND
    what = "so your server cannot start there" if asked else "and answers in place of your server"
    return Found(
        summary=f"Probably AirPlay Receiver of macOS has port {port}, {what}.",
        gloss="It is a part of macOS that lets other devices play to this Mac; it can be switched off.",
        confidence=Confidence.LIKELY,
        evidence=(
            *(evidence.listening(facts, (holder,)) if holder else ()),
            *(_quoted(answered) if answered else ()),
            *(evidence.binds(facts) if asked else ()),
        ),
    )


def _holder(facts: Facts) -> Socket | None:
    return next((row for row in seen.listeners(facts) if _is_control_center(facts, row)), None)


def _is_control_center(facts: Facts, row: Socket) -> bool:
    return any(owner.name.startswith(_PROGRAM) for owner in seen.owners(facts, row))


def _answered(facts: Facts) -> Exchange | None:
    answers = (each for each in seen.exchanges(facts) if each.http is not None)
    return next((e for e in answers if e.http and (e.http.header("server") or "").startswith(_SERVER)), None)


def _quoted(answered: Exchange) -> tuple[Evidence, ...]:
    server = (answered.http.header("server") if answered.http else None) or ""
    return (*evidence.exchanged((answered,)), Evidence(text=f"Server\t{server}", source="GET"))


def _not_seen(facts: Facts) -> Outcome:
    others = seen.listeners(facts)
    if any(seen.owners(facts, row) for row in others):
        return RuledOut(because=f"{words.who_short(facts, others[0])} has the port")
    if seen.sockets_seen(facts) and not others:
        return RuledOut(because="nothing listens on the port")
    if facts.asked.question is Question.CONNECT and any(each.http is not None for each in seen.exchanges(facts)):
        return RuledOut(because=f"the answer does not come from {_SERVER}")
    how = f"lsof -nP -iTCP:{facts.asked.target.port} -sTCP:LISTEN"
    hidden = Unseen(what="the program on the port", reason="needs root", how_to_see=how, needs_root=True)
    return CannotTell(because="it cannot be seen which program has the port", unseen=(hidden,))


def remedies(facts: Facts) -> tuple[Remedy, ...]:
    """Switch it off, or leave it the port."""
    port = facts.asked.target.port
    off = Remedy(
        title="Switch AirPlay Receiver off",
        risk=Risk.DISRUPTS,
        cost="other devices can no longer play to this Mac",
        proof=service.proof(facts),
        undo="switch it on at the same place",
        steps=(
            RemedyStep(text="Open System Settings, General, AirDrop & Handoff (macOS 12: Preferences, Sharing)"),
            RemedyStep(text="Switch AirPlay Receiver off; the port is free at once"),
            RemedyStep(text="Start your server again"),
        ),
        note=f"Ending ControlCenter does not help: macOS starts it again, and it takes port {port} again.",
    )
    return off, free_port.another_port(facts), *free_port.try_port(facts)


FAULT = Fault(
    code="macos-airplay",
    step=Step.BIND,
    stop=Stop.LISTENER,
    title="macOS AirPlay Receiver holds 5000 or 7000",
    explanation=__doc__,
    check=check,
    remedies=remedies,
    questions=(Question.CONNECT, Question.BIND),
    explains=("port-taken", "http-client-error", "host-not-allowed", "shadowed-listener", "reuseport-shared"),
)
