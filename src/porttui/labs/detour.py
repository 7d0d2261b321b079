"""A NAT rule that leads to a port where nobody listens."""

from __future__ import annotations

from porttui.labs.common import answers, behind_rules, missing_firewall, without_rules
from porttui.labs.lab import Lab

LAB = Lab(
    name="detour",
    title="Refused by whom?",
    code="nat-redirect-dead",
    lesson="translation",
    story="""
        {target} is refused. The server listens exactly there, and no rule of the firewall drops or rejects
        anything. (The lab has a network of its own: ! COMMAND runs in it, and the firewall of this machine is
        left alone.)
    """,
    goal="http://{target} shows the page.",
    hints=(
        "Does the connection arrive where it was sent to? d asks porttui.",
        "A rule can rewrite where a packet goes. Read all tables, nat too: ! nft list ruleset",
        "A rule sends it on to port 1, where nobody listens. Remove it: ! nft delete table ip lab",
    ),
    explanation="""
        A NAT rule may rewrite the destination of a connection as it leaves (output) or comes in (prerouting);
        the socket table then looks right, and the connection goes elsewhere. It was refused at the new place,
        not at the old one. Such rules are left over from containers and port forwards.
    """,
    start=behind_rules("type nat hook output priority -100", "redirect to :1"),
    look=answers(),
    solve=without_rules,
    private=True,
    missing=missing_firewall,
)
