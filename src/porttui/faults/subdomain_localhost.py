"""A name under localhost that only browsers resolve.

shop.localhost should lead to this machine, as every name that ends in .localhost (RFC 6761, 6.3). Browsers and curl
do that by themselves. The system's resolver does it only where systemd's nss-myhostname or systemd-resolved is in
use; on other machines Python, Node, wget and most programs get "name or service not known".

It comes about with development set-ups that give each project a name of its own: the page opens in the browser, and
the test or the other service cannot reach it.

How porttui knows: the name ends in .localhost, and the system's resolver (getaddrinfo) gave an error for it.

What looks the same and is not: dns-nxdomain (any other name), host-not-allowed (the name resolves, and the server
objects to it).

To keep it from coming back, write the names that you use into the hosts file.
"""

from __future__ import annotations

from porttui.faults.fault import Fault, Found, Outcome, RuledOut, Stop
from porttui.faults.shared import not_the_name
from porttui.model.facts import Facts
from porttui.model.report import Remedy, Step
from porttui.model.target import Question
from porttui.reading import evidence
from porttui.remedies import hosts


def check(facts: Facts) -> Outcome:
    """Find it when a name under .localhost leads nowhere."""
    first = not_the_name(facts)
    if first is not None:
        return first
    host = facts.asked.target.host
    if not host.rstrip(".").endswith(".localhost"):
        return RuledOut(because="the name is not under .localhost")
    return Found(
        summary=f"The name {host} leads nowhere for most programs; only browsers and curl know it by themselves.",
        gloss="Names that end in .localhost mean this machine, but many systems do not know that.",
        evidence=(evidence.name_error(facts),),
    )


def remedies(facts: Facts) -> tuple[Remedy, ...]:
    """Ask by address, or give the name a line."""
    return hosts.ask_by_address(facts, "127.0.0.1"), hosts.write_line(facts, f"127.0.0.1 {facts.asked.target.host}")


FAULT = Fault(
    code="subdomain-localhost",
    step=Step.NAME,
    stop=Stop.ADDRESS,
    title="A name under localhost that only browsers resolve",
    explanation=__doc__,
    check=check,
    remedies=remedies,
    questions=(Question.CONNECT, Question.BIND),
    explains=("dns-nxdomain",),
)
