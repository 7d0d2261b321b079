"""No resolver answers.

To connect to a name a program needs its address, and asks for it at a resolver: a name server near by, whose address
stands in /etc/resolv.conf. On many Linux systems it is a program of the same machine (systemd-resolved on 127.0.0.53,
dnsmasq on 127.0.0.1), in a container docker's own on 127.0.0.11, elsewhere the router. When nobody answers there, no
name can be looked up at all, neither of this server nor of any other. Programs wait for five or ten seconds, or fail
at once, and then say "temporary failure in name resolution" (Python, glibc), EAI_AGAIN (Node.js), "could not resolve
host" (curl).

It comes about when systemd-resolved or dnsmasq has been stopped, or has crashed, and /etc/resolv.conf still points to
it ("I freed port 53 for Pi-hole, and now nothing resolves"); when a VPN has ended and left its own name server behind
in the file; when the file is empty, as in a chroot or a slim container; and when a firewall lets port 53 no longer
through.

How porttui knows: the system's resolver gave up for want of an answer (EAI_AGAIN), and porttui then sent the same
question once to each server of /etc/resolv.conf, as the system had done. A closed port answers with an ICMP error
(ECONNREFUSED), a server that is switched off with nothing; EPERM means that a firewall of this machine did not let
the question out.

What looks the same and is not: dns-servfail (a resolver answers, with a failure), dns-nxdomain (it says that there is
no such name), hosts-localhost-missing (localhost must not need a resolver), route-missing (names work, and the
network is gone). Where only the first of two servers is dead, names are found after five seconds.

To fix it, start the resolver: on Linux `systemctl restart systemd-resolved` (or dnsmasq, unbound);
`resolvectl status` and `cat /etc/resolv.conf` show who is asked. Where the file names a server that is gone, write
one that answers: your router's address. On macOS: `scutil --dns`, and set the servers in System Settings, Network. On
Windows: `Get-DnsClientServerAddress`. In docker, restart the container, or give it `--dns`. If the server is on this
very machine, ask for 127.0.0.1, which needs no resolver.

To keep it from coming back, let one program own /etc/resolv.conf (on systemd systems a link to
/run/systemd/resolve/stub-resolv.conf), name two servers, and enable the resolver's service, so that it is there after
the next start.
"""

from __future__ import annotations

from porttui.faults.fault import CannotTell, Fault, Found, Outcome, RuledOut, Stop
from porttui.faults.shared import not_answered
from porttui.model.facts import Facts, Resolver
from porttui.model.report import Remedy, Step
from porttui.model.target import Question
from porttui.reading import dns, evidence, words
from porttui.remedies import dns as ways
from porttui.remedies import hosts

_WHY = {
    "timeout": "says nothing",
    "ECONNREFUSED": "has no name server",
    "EPERM": "cannot be asked: a firewall here keeps the question in",
    "EACCES": "cannot be asked: a firewall or route here keeps the question in",
    "ENETUNREACH": "cannot be reached: there is no route to it",
    "EHOSTUNREACH": "cannot be reached: no machine has this address",
}


def check(facts: Facts) -> Outcome:
    """Find it when not one of the name servers that the system asks says anything."""
    resolver = not_answered(facts)
    if not isinstance(resolver, Resolver):
        return resolver
    if not resolver.replies:
        return CannotTell(because="no name server could be asked for this name")
    talking = (*dns.failures(resolver), *dns.answers(resolver))
    if talking:
        return RuledOut(because=f"the name server {talking[0].server} answers ({talking[0].outcome})")
    first = resolver.replies[0]
    if not resolver.servers:
        summary = f"{resolver.path} names no name server on {words.machine(facts)}, so no name can be looked up."
    elif len(resolver.servers) > 1:
        count = len({each.server for each in resolver.replies})
        summary = f"None of the {count} name servers of {words.machine(facts)} answers, so no name can be looked up."
    else:
        why = _WHY.get(first.outcome, f"cannot be asked ({first.outcome})")
        summary = f"No name can be looked up: {dns.called(facts, first.server)}, the only name server, {why}."
    return Found(
        summary=summary,
        gloss="A name must be turned into an address first, and the one to ask for it is not there.",
        evidence=(evidence.name_error(facts), *dns.quoted(resolver)),
    )


def remedies(facts: Facts) -> tuple[Remedy, ...]:
    """Start the resolver, use another one; or do without the name."""
    return (*ways.start(facts), ways.another(facts), hosts.ask_by_address(facts, "127.0.0.1"))


FAULT = Fault(
    code="dns-resolver-dead",
    step=Step.NAME,
    stop=Stop.ADDRESS,
    title="No resolver answers",
    explanation=__doc__,
    check=check,
    remedies=remedies,
    questions=(Question.CONNECT, Question.BIND),
)
