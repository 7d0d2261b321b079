"""localhost does not resolve.

The name localhost leads to 127.0.0.1 and ::1 because two lines of the hosts file say so (/etc/hosts, and
the hosts file in drivers/etc on Windows). When the lines are gone, when the file is damaged (a byte order mark at its
beginning kills the first line), or when the system is told not to read the file (hosts: in /etc/nsswitch.conf),
programs ask a name server for localhost, and most name servers do not know it.

It comes about in slim containers, after a program has rewritten the hosts file, and after it was edited with an
editor that adds a byte order mark. Browsers and curl know localhost by themselves, so they work while everything
else fails.

How porttui knows: the system's resolver (getaddrinfo) gave an error for localhost, and it quotes what the hosts
file says.

What looks the same and is not: hosts-localhost-elsewhere (it resolves, to a wrong address), nothing-listening (it
resolves, and nobody is there).

To keep it from coming back, find which program rewrites the file, and let it keep the two lines.
"""

from __future__ import annotations

from porttui.faults.fault import Fault, Found, Outcome, RuledOut, Stop
from porttui.faults.shared import not_the_name
from porttui.model.facts import Facts
from porttui.model.report import Evidence, Remedy, Step
from porttui.model.target import Question
from porttui.reading import evidence
from porttui.remedies import hosts


def check(facts: Facts) -> Outcome:
    """Find it when the target is localhost and the name leads nowhere."""
    first = not_the_name(facts)
    if first is not None:
        return first
    if facts.asked.target.host != "localhost":
        return RuledOut(because="the target is not localhost")
    lines = facts.name.hosts if facts.name is not None and isinstance(facts.name.hosts, tuple) else ()
    path = hosts.hosts_path(facts)
    why = f"{path} has its line, but is not read" if lines else f"{path} has no line for it"
    return Found(
        summary=f"The name localhost leads nowhere on this machine: {why}.",
        gloss="localhost is only a name; two lines of the hosts file say that it means this machine.",
        evidence=(
            evidence.name_error(facts),
            *(Evidence(text=f"line {line.line}\t{line.address} {' '.join(line.names)}", source=path) for line in lines),
        ),
    )


def remedies(facts: Facts) -> tuple[Remedy, ...]:
    """Ask by address, or put the lines back."""
    lines = ("127.0.0.1 localhost", "::1 localhost")
    return hosts.ask_by_address(facts, "127.0.0.1"), hosts.write_line(facts, *lines)


FAULT = Fault(
    code="hosts-localhost-missing",
    step=Step.NAME,
    stop=Stop.ADDRESS,
    title="localhost does not resolve",
    explanation=__doc__,
    check=check,
    remedies=remedies,
    questions=(Question.CONNECT, Question.BIND),
)
