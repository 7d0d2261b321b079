"""Ways that change an address: ask for another one, or let the server listen at another one."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec.structs import replace

from porttui.model.address import endpoint, is_loopback
from porttui.model.facts import Facts, Process, Socket
from porttui.model.report import Edit, Remedy, RemedyStep, Risk
from porttui.model.target import Target
from porttui.reading import near, seen, words
from porttui.remedies import manager
from porttui.remedies.command_line import again, line
from porttui.remedies.container import is_container, publish
from porttui.remedies.programs import Program, by_unit, known


def ask_for(facts: Facts, socket: Socket, title: str = "Ask for the address that listens") -> tuple[Remedy, ...]:
    """Offer to use the address of a listener instead, with what trying it showed; () when that failed."""
    target = facts.asked.target
    address = near.address_to_ask(facts, socket)
    if _fails_at(facts, address, socket.port):
        return ()
    tried = tried_at(facts, address, socket.port)
    host = address
    if address in facts_localhost(facts) and is_loopback(address):
        host = "localhost"
    spoken = web_scheme_seen(facts, socket)
    scheme = spoken if spoken and target.scheme in {None, "http", "https"} else target.scheme
    wanted = replace(target, host=host, port=socket.port, scheme=scheme)
    return (
        Remedy(
            title=title,
            risk=Risk.SAFE,
            cost="safe",
            proof=str(wanted),
            tried=tried,
            steps=(
                RemedyStep(
                    text="In the program that showed the error, write",
                    where="the program that showed the error",
                    why=f"{words.plain_name(facts, socket)} waits there",
                    url=str(wanted),
                ),
            ),
        ),
    )


def facts_localhost(facts: Facts) -> tuple[str, ...]:
    """Return the addresses to which "localhost" leads on this machine."""
    return facts.name.localhost if facts.name else ()


def tried_at(facts: Facts, address: str, port: int) -> str | None:
    """Tell what trying an address showed: "HTTP 200", "open"; None when it was not tried or did not open."""
    for exchange in facts.exchanges or ():
        if (exchange.address, exchange.port) == (address, port) and exchange.outcome == "answer":
            return words.answer(exchange)
    for attempt in facts.attempts or ():
        if (attempt.address, attempt.port, attempt.outcome) == (address, port, "open"):
            return "it opens"
    return None


def _fails_at(facts: Facts, address: str, port: int) -> bool:
    """Tell whether an address that might be recommended was tried, and did not open."""
    tried = [each for each in facts.attempts or () if (each.address, each.port) == (address, port)]
    return bool(tried) and all(each.role == "elsewhere" and each.outcome != "open" for each in tried)


def web_scheme_seen(facts: Facts, socket: Socket) -> str | None:
    """Return the scheme by which a listener answered when it was tried: "http", "https"; None when it did not."""
    address = near.address_to_ask(facts, socket)
    said = [each for each in facts.exchanges or () if (each.address, each.port) == (address, socket.port)]
    if any(each.sent == "https" and each.tls is not None and each.http is not None for each in said):
        return "https"
    if any(each.sent == "tls" and each.tls is not None for each in said) and seen.wants_http(facts):
        return "https"  # asked in plain HTTP it complained; asked for TLS it greeted
    return "http" if any(each.sent == "http" and each.http is not None for each in said) else None


def listen_on(facts: Facts, socket: Socket, host: str, *, exposes: bool = False) -> Remedy:
    """Offer to let the server listen on `host`.

    Args:
        facts: what was seen.
        socket: the listener as it is.
        host: the address that it should listen on.
        exposes: whether that opens the server to other machines.
    """
    holding = seen.owners(facts, socket)
    process = holding[0] if holding else None
    name = words.plain_name(facts, socket)
    program = known(process) if process else by_unit(socket.unit or "")
    steps = _restart_with(facts, process, program, host, socket) or _by_hand(name, host, socket, process)
    if is_container(program):
        name = "the container"
    return Remedy(
        title=f"Let {name} listen on {host}",
        risk=Risk.EXPOSES if exposes else Risk.RESTARTS,
        cost=f"restarts {name}" + (", opens it to your network" if exposes else ""),
        proof=str(replace(facts.asked.target, path="/")) if facts.asked.target.scheme else str(facts.asked.target),
        steps=steps,
        note=program.caution if program and not exposes else "",
    )


def _restart_with(
    facts: Facts, process: Process | None, program: Program | None, host: str, socket: Socket
) -> tuple[RemedyStep, ...]:
    if program is None:
        return ()
    if is_container(program):
        return publish(process, host, socket.port, socket.port)
    unit = manager.unit_of(facts, socket, process)
    if unit and unit.endswith(".service"):
        written = _written(program, host, socket.port, "In {file} write")
        users_own = manager.is_users_own(facts, process)
        return loaded(facts, program, written, unit, users_own=users_own) if written else ()
    if facts.os != "linux" and program.unit and program.setting:
        return loaded(facts, program, _written(program, host, socket.port, "In {file} write"), program.unit)
    argv = again(facts, process, program, host, socket.port) if program.host_flag or program.after else None
    where = terminal(process) if process else ""
    if process is None or argv is None:
        written = _written(program, host, socket.port, "In {file} write")
        once_more = RemedyStep(text=f"Start {program.title} again, so that it reads the new line", where=where)
        return (*written, once_more) if written else ()
    return (
        RemedyStep(text=f"In {where} press ctrl+c", where=where, why="the port is free again when it has ended"),
        RemedyStep(text="There, start it again", where=where, argv=argv),
        *_written(program, host, socket.port, "To keep it so, in {file}"),
    )


_NGINX_FOLDER = "PowerShell, in nginx's folder"
"""On Windows nginx is no service (nginx.org, "nginx for Windows")."""


def loaded(
    facts: Facts, program: Program, edits: tuple[RemedyStep, ...], unit: str, *, users_own: bool = False
) -> tuple[RemedyStep, ...]:
    """Return edits of a service's settings with the steps that check them and load them."""
    check = RemedyStep(
        text="See whether the settings can be read",
        where=words.machine(facts),
        why="with a mistake in them the service would not start again",
        argv=program.test or None,
        needs_root=True,
    )
    tested = (check,) if program.test and facts.os != "windows" else ()
    if facts.os == "windows" and "nginx" in program.names:
        reload = RemedyStep(text="Load the new setting", where=_NGINX_FOLDER, argv=(".\\nginx.exe", "-s", "reload"))
        return (*edits, reload)
    return (*edits, *tested, manager.change(facts, unit, "restart", "Load the new setting", users_own=users_own))


def terminal(process: Process) -> str:
    """Tell where a program is typed at: "the terminal where vite runs (pts/2)"."""
    place = f" ({process.terminal})" if process.terminal else ""
    return f"the terminal where {words.tool(process) or process.name} runs{place}"


def _written(program: Program, host: str, port: int, text: str) -> tuple[RemedyStep, ...]:
    """Return the step that writes the address into the settings; none for a server that is only told by options."""
    if not program.setting:
        return ()
    edit = Edit(file=program.file, text=line(program.setting, host, port))
    return (RemedyStep(text=text.format(file=program.file), edit=edit),)


def _by_hand(name: str, host: str, socket: Socket, process: Process | None) -> tuple[RemedyStep, ...]:
    told, instead = _told(process.argv, socket, host) if process else ("", "")
    if told:
        return (RemedyStep(text=f"{name} was started with {told}: start it again with {instead} in its place"),)
    return (
        RemedyStep(
            text=f"Find where {name} is told its address, now {socket.address}: an option such as --host or --bind, "
            "HOST in its environment, or a line such as listen or bind in its settings",
        ),
        RemedyStep(text=f"Set it to {host} and start {name} again"),
    )


def _told(argv: Sequence[str], socket: Socket, host: str) -> tuple[str, str]:
    """Return the words of a command line that name the address of a listener, and what they are with another host.

    Returns:
        ("--host ::1", "--host 127.0.0.1"); two empty texts when no word does.
    """
    address, port = socket.address, socket.port
    other = {address: host, f"[{address}]": f"[{host}]" if ":" in host else host}
    other[endpoint(address, port)] = endpoint(host, port)
    for at, word in enumerate(argv[1:], 1):
        before, gap, value = f"{argv[at - 1]} " if at > 1 and argv[at - 1].startswith("-") else "", "", word
        if word.startswith("-"):
            before, gap, value = word.partition("=")
        if value in other:
            return f"{before}{gap}{value}", f"{before}{gap}{other[value]}"
    return "", ""


def by_ssh(facts: Facts, socket: Socket) -> tuple[Remedy, ...]:
    """Offer to see a server of this machine in the browser at home; () when this is no SSH session."""
    ssh = facts.host.ssh
    if ssh is None or facts.asked.target.scheme not in {None, "http", "https"}:
        return ()
    address = near.address_to_ask(facts, socket)
    port = socket.port
    login = f"{facts.privileges.user}@{ssh.server}"
    options = () if ssh.server_port == 22 else ("-p", str(ssh.server_port))
    return (
        Remedy(
            title="See it in the browser of your laptop",
            risk=Risk.SAFE,
            cost="safe",
            proof=str(Target(input="", host=address, port=port)),
            steps=(
                RemedyStep(
                    text="In a terminal of the laptop",
                    where="the laptop",
                    argv=("ssh", *options, "-L", f"{port}:{endpoint(address, port)}", login),
                ),
                RemedyStep(text="In its browser", where="the laptop", url=f"http://127.0.0.1:{port}"),
            ),
        ),
    )


def with_scheme(facts: Facts, scheme: str) -> str:
    """Return the asked target with another scheme, as text."""
    return str(replace(facts.asked.target, scheme=scheme))


def said(facts: Facts, sent: str) -> str | None:
    """Tell what the target answered when it was asked by `sent` ("http", "https"); None when it did not answer."""
    for exchange in seen.exchanges(facts):
        if exchange.sent == sent and exchange.outcome == "answer":
            return words.answer(exchange)
    return None
