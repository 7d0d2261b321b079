"""A firewall rule that rejects with an ICMP error."""

from __future__ import annotations

from porttui.labs.common import answers, behind_rules, missing_firewall, without_rules
from porttui.labs.lab import Lab

LAB = Lab(
    name="turned-away",
    title="Not allowed to say why",
    code="fw-reject-icmp",
    lesson="firewall",
    story="""
        The server runs on {target}, the address is one of this very machine, and the connection ends with an
        error about routes or hosts. (The lab has a network of its own: ! COMMAND runs in it, and the firewall
        of this machine is left alone.)
    """,
    goal="http://{target} shows the page.",
    hints=(
        "No route to an address of this machine? Somebody else says so. d asks porttui.",
        "An ICMP message came back: administratively prohibited. It is a rule that says that: ! nft list ruleset",
        "Remove the rule: ! nft delete table ip lab",
    ),
    explanation="""
        A rule may reject, which answers with an ICMP message. Linux makes of admin-prohibited (type 3, code 13)
        the error EHOSTUNREACH, no route to host, so that the words of the error lead to the wrong place: the
        routes are in order. The default of reject, port-unreachable, even looks like a refusal of the port.
    """,
    start=behind_rules("type filter hook input priority filter", "reject with icmp type admin-prohibited"),
    look=answers(),
    solve=without_rules,
    private=True,
    missing=missing_firewall,
)
