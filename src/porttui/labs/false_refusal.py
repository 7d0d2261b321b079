"""A firewall rule that rejects with a TCP reset."""

from __future__ import annotations

from porttui.labs.common import answers, behind_rules, missing_firewall, without_rules
from porttui.labs.lab import Lab

LAB = Lab(
    name="false-refusal",
    title="Refused, though it listens",
    code="fw-reject-reset",
    lesson="firewall",
    story="""
        {target} is refused, at once. The server says that it listens there, and the socket table agrees with
        it. (The lab has a network of its own: ! COMMAND runs in it, and the firewall of this machine is left
        alone.)
    """,
    goal="http://{target} shows the page.",
    hints=(
        "A listener is there, and yet a refusal comes. Who else can refuse? d asks porttui.",
        "A reset can be made by a rule as well as by the kernel. Read the rules: ! nft list ruleset",
        "Remove the rule: ! nft delete table ip lab",
    ),
    explanation="""
        Refused means that a TCP reset came back, and not who sent it. The kernel sends one where nothing
        listens; a firewall rule (reject with tcp reset) sends the same. Compare the refusal with the socket
        table: where a listener stands at this very address, a rule is likely.
    """,
    start=behind_rules("type filter hook input priority filter", "reject with tcp reset"),
    look=answers(),
    solve=without_rules,
    private=True,
    missing=missing_firewall,
)
