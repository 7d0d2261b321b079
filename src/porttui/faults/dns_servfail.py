"""The resolver answers with a failure.

Names are looked up in two steps. Your program asks the resolver of its own machine or network, whose address stands
in /etc/resolv.conf, and that one asks the name servers of the world. When the second step fails, the resolver does
answer, and its answer is a failure: SERVFAIL, "I could not find out", or REFUSED, "I do not answer you this". It is
not "there is no such name" (that would be NXDOMAIN): the name may exist. Programs hide the difference and say
"temporary failure in name resolution" (Python, glibc), EAI_AGAIN (Node.js), "could not resolve host" (curl).

It comes about when the resolver itself has no way to the internet: systemd-resolved answers on 127.0.0.53 while the
Wi-Fi or the VPN is gone; when a domain's own name servers are down or its DNSSEC signatures have run out; when
docker's resolver 127.0.0.11 cannot reach the host's; and REFUSED when a resolver serves its own network only, such as
the one of the provider that you have just left, or the office's when the VPN is off.

How porttui knows: the system's resolver gave up with "try again" (EAI_AGAIN), and porttui then sent the same question
once to each server of /etc/resolv.conf, as the system had done: at least one answered, with a failure, and none with
an answer.

What looks the same and is not: dns-resolver-dead (no answer at all), dns-nxdomain (a clean "there is no such name"),
hosts-localhost-missing and subdomain-localhost (names that no name server should be asked for), proxy-env (the name
is looked up by a proxy).

To fix it, ask the resolver why. On Linux with systemd, `resolvectl query NAME` says in words what went wrong,
`resolvectl status` shows whom it asks in its turn, and `resolvectl flush-caches` makes it forget old answers. With a
resolver of your own (dnsmasq, unbound, bind) read its log. On macOS: `scutil --dns`, and `dscacheutil -flushcache`.
On Windows: `Resolve-DnsName NAME`, and `ipconfig /flushdns`. If the server is on this very machine, ask for
localhost. In docker, give the container another one: `docker run --dns 192.168.4.1`.

To keep it from coming back, name two servers that do not fail together, let the VPN set the resolver for its own
names only (split DNS), and give names of your own machines a line in the hosts file.
"""

from __future__ import annotations

from porttui.faults.fault import CannotTell, Fault, Found, Outcome, RuledOut, Stop
from porttui.faults.shared import not_answered
from porttui.model.facts import Facts, Resolver
from porttui.model.report import Remedy, Step
from porttui.model.target import Question
from porttui.reading import dns, evidence
from porttui.remedies import command, hosts
from porttui.remedies import dns as ways


def check(facts: Facts) -> Outcome:
    """Find it when a name server that the system asks answers with a failure, and none with an answer."""
    resolver = not_answered(facts)
    if not isinstance(resolver, Resolver):
        return resolver
    failures = dns.failures(resolver)
    if not failures:
        return RuledOut(because="no name server answered with a failure")
    if dns.answers(resolver):
        return CannotTell(because="a name server answered when it was asked again")
    first = failures[0]
    who = dns.called(facts, first.server)
    said = {"SERVFAIL": "that it could not find out", "REFUSED": "that it does not answer us"}.get(first.outcome)
    return Found(
        summary=f"The name server {who} answers {first.outcome} for {first.name}" + (f": {said}." if said else "."),
        gloss=command.gloss(facts, "This does not mean that there is no such name: the name server failed to look."),
        evidence=(evidence.name_error(facts), *dns.quoted(resolver)),
    )


def remedies(facts: Facts) -> tuple[Remedy, ...]:
    """Ask the resolver why, let it forget, use another one; or do without the name."""
    return (*command.instead(facts), ways.ask_why(facts), ways.another(facts), hosts.ask_here(facts))


FAULT = Fault(
    code="dns-servfail",
    step=Step.NAME,
    stop=Stop.ADDRESS,
    title="The resolver answers with a failure",
    explanation=__doc__,
    check=check,
    remedies=remedies,
    questions=(Question.CONNECT, Question.BIND),
)
