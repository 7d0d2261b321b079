"""Ways that change a program: start it, let it go on, stop what holds its port, move it to another port."""

from __future__ import annotations

from msgspec.structs import replace

from porttui.model.facts import Facts, Process, Socket
from porttui.model.report import Remedy, RemedyStep, Risk
from porttui.reading import seen, words
from porttui.remedies.address import terminal
from porttui.remedies.programs import SERVICES, known


def proof(facts: Facts) -> str:
    """Return the target as it was asked: what must work when a way was gone."""
    return str(facts.asked.target)


def start(facts: Facts) -> Remedy:
    """Offer to start the server that should be on the port."""
    port = facts.asked.target.port
    machine = words.machine(facts)
    if port in SERVICES:
        name, unit = SERVICES[port]
        steps: tuple[RemedyStep, ...] = (
            RemedyStep(
                text=f"Start {name}",
                where=machine,
                why=f"port {port} is usually {name}'s",
                argv=_start_command(facts, unit),
                needs_root=facts.os == "linux",
            ),
            RemedyStep(text="If it does not stay up, read why", where=machine, argv=_log_command(facts, unit)),
        )
        return Remedy(title=f"Start {name}", risk=Risk.SAFE, cost="safe", proof=proof(facts), steps=steps)
    return Remedy(
        title="Start the server",
        risk=Risk.SAFE,
        cost="safe",
        proof=proof(facts),
        steps=(
            RemedyStep(
                text="Start it the way you do: npm run dev, python manage.py runserver, docker compose up -d",
                where=f"a terminal on {machine}",
            ),
            RemedyStep(text=f"Read what it prints: it names the port that it took. It should say {port}"),
        ),
    )


def _start_command(facts: Facts, unit: str) -> tuple[str, ...]:
    if facts.os == "macos":
        return ("brew", "services", "start", unit.removesuffix("-server"))
    if facts.os == "windows":
        return ("net", "start", unit)
    return ("systemctl", "start", unit) if facts.host.systemd or facts.os != "linux" else ("service", unit, "start")


def _log_command(facts: Facts, unit: str) -> tuple[str, ...]:
    if facts.os == "macos":
        return ("brew", "services", "info", unit.removesuffix("-server"))
    if facts.os == "windows":
        return ("sc", "query", unit)
    return ("journalctl", "-u", unit, "-e", "--no-pager")


def find_it(facts: Facts) -> Remedy:
    """Offer to look where the server is, when it does run."""
    return Remedy(
        title="Find where the server is, if it runs already",
        risk=Risk.SAFE,
        cost="safe",
        proof=proof(facts),
        steps=(
            RemedyStep(
                text="See every program that waits for connections",
                where=words.machine(facts),
                argv=("porttui", "sockets"),
            ),
            RemedyStep(text="Ask for the port that it has, or tell it to take this one"),
        ),
    )


def resume(facts: Facts, process: Process) -> Remedy:
    """Offer to let a paused process go on."""
    name = words.tool(process) or process.name
    own = process.uid is not None and process.uid == facts.privileges.uid
    steps: tuple[RemedyStep, ...] = (
        RemedyStep(
            text=f"Let {name} go on",
            where=words.machine(facts),
            why="SIGCONT: it goes on where it was",
            argv=("kill", "-CONT", str(process.pid)),
            needs_root=not own,
        ),
    )
    if process.terminal and own:
        typed = RemedyStep(
            text=f"To have it back in the foreground, in its terminal ({process.terminal})",
            where=process.terminal,
            argv=("fg",),
        )
        steps = (*steps, typed)
    return Remedy(title="Let it go on", risk=Risk.SAFE, cost="safe", proof=proof(facts), steps=steps)


def stop_holder(facts: Facts, socket: Socket) -> Remedy:
    """Offer to stop the program that holds the port."""
    holding = seen.owners(facts, socket)
    name = words.plain_name(facts, socket)
    return Remedy(
        title=f"Stop {name}, which has the port",
        risk=Risk.DISRUPTS,
        cost=f"ends {name}",
        proof=proof(facts),
        steps=_stop_steps(facts, socket, holding[0] if holding else None),
    )


def _stop_steps(facts: Facts, socket: Socket, process: Process | None) -> tuple[RemedyStep, ...]:
    machine = words.machine(facts)
    if process is not None and socket.owner_by != "descriptor":
        look = RemedyStep(
            text=f"Make sure that it is pid {process.pid}: porttui could not see it hold the port",
            where=machine,
            argv=_who_command(facts, socket.port),
            needs_root=True,
        )
        return (look, *_stop_steps(facts, replace(socket, owner_by="descriptor"), process))
    unit = socket.unit or (process.unit if process else None)
    container = socket.container or (process.container if process else None)
    if container:
        return (RemedyStep(text="Stop its container", where=machine, argv=("docker", "stop", container)),)
    if unit and unit.endswith((".service", ".socket")) and not unit.startswith(("user@", "ssh.", "sshd.")):
        return (
            RemedyStep(
                text="Stop its service; killing it would only have it started again",
                where=machine,
                argv=("systemctl", "stop", unit),
                needs_root=True,
            ),
        )
    if process is None:
        return (
            RemedyStep(
                text="See which program it is", where=machine, argv=_who_command(facts, socket.port), needs_root=True
            ),
            RemedyStep(text="Stop that program the way it was started"),
        )
    own = process.uid is not None and process.uid == facts.privileges.uid
    if facts.os == "windows":
        return (
            RemedyStep(text="End it", where=machine, argv=("taskkill", "/PID", str(process.pid)), needs_root=not own),
        )
    end = RemedyStep(
        text="Ask it to end",
        where=machine,
        why="SIGTERM lets it save its work",
        argv=("kill", str(process.pid)),
        needs_root=not own,
    )
    if process.terminal and own:
        return (
            RemedyStep(text=f"In {terminal(process)} press ctrl+c; or ask it to end", where=machine, argv=end.argv),
        )
    return (end,)


def _who_command(facts: Facts, port: int) -> tuple[str, ...]:
    if facts.os == "macos":
        return ("lsof", "-nP", f"-iTCP:{port}", "-sTCP:LISTEN")
    if facts.os == "windows":
        return ("netstat", "-ano", "-p", "TCP")
    return ("ss", "-ltnp", f"sport = :{port}")


def other_port(facts: Facts, holder: Process | None = None) -> Remedy:
    """Offer to start the server on a free port instead."""
    program = known(holder) if holder else None
    flag = (
        " ".join(part.format(host="127.0.0.1", port="NUMBER") for part in program.port_flag)
        if program
        else "--port NUMBER"
    )
    return Remedy(
        title="Start your server on another port",
        risk=Risk.SAFE,
        cost="safe",
        proof=proof(facts),
        steps=(
            RemedyStep(text="Ask for a free port", where=words.machine(facts), argv=("porttui", "free")),
            RemedyStep(text=f"Give it to your server, often with {flag} or with PORT in its environment"),
        ),
    )
