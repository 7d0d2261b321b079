"""The server listens in another network namespace, and the port is not published.

A container has a network of its own: its own interfaces, its own loopback, its own socket table. A server that
listens on port 80 inside is invisible outside, until the port is published (docker run -p 8080:80) or the
container's own address is asked.

How porttui knows: the socket tables of the other namespaces, which /proc/PID/net shows to everybody, have a
listener on the port, ours has none, and the kernel refused the connection.

What looks the same and is not: container-loopback-bind and published-wrong-container-port (the port is published,
and the connection opens), nothing-listening.

To keep it from coming back, write the published port into the compose file: ports: ["127.0.0.1:8080:80"].
"""

from __future__ import annotations

from porttui.faults.fault import Fault, Found, Outcome, RuledOut, Stop
from porttui.faults.shared import not_the_listener
from porttui.model.facts import Facts, Socket
from porttui.model.report import Confidence, Remedy, RemedyStep, Risk, Step
from porttui.reading import evidence, seen, words
from porttui.remedies import service


def check(facts: Facts) -> Outcome:
    """Find it when only another namespace has a listener on the port."""
    first = not_the_listener(facts)
    if first is not None:
        return first
    port = facts.asked.target.port
    if any(r.port == port and r.namespace is None and r.state in {"LISTEN", "BOUND"} for r in seen.rows(facts)):
        return RuledOut(because=f"a socket of this network namespace is on port {port}")
    found = _elsewhere(facts)
    if not found:
        return RuledOut(because="no other network namespace that was seen has a listener on the port")
    inside = f"container {found[0].container}" if found[0].container else "another network namespace (a container, say)"
    return Found(
        summary=f"{words.subject(facts, found[0])} listens on port {port}, but in {inside}: not where you ask.",
        gloss="A container has a localhost of its own; only published ports are reached from outside.",
        confidence=Confidence.CERTAIN if found[0].container else Confidence.LIKELY,
        evidence=(*evidence.listening(facts, found), evidence.none_listening(facts), *evidence.connects(facts)),
    )


def _elsewhere(facts: Facts) -> tuple[Socket, ...]:
    port = facts.asked.target.port
    return tuple(
        row for row in seen.rows(facts) if row.port == port and row.namespace is not None and row.state == "LISTEN"
    )


def remedies(facts: Facts) -> tuple[Remedy, ...]:
    """Publish the port, or start a server here."""
    port = facts.asked.target.port
    return (
        Remedy(
            title="Publish the container's port",
            risk=Risk.RESTARTS,
            cost="restarts the container",
            proof=service.proof(facts),
            steps=(
                RemedyStep(text="See which ports are published now", where=words.machine(facts), argv=("docker", "ps")),
                RemedyStep(
                    text=f"Start the container again with -p 127.0.0.1:{port}:{port}, or write that under ports: "
                    "in the compose file",
                ),
            ),
            note=f"Not -p {port}:{port} alone: that publishes it to your whole network.",
        ),
        service.start(facts),
    )


FAULT = Fault(
    code="other-netns",
    step=Step.LISTENER,
    stop=Stop.LISTENER,
    title="The server listens in another network namespace",
    explanation=__doc__,
    check=check,
    remedies=remedies,
    explains=("nothing-listening",),
)
