"""localhost does not cross between Windows and WSL2 as configured.

WSL2 is a virtual machine. Windows and the Linux in it look like one computer, and have two networks: each has a
localhost of its own. In the usual setting (NAT) Windows helps in one direction: what listens in Linux is reached
from Windows as localhost, because a small program, wslrelay, listens in Windows and hands connections over. In the
other direction nothing helps: localhost in Linux is Linux, and a server in Windows is at the address of the default
gateway there. In the newer setting, networkingMode=mirrored, both share one localhost for IPv4.

It comes about when a script in WSL asks http://localhost:11434 and Ollama runs in Windows, when psql in WSL asks
for the PostgreSQL of Windows, or a debugger in one world for a phone emulator in the other; the error is
"connection refused". The other way round it comes when localhostForwarding is switched off, when the server in
Linux listens on an address that the relay does not ask, or when the relay has lost its connection while the laptop
slept: then the connection opens and closes.

How porttui knows: in WSL2 without mirrored networking the port was refused on loopback, nothing listens in Linux,
and the same port of the default gateway, which is Windows, took a connection; that is the one packet that porttui
sends out of Linux, and only then. In Windows the listener belongs to wslrelay, and connections through it end
without an answer, or it listens for the other family only. None of this was measured on Windows, so porttui says
"probably".

What looks the same and is not: nothing-listening (the server runs in neither world), localhost-inside-container
(the same with containers, and WSL is none), listener-loopback-only (a server in Windows on 127.0.0.1 is not reached
by the gateway either: then porttui cannot know of it, and says that it did not see the ports of Windows).

To fix it, in Linux under WSL ask for the address of Windows: `ip route show default` tells it. Or let both worlds
share one localhost: in Windows write `networkingMode=mirrored` under [wsl2] in the file .wslconfig of your user's
folder, and type `wsl --shutdown` in PowerShell. A server in Windows must listen on 0.0.0.0 for the first, and
Windows' firewall let it through. From Windows into Linux, let the server listen on 0.0.0.0, and restart the relay
with `wsl --shutdown`. macOS has no WSL.

To keep it from coming back, run the client and the server in the same world, or set mirrored networking on every
machine of the team (Windows 11 22H2 or newer).
"""

from __future__ import annotations

from msgspec.structs import replace

from porttui.faults.fault import CannotTell, Fault, Found, Outcome, RuledOut, Stop
from porttui.model.facts import Attempt, Facts, Socket, Unseen
from porttui.model.report import Confidence, Edit, Evidence, Remedy, RemedyStep, Risk, Step
from porttui.reading import evidence, seen, words, wsl
from porttui.remedies import manager, service

_RELAY = "wslrelay"


def check(facts: Facts) -> Outcome:
    """Find it in WSL2 when Windows has what localhost was asked for; in Windows when the relay leads nowhere."""
    if facts.os != "windows":
        shared = wsl.shared(facts)
        if shared is not None:
            return RuledOut(because=shared)
    return _in_windows(facts) if facts.os == "windows" else _in_linux(facts)


def _in_linux(facts: Facts) -> Outcome:
    first = _asked_for_localhost(facts)
    if first is not None:
        return first
    if not seen.refused(facts):
        return RuledOut(because="the connection was not refused")
    if not seen.sockets_seen(facts):
        return CannotTell(because="the socket tables could not be read", unseen=seen.sockets_unseen(facts))
    if seen.listeners(facts):
        return RuledOut(because="a program in Linux listens on the port")
    there = _windows(facts)
    if there is None:
        how = f"Get-NetTCPConnection -State Listen -LocalPort {facts.asked.target.port}, in PowerShell"
        hidden = Unseen(what="the ports of Windows", reason="porttui runs in WSL", how_to_see=how)
        return CannotTell(because="it is not known whether Windows has the port", unseen=(hidden,))
    port = facts.asked.target.port
    return Found(
        summary=f"Probably you mean the server in Windows: nothing has port {port} in Linux, {there.address} takes it.",
        gloss="localhost in WSL2 is Linux alone; Windows is another machine to it.",
        confidence=Confidence.LIKELY,
        evidence=(evidence.none_listening(facts), *evidence.connects(facts), *evidence.connects(facts, (there,))),
    )


def _in_windows(facts: Facts) -> Outcome:
    first = _asked_for_localhost(facts)
    if first is not None:
        return first
    relay = _relay(facts)
    if relay is None:
        return RuledOut(because="no port of WSL is handed on here")
    said = seen.exchanges(facts)
    if seen.opened(facts):
        if not said and not facts.done:
            return CannotTell(because="nothing was said on the connection yet")
        if not said or any(each.outcome not in {"closed", "reset"} for each in said if each.sent != "nothing"):
            return RuledOut(because="the connection through WSL's relay is not closed")
        how = "hands connections to WSL, and they are closed without an answer"
    elif not seen.refused(facts):
        return RuledOut(because="the connection was not refused")
    else:
        how = f"listens on {words.at(relay)} only, and {seen.refused(facts)[0].address} was refused"
    return Found(
        summary=f"Probably localhost does not reach WSL: wslrelay {how}.",
        gloss="The server runs in the virtual machine of WSL2; a small program of Windows leads localhost there.",
        confidence=Confidence.LIKELY,
        evidence=(
            *evidence.listening(facts, (relay,)),
            *evidence.connects(facts),
            *evidence.exchanged(said),
            Evidence(text=f"relay\t{words.who_short(facts, relay)}", source="processes"),
        ),
    )


def _asked_for_localhost(facts: Facts) -> RuledOut | CannotTell | None:
    if facts.attempts is None:
        return CannotTell(because="no connection was tried yet")
    if not wsl.localhost_was_asked(facts):
        return RuledOut(because="localhost was not asked for")
    return None


def _windows(facts: Facts) -> Attempt | None:
    """Return the connection to the same port at an address that is not Linux' own: Windows, by the default gateway."""
    return next(
        (
            each
            for each in facts.attempts or ()
            if each.role == "elsewhere"
            and each.outcome == "open"
            and each.port == facts.asked.target.port
            and not seen.is_local(facts, each.address)
        ),
        None,
    )


def _relay(facts: Facts) -> Socket | None:
    return next(
        (
            row
            for row in seen.listeners(facts)
            if any(owner.name.lower().startswith(_RELAY) for owner in seen.owners(facts, row))
        ),
        None,
    )


def remedies(facts: Facts) -> tuple[Remedy, ...]:
    """Ask for the other world's address, or let both share one localhost."""
    mirrored = _share_localhost(facts)
    if facts.os == "windows":
        return _into_linux(facts), mirrored
    there = _windows(facts)
    if there is None:
        return (mirrored,)
    wanted = str(replace(facts.asked.target, host=there.address))
    ask = Remedy(
        title="Ask for the address of Windows",
        risk=Risk.SAFE,
        cost="safe",
        proof=wanted,
        tried="it opens",
        steps=(
            RemedyStep(text="In the program that showed the error, write", where="the program that showed the error",
                       url=wanted),
        ),
        note="The address is another one after each start of Windows: ip route show default tells it.",
    )  # fmt: skip
    return ask, mirrored


def _share_localhost(facts: Facts) -> Remedy:
    where = manager.POWERSHELL if facts.os == "windows" else "a terminal of Windows"
    return Remedy(
        title="Let Windows and WSL share one localhost",
        risk=Risk.DISRUPTS,
        cost="ends all that runs in WSL",
        proof=service.proof(facts),
        undo="take the line out again, and wsl --shutdown",
        steps=(
            RemedyStep(
                text="In Windows, in the folder of your user, write into .wslconfig",
                edit=Edit(file=".wslconfig", text="[wsl2]\nnetworkingMode=mirrored"),
            ),
            RemedyStep(text="End WSL, so that it starts with the new setting", where=where, argv=("wsl", "--shutdown")),
        ),
        note="It takes Windows 11, version 22H2 or newer.",
    )


def _into_linux(facts: Facts) -> Remedy:
    return Remedy(
        title="Start the relay and the server in WSL again",
        risk=Risk.DISRUPTS,
        cost="ends all that runs in WSL",
        proof=service.proof(facts),
        steps=(
            RemedyStep(text="See the address of WSL", where=manager.POWERSHELL, argv=("wsl", "hostname", "-I")),
            RemedyStep(text="End WSL; its relay begins anew", where=manager.POWERSHELL, argv=("wsl", "--shutdown")),
            RemedyStep(
                text=f"In WSL, start the server on 0.0.0.0, port {facts.asked.target.port}, and ask for localhost again"
            ),
        ),
    )


FAULT = Fault(
    code="wsl2-localhost",
    step=Step.PATH,
    stop=Stop.ROUTE,
    title="localhost does not cross between Windows and WSL2 as configured",
    explanation=__doc__,
    check=check,
    remedies=remedies,
    explains=(
        "nothing-listening",
        "wrong-port",
        "ipv6-only-listener",
        "ipv4-only-listener",
        "accept-then-close",
        "localhost-inside-container",
    ),
)
