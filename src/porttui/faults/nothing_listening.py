"""Nothing listens on the port.

A port is a number between 1 and 65535 by which one machine keeps its many servers apart. A server takes two steps to
be found there: it asks the kernel, the innermost part of the operating system, for the number (bind), and it says
that it waits for connections (listen). As long as no program has done both, the kernel itself answers whoever knocks,
at once, with a packet that means "no" (a TCP reset), and programs report "connection refused", ECONNREFUSED or, on
Windows, "actively refused". This is better news than it sounds: the name was right, the machine was reached, its
network works. Only the door has nobody behind it.

It comes about when the server was never started, or was started and has ended. `npm run dev` stops at a typing error
in a settings file, and the message has scrolled away; a container exits because a variable is missing, and
`docker compose up -d` has long given the prompt back; the laptop was restarted and the database was not. A port that
was typed wrong gives the same picture.

How porttui knows: it read the kernel's tables of sockets, the ends of all connections there are or may be, and found
nothing on the port: no listener at any address, no bound socket, no UDP socket. Then it watched a counter of the
kernel, Tcp.OutRsts in /proc/net/snmp, which goes up by one for each reset that the kernel itself sends. It went up
with every attempt, so it was the kernel that refused and not a firewall in front of it. Where that counter cannot be
read, or other traffic moves it, the verdict is likely and not certain.

What looks the same and is not: fw-reject-reset (a firewall sends the reset; the counter stands still), wrong-port
(the server is up, a few numbers further), listener-other-address, listener-loopback-only and ipv6-only-listener (it
is up, at another address of this machine), other-netns (it is up, inside a container), server-starting (it will be up
in a moment). Each of them leaves a trace in the tables; here there is none.

To fix it, start the server and read what it prints: most servers name the port that they took. A service is started
with `sudo systemctl start NAME` on Linux, `brew services start NAME` on macOS, `Start-Service NAME` in PowerShell; a
container with `docker compose up -d`. If it should be running already, its last words say why it is not:
`systemctl status NAME`, `docker compose logs NAME`. And `porttui sockets` lists every port that is open now, in case
it chose another one.

To keep it from coming back, let something look after the server that starts it with the machine and again when it
ends: `sudo systemctl enable NAME` and Restart=on-failure in its unit, `restart: unless-stopped` in a compose file,
`brew services`, or a Windows service of startup type Automatic.
"""

from __future__ import annotations

from porttui.faults.fault import Fault, Found, Outcome, RuledOut, Stop
from porttui.faults.shared import not_the_listener
from porttui.model.facts import Facts
from porttui.model.report import Confidence, Remedy, Step
from porttui.reading import evidence, gone, keeping, nat, packets, seen, words
from porttui.remedies import service


def check(facts: Facts) -> Outcome:
    """Find it when no socket of any kind is on the port of this machine."""
    first = not_the_listener(facts)
    if first is not None:
        return first
    port = facts.asked.target.port
    found = [row for row in seen.rows(facts) if row.port == port and row.state in {"LISTEN", "BOUND", "UNCONN"}]
    if found:
        return RuledOut(because=f"{words.at(found[0])} is on the port ({found[0].protocol}, {found[0].state})")
    by_kernel = [packets.reset_by_kernel(each) for each in seen.refused(facts)]
    sure = bool(by_kernel) and all(by_kernel) and not nat.may_lead(facts)
    probably = "" if sure else "probably "
    return Found(
        summary=f"Nothing listens on port {port}: {probably}no server is waiting for your connection.",
        gloss=f"Refused means that the machine was reached and nobody waits at that port. {gone.said(facts)}".rstrip(),
        confidence=Confidence.CERTAIN if sure else Confidence.LIKELY,
        evidence=(
            evidence.none_listening(facts),
            *gone.told(facts),
            *evidence.kept(facts, keeping.connections(facts), most=2),
            *evidence.connects(facts),
        ),
    )


def remedies(facts: Facts) -> tuple[Remedy, ...]:
    """Start it, or find where it is."""
    return service.start(facts), service.find_it(facts)


FAULT = Fault(
    code="nothing-listening",
    step=Step.LISTENER,
    stop=Stop.LISTENER,
    title="Nothing listens on the port",
    explanation=__doc__,
    check=check,
    remedies=remedies,
)
