"""Ways that mend a forward: start what should be at its far end, or open it again to another place."""

from __future__ import annotations

from porttui.model.address import endpoint
from porttui.model.facts import Facts, FarEnd, Process
from porttui.model.report import Remedy, RemedyStep, Risk
from porttui.reading import words
from porttui.reading.forwards import Forward
from porttui.remedies.address import terminal


def start_far_end(facts: Facts, forward: Forward, here: FarEnd | None) -> Remedy:
    """Offer to start the server to which a forward leads."""
    place = endpoint(forward.host, forward.host_port) if forward.host and forward.host_port else ""
    proof = str(facts.asked.target)
    if forward.kind == "pod":
        see = RemedyStep(
            text="See whether the pod runs, and is ready",
            where=words.machine(facts),
            argv=("kubectl", "get", "pods", "-o", "wide"),
        )
        steps: tuple[RemedyStep, ...] = (
            see,
            RemedyStep(text=f"Let its server listen on port {forward.host_port}, or forward to the port that it has"),
        )
    elif here is not None:
        steps = (
            RemedyStep(text=f"Start the server that should listen on {place or endpoint(here.host, here.port or 0)}"),
            RemedyStep(
                text="See that it answers there",
                where=words.machine(facts),
                argv=("porttui", "check", endpoint(here.host, here.port or 0)),
            ),
        )
    else:
        machine = forward.via if forward.kind == "ssh" and forward.via else "the machine at the far end"
        see = RemedyStep(
            text=f"See what listens on {place or 'the port that the forward leads to'}",
            where=machine,
            argv=("porttui", "check", place) if place else None,
        )
        steps = (see, RemedyStep(text="Start the server that should listen there", where=machine))
    return Remedy(
        title="Start the server at the far end",
        risk=Risk.SAFE,
        cost="safe",
        proof=proof,
        steps=steps,
    )


def open_again(facts: Facts, forward: Forward, process: Process) -> Remedy:
    """Offer to end a forward and to open it to where the server really is."""
    port = facts.asked.target.port
    what = "Read what it has printed there, then press ctrl+c"
    stop = RemedyStep(text=what, where=terminal(process)) if process.terminal else None
    if stop is None:
        stop = RemedyStep(text=f"End the forward, {process.name}, pid {process.pid}, the way it was started")
    argv: tuple[str, ...] | None = None
    if forward.kind == "ssh" and forward.via:
        ssh_port = ("-p", str(forward.via_port)) if forward.via_port else ()
        argv = ("ssh", "-N", "-L", f"{port}:HOST:PORT", *ssh_port, forward.via)
    elif forward.kind == "pod":
        argv = ("kubectl", "port-forward", forward.via, f"{port}:PORT")
    return Remedy(
        title="Open the forward again, to where the server is",
        risk=Risk.DISRUPTS,
        cost="cuts the connections that go through it",
        proof=str(facts.asked.target),
        steps=(
            stop,
            RemedyStep(
                text="Open it again, with the right host and port at its far end",
                where=words.machine(facts),
                why="the host is one as the other machine sees it: localhost is that machine"
                if forward.kind == "ssh"
                else "",
                argv=argv,
            ),
        ),
    )
