"""Ways that change where a container's port is published: by its compose file, or by docker run."""

from __future__ import annotations

from porttui.model.address import endpoint, is_wildcard
from porttui.model.facts import Process
from porttui.model.report import Edit, RemedyStep
from porttui.remedies.programs import Program


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
