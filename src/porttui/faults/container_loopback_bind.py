"""A container's port is published, and its server listens on the container's own loopback.

A container has a network of its own: its own address, such as 172.17.0.2, and its own loopback, 127.0.0.1, that only
programs inside of the container reach. To publish a port (`docker run -p 8080:80`) means that a small program on the
host, docker-proxy, or a rule of the packet filter, hands connections to port 8080 on to 172.17.0.2:80. It knocks at
the container's address, not at its loopback. A server that listens on 127.0.0.1:80 inside does not hear that.
docker-proxy has taken the client's connection by then, so the client is connected, and cut off at once: "empty reply
from server", "connection reset by peer", "server closed the connection unexpectedly".

It comes about when a development server is put into a container with its usual settings: vite, flask run, rails
server, ng serve and uvicorn listen on 127.0.0.1 or localhost unless they are told otherwise, which is right on a
laptop and useless in a container. `docker ps` shows the published port, `docker logs` shows a server in good health,
and `docker exec` with curl inside even gets an answer.

How porttui knows: the program that holds the port is docker-proxy, whose command line names the container's address
and port. The network namespace with this address is looked up, and its table of sockets, which /proc/PID/net shows to
everybody, has a listener on that port at a loopback address alone. Nothing is sent into the container. A container's
own address that was asked, and refused, is looked up in the same way; then it is called likely.

What looks the same and is not: published-wrong-container-port (nothing at all listens on that port inside), other-netns
(the port is not published, and the connection is refused), ssh-forward-dead (the holder is ssh, and its far end
refuses), accept-then-close (the server itself has taken the connection and closed it).

To fix it, let the server in the container listen on 0.0.0.0, by its option or variable
(`--host 0.0.0.0`, `HOST=0.0.0.0`, `flask run --host=0.0.0.0`), and start the container again with
`docker compose up -d`. That is the same on Linux, macOS and Windows. It does not open the server to your network:
inside of a container 0.0.0.0 is only the container's own network, and the address before the published port
(`-p 127.0.0.1:8080:80`) decides who reaches it from outside.

To keep it from coming back, write the address into the image (`CMD ["vite", "--host", "0.0.0.0"]`) or into
compose.yaml, so that nobody has to remember it, and publish with 127.0.0.1 in front of the port.
"""

from __future__ import annotations

from porttui.faults.fault import CannotTell, Fault, Found, Outcome, RuledOut, Stop
from porttui.faults.shared import not_the_container
from porttui.model.address import endpoint
from porttui.model.facts import Facts, FarEnd
from porttui.model.report import Confidence, Remedy, Step
from porttui.reading import evidence, far, seen, words
from porttui.remedies import container


def check(facts: Facts) -> Outcome:
    """Find it when a port is handed on to a container in which only the loopback address listens on it."""
    first = _inside(facts)
    if not isinstance(first, tuple):
        return first
    hand, end = first
    if far.takes(end):
        return RuledOut(because=f"{words.at(end.listeners[0])} listens inside, and takes the connection")
    rows = far.on_loopback(end)
    if not rows:
        return RuledOut(because=f"nothing listens on port {end.port} inside, not even on loopback")
    certain = hand is not None and hand.seen and len(far.ends_of(facts, hand.process)) == 1
    server = words.plain_name(facts, rows[0])
    lead = server if certain else f"Probably {server}"
    lead = f"T{lead[1:]}" if lead.startswith("the ") else lead
    inside = endpoint(end.host, end.port or 0)
    asked = f"port {hand.listener.port} is handed on to {inside}" if hand is not None else f"{inside} was asked"
    return Found(
        summary=f"{lead} in {far.place(end)} listens on {words.at(rows[0])} only, and {asked}.",
        gloss="A container has a loopback of its own; what listens there is not reached from outside.",
        confidence=Confidence.CERTAIN if certain else Confidence.LIKELY,
        evidence=(
            *(far.chain(facts, hand, end) if hand is not None else far.inside(facts, end)),
            *evidence.exchanged(seen.exchanges(facts)[:2]),
            *(() if seen.opened(facts) else evidence.connects(facts)),
        ),
    )


def _inside(facts: Facts) -> RuledOut | CannotTell | tuple[far.Handing | None, FarEnd]:
    """Return the container's end, and who hands the port on to it; None: the container's own address was asked."""
    asked = far.asked(facts)
    return (None, asked) if asked is not None else not_the_container(facts)


def remedies(facts: Facts) -> tuple[Remedy, ...]:
    """Let the server inside listen on the container's address."""
    first = _inside(facts)
    if not isinstance(first, tuple):
        return ()
    _, end = first
    return (
        container.listen_on_all(facts, end.port or 0, far.on_loopback(end)[0]),
        container.look_inside(facts, end.container),
    )


FAULT = Fault(
    code="container-loopback-bind",
    step=Step.PROBE,
    stop=Stop.PROTOCOL,
    title="A container's port is published, and its server listens on the container's own loopback",
    explanation=__doc__,
    check=check,
    remedies=remedies,
    explains=("accept-then-close", "nat-redirect-dead"),
)
