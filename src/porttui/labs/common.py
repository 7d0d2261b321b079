"""What several labs do alike: a page that should be seen at an address, and a server that starts again differently."""

from __future__ import annotations

import re
from collections.abc import Callable

from porttui.labs.lab import Look, Scene
from porttui.labs.programs.tie import on_linux
from porttui.labs.stage import Server, Stage, StartError, no_private_network

OWN = ("127.0.0.1", "localhost", "::1")
"""The hosts that a URL of a lab's server may have."""


def served(*words: str) -> Callable[[Stage], Scene]:
    """Return the start of labs whose fault is how the server is started.

    Args:
        words: its options; the port is the kernel's choice, and then stays.
    """

    def start(stage: Stage) -> Scene:
        port = page(stage, *words).port
        page(stage, *words, "--port", port)
        return Scene(target=f"127.0.0.1:{port}", words={"port": port})

    return start


def page(stage: Stage, *words: str | int) -> Server:
    """Start the server whose start the learner may change.

    Raises:
        StartError: it does not start.
    """
    server = stage.start_line("page", *words)
    if not server.port:
        raise StartError(server.said)
    return server


def answers(host: str = "127.0.0.1", scheme: str = "http", name: str = "") -> Callable[[Stage, Scene], Look]:
    """Return the look of labs that are solved when the page is seen at an address and the port of the scene."""

    def look(stage: Stage, scene: Scene) -> Look:
        said = stage.ask(host, int(scene.words["port"]), scheme, name)
        return Look(solved=said.page == "page", word=said.word)

    return look


def starts_with(*words: str) -> Callable[[Stage, Scene], None]:
    """Return the solution of labs whose server has to start with other options; its port stays."""

    def solve(stage: Stage, scene: Scene) -> None:
        stage.start_line("page", *words, "--port", scene.words["port"])

    return solve


def _parts(url: str) -> tuple[str, str, int] | None:
    """Return scheme, host and port of a URL that the learner typed; None when it is none."""
    found = re.fullmatch(r"(https?)://(\[?[0-9A-Za-z.:-]+?\]?):(\d{1,5})/?", url.strip())
    if found is None or int(found[3]) not in range(1, 65536):
        return None
    return found[1], found[2].strip("[]"), int(found[3])


def answers_or_url(scheme: str) -> Callable[[Stage, Scene], Look]:
    """Return the look of labs that are also solved when the learner names a URL of the lab's server that works."""

    def look(stage: Stage, scene: Scene) -> Look:
        seen = answers(scheme=scheme)(stage, scene)
        parts = _parts(stage.answer) if stage.answer else None
        if seen.solved or not stage.answer:
            return seen
        if parts is None or stage.line is None or parts[2] != stage.line.port or parts[1] not in OWN:
            return Look(solved=False, word=f"{seen.word}; {stage.answer[:60]} is no URL of this server")
        said = stage.ask(parts[1], parts[2], parts[0])
        return Look(solved=said.word == "HTTP 200", word=f"{seen.word}; {stage.answer[:60]} gives {said.word}")

    return look


LAN = "10.231.8.1"
"""The address, besides loopback, of a private network; no packet leaves it."""


def add_lan(stage: Stage) -> None:
    """Give a private network an address besides loopback, on a pair of interfaces both ends of which are inside.

    Raises:
        StartError: it cannot be had.
    """
    script = (
        "ip link add lan0 type veth peer name lan1 && ip addr add "
        f"{LAN}/24 dev lan0 && ip link set lan0 up && ip link set lan1 up"
    )
    done = stage.run("sh", "-c", script)
    if done.returncode:
        raise StartError(done.stderr.strip())


def behind_rules(chain: str, rule: str) -> Callable[[Stage], Scene]:
    """Return the start of labs in which a firewall rule of a private network meddles with the connection.

    Args:
        chain: its kind, hook and priority, as nft(8) writes them: "type filter hook input priority filter".
        rule: what it does with what goes to the port: "drop".
    """

    def start(stage: Stage) -> Scene:
        scene = served()(stage)
        text = f"table ip lab {{ chain lab {{ {chain}; tcp dport {scene.words['port']} {rule}; }}; }}"
        done = stage.run("nft", text)
        if done.returncode:
            raise StartError(done.stderr.strip())
        return scene

    return start


def without_rules(stage: Stage, scene: Scene) -> None:
    """Remove the rules of the lab."""
    stage.run("nft", "delete", "table", "ip", "lab")


def linux_only() -> str:
    """Tell that a lab is about what Linux does; empty on Linux."""
    return "" if on_linux() else "other systems do it otherwise than Linux"


def missing_network() -> str:
    """Tell why a private network cannot be had here; empty where it can."""
    return no_private_network()


def missing_firewall() -> str:
    """Tell why a firewall of one's own cannot be had here; empty where it can."""
    return no_private_network("nft")


def tried_again(stage: Stage, scene: Scene) -> Look:
    """Look for labs whose server cannot start: it is tried again each time, as its supervisor would."""
    server = stage.restart_line()
    if server is None or not server.port:
        return Look(solved=False, word=server.said if server else "not started")
    said = stage.ask("127.0.0.1", server.port)
    return Look(solved=said.page == "page", word=said.word)
