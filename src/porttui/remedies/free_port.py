"""The way to another port: a free one, the option or setting of the server at hand, and a small server to try it."""

from __future__ import annotations

from msgspec.structs import replace

from porttui.model.address import endpoint, family, is_wildcard
from porttui.model.facts import Facts, Process
from porttui.model.report import Edit, Remedy, RemedyStep, Risk
from porttui.model.target import Question, Target
from porttui.reading import seen, words
from porttui.remedies import manager
from porttui.remedies.address import loaded
from porttui.remedies.command_line import again, line
from porttui.remedies.programs import Program, by_port, known

_YOUR_FOLDER = "a terminal, in the folder of your server"


def another_port(facts: Facts, holder: Process | None = None, title: str = "") -> Remedy:
    """Offer to start the server on a port that can be had.

    Args:
        facts: what was seen; `facts.free_ports` has ports that were bound during the look.
        holder: the program that holds the port; the user's own server is probably of its kind.
        title: the heading, when it is not to be "Start your server on port 8081 instead".
    """
    if not facts.free_ports:
        return _unknown(facts, title)
    port, *more = facts.free_ports
    program = (known(holder) if holder else None) or by_port(facts.asked.target.port)
    also = f" {' and '.join(map(str, more))} {'is' if len(more) == 1 else 'are'} free too." if more else ""
    return Remedy(
        title=title or f"Start your server on port {port} instead",
        risk=Risk.SAFE,
        cost="safe",
        proof=str(_at(facts, port)),
        proof_question=Question.CONNECT,
        steps=(
            *(_told(facts, program, holder, port) if program else ()),
            *(_published(facts, program, port) if program and program.unit else ()),
            RemedyStep(
                text=f"{'Any other server' if program else 'Start your server with port ' + str(port)}: "
                f"most take --port {port} or -p {port}, or PORT={port} in their environment",
            ),
            RemedyStep(text="In the programs that connect to it, write", url=str(_at(facts, port))),
            _try_it(facts, port),
        ),
        note=f"Port {port} was free at {facts.at:%H:%M:%S}: porttui bound it and gave it back.{also}",
    )


def _unknown(facts: Facts, title: str) -> Remedy:
    """Return the same way without a port, where none was looked for."""
    return Remedy(
        title=title or "Start your server on another port",
        risk=Risk.SAFE,
        cost="safe",
        proof=str(facts.asked.target),
        steps=(
            RemedyStep(text="Ask for a free port", where=words.machine(facts), argv=("porttui", "free")),
            RemedyStep(text="Give it to your server, often with --port or with PORT in its environment"),
        ),
    )


def _at(facts: Facts, port: int) -> Target:
    """Return the target at which the server will answer on its new port."""
    target = facts.asked.target
    host = target.host
    if is_wildcard(host):
        host = "127.0.0.1" if family(host) == 4 else "::1"
    return replace(target, host=host, port=port)


def _host(facts: Facts) -> str:
    """Return the address that the server was to listen on."""
    return next(iter(seen.addresses(facts)), "127.0.0.1")


def _told(facts: Facts, program: Program, holder: Process | None, port: int) -> tuple[RemedyStep, ...]:
    """Return the steps for the kind of server at hand: its command with the new port, or the line in its settings."""
    if "docker-proxy" in program.names:
        return _container(facts, holder, port)
    command = again(facts, holder, program, "", port)
    if command is not None:
        if program.title == "Spring Boot":
            text = "If your server is a Spring Boot program, start it so"
        else:
            text = f"If your server is {program.title}, too, start it so" if holder else f"For {program.title}"
        return (RemedyStep(text=text, where=_YOUR_FOLDER, argv=command),)
    setting = program.port_setting or program.setting
    host = _host(facts) if program.setting and not program.port_setting else ""
    edit = RemedyStep(
        text=f"If your server is {program.title}: in {program.file} write",
        edit=Edit(file=program.file, text=line(setting, host, port)),
        why="instead of the line that names the old port",
    )
    return loaded(facts, program, (edit,), program.unit) if program.unit and not holder else (edit,)


def _published(facts: Facts, program: Program, port: int) -> tuple[RemedyStep, ...]:
    """Return the step for a service that people also run in a container, where its port inside stays the usual one."""
    inside = facts.asked.target.port
    place = endpoint(_host(facts), port)
    return (
        RemedyStep(
            text=f"If it is {program.title} in a container: docker run -p {place}:{inside}, or that pair under ports: "
            "in the compose file",
            why=f"the first port is the one outside; {inside} is the one inside, and stays",
        ),
    )


def _container(facts: Facts, holder: Process | None, port: int) -> tuple[RemedyStep, ...]:
    """Return the steps for a container: its port inside stays, the published one changes."""
    argv = holder.argv if holder else ()
    at = argv.index("-container-port") + 1 if "-container-port" in argv else len(argv)
    inside = argv[at] if at < len(argv) and argv[at].isdigit() else str(facts.asked.target.port)
    host = _host(facts)
    place = endpoint(host, port)
    return (
        RemedyStep(
            text="If your server is a container, too: in its compose file, under ports, write",
            edit=Edit(file="compose.yaml, under ports:", text=f'- "{place}:{inside}"'),
            why=f"the first port is the one outside; {inside} is the one inside, and stays",
        ),
        RemedyStep(
            text=f"Then start it again; with docker run instead of compose, give it the option -p {place}:{inside}",
            where="the folder of the compose file",
            argv=("docker", "compose", "up", "-d"),
        ),
    )


def _try_it(facts: Facts, port: int) -> RemedyStep:
    """Return the one-line server to try a port with (Python docs, http.server, command-line interface)."""
    python = "py" if facts.os == "windows" else "python3"
    host = _host(facts)
    bound = {4: "127.0.0.1", 6: "::1"}[family(host)] if is_wildcard(host) else host
    return RemedyStep(
        text=f"Only to try port {port} without your server: a small one, which shows the files of the folder that "
        "you are in; ctrl+c ends it",
        where=manager.POWERSHELL if facts.os == "windows" else "an empty folder",
        argv=(python, "-m", "http.server", str(port), "--bind", bound),
    )
