"""Ways that change where a container's port is published: by its compose file, or by docker run."""

from __future__ import annotations

from porttui.model.address import endpoint, is_wildcard
from porttui.model.facts import Facts, Process, Socket
from porttui.model.report import Edit, Remedy, RemedyStep, Risk
from porttui.reading import seen, words
from porttui.remedies.programs import Program, known


def stop(process: Process, machine: str) -> RemedyStep:
    """Return the step that ends the container of a process.

    Args:
        process: one in a container.
        machine: where to type it.
    """
    from porttui.reading import engines  # of a port on which nothing listens, no container is told

    kept = engines.engine(process).keeper
    if kept:
        text = f"Scale down what keeps its pod, or delete the pod: {kept} starts a container again that is only stopped"
        return RemedyStep(text=text, where="where you use kubectl")
    whose = ", as the user who started it" if process.engine == "podman" else ""
    return RemedyStep(text=f"Stop its container{whose}", where=machine, argv=engines.stop(process) or None)


def is_container(program: Program | None) -> bool:
    """Tell whether a program only hands a published port on to a container."""
    return program is not None and "docker-proxy" in program.names


def outside(host: str, port: int) -> str:
    """Return where a port is published: without the address when it shall be reached from everywhere."""
    return str(port) if is_wildcard(host) else endpoint(host, port)


def publish(
    proxy: Process | None, host: str, port: int, inside: int, *, another: bool = False
) -> tuple[RemedyStep, ...]:
    """Return the steps that publish a container's port at another place.

    Args:
        proxy: the process that hands the port on; its command line has the port inside (docker-proxy).
        host: the address outside.
        port: the port outside.
        inside: the port inside, where the proxy does not tell.
        another: the user's own container is meant, which is not the one behind this proxy.
    """
    argv = proxy.argv if proxy else ()
    at = argv.index("-container-port") + 1 if "-container-port" in argv else len(argv)
    told = argv[at] if at < len(argv) and argv[at].isdigit() else str(inside)
    pair = f"{outside(host, port)}:{told}"
    return (
        RemedyStep(
            text="If your server is a container, too: in its compose file, under ports, write"
            if another
            else "In the compose file of the container, under ports, write",
            edit=Edit(file="compose.yaml", text=f'- "{pair}"'),
            why=f"the first port is the one outside; {told} is the one inside, and stays",
        ),
        RemedyStep(
            text=f"Then start it again; with docker run in place of compose, give it the option -p {pair}",
            where="the folder of the compose file",
            argv=("docker", "compose", "up", "-d"),
        ),
    )


def listen_on_all(facts: Facts, port: int, inner: Socket) -> Remedy:
    """Offer to let the server in a container listen on the container's address, in the words of the server."""
    holding = seen.owners(facts, inner)
    program = known(holding[0]) if holding else None
    name = program.title if program else words.plain_name(facts, inner)
    text = "Where the container's command is written (Dockerfile, compose.yaml), let the server listen on 0.0.0.0"
    told: tuple[RemedyStep, ...] = (RemedyStep(text=f"{text}: mostly --host 0.0.0.0, or HOST=0.0.0.0"),)
    if program and program.host_flag:
        flag = " ".join(program.host_flag).format(host="0.0.0.0", port=port, place=f"0.0.0.0:{port}")
        told = (RemedyStep(text=f"Where the container's command is written (Dockerfile, compose.yaml), add {flag}"),)
    elif program and program.file and program.setting:
        line = program.setting.format(host="0.0.0.0", port=port, place=f"0.0.0.0:{port}")
        told = (RemedyStep(text="In the container's image write", edit=Edit(file=program.file, text=line)),)
    return Remedy(
        title=f"Let {name} listen on every address of its container",
        risk=Risk.RESTARTS,
        cost="restarts the container",
        proof=str(facts.asked.target),
        steps=(*told, _up()),
        note="In a container 0.0.0.0 is only its own network: the published address decides who gets in.",
    )


def publish_another(facts: Facts, host: str, port: int, inside: int) -> Remedy:
    """Offer to publish the port on which the server in the container listens."""
    pair = f"{outside(host or '0.0.0.0', port)}:{inside}"
    return Remedy(
        title=f"Publish port {inside} of the container",
        risk=Risk.RESTARTS,
        cost="restarts the container",
        proof=str(facts.asked.target),
        steps=(
            RemedyStep(
                text="In the compose file of the container, under ports, write",
                edit=Edit(file="compose.yaml", text=f'- "{pair}"'),
                why=f"the second number is the port inside, and {inside} is one that listens there",
            ),
            _up(f"; with docker run in place of compose, give it the option -p {pair}"),
        ),
    )


def start_inside(facts: Facts, port: int, name: str | None) -> Remedy:
    """Offer to let the server in the container open the port that is published."""
    log = RemedyStep(
        text="Read what the container has printed: on which port does its server listen, or why does it not?",
        where=words.machine(facts),
        argv=("docker", "logs", "--tail", "50", name) if name else None,
    )
    return Remedy(
        title=f"Let the server in the container listen on port {port}",
        risk=Risk.RESTARTS,
        cost="restarts the container",
        proof=str(facts.asked.target),
        steps=(log, RemedyStep(text=f"Tell it the port {port}, mostly by the variable PORT or an option"), _up()),
    )


def look_inside(facts: Facts, name: str | None) -> Remedy:
    """Offer to see for oneself what listens in the container."""
    machine = words.machine(facts)
    steps = [RemedyStep(text="See the containers, and what they publish", where=machine, argv=("docker", "ps"))]
    if name:
        argv = ("docker", "exec", name, "cat", "/proc/net/tcp", "/proc/net/tcp6")
        why = "rows with state 0A listen; the port is in hexadecimal, and 0100007F is 127.0.0.1"
        steps.append(RemedyStep(text="See what listens inside", where=machine, argv=argv, why=why))
    return Remedy(
        title="See for yourself what listens in the container",
        risk=Risk.SAFE,
        cost="safe, only looks",
        proof=str(facts.asked.target),
        steps=tuple(steps),
    )


def _up(more: str = "") -> RemedyStep:
    return RemedyStep(
        text=f"Then start it again{more}",
        where="the folder of the compose file",
        argv=("docker", "compose", "up", "-d"),
    )
