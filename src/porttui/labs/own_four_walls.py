"""A server on loopback that is asked for by the address of the machine."""

from __future__ import annotations

from porttui.labs.common import LAN, add_lan, answers, missing_network, page, starts_with
from porttui.labs.lab import Lab, Scene
from porttui.labs.stage import Stage


def _start(stage: Stage) -> Scene:
    add_lan(stage)
    port = page(stage, "--host", "127.0.0.1").port
    page(stage, "--host", "127.0.0.1", "--port", port)
    return Scene(target=f"{LAN}:{port}", words={"port": port})


LAB = Lab(
    name="own-four-walls",
    title="Works on my machine",
    code="listener-loopback-only",
    lesson="who-can-reach",
    story="""
        On this machine the page is there, at localhost:{port}. The colleagues are to see it at {target}, an
        address of this same machine, and are refused. (The lab has a network of its own: ! COMMAND runs in it,
        and the firewall of this machine is left alone.)
    """,
    goal="http://{target} shows the page.",
    hints=(
        "Not only the colleagues: try it from this machine, by that address. d asks porttui.",
        "At which address does the server listen, and which address is asked for? ! ss -ltn",
        "Open it at that address too: e --host 0.0.0.0",
    ),
    explanation="""
        A listener at 127.0.0.1 hears only what goes to 127.0.0.1. That keeps a development server private, and
        it is why many of them start that way. 0.0.0.0 means all IPv4 addresses of the machine: everybody who
        reaches the machine reaches the server then, so it should be meant.
    """,
    start=_start,
    look=answers(LAN),
    solve=starts_with("--host", "0.0.0.0"),
    private=True,
    missing=missing_network,
)
