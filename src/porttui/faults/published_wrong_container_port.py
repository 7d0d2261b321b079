"""A container's port is published, and nothing listens on that port inside.

To publish a port is to write two numbers: `docker run -p 8080:3000`, or "8080:3000" under ports in a compose file.
The first is the port on this machine, the second the one in the container. Docker believes both and checks neither:
it listens on the first at once (the program docker-proxy does, or a rule of the packet filter) and knocks at the
second when a client comes. When nobody listens on the second inside of the container, the kernel in there refuses.
docker-proxy has taken the client's connection by then, and can only close it again, so the client is connected and
cut off without a word: "empty reply from server", "connection reset by peer".

It comes about when the two numbers are swapped, when the second was guessed from the image's name or from EXPOSE, which
is only a note, or when the server inside was told another port: the image listens on 3000 since its last version, the
application reads PORT and finds none. It is also seen while the server inside is starting, or when it has ended and
the shell that started it keeps the container alive.

How porttui knows: the program that holds the port is docker-proxy, whose command line names the container's address and
port. The network namespace with this address is looked up, and its table of sockets, which /proc/PID/net shows to
everybody, has no listener on that port. The ports that do have one are named. Nothing is sent into the container.

What looks the same and is not: container-loopback-bind (the port is right, the server listens on 127.0.0.1 inside),
other-netns (the port is not published, and the connection is refused), ssh-forward-dead (the holder is ssh),
accept-then-close (the server itself has taken the connection and closed it).

To fix it, write the port on which the server really listens behind the colon, in compose.yaml or after -p, and start
the container again with `docker compose up -d`; or tell the server the port that is published, mostly by the variable
PORT or an option. When nothing listens inside at all, read `docker logs`: the server has not started. The commands
are the same on Linux, macOS and Windows.

To keep it from coming back, set the port at one place only (PORT in .env, used for the server and in "8080:${PORT}"),
and give the container a health check, with which `docker ps` says "unhealthy" before a client finds out.
"""

from __future__ import annotations

from porttui.faults.fault import Fault, Found, Outcome, RuledOut, Stop
from porttui.faults.shared import not_the_container
from porttui.model.facts import Facts, FarEnd
from porttui.model.report import Confidence, Evidence, Remedy, Step
from porttui.reading import evidence, far, seen, words
from porttui.remedies import container


def check(facts: Facts) -> Outcome:
    """Find it when a port is handed on to a container in which nothing listens on it."""
    first = not_the_container(facts)
    if not isinstance(first, tuple):
        return first
    hand, end = first
    if end.listeners:
        return RuledOut(because=f"{words.at(end.listeners[0])} listens inside")
    certain = hand.seen and len(far.ends_of(facts, hand.process)) == 1
    others = _others(end)
    there = f"; port {others[0]} does" if len(others) == 1 else ""
    if len(others) > 1:
        some = ", ".join(map(str, others[:3]))
        there = f"; ports {some} do"
    first_word = "Port" if certain else "Probably port"
    return Found(
        summary=f"{first_word} {hand.listener.port} is handed on to port {end.port} of {far.place(end)}, "
        f"where nothing listens{there}.",
        gloss="The second number of a published port is the one inside of the container, and nobody checks it.",
        confidence=Confidence.CERTAIN if certain else Confidence.LIKELY,
        evidence=(
            *far.chain(facts, hand, end),
            *(
                Evidence(text=f"LISTEN\t{words.at(row)}, inside\t{words.who_short(facts, row)}", source="/proc/PID/net")
                for row in end.others[:3]
            ),
            *evidence.exchanged(seen.exchanges(facts)[:2]),
            *(() if seen.opened(facts) else evidence.connects(facts)),
        ),
    )


def _others(end: FarEnd) -> list[int]:
    """Return the other ports that the container's own address takes; Docker's name server in it is none of them."""
    return sorted({row.port for row in end.others if seen.would_accept(row, end.host) is not False})


def remedies(facts: Facts) -> tuple[Remedy, ...]:
    """Publish the port that listens, or let the server listen on the one that is published."""
    first = not_the_container(facts)
    if not isinstance(first, tuple):
        return ()
    hand, end = first
    others = _others(end)
    ways = [container.publish_another(facts, hand.forward.address, hand.listener.port, others[0])] if others else []
    return (
        *ways,
        container.start_inside(facts, end.port or 0, end.container),
        container.look_inside(facts, end.container),
    )


FAULT = Fault(
    code="published-wrong-container-port",
    step=Step.PROBE,
    stop=Stop.PROTOCOL,
    title="A container's port is published, and nothing listens on that port inside",
    explanation=__doc__,
    check=check,
    remedies=remedies,
    explains=("accept-then-close", "nat-redirect-dead"),
)
