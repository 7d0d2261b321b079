"""The port is in a range that Windows has reserved.

Windows lets parts of the system reserve whole ranges of ports for themselves, a hundred at a time. Nothing listens
in such a range; the numbers are merely kept. A program that wants to bind one of them is told WSAEACCES, 10013: "An
attempt was made to access a socket in a way forbidden by its access permissions". That sounds like missing rights,
and yet an administrator is told the same, and no tool that lists listeners shows anything on the port.

It comes about when Hyper-V is on, which WSL2, Docker Desktop, the Windows Sandbox and most Android emulators need: at
each start its NAT service (winnat) reserves ranges out of the dynamic ports. On machines where these begin at 1024
and not at 49152, after some updates or VPN programs, the ranges fall among the ports of developers. So `npm run dev`
on 3000, postgres on 5432 or a container with -p 8080:80 works on one day and not after the next start.

How porttui knows: the bind failed with EACCES, nothing listens on the port, and
`netsh interface ipv4 show excludedportrange protocol=tcp` lists a range around it. A range with a star was made by
an administrator on purpose; such a port can still be bound by who asks for it, so it is not taken for the reason.
These facts were not measured on Windows for this program, so it says "probably".

What looks the same and is not: port-taken (10048, EADDRINUSE, and a listener is there), windows-http-sys (pid 4
listens), privileged-port (Linux and macOS: ports below 1024; Windows has no such limit), bind-denied-policy (a
policy of Linux).

To fix it, take another port outside of the ranges; or free them all: in a PowerShell started as administrator
`net stop winnat`, start your server, `net start winnat`. Then winnat reserves around it. On Linux and macOS no such
ranges exist (Linux has net.ipv4.ip_local_reserved_ports, which keeps ports from clients only).

To keep it from coming back, reserve the one port for yourself while winnat is stopped:
`netsh int ipv4 add excludedportrange protocol=tcp startport=3000 numberofports=1 store=persistent`. And let the
dynamic ports begin where they should: `netsh int ipv4 set dynamicport tcp start=49152 num=16384`, followed by a
restart of Windows.
"""

from __future__ import annotations

import re

from porttui.faults.fault import CannotTell, Fault, Found, Outcome, RuledOut, Stop
from porttui.faults.shared import bind_errors, not_the_bind
from porttui.model.facts import Facts, Unseen
from porttui.model.report import Confidence, Evidence, Remedy, RemedyStep, Risk, Step
from porttui.model.target import Question
from porttui.reading import evidence, seen, words
from porttui.remedies import free_port, manager, service

_EXCLUDED = "netsh.ipv4.excludedportrange.tcp"
_DYNAMIC = "netsh.ipv4.dynamicport.tcp"
"""Names under which the look gives what netsh printed: "50000-50059 5357-5357*" and "1024-14999"."""
_USUAL_START = 49152
_SHOWN_BY = "netsh interface ipv4 show excludedportrange protocol=tcp"


def check(facts: Facts) -> Outcome:
    """Find it when a bind was denied on Windows, and a reserved range is around the port."""
    if facts.os != "windows":
        return RuledOut(because="this is not Windows")
    first = not_the_bind(facts)
    if first is not None:
        return first
    port = facts.asked.target.port
    if not bind_errors(facts, "EACCES"):
        return RuledOut(because="no bind was denied")
    if seen.listeners(facts):
        return RuledOut(because=f"{words.at(seen.listeners(facts)[0])} listens, so the port is taken")
    if _EXCLUDED not in facts.sysctls:
        hidden = Unseen(what="reserved port ranges", reason="netsh did not tell them", how_to_see=_SHOWN_BY)
        return CannotTell(because="the reserved ranges are not known", unseen=(hidden,))
    around, own = _range_around(facts, port)
    if around is None:
        return RuledOut(because=f"no reserved range has port {port} in it")
    if own:
        return CannotTell(because=f"the range {around} was made by an administrator, and its ports can be bound")
    return Found(
        summary=f"Probably Windows has reserved port {port}: it is in the range {around} that it keeps for itself.",
        gloss="Hyper-V, which WSL2 and Docker need, reserves such ranges at each start; nothing listens there.",
        confidence=Confidence.LIKELY,
        evidence=(*evidence.binds(facts), Evidence(text=f"reserved\t{around}\tTCP", source="netsh")),
    )


def _range_around(facts: Facts, port: int) -> tuple[str | None, bool]:
    """Return the range that has the port in it, and whether an administrator made it."""
    for start, end, star in re.findall(r"(\d+)-(\d+)(\*?)", facts.sysctls.get(_EXCLUDED, "")):
        if int(start) <= port <= int(end):
            return f"{start} to {end}", bool(star)
    return None, False


def remedies(facts: Facts) -> tuple[Remedy, ...]:
    """Take another port, or have the ranges made anew around it."""
    port = str(facts.asked.target.port)
    admin = manager.POWERSHELL_AS_ADMINISTRATOR
    look = RemedyStep(text="See the reserved ranges", where=manager.POWERSHELL, argv=tuple(_SHOWN_BY.split()))
    stop = RemedyStep(text="Give the ranges back", where=admin, argv=("net", "stop", "winnat"), needs_root=True)
    begin = RemedyStep(text="Let it reserve again", where=admin, argv=("net", "start", "winnat"), needs_root=True)
    keep = RemedyStep(
        text="Reserve this one port, so that no range is made over it; you can bind it all the same",
        where=admin,
        argv=("netsh", "int", "ipv4", "add", "excludedportrange", "protocol=tcp", f"startport={port}",
              "numberofports=1", "store=persistent"),
        needs_root=True,
    )  # fmt: skip
    return (
        free_port.another_port(facts),
        Remedy(
            title=f"Take port {port} back from Windows",
            risk=Risk.DISRUPTS,
            cost="containers and WSL are without a network meanwhile",
            proof=service.proof(facts),
            undo=f"netsh int ipv4 delete excludedportrange protocol=tcp startport={port} numberofports=1",
            steps=(look, stop, keep, begin),
        ),
        *_dynamic(facts),
        *free_port.try_port(facts),
    )


def _dynamic(facts: Facts) -> tuple[Remedy, ...]:
    """Offer to move the dynamic ports where they belong, when they begin lower: the ranges are taken out of them."""
    start = facts.sysctls.get(_DYNAMIC, "").partition("-")[0]
    if not start.isdigit() or int(start) >= _USUAL_START:
        return ()
    return (
        Remedy(
            title="Keep the ranges away from low ports for good",
            risk=Risk.DISRUPTS,
            cost="takes a restart of Windows",
            proof=service.proof(facts),
            undo=f"netsh int ipv4 set dynamicport tcp start={start} num={_count(facts)}",
            steps=(
                RemedyStep(
                    text=f"Let the dynamic ports begin at {_USUAL_START}; here they begin at {start}",
                    where=manager.POWERSHELL_AS_ADMINISTRATOR,
                    argv=("netsh", "int", "ipv4", "set", "dynamicport", "tcp", f"start={_USUAL_START}", "num=16384"),
                    needs_root=True,
                ),
                RemedyStep(text="Restart Windows"),
            ),
        ),
    )


def _count(facts: Facts) -> int:
    start, _, end = facts.sysctls.get(_DYNAMIC, "").partition("-")
    return int(end) - int(start) + 1 if end.isdigit() else 16384


FAULT = Fault(
    code="windows-excluded-range",
    step=Step.BIND,
    stop=Stop.ROUTE,
    title="The port is in a range that Windows has reserved",
    explanation=__doc__,
    check=check,
    remedies=remedies,
    questions=(Question.BIND,),
    explains=("bind-denied-policy",),
)
