"""A server on UDP; the program asks by TCP."""

from __future__ import annotations

from porttui.labs.common import answers, served, starts_with
from porttui.labs.lab import Lab

LAB = Lab(
    name="other-kind",
    title="The right number",
    code="udp-only",
    lesson="port",
    story="""
        The server was started on port {port}, says its log, and the number is right in your settings too.
        {target} is refused.
    """,
    goal="http://{target} shows the page.",
    hints=(
        "Who has {port}? Look at every column: ! porttui who {port}",
        "The ports of UDP and those of TCP are counted apart: 53/udp is another port than 53/tcp.",
        "A page needs TCP: e --protocol tcp",
    ),
    explanation="""
        A port belongs to a protocol. UDP and TCP each have their own 65535, and a program on {port}/udp does
        not hear a connection to {port}/tcp, which the kernel refuses. Some services, DNS for example, use both;
        most use one.
    """,
    start=served("--protocol", "udp"),
    look=answers(),
    solve=starts_with("--protocol", "tcp"),
)
