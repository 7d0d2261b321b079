"""The server listens in another network namespace.

Linux can divide its network into parts that know nothing of one another, called network namespaces. Each has its own
interfaces, its own loopback, its own firewall and its own table of sockets. A container is a process in such a
namespace. A server that listens on port 80 in there is at the container's 127.0.0.1 and not at yours: two machines in
one, as far as the network is concerned. For the outside a port has to be published, which means that docker or podman
opens a port of the host and passes on what comes in.

It comes about when a container is started without `-p`. The image says EXPOSE 80 and the compose file says `expose:`,
both of which are only notes to the reader and open nothing; only `ports:` does. Inside, with `docker exec`, the
server answers; on the host, http://localhost:80 is refused. Rootless podman, a development environment in a sandbox
and `ip netns` make the same walls.

How porttui knows: the socket tables of other namespaces can be read by everybody through their processes
(/proc/PID/net/tcp, one process for each namespace). One of them has a listener on the port, the table of this
namespace has none, and the connection was refused. It is certain when the process belongs to a container that can be
named, and likely otherwise. On macOS and Windows docker runs containers in a virtual machine, whose sockets cannot be
seen; there the verdict is nothing-listening.

What looks the same and is not: container-loopback-bind and published-wrong-container-port (the port is published, so
the connection opens and then fails), localhost-inside-container (it is you who are inside, and the server is
outside), nothing-listening (no namespace has a listener).

To fix it, publish the port. `docker ps` shows what is published now; start the container again with
`docker run -p 127.0.0.1:8080:80 IMAGE`, the port of the host first and the container's second, or write
`ports: ["127.0.0.1:8080:80"]` into the compose file and type `docker compose up -d`. It is the same on Linux, macOS
and Windows. Another container does not need it: on a common docker network it asks for the service by its name and
the inner port.

To keep it from coming back, write the ports into the compose file instead of remembering options. Keep the 127.0.0.1
in front: without it docker publishes to the whole network, past the host's usual firewall rules.
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
