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
the question out. A server that is only silent may be slow, since those whom it asks in its turn are silent; then the
verdict is likely, and not certain. Where only the first of two servers is dead, names are found after five seconds,
which is longer than porttui waits; it says then which one answers.

What looks the same and is not: dns-servfail (a resolver answers, with a failure), dns-nxdomain (it says that there is
no such name), hosts-localhost-missing (localhost must not need a resolver), route-missing (names work, and the
network is gone).

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
from porttui.model.facts import DnsReply, Facts, Resolver
from porttui.model.report import Confidence, Evidence, Remedy, Step
from porttui.model.target import Question
from porttui.reading import dns, evidence, seen, words
from porttui.remedies import command, hosts
from porttui.remedies import dns as ways

_WHY = {
    "timeout": "says nothing",
    "ECONNREFUSED": "has its port 53 closed",
    "EPERM": "cannot be asked: a firewall here keeps the question in",
    "EACCES": "cannot be asked: a firewall or route here keeps the question in",
    "EINVAL": "cannot be asked: a route here keeps the question in",
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
    late = dns.first_is_silent(facts)
    if late is not None:
        return _found_late(facts, resolver, late)
    if talking:
        return RuledOut(because=f"the name server {talking[0].server} answers ({talking[0].outcome})")
    if any(each.outcome not in _WHY for each in resolver.replies):
        return CannotTell(because=f"the name servers could not be asked ({resolver.replies[0].outcome})")
    silent = [each for each in resolver.replies if each.outcome == "timeout"]
    return Found(
        summary=_summary(facts, resolver, bool(silent)),
        gloss=command.gloss(facts, "A name must be turned into an address first, and nobody here does that."),
        confidence=Confidence.LIKELY if silent else Confidence.CERTAIN,
        evidence=(evidence.name_error(facts), *dns.quoted(resolver), *_there(facts, silent)),
    )


def _found_late(facts: Facts, resolver: Resolver, answering: str) -> Found:
    """Tell of a first server that is silent, where another one answers: each look-up waits until it is asked."""
    first, other = dns.called(facts, resolver.servers[0]), dns.called(facts, answering)
    return Found(
        summary=f"Probably the first name server, {first}, is dead: it says nothing, and {other}, which answers, is"
        " asked only after it.",
        gloss="The servers are asked one after the other, and for each of them some seconds are waited.",
        confidence=Confidence.LIKELY,
        evidence=(evidence.name_error(facts), *dns.quoted(resolver)),
    )


def _summary(facts: Facts, resolver: Resolver, silent: bool) -> str:
    """Tell who does not answer. One that is only silent may be slow: because those whom it asks in turn are silent."""
    machine = words.machine(facts)
    if not resolver.servers:
        return f"{'Probably ' * silent}{resolver.path} names no name server on {machine}, so no name can be looked up."
    count = len({each.server for each in resolver.replies})
    if count > 1:
        if silent:
            return f"Probably the {count} name servers of {machine} are dead: none of them answers."
        return f"None of the {count} name servers of {machine} answers, so no name can be looked up."
    first = resolver.replies[0]
    who = dns.called(facts, first.server)
    if silent:
        return f"Probably the only name server, {who}, is dead: it says nothing, so no name can be looked up."
    return f"No name can be looked up: {who}, the only name server, {_WHY[first.outcome]}."


def _there(facts: Facts, silent: list[DnsReply]) -> tuple[Evidence, ...]:
    """Quote a name server of this machine that listens and says nothing (they listen by TCP as well)."""
    found = (seen.accepting(facts, each.server, 53) for each in silent if seen.is_local(facts, each.server))
    return evidence.listening(facts, [listener for listener in found if listener is not None][:1])


def remedies(facts: Facts) -> tuple[Remedy, ...]:
    """Start the resolver, use another one; or do without the name."""
    late = dns.first_is_silent(facts)
    first = (ways.ask_first(facts, late),) if late is not None and facts.os == "linux" else ()
    return (*command.instead(facts), *first, *ways.start(facts), ways.another(facts), hosts.ask_here(facts))


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
