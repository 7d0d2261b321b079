"""The loopback interface is down."""

from __future__ import annotations

from porttui.labs.common import answers, missing_network, served
from porttui.labs.lab import Lab, Scene
from porttui.labs.stage import Stage


def _start(stage: Stage) -> Scene:
    scene = served()(stage)
    stage.run("ip", "link", "set", "lo", "down")
    return scene


def _solve(stage: Stage, scene: Scene) -> None:
    stage.run("ip", "link", "set", "lo", "up")


LAB = Lab(
    name="missing-street",
    title="Nothing local works",
    code="lo-down",
    lesson="loopback",
    story="""
        In a new container network nothing on localhost can be reached, whatever the port. The server runs, and
        no firewall is in the way. (The lab has a network of its own: ! COMMAND runs in it, and the firewall of
        this machine is left alone.)
    """,
    goal="http://{target} shows the page.",
    hints=(
        "What does every packet to 127.0.0.1 have to go through? d asks porttui.",
        "Look at the interfaces: ! ip link",
        "Loopback is down. Set it up: ! ip link set lo up",
    ),
    explanation="""
        Packets to 127.0.0.1 leave by the interface lo and come in by it again. A new network namespace has an
        lo that is down; what makes the namespace, a container runtime for example, sets it up. When that is
        forgotten, nothing local can be reached although all listeners are there.
    """,
    start=_start,
    look=answers(),
    solve=_solve,
    private=True,
    missing=missing_network,
)
