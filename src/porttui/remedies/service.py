"""Ways that change a program: start it, let it go on, start it again, stop what holds its port."""

from __future__ import annotations

from msgspec.structs import replace

from porttui.model.facts import Facts, Process, Socket
from porttui.model.report import Remedy, RemedyStep, Risk
from porttui.reading import seen, words
from porttui.remedies import container as in_container
from porttui.remedies import manager
from porttui.remedies.address import terminal
from porttui.remedies.container import is_container
from porttui.remedies.programs import SERVICES, known


def proof(facts: Facts) -> str:
    """Return the target as it was asked: what must work when a way was gone."""
    return str(facts.asked.target)


def start(facts: Facts) -> Remedy:
    """Offer to start the server that should be on the port."""
    port = facts.asked.target.port
    if port in SERVICES and (facts.os == "linux" or port != 53):
        name, unit = SERVICES[port]
        steps: tuple[RemedyStep, ...] = (
            manager.change(facts, unit, "start", f"Start {name}", why=f"port {port} is usually {name}'s"),
            manager.log(facts, unit, "If it does not stay up, read why"),
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
                where=f"a terminal on {words.machine(facts)}",
            ),
            RemedyStep(text=f"Read what it prints: it names the port that it took. It should say {port}"),
        ),
    )


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


def wait_for(facts: Facts, name: str) -> Remedy:
    """Offer to let whatever needs a server wait until it answers."""
    return Remedy(
        title=f"Let what needs {name} wait for it",
        risk=Risk.SAFE,
        cost="safe",
        proof=proof(facts),
        steps=(
            RemedyStep(
                text="In the script, before the program that was refused, write",
                where=words.machine(facts),
                why="it ends with 0 as soon as the target answers, and says what is wrong when it does not",
                argv=("porttui", "wait", proof(facts), "--timeout", "60"),
            ),
        ),
    )


def resume(facts: Facts, process: Process) -> Remedy:
    """Offer to let a paused process go on."""
    name = words.tool(process) or process.name
    own = _own(facts, process)
    steps: tuple[RemedyStep, ...]
    if facts.os == "windows":
        steps = (
            RemedyStep(
                text="Open the Resource Monitor",
                where=manager.POWERSHELL if own else manager.POWERSHELL_AS_ADMINISTRATOR,
                argv=("resmon",),
            ),
            RemedyStep(text=f"On its tab CPU, right-click {name}, pid {process.pid}, and choose Resume Process"),
        )
    else:
        steps = (
            RemedyStep(
                text=f"Let {name} go on",
                where=words.machine(facts),
                why="SIGCONT: it goes on where it was",
                argv=("kill", "-CONT", str(process.pid)),
                needs_root=not own,
            ),
        )
    if process.terminal and own and facts.os != "windows":
        typed = RemedyStep(
            text=f"To have it back in the foreground, in its terminal ({process.terminal})",
            where=process.terminal,
            argv=("fg",),
        )
        steps = (*steps, typed)
    return Remedy(title="Let it go on", risk=Risk.SAFE, cost="safe", proof=proof(facts), steps=steps)


def start_again(facts: Facts, socket: Socket | None, process: Process | None, name: str) -> RemedyStep:
    """Return the step that starts a server again: by its service, or the way it was started."""
    unit = manager.unit_of(facts, socket, process)
    if unit and unit.endswith(".service"):
        users_own = manager.is_users_own(facts, process)
        return manager.change(facts, unit, "restart", "Start it again", users_own=users_own)
    place = f", in {terminal(process)}" if process and process.terminal else ""
    return RemedyStep(text=f"Stop {name} and start it again the way it was started{place}")


def stop_holder(facts: Facts, socket: Socket) -> Remedy:
    """Offer to stop the program that holds the port."""
    holding = seen.owners(facts, socket)
    name = "the container" if holding and is_container(known(holding[0])) else words.plain_name(facts, socket)
    if socket.state not in ("LISTEN", "BOUND") and name == "the server":
        name = "the program"  # whichever end of a connection it is
    return Remedy(
        title=f"Stop {name}, which has the port",
        risk=Risk.DISRUPTS,
        cost=f"ends {name}",
        proof=proof(facts),
        steps=_stop_steps(facts, socket, holding[0] if holding else None),
    )


def _stop_steps(facts: Facts, socket: Socket, process: Process | None) -> tuple[RemedyStep, ...]:
    if process is not None and socket.owner_by != "descriptor":
        look = who_has(
            facts,
            socket.port,
            f"Make sure that it is pid {process.pid}: porttui could not see it hold the port",
            listens=socket.state == "LISTEN",
        )
        known_now = _stop_steps(facts, replace(socket, owner_by="descriptor"), process)
        return (look, *(step for step in known_now if step.argv is None or step.argv[0] not in {"ps", "Get-Process"}))
    machine = words.machine(facts)
    if process and process.container:
        return (in_container.stop(process, machine),)
    if socket.container:
        return (
            RemedyStep(text=f"Stop its container, {socket.container}, by what runs it: docker or podman stop, say"),
        )
    program = known(process) if process else None
    if is_container(program):
        return (
            RemedyStep(
                text="See which container has published the port",
                where=machine,
                argv=("docker", "ps", "--filter", f"publish={socket.port}"),
            ),
            RemedyStep(text="Stop it by the name in the last column: docker stop NAME"),
        )
    unit = manager.unit_of(facts, socket, process)
    if unit and not unit.startswith(("ssh.", "sshd.")):
        text = "Stop its service; killing it would only have it started again"
        return (manager.change(facts, unit, "stop", text, users_own=manager.is_users_own(facts, process)),)
    if process is None:
        return (
            who_has(facts, socket.port, "See which program it is", listens=socket.state == "LISTEN"),
            RemedyStep(text="Stop that program the way it was started"),
        )
    if facts.os == "macos" and program is not None and program.unit and _by_homebrew(process):
        text = "Stop its service; killing it would only have it started again"
        return (manager.change(facts, program.unit, "stop", text),)
    return _end_steps(facts, process)


def _end_steps(facts: Facts, process: Process) -> tuple[RemedyStep, ...]:
    own = _own(facts, process)
    name = words.tool(process) or process.name
    pid = str(process.pid)
    if facts.os == "windows":
        if process.pid == _WINDOWS_KERNEL:
            return (
                RemedyStep(
                    text="The port is held for a program by Windows' own web server (http.sys). See for which",
                    where=manager.POWERSHELL_AS_ADMINISTRATOR,
                    argv=("netsh", "http", "show", "servicestate", "view=requestq"),
                    needs_root=True,
                ),
                RemedyStep(text="Stop the service or site that it names"),
            )
        shell = manager.POWERSHELL if own else manager.POWERSHELL_AS_ADMINISTRATOR
        return (
            see_process(facts, process.pid, f"See that pid {pid} is still {name}"),
            RemedyStep(
                text="End it",
                where=shell,
                why="it ends at once and saves nothing; close its own window instead where it has one",
                argv=("Stop-Process", "-Id", pid),
                needs_root=not own,
            ),
        )
    machine = words.machine(facts)
    end = RemedyStep(
        text="Ask it to end",
        where=machine,
        why="SIGTERM lets it save its work",
        argv=("kill", pid),
        needs_root=not own,
    )
    if process.terminal and own:
        return (
            RemedyStep(text=f"In {terminal(process)} press ctrl+c; or ask it to end", where=machine, argv=end.argv),
        )
    return (see_process(facts, process.pid, f"See that pid {pid} is still {name}"), end)


def see_process(facts: Facts, pid: int, text: str) -> RemedyStep:
    """Return the step that shows which program a pid is: a number may be used again by another one."""
    if facts.os == "windows":
        return RemedyStep(text=text, where=manager.POWERSHELL, argv=("Get-Process", "-Id", str(pid)))
    argv = ("ps", "-o", "pid,user,tty,lstart,args", "-p", str(pid))
    return RemedyStep(text=text, where=words.machine(facts), argv=argv)


_WINDOWS_KERNEL = 4
"""The pid of "System": sockets of http.sys belong to it."""


def _own(facts: Facts, process: Process) -> bool:
    """Tell whether the process is this user's own, so that it takes no more rights to end it."""
    if facts.os == "windows":
        return process.user is not None and process.user.rpartition("\\")[2] == facts.privileges.user
    return process.uid is not None and process.uid == facts.privileges.uid


def _by_homebrew(process: Process) -> bool:
    return bool(process.argv) and ("/homebrew/" in process.argv[0] or process.argv[0].startswith("/usr/local/opt/"))


def who_has(facts: Facts, port: int, text: str, *, listens: bool = True) -> RemedyStep:
    """Return the step that shows which program holds a port, by a listener or by a connection."""
    if facts.os == "windows":
        argv: tuple[str, ...] = ("Get-NetTCPConnection", "-LocalPort", str(port), *(("-State", "Listen") * listens))
        return RemedyStep(
            text=text,
            where=manager.POWERSHELL,
            why="its column OwningProcess is the pid: Get-Process -Id PID",
            argv=argv,
        )
    if facts.os == "macos":
        argv = ("lsof", "-nP", f"-iTCP:{port}", *(("-sTCP:LISTEN",) * listens))
    else:
        argv = ("ss", "-ltnp" if listens else "-tanp", f"sport = :{port}")
    return RemedyStep(text=text, where=words.machine(facts), argv=argv, needs_root=True)
