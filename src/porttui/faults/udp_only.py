"""The port is a UDP port.

TCP and UDP are two ways of sending over the same network. TCP opens a connection and delivers a stream; UDP sends
single packets and asks for no answer. Each has 65535 ports of its own, so that port 53 of the one says nothing about
port 53 of the other. When a server waits on UDP, its number stands in the lists, the program is up, and a TCP
connection to that number is refused all the same.

It comes about when a tool that only speaks TCP is used to see whether a UDP service is there: `nc -vz host 51820`
against WireGuard, `curl` against a statsd on 8125, a TCP health check of a game server, of syslog on 514 or of mDNS
on 5353. With docker it is often the publishing: `-p 53:53/udp` opens the UDP half of a name server, and clients turn
to TCP for answers that do not fit into one packet.

How porttui knows: no TCP socket is on the port, a UDP socket that waits for packets at your address is, and the
connection was refused. Clients open UDP sockets too, on ports that the kernel hands out (32768 to 60999 by default);
a port of that range is called likely, any other certain.

What looks the same and is not: nothing-listening (no socket of either kind), wrong-port (a TCP server is near),
other-netns (a TCP listener exists, inside a container).

To fix it, ask in the language of the service: `dig @127.0.0.1 -p 5353 example.com` for a name server,
`Resolve-DnsName -Server 127.0.0.1 example.com` in PowerShell, `sudo wg show` for WireGuard, `nc -u` on Linux and
macOS to send a packet by hand. Expect silence from `nc -u`: a UDP server that does not understand a packet says
nothing, and only a closed port answers. If the service should be on TCP as well, turn that on in its settings, and
publish both halves of a container's port: `-p 53:53/tcp -p 53:53/udp`.

To keep it from coming back, write the protocol beside the number wherever ports are written down, 53/udp and not 53,
and check UDP services with a real question of theirs.
"""

from __future__ import annotations

from porttui.faults.fault import Fault, Found, Outcome, RuledOut, Stop
from porttui.faults.shared import not_the_listener
from porttui.model.facts import Facts, Socket
from porttui.model.report import Confidence, Remedy, RemedyStep, Risk, Step
from porttui.reading import evidence, seen, words
from porttui.remedies import service


def check(facts: Facts) -> Outcome:
    """Find it when only UDP sockets are on the port."""
    first = not_the_listener(facts)
    if first is not None:
        return first
    port = facts.asked.target.port
    if seen.listeners(facts):
        return RuledOut(because=f"a TCP socket listens on port {port}")
    udp = _udp(facts)
    if not udp:
        return RuledOut(because=f"no UDP socket is on port {port}")
    unsure = _may_be_a_client(facts)
    told = f"is a UDP port here, held by {words.program(facts, udp[0])}; you asked for TCP."
    return Found(
        confidence=Confidence.LIKELY if unsure else Confidence.CERTAIN,
        summary=f"Probably {port} {told}" if unsure else f"Port {port} {told}",
        gloss="TCP and UDP have ports of their own: the same number is not the same door.",
        evidence=(*evidence.listening(facts, udp), evidence.none_listening(facts), *evidence.connects(facts)),
    )


def _may_be_a_client(facts: Facts) -> bool:
    """Tell whether the port is one that the kernel hands to clients, which bind UDP sockets too."""
    low, _, high = facts.sysctls.get("net.ipv4.ip_local_port_range", "").replace("\t", " ").partition(" ")
    return low.isdigit() and high.strip().isdigit() and int(low) <= facts.asked.target.port <= int(high)


def _udp(facts: Facts) -> tuple[Socket, ...]:
    """Return UDP sockets that wait for datagrams at an asked address; a client's own UDP socket is connected."""
    port = facts.asked.target.port
    return tuple(
        row
        for row in seen.rows(facts)
        if row.protocol == "udp"
        and row.port == port
        and row.state == "UNCONN"
        and row.namespace is None
        and any(seen.would_accept(row, each) is not False for each in seen.addresses(facts))
    )


def remedies(facts: Facts) -> tuple[Remedy, ...]:
    """Use a client that speaks UDP, or have a server speak TCP."""
    name = words.plain_name(facts, _udp(facts)[0])
    return (
        Remedy(
            title="Ask by UDP",
            risk=Risk.SAFE,
            cost="safe",
            around=True,
            proof=service.proof(facts),
            steps=(
                RemedyStep(
                    text=f"Use the client that belongs to {name}: dig for DNS, wg for WireGuard, a browser for QUIC",
                ),
            ),
        ),
        Remedy(
            title="Have a server listen by TCP",
            risk=Risk.RESTARTS,
            cost=f"restarts {name}",
            proof=service.proof(facts),
            steps=(
                RemedyStep(
                    text=f"If {name} can speak TCP too, turn that on in its settings and start it again; if not, start"
                    " the server that does",
                ),
                service.who_has(facts, facts.asked.target.port, "See that it listens by TCP too"),
            ),
        ),
    )


FAULT = Fault(
    code="udp-only",
    step=Step.LISTENER,
    stop=Stop.LISTENER,
    title="The port is a UDP port",
    explanation=__doc__,
    check=check,
    remedies=remedies,
    explains=("nothing-listening",),
)
