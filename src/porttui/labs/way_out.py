"""A firewall rule that drops on the way out."""

from __future__ import annotations

from porttui.labs.common import answers, behind_rules, missing_firewall, without_rules
from porttui.labs.lab import Lab

LAB = Lab(
    name="way-out",
    title="Silence before the first step",
    code="fw-drop-output",
    lesson="firewall",
    story="""
        A connection to {target} gets no answer. The owner of the server swears that no rule of hers keeps
        anybody from coming in, and she is right. (The lab has a network of its own: ! COMMAND runs in it, and
        the firewall of this machine is left alone.)
    """,
    goal="http://{target} shows the page.",
    hints=(
        "Has the packet left the sender at all? d asks porttui.",
        "Rules stand on the way in and on the way out. Which hook has this one? ! nft list ruleset",
        "It drops in output. Remove it: ! nft delete table ip lab",
    ),
    explanation="""
        A packet passes the output chains of its sender before it leaves, and the input chains of the receiver
        when it arrives; on loopback both are on one machine. A rule in output stops what this machine sends, so
        no server anywhere can see it. Some rules of that kind are for one user or one program only.
    """,
    start=behind_rules("type filter hook output priority filter", "drop"),
    look=answers(),
    solve=without_rules,
    private=True,
    missing=missing_firewall,
)
