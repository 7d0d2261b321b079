"""A firewall rule that drops."""

from __future__ import annotations

from porttui.labs.common import answers, behind_rules, missing_firewall, without_rules
from porttui.labs.lab import Lab

LAB = Lab(
    name="silence",
    title="No answer at all",
    code="fw-drop-input",
    lesson="firewall",
    story="""
        The server runs, and its log is empty. A connection to {target} is neither opened nor refused: nothing
        comes back. (The lab has a network of its own: ! COMMAND runs in it, and the firewall of this machine is
        left alone.)
    """,
    goal="http://{target} shows the page.",
    hints=(
        "Refused would come at once. What can take a packet and say nothing? d asks porttui.",
        "Read the rules of this network: ! nft list ruleset",
        "A rule drops what goes to port {port}. Remove it: ! nft delete table ip lab",
    ),
    explanation="""
        A rule that drops says nothing to the sender, who sends its first packet again and again until it gives
        up: a time-out. An absent listener would be refused at once. But a time-out is no proof of a firewall: a
        full accept queue is silent as well, and so is a host that is down. The rules, read as root, tell.
    """,
    start=behind_rules("type filter hook input priority filter", "drop"),
    look=answers(),
    solve=without_rules,
    private=True,
    missing=missing_firewall,
)
