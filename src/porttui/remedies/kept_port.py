"""Ways to a port that only connections keep: wait, let the server reuse it, close them, keep source ports off it."""

from __future__ import annotations

import math

from porttui.model.facts import Facts, Socket
from porttui.model.report import Edit, Remedy, RemedyStep, Risk
from porttui.reading import keeping, words
from porttui.remedies import service

_RESERVED = "net.ipv4.ip_local_reserved_ports"
_MINUTE = 60


def wait(facts: Facts) -> Remedy:
    """Offer to wait until the kernel has forgotten the connections on the port."""
    left = keeping.free_in(keeping.connections(facts))
    longest = max(_MINUTE, math.ceil(left or 0) + 5)
    return Remedy(
        title=f"Wait {words.seconds(left)}, and start your server then" if left else "Wait, and start your server then",
        risk=Risk.SAFE,
        cost="safe",
        proof=service.proof(facts),
        steps=(
            RemedyStep(
                text="Wait until the port is free",
                where=words.machine(facts),
                why="it ends with 0 as soon as a server can start there",
                argv=("porttui", "wait", service.proof(facts), "--bind", "--timeout", str(longest)),
            ),
            RemedyStep(text="Start your server the way you do"),
        ),
    )


def reuse(facts: Facts) -> tuple[Remedy, ...]:
    """Offer to set SO_REUSEADDR; not on Windows, where the option takes the port away from its owner."""
    if facts.os == "windows":
        return ()
    late = "It helps from the next time on: the server that these connections are of must have set it, too. "
    return (
        Remedy(
            title="Let your server take the port in spite of old connections",
            risk=Risk.SAFE,
            cost="safe",
            proof=service.proof(facts),
            steps=(
                RemedyStep(
                    text="In your server, between making its socket and bind, set SO_REUSEADDR; in Python write",
                    edit=Edit(
                        file="the program of your server",
                        text="sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)",
                    ),
                ),
                RemedyStep(text="A class made from Python's socketserver takes allow_reuse_address = True instead"),
            ),
            note=(late if keeping.taken_for_all(facts) else "")
            + "Node, Go, Java, nginx, asyncio and Python's http.server set it already.",
        ),
    )


def cut(facts: Facts, rows: tuple[Socket, ...]) -> tuple[Remedy, ...]:
    """Offer to let the kernel drop the connections on the port at once, which Linux alone can (ss(8), -K)."""
    if facts.os != "linux":
        return ()
    over = all(keeping.waits(row) for row in rows)
    state = ("state", "time-wait") if over else ()
    return (
        Remedy(
            title="Let the kernel drop them now",
            risk=Risk.SAFE if over else Risk.DISRUPTS,
            cost="safe, they are over" if over else "cuts these connections",
            proof=service.proof(facts),
            steps=(
                RemedyStep(
                    text="Drop the connections whose own end is on the port; it prints those that it dropped",
                    where=words.machine(facts),
                    argv=("ss", "-K", "-tan", *state, f"sport = :{facts.asked.target.port}"),
                    needs_root=True,
                ),
            ),
            note="A kernel that was built without INET_DIAG_DESTROY prints nothing and drops nothing.",
        ),
    )


def reserve(facts: Facts) -> tuple[Remedy, ...]:
    """Offer to keep the kernel from taking the port as a source port again (ip-sysctl.rst, ip_local_reserved_ports)."""
    if facts.os != "linux":
        return ()
    before = facts.sysctls.get(_RESERVED, "")
    port = facts.asked.target.port
    value = f"{before},{port}" if before else str(port)
    return (
        Remedy(
            title=f"Keep the kernel from taking port {port} for connections",
            risk=Risk.SAFE,
            cost="safe",
            proof=service.proof(facts),
            undo=f'sysctl -w {_RESERVED}="{before}"',
            steps=(
                RemedyStep(
                    text="Reserve the port; it lasts until the next start of the machine",
                    where=words.machine(facts),
                    argv=("sysctl", "-w", f"{_RESERVED}={value}"),
                    needs_root=True,
                ),
                RemedyStep(
                    text=f"To keep it so, in /etc/sysctl.d/50-ports.conf write the line {_RESERVED}={value}",
                    where=words.machine(facts),
                    needs_root=True,
                ),
                RemedyStep(text="Start the program that has the port now again: it gets another source port"),
            ),
        ),
    )
