"""Ways for a port that an activator holds: mend the service behind it, or let the server have the port itself."""

from __future__ import annotations

from porttui.model.facts import Activation, Facts
from porttui.model.report import Remedy, RemedyStep, Risk
from porttui.reading import activated, kin, words
from porttui.remedies import manager


def mend(facts: Facts, held: Activation) -> Remedy:
    """Offer to see why the service fails or hangs, and to start it again."""
    service = activated.service(held)
    socket = activated.unit(held)
    machine = words.machine(facts)
    if socket is not None and facts.os == "linux":
        units = service.replace("@.", "@*.")  # one instance for each connection
        steps: tuple[RemedyStep, ...] = (
            RemedyStep(text="See how the service stands", where=machine, argv=("systemctl", "status", units)),
            manager.log(facts, units, "Read what it has said"),
            manager.change(facts, socket, "restart", "When it is mended, start the socket again"),
        )
    else:
        command = kin.command(told.command) if (told := activated.forward(held)) and told.command else service
        steps = (
            RemedyStep(text="Read what it prints: in the terminal where the activator runs, or in its log"),
            RemedyStep(text=f"Start it by itself and see whether it stays up: {command[:120]}", where=machine),
            RemedyStep(text=f"When it is mended, start {activated.name(held)} again the way it was started"),
        )
    return Remedy(
        title=f"See what is wrong with {service}",
        risk=Risk.SAFE,
        cost="safe",
        proof=str(facts.asked.target),
        steps=steps,
    )


def do_without(facts: Facts, held: Activation) -> Remedy:
    """Offer to give the port to the server itself."""
    socket = activated.unit(held)
    name = activated.name(held)
    if socket is not None and facts.os == "linux":
        stop = RemedyStep(
            text="Stop the socket, now and at the next start of the machine",
            where=words.machine(facts),
            argv=("systemctl", "disable", "--now", socket),
            needs_root=True,
        )
        undo: str | None = f"systemctl enable --now {socket}"
    else:
        pid = f", pid {held.process.pid}" if held.process else ""
        stop = RemedyStep(text=f"Stop {name}{pid}, the way it was started")
        undo = None
    return Remedy(
        title="Do without the activation: let the server listen by itself",
        risk=Risk.DISRUPTS,
        cost=f"ends {name}",
        proof=str(facts.asked.target),
        undo=undo,
        steps=(stop, RemedyStep(text="Start the server by itself, and let it listen on the port")),
    )
