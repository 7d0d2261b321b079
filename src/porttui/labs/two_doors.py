"""A server on ::1 alone; the program asks 127.0.0.1."""

from __future__ import annotations

from porttui.labs.common import answers, served, starts_with
from porttui.labs.lab import Lab
from porttui.labs.stage import Stage, StartError


def _missing() -> str:
    try:
        with Stage() as stage:
            stage.start("page", "--host", "::1")
    except StartError as error:
        return f"this machine has no ::1: {error}"
    return ""


LAB = Lab(
    name="two-doors",
    title="The server that is there and is not",
    code="ipv6-only-listener",
    lesson="two-addresses",
    story="""
        Mia's page runs; she can see it. Your program asks for {target} and is refused. Nobody has changed
        anything.
    """,
    goal="http://{target} shows the page.",
    hints=(
        "Is the server running? Look for {port} among the sockets: ! porttui who {port}",
        "Compare the address that you ask for with the one in that row.",
        "Mia's browser asks for localhost, which leads to two addresses; the port is open at one of them.",
        "Start the server at 127.0.0.1: e --host 127.0.0.1",
    ),
    explanation="""
        127.0.0.1 (IPv4) and ::1 (IPv6) both mean this machine, but a port that is open at one is not open at
        the other. The server was told ::1, so nobody had {port} on 127.0.0.1, and the kernel refused. A server
        that is told localhost often takes only the first address that the name leads to.
    """,
    start=served("--host", "::1"),
    look=answers(),
    solve=starts_with("--host", "127.0.0.1"),
    missing=_missing,
)
