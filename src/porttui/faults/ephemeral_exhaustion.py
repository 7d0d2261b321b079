"""No source port is left.

Every connection needs a port of its own on the client's side too. The kernel chooses it out of a range
(net.ipv4.ip_local_port_range, some 28,000 ports on most machines), and one port can be used for many connections as
long as they lead to different places. To one and the same server, address and port, there can be only as many
connections as there are ports in the range. When all of them are in use, the next connect(2) fails at once, before
any packet is sent: "cannot assign requested address" (EADDRNOTAVAIL). Connections to other places still open.

It comes about when a program opens a new connection for every request and closes it again: a load test with ab or
wrk without keep-alive, a PHP script that connects to Redis each time, a proxy without a pool. A closed connection
keeps its port for another minute (TIME_WAIT). Or a program forgets to close them, and they stay in CLOSE_WAIT; or
the range was made small, or reserved as a whole (net.ipv4.ip_local_reserved_ports).

How porttui knows: connect(2) itself returned EADDRNOTAVAIL, and the socket table shows as many connections to this
very address and port as the range has ports. Without that count the verdict is only likely.

What looks the same and is not: addr-not-available (the same error, from bind(2): the machine lacks the address),
ipv6-disabled (the same error, for IPv6 targets only, with an empty table), client-emfile (the program, not the
machine, has too many connections: EMFILE), backlog-full (a time-out; the server's queue has no room).

To fix it, let the program use its connections again: keep-alive, a pool, one session for many requests. For now, end
the program that has them. On Linux the range can be widened at once:
`sysctl -w net.ipv4.ip_local_port_range="1024 65535"`; on macOS `sysctl -w net.inet.ip.portrange.first=16384`; on
Windows `netsh int ipv4 set dynamicport tcp start=10000 num=55000`. `ss -tan 'dport = :6379'` counts the connections
and their states.

To keep it from coming back, watch how many connections the program has (`ss -s`), close them where errors are
handled, and spread the load: another address of the server (127.0.0.2) has all the ports again.
"""

from __future__ import annotations

from porttui.faults.fault import CannotTell, Fault, Found, Outcome, RuledOut, Stop
from porttui.model.address import endpoint, family
from porttui.model.facts import Attempt, Facts
from porttui.model.report import Confidence, Evidence, Remedy, RemedyStep, Risk, Step
from porttui.reading import evidence, seen, source_ports, words
from porttui.remedies import manager, service

_NEARLY = 0.95
"""The table is read a moment before the attempt; connections come and go in between."""


def check(facts: Facts) -> Outcome:
    """Find it when connect(2) has no address to give, and the range of source ports is used up towards the target."""
    if facts.attempts is None:
        return CannotTell(because="no connection was tried yet")
    failed = [each for each in seen.failed(facts) if each.outcome == "EADDRNOTAVAIL" and each.immediate]
    if not failed:
        return RuledOut(because="no connection failed for want of an address or a source port")
    first = failed[0]
    most, used = len(source_ports.usable(facts)), len(source_ports.taken(facts, first.address))
    full = bool(facts.sysctls.get(source_ports.RANGE)) and used >= most * _NEARLY
    if not full and family(first.address) == 6:
        return CannotTell(
            because="the same error says that IPv6 is off, and the source ports are not seen to be used up"
        )
    if not full and seen.sockets_seen(facts) and most and used < most / 2:
        return CannotTell(because=f"only {used} of {most} source ports are in use towards it")
    probably = "" if full else "probably "
    return Found(
        summary=f"No source port is {probably}left for a connection to {endpoint(first.address, first.port)}: "
        + (f"all {most} are in use." if most else "the kernel may give none."),
        gloss="Each connection needs a port on the client's side too, and those towards this one place are used up.",
        confidence=Confidence.CERTAIN if full else Confidence.LIKELY,
        evidence=(*evidence.connects(facts, failed), *_counted(facts, first, used, most)),
    )


def _counted(facts: Facts, attempt: Attempt, used: int, most: int) -> tuple[Evidence, ...]:
    listed = ", ".join(f"{count} {state}" for state, count in source_ports.states(facts, attempt.address)[:4])
    ends = facts.sysctls.get(source_ports.RANGE, "").replace(" ", " to ")
    told = [
        Evidence(text=f"source ports\t{used} of {most} in use\t{listed or 'none by connections'}", source="sockets")
    ]
    if ends:
        told.append(Evidence(text=f"{source_ports.RANGE}\t{ends}", source="sysctl"))
    if source_ports.reserved(facts):
        text = f"{source_ports.RESERVED}\t{facts.sysctls[source_ports.RESERVED]}"
        told.append(Evidence(text=text, source="sysctl"))
    for pid, count in source_ports.holders(facts, attempt.address)[:2]:
        process = seen.process(facts, pid)
        name = f"{process.name}, pid {pid}" if process else f"pid {pid}"
        told.append(Evidence(text=f"connections\t{count} of {name}", source="/proc"))
    return tuple(told)


def remedies(facts: Facts) -> tuple[Remedy, ...]:
    """See who has them, end it, widen the range."""
    port = facts.asked.target.port
    see = RemedyStep(
        text="See which program has the connections, and in which state they are",
        where=manager.POWERSHELL if facts.os == "windows" else words.machine(facts),
        argv=_see(facts, port),
        needs_root=facts.os != "windows",
    )
    return (
        Remedy(
            title="Let the program use its connections again",
            risk=Risk.RESTARTS,
            cost="restarts the program",
            proof=service.proof(facts),
            steps=(
                see,
                RemedyStep(text="Give it a pool of connections, or keep-alive; then start it again"),
                RemedyStep(text="Those in TIME_WAIT end by themselves within a minute"),
            ),
        ),
        _widen(facts),
    )


def _see(facts: Facts, port: int) -> tuple[str, ...]:
    if facts.os == "windows":
        return ("Get-NetTCPConnection", "-RemotePort", str(port))
    return ("lsof", "-nP", f"-iTCP:{port}") if facts.os == "macos" else ("ss", "-tanp", f"dport = :{port}")


def _widen(facts: Facts) -> Remedy:
    before = facts.sysctls.get(source_ports.RANGE, "32768 60999")
    where = manager.POWERSHELL_AS_ADMINISTRATOR if facts.os == "windows" else words.machine(facts)
    if facts.os == "windows":
        argv: tuple[str, ...] = ("netsh", "int", "ipv4", "set", "dynamicport", "tcp", "start=10000", "num=55000")
        undo = "netsh int ipv4 set dynamicport tcp start=49152 num=16384"
    elif facts.os == "macos":
        argv, undo = (
            ("sysctl", "-w", "net.inet.ip.portrange.first=16384"),
            "sysctl -w net.inet.ip.portrange.first=49152",
        )
    else:
        argv, undo = ("sysctl", "-w", f"{source_ports.RANGE}=1024 65535"), f'sysctl -w {source_ports.RANGE}="{before}"'
    steps = [
        RemedyStep(
            text="Widen the range; it lasts until the next start of the machine",
            where=where,
            why="ports under it may then be taken by a client before the server of that port starts",
            argv=argv,
            needs_root=True,
        )
    ]
    if source_ports.reserved(facts):
        none = ("sysctl", "-w", f"{source_ports.RESERVED}=")
        steps.append(
            RemedyStep(text="Give the reserved ports back to the range", where=where, argv=none, needs_root=True)
        )
        undo += f"; sysctl -w {source_ports.RESERVED}={facts.sysctls[source_ports.RESERVED]}"
    return Remedy(
        title="Give the machine more source ports",
        risk=Risk.SAFE,
        cost="safe; helps for a while",
        proof=service.proof(facts),
        undo=undo,
        steps=tuple(steps),
    )


FAULT = Fault(
    code="ephemeral-exhaustion",
    step=Step.PATH,
    stop=Stop.ROUTE,
    title="No source port is left",
    explanation=__doc__,
    check=check,
    remedies=remedies,
)
