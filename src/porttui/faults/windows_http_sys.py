"""HTTP.sys (pid 4) holds the port.

Windows has a web server inside its kernel, the driver http.sys. Programs do not open the port themselves: they
register an address such as http://+:80/reports with the driver, which listens, reads the requests and hands each to
the program that has registered its path. So several programs share port 80. In every list of sockets the owner is
"System" with the process number 4, the kernel itself, which tells nothing about the program that is meant, and
which cannot be ended.

It comes about when a server of one's own, nginx, Apache, a container with -p 80:80, is to have port 80 on a machine
where IIS (World Wide Web Publishing Service), SQL Server Reporting Services, Web Deploy, the branch cache or
Windows Remote Management (5985, 47001) has registered something. Often it came with another product, and nobody
remembers it. The error is WSAEADDRINUSE, 10048, or WSAEACCES, 10013, because the driver takes the port for itself
alone.

How porttui knows: the bind failed, and the listener on the port belongs to pid 4, System. Which program has
registered it is known to the driver: `netsh http show servicestate`. The kernel of Windows has other sockets, too
(445, file sharing), so porttui says "probably".

What looks the same and is not: port-taken (a program of its own listens, and can be ended), windows-excluded-range
(10013 as well, and nothing listens), macos-airplay (a part of another system that holds a port).

To fix it, in a PowerShell started as administrator see who it is, `netsh http show servicestate view=requestq`, and
stop that service: `Stop-Service -Name W3SVC` for IIS, `Stop-Service -Name ReportServer` or
SQLServerReportingServices, BranchCache and so on. `net stop http` stops the driver and all that depends on it,
printing perhaps among them. Or take another port. Linux and macOS have no such driver: there the owner of a port is
always a program.

To keep it from coming back, set the start of the service to manual: `Set-Service -Name W3SVC -StartupType Manual`;
or let your server register with http.sys as well, which ASP.NET Core can (UseHttpSys), and share the port.
"""

from __future__ import annotations

from porttui.faults.fault import CannotTell, Fault, Found, Outcome, RuledOut, Stop
from porttui.faults.shared import bind_errors, not_the_bind
from porttui.model.facts import Facts, Socket
from porttui.model.report import Confidence, Remedy, RemedyStep, Risk, Step
from porttui.model.target import Question
from porttui.reading import evidence, seen, words
from porttui.remedies import free_port, manager, service

_KERNEL = 4
"""The pid of "System" on every Windows."""
_OTHERS = frozenset({137, 138, 139, 445})
"""Ports of file sharing (SMB, NetBIOS), whose drivers are in the kernel as well."""


def check(facts: Facts) -> Outcome:
    """Find it when a bind failed on Windows and the listener is the kernel's."""
    if facts.os != "windows":
        return RuledOut(because="this is not Windows")
    first = not_the_bind(facts)
    if first is not None:
        return first
    if not bind_errors(facts, "EADDRINUSE", "EACCES"):
        return RuledOut(because="no bind was told that the port is taken")
    if not seen.sockets_seen(facts):
        return CannotTell(because="the socket tables could not be read", unseen=seen.sockets_unseen(facts))
    port = facts.asked.target.port
    holder = _holder(facts)
    if holder is None:
        others = seen.listeners(facts)
        told = f"{words.who_short(facts, others[0])} has the port" if others else "nothing listens on the port"
        return RuledOut(because=told)
    if port in _OTHERS:
        return RuledOut(because=f"port {port} is that of Windows' file sharing")
    return Found(
        summary=f"Probably a program has port {port} by way of http.sys, the web server in Windows' kernel (pid 4).",
        gloss="Programs register addresses with that driver, which listens in their place; it knows which they are.",
        confidence=Confidence.LIKELY,
        evidence=(*evidence.listening(facts, (holder,)), *evidence.binds(facts)),
    )


def _holder(facts: Facts) -> Socket | None:
    return next((row for row in seen.listeners(facts) if _KERNEL in row.pids), None)


def remedies(facts: Facts) -> tuple[Remedy, ...]:
    """Stop what has registered there, or take another port."""
    port = facts.asked.target.port
    admin = manager.POWERSHELL_AS_ADMINISTRATOR
    look = RemedyStep(
        text="See which programs have registered, and where",
        where=admin,
        argv=("netsh", "http", "show", "servicestate", "view=requestq"),
        needs_root=True,
    )
    stop = RemedyStep(
        text="Is it IIS (its queue is called DefaultAppPool)? Stop it",
        where=admin,
        argv=("Stop-Service", "-Name", "W3SVC"),
        needs_root=True,
    )
    other = RemedyStep(text="Is it another one: stop the service that the queue or the path names")
    return (
        Remedy(
            title=f"Stop what has port {port} by way of http.sys",
            risk=Risk.DISRUPTS,
            cost="ends that service",
            proof=service.proof(facts),
            undo="Start-Service -Name W3SVC",
            steps=(look, stop, other),
        ),
        free_port.another_port(facts),
        *free_port.try_port(facts),
    )


FAULT = Fault(
    code="windows-http-sys",
    step=Step.BIND,
    stop=Stop.LISTENER,
    title="HTTP.sys (pid 4) holds the port",
    explanation=__doc__,
    check=check,
    remedies=remedies,
    questions=(Question.BIND,),
    explains=("port-taken", "bind-denied-policy"),
)
