"""porttui runs in a container, where localhost is the container itself.

Every container has a network of its own, and with it a loopback of its own. So 127.0.0.1 and localhost mean another
place inside than outside: inside a container they lead to the container and nowhere else, neither to the machine that
runs it nor to the container of the database beside it. A client in there that asks localhost:5432 knocks at its own
door, nobody is at home, and its own kernel refuses: "connection refused", at once. The same address works in the shell
outside, which is what makes it so puzzling.

It comes about when an application is moved into a container together with its settings: DATABASE_URL still says
localhost:5432, while PostgreSQL is now the service db in the same compose file, or runs on the machine outside. It is
as common in devcontainers, in the jobs of a CI system, and in the pods of Kubernetes.

How porttui knows: the marks of a container are there (/.dockerenv, /run/.containerenv, the variable
KUBERNETES_SERVICE_HOST, the name of the cgroup), the kernel itself refused the connection, nothing listens on the port
inside, and outside it is open: porttui tried the container's default gateway, which is the machine outside, and the
names that the container's own hosts file has for it and for its neighbours, but only behind a virtual interface, once
each. That the port is open there does not prove that it is the service that was meant, so porttui says "probably".

What looks the same and is not: nothing-listening (the port is not open outside either), listener-loopback-only (outside
the service listens on the machine's loopback, where no container reaches it), other-netns (the other way round: the
client is outside, and the server in a container), wrong-port (a server inside has another port).

To fix it, ask for the other place by its name. For a container of the same compose file that is the name of its
service and the port inside: db:5432. For the machine outside it is host.docker.internal with Docker Desktop on macOS
and Windows, and host.containers.internal with Podman; on Linux Docker has that name when the compose file says
`extra_hosts: ["host.docker.internal:host-gateway"]`. The service outside must then listen on more than its own
loopback. In Kubernetes it is the name of the service.

To keep it from coming back, take addresses from the environment (DATABASE_HOST), and let the compose file set them, so
that the same program works inside and outside.
"""

from __future__ import annotations

from msgspec.structs import replace

from porttui.faults.fault import CannotTell, Fault, Found, Outcome, RuledOut, Stop
from porttui.faults.shared import not_the_listener
from porttui.model.address import endpoint, is_loopback
from porttui.model.facts import Facts, Outside
from porttui.model.report import Confidence, Edit, Evidence, Remedy, RemedyStep, Risk, Step
from porttui.reading import evidence, seen, words


def check(facts: Facts) -> Outcome:
    """Find it when loopback refused, in a container, and the port is open outside."""
    first = not_the_listener(facts)
    if first is not None:
        return first
    if facts.host.container is None:
        return RuledOut(because="there are no marks of a container")
    if not all(is_loopback(each) for each in seen.addresses(facts)):
        return RuledOut(because="the target is no loopback address")
    if seen.listeners(facts):
        return RuledOut(because=f"{words.at(seen.listeners(facts)[0])} listens in this container")
    if facts.outside is None:
        return CannotTell(because="the outside was not looked at")
    found = _open(facts)
    if found is None:
        tried = ", ".join(f"{each.name} ({each.address}): {words.ERRNO_WORDS.get(each.outcome, each.outcome)}"
                          for each in facts.outside)  # fmt: skip
        return CannotTell(because=f"the port is not open outside either: {tried}" if tried else "nowhere to ask")
    port = facts.asked.target.port
    return Found(
        summary=f"Probably you mean port {port} outside of this container: nothing listens on it in here, and"
        f" {_place(found)} has it open.",
        gloss="Each container has a localhost of its own, which is the container itself.",
        confidence=Confidence.LIKELY,
        evidence=(
            Evidence(text=f"container\t{facts.host.container}\tby its marks", source="/.dockerenv and the like"),
            evidence.none_listening(facts),
            *evidence.connects(facts),
            *(
                Evidence(
                    text=f"outside\t{endpoint(each.address, port)}\t{each.outcome}, {each.name}, by {each.interface}",
                    source="connect",
                )
                for each in facts.outside
            ),
        ),
    )


def _open(facts: Facts) -> Outside | None:
    return next((each for each in facts.outside or () if each.outcome == "open"), None)


def _place(found: Outside) -> str:
    return f"{found.name}, {found.address}," if "gateway" in found.name else f"{found.name} ({found.address})"


def remedies(facts: Facts) -> tuple[Remedy, ...]:
    """Ask for the place outside by its name; make a name for it; or publish nothing and share the network."""
    found = _open(facts)
    if found is None:
        return ()
    named = "gateway" not in found.name
    wanted = str(replace(facts.asked.target, host=found.name if named else found.address))
    port = facts.asked.target.port
    ask = Remedy(
        title="Ask for the port outside",
        risk=Risk.SAFE,
        cost="safe",
        proof=wanted,
        tried="it opens",
        steps=(
            RemedyStep(
                text="In the settings of the program in the container, write",
                where="the program that showed the error",
                why="this is the machine outside, as the container sees it" if not named else "",
                url=wanted,
            ),
        ),
        note="" if named else "The address may change when the container is made again: a name is better.",
    )
    name = Remedy(
        title="Give the place outside a name that lasts",
        risk=Risk.RESTARTS,
        cost="restarts the container",
        proof=wanted,
        steps=(
            RemedyStep(
                text="For the machine outside: in the compose file, under the service, write",
                edit=Edit(file="compose.yaml", text='extra_hosts: ["host.docker.internal:host-gateway"]'),
                why=f"then host.docker.internal:{port} is the machine outside; Podman says host.containers.internal",
            ),
            RemedyStep(
                text="For another container of the same compose file nothing is needed: the name of its service is its"
                f" address, as in db:{port}, with the port inside of that container",
            ),
            RemedyStep(
                text="Start the container again",
                where="the folder of the compose file, outside",
                argv=("docker", "compose", "up", "-d"),
            ),
        ),
    )
    return (ask, name)


FAULT = Fault(
    code="localhost-inside-container",
    step=Step.LISTENER,
    stop=Stop.LISTENER,
    title="porttui runs in a container, where localhost is the container itself",
    explanation=__doc__,
    check=check,
    remedies=remedies,
    explains=("nothing-listening", "other-netns"),
)
