"""The name does not exist.

Before a program can connect to a name, the name must lead to an address: by a line of the hosts file, or by a name
server. When neither knows it, the program reports "name or service not known" (Python, glibc), ENOTFOUND (Node),
"could not resolve host" (curl). Nothing was sent to the server, so it says nothing about the server.

It comes about by a typing error, by a name that only a VPN's or the office's name server knows, by a container name
(db, redis) that is used outside of the containers, and by a line of the hosts file that was lost.

How porttui knows: the system's resolver (getaddrinfo) says that the name is not known, and the hosts file has no
line for it.

What looks the same and is not: hosts-localhost-missing and subdomain-localhost (names of this machine itself); a
resolver that does not answer, which is another error.

To keep it from coming back, use names that are known where the program runs.
"""

from __future__ import annotations

from porttui.faults.fault import Fault, Found, Outcome, RuledOut, Stop
from porttui.faults.shared import not_the_name
from porttui.model.facts import Facts
from porttui.model.report import Evidence, Remedy, RemedyStep, Risk, Step
from porttui.model.target import Question
from porttui.reading import evidence, words
from porttui.remedies import hosts, service

_UNKNOWN = {"EAI_NONAME", "EAI_NODATA", "EAI_ADDRFAMILY"}


def check(facts: Facts) -> Outcome:
    """Find it when the resolver says that the name is not known."""
    first = not_the_name(facts)
    if first is not None:
        return first
    name = facts.name
    if name is None or name.error not in _UNKNOWN:
        return RuledOut(because="the resolver did not say that the name is unknown")
    if name.host == "localhost":
        return RuledOut(because="localhost is told apart")
    path = hosts.hosts_path(facts)
    lines = (Evidence(text=f"{path}\tno line for it", source=path),) if name.hosts == () else ()
    return Found(
        summary=f"The name {name.host} is not known: neither the hosts file nor a name server leads it to an address.",
        gloss="Programs connect to addresses; a name must lead to one first.",
        evidence=(evidence.name_error(facts), *lines),
    )


def remedies(facts: Facts) -> tuple[Remedy, ...]:
    """Mend the name, ask this machine itself, or give the name a line."""
    host = facts.asked.target.host
    return (
        Remedy(
            title="Check how the name is written, and where it is known",
            risk=Risk.SAFE,
            cost="safe",
            proof=service.proof(facts),
            steps=(
                RemedyStep(text=f"Is {host} written right? Is it known only inside a VPN, or between containers?"),
                RemedyStep(text=f"If the server is on {words.machine(facts)} itself, ask for localhost instead"),
            ),
        ),
        hosts.ask_by_address(facts, "127.0.0.1"),
        hosts.write_line(facts, f"127.0.0.1 {host}"),
    )


FAULT = Fault(
    code="dns-nxdomain",
    step=Step.NAME,
    stop=Stop.ADDRESS,
    title="The name does not exist",
    explanation=__doc__,
    check=check,
    remedies=remedies,
    questions=(Question.CONNECT, Question.BIND),
)
