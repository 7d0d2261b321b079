"""A port that takes more rights."""

from __future__ import annotations

from porttui.labs.common import tried_again
from porttui.labs.lab import Lab, Scene
from porttui.labs.stage import Stage, no_private_network

_LESS = ("setpriv", "--bounding-set=-net_bind_service", "--inh-caps=-all")
"""What takes the right to low ports away, also from root (capabilities(7), CAP_NET_BIND_SERVICE)."""


def _start(stage: Stage) -> Scene:
    stage.with_less = _LESS
    stage.start_line("page", "--port", "80")
    return Scene(target="127.0.0.1:80", words={"port": 80})


def _solve(stage: Stage, scene: Scene) -> None:
    stage.start_line("page", "--port", "8080")


def _missing() -> str:
    return no_private_network("setpriv")


LAB = Lab(
    name="low-number",
    title="Permission denied",
    code="privileged-port",
    lesson="ranges",
    story="""
        Your server is to run on port 80, as the old one did. It ends with "Permission denied", and is tried
        again every second. Nobody else has the port. (The lab has a network of its own: ! COMMAND runs in it,
        and the firewall of this machine is left alone.)
    """,
    goal="Your server runs, on port 80 or on another one.",
    hints=(
        "What does the kernel refuse, and to whom? d asks porttui.",
        "Ports below a limit need more rights: ! sysctl net.ipv4.ip_unprivileged_port_start",
        "Take a higher port: e --port 8080 - or lower the limit: ! sysctl -w net.ipv4.ip_unprivileged_port_start=80",
    ),
    explanation="""
        Linux keeps the ports below 1024 for programs with CAP_NET_BIND_SERVICE, which root has; the limit is a
        setting of each network namespace (ip_unprivileged_port_start). A higher port needs nothing; a service
        gets the one right by AmbientCapabilities in its unit. To run a server as root for the sake of its port
        gives it far too much.
    """,
    start=_start,
    look=tried_again,
    solve=_solve,
    question="bind",
    private=True,
    missing=_missing,
)
