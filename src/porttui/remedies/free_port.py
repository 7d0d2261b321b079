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
from porttui.remedies.container import is_container, outside, publish
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
    port = facts.free_ports[0]
    program = (known(holder) if holder else None) or by_port(facts.asked.target.port)
    start = RemedyStep(
        text=f"Start your server with port {port}: most take --port {port} or -p {port}, or PORT={port} in their "
        "environment",
        where=_YOUR_FOLDER,
    )
    return Remedy(
        title=title or f"Start your server on port {port} instead",
        risk=Risk.SAFE,
        cost="safe",
        proof=str(_at(facts, port)),
        proof_question=Question.CONNECT,
        steps=(
            *(_told(facts, program, holder, port) if program else (start,)),
            RemedyStep(text="In the programs that connect to it, write", url=str(_at(facts, port))),
        ),
        note=_note(facts, program, port),
    )


def try_port(facts: Facts) -> tuple[Remedy, ...]:
    """Offer to see with a one-line server that a port can be reached, before anything is changed for it.

    Returns:
        One way, or none where no free port was found (Python docs, http.server, command-line interface).
    """
    if not facts.free_ports:
        return ()
    port = facts.free_ports[0]
    host = _host(facts)
    bound = {4: "127.0.0.1", 6: "::1"}[family(host)] if is_wildcard(host) else host
    python = "py" if facts.os == "windows" else "python3"
    return (
        Remedy(
            title=f"First try port {port} with a small server",
            risk=Risk.SAFE,
            cost="safe, a try",
            proof=endpoint(bound, port),
            proof_question=Question.CONNECT,
            steps=(
                RemedyStep(
                    text="Start it in an empty folder: it shows the files of the folder to whoever asks",
                    where=manager.POWERSHELL if facts.os == "windows" else f"a terminal on {words.machine(facts)}",
                    argv=(python, "-m", "http.server", str(port), "--bind", bound),
                ),
                RemedyStep(text="Ask it; then end it with ctrl+c", url=f"http://{endpoint(bound, port)}"),
            ),
        ),
    )


def _note(facts: Facts, program: Program | None, port: int) -> str:
    """Return what other servers take, and since when the port is known to be free."""
    others = ""
    if program is not None:
        others = (
            f"Not {program.title}? Most servers take --port {port} or -p {port}, or PORT={port} in their environment"
        )
        if program.unit:
            others += f"; a container takes -p {outside(_host(facts), port)}:{facts.asked.target.port}"
        others += ". "
    more = (facts.free_ports or ())[1:]
    also = f"; {' and '.join(map(str, more))} {'is' if len(more) == 1 else 'are'} free too" if more else ""
    return f"{others}Port {port} was free at {facts.at:%H:%M:%S}: porttui bound it and gave it back{also}."


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


def _asked_host(facts: Facts) -> str:
    """Return the address that a command has to name; "" where its own may stay: the port was asked on every address.

    The command of the program that holds the port may open it to more than what was asked for: "--bind 0.0.0.0".
    A name that leads to both families means the IPv4 address, which more servers listen on.
    """
    found = seen.addresses(facts)
    host = next((each for each in found if family(each) == 4), _host(facts))
    return "" if is_wildcard(host) else host


def _told(facts: Facts, program: Program, holder: Process | None, port: int) -> tuple[RemedyStep, ...]:
    """Return the steps for the kind of server at hand: its command with the new port, or the line in its settings."""
    if is_container(program):
        return publish(holder, _host(facts), port, facts.asked.target.port, another=True)
    command = again(facts, holder, program, _asked_host(facts), port)
    if command is not None:
        return (
            RemedyStep(
                text=f"If your server is {program.title}{', too' if holder else ''}: start it so",
                where=_YOUR_FOLDER,
                argv=command,
            ),
        )
    setting = program.port_setting or program.setting
    host = "" if is_wildcard(_host(facts)) else _host(facts)
    if "nginx" in program.names and facts.asked.target.port == 443:
        setting = setting.replace(";", " ssl;")
    edit = RemedyStep(
        text=f"If your server is {program.title}{', too' if holder else ''}: in {program.file} write",
        edit=Edit(file=program.file, text=line(setting, host, port)),
        why="instead of the line that names the old port",
    )
    again_by_hand = RemedyStep(text="Start your server again, so that it reads the new line")
    return loaded(facts, program, (edit,), program.unit) if program.unit and not holder else (edit, again_by_hand)
