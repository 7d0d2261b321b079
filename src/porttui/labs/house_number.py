"""A server on another address of the loopback network."""

from __future__ import annotations

from porttui.labs.common import answers, served, starts_with
from porttui.labs.lab import Lab
from porttui.labs.stage import Stage, StartError


def _missing() -> str:
    try:
        with Stage() as stage:
            stage.start("page", "--host", "127.0.1.1")
    except StartError as error:
        return f"127.0.1.1 is no address of this machine: {error}"
    return ""


LAB = Lab(
    name="house-number",
    title="This machine has many names",
    code="listener-other-address",
    lesson="loopback",
    story="""
        The server was told the name of this machine in place of localhost. It runs, and a colleague at this
        machine can see the page. {target} is refused.
    """,
    goal="http://{target} shows the page.",
    hints=(
        "Which addresses does port {port} listen on? ! porttui who {port}",
        "All of 127.0.0.0/8 is this machine, and each of these addresses has its own ports.",
        "Start it on the one that is asked for: e --host 127.0.0.1",
    ),
    explanation="""
        On Linux all of 127.0.0.0/8, sixteen million addresses, is loopback, and a listener on one of them hears
        none of the others. Debian and Ubuntu give the name of the machine the address 127.0.1.1 in /etc/hosts,
        so a server that binds to its host name listens there.
    """,
    start=served("--host", "127.0.1.1"),
    look=answers(),
    solve=starts_with("--host", "127.0.0.1"),
    missing=_missing,
)
