"""A server that answers only to another host name."""

from __future__ import annotations

from porttui.labs.common import answers, served, starts_with
from porttui.labs.lab import Lab

LAB = Lab(
    name="wrong-name",
    title="Not by that name",
    code="host-not-allowed",
    lesson="http",
    story="""
        The page was moved to your machine for a test. It answers, but not with the page: your request is
        blocked.
    """,
    goal="http://{target} shows the page.",
    hints=(
        "The server answers, so port and path are in order. Read its answer: ! curl -i http://{target}",
        "Each HTTP request carries the name that the client typed: its Host header. The server has a list.",
        "The list has page.example, besides localhost. Put yours in: e --allow page.example --allow 127.0.0.1",
    ),
    explanation="""
        A request says to which host it goes (RFC 9110, 7.2), so that one server can have many sites.
        Development servers refuse names that are not on their list, so that a foreign web page cannot reach
        them by a DNS name of its own (DNS rebinding). Add the names that you use; to allow all of them gives
        that protection up.
    """,
    start=served("--allow", "page.example"),
    look=answers(),
    solve=starts_with("--allow", "127.0.0.1"),
)
