r"""The name does not exist.

A connection goes to an address, not to a name. So before anything else a program has the name turned into an address:
the system looks into the hosts file, and then asks a name server (DNS). When both say that there is no such name, the
work is over before it began: "name or service not known" (Python, glibc), ENOTFOUND (Node), "could not resolve host"
(curl), "no such host" (Go), 11001 on Windows. Not a single packet went to the server, so the error says nothing about
it.

It comes about when a name of a container is used outside of the containers. In a compose project `db` is a good name
from one service to another, since docker runs a name server for them; the same `postgres://db:5432` typed on the
host, where psql runs, does not exist. The other two classics are a name that only the company's name server knows,
asked while the VPN is off, and a letter too many.

How porttui knows: the system's resolver (getaddrinfo) answered that the name is not known, which is a definite answer
and not a failure to get one; and the hosts file has no line for it. localhost and names that end in .localhost have
pages of their own.

What looks the same and is not: dns-servfail (a name server answered that it could not find out), dns-resolver-dead
(no name server answered), hosts-localhost-missing and subdomain-localhost (names that mean this machine),
localhost-inside-container (the name is right, and leads into the container itself).

To fix it, compare the name letter by letter with the place where it is known. `getent hosts NAME` shows what programs
on Linux get, `dscacheutil -q host -a name NAME` what they get on macOS, `Resolve-DnsName NAME` on Windows. For a
container, publish its port and ask for localhost, or run the client beside it: `docker compose exec db psql`. For a
name of your own, add a line such as `127.0.0.1 shop.test` to the hosts file: /etc/hosts, on Windows
C:\Windows\System32\drivers\etc\hosts.

To keep it from coming back, let each place have its own setting: DATABASE_HOST=db in the compose file, localhost in
the developer's .env. A name that is right everywhere is rarer than one thinks.
"""

from __future__ import annotations

from porttui.faults.fault import Fault, Found, Outcome, RuledOut, Stop
from porttui.faults.shared import not_the_name
from porttui.model.facts import Facts
from porttui.model.report import Confidence, Evidence, Remedy, RemedyStep, Risk, Step
from porttui.model.target import Question
from porttui.reading import evidence, words
from porttui.remedies import command, hosts, service

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
    sure = facts.os != "macos"  # there getaddrinfo(3) says the same when no name server answers
    return Found(
        summary=f"The name {name.host} is not known: neither the hosts file nor a name server leads it to an address."
        if sure
        else f"Probably the name {name.host} is not known; macOS says the same when no name server answers.",
        gloss=command.gloss(facts, "Programs connect to addresses; a name must lead to one first."),
        confidence=Confidence.CERTAIN if sure else Confidence.LIKELY,
        evidence=(evidence.name_error(facts), *lines),
    )


def remedies(facts: Facts) -> tuple[Remedy, ...]:
    """Type the command that was meant; or mend the name, ask this machine itself, or give the name a line."""
    host = facts.asked.target.host
    return (
        *command.instead(facts),
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
