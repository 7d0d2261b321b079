"""What the name servers answered when the system got no answer from them."""

from __future__ import annotations

from porttui.model.address import is_loopback
from porttui.model.facts import DnsReply, Facts, Resolver
from porttui.model.report import Evidence
from porttui.reading import words

STUB = "127.0.0.53"
"""Where systemd-resolved listens (systemd-resolved.service(8))."""
DOCKER = "127.0.0.11"
"""Where docker's embedded resolver listens, inside of containers."""
_FAILED = {"SERVFAIL", "REFUSED", "FORMERR", "NOTIMP"}


def failures(resolver: Resolver) -> tuple[DnsReply, ...]:
    """Return the answers that say that the name server itself failed, or does not want to."""
    return tuple(each for each in resolver.replies if each.outcome in _FAILED or each.outcome.startswith("RCODE"))


def answers(resolver: Resolver) -> tuple[DnsReply, ...]:
    """Return the real answers to questions of which none failed at the same server: addresses, or "no such name"."""
    bad = {(each.server, each.name) for each in failures(resolver)}
    return tuple(
        each
        for each in resolver.replies
        if each.outcome in {"NOERROR", "NXDOMAIN"} and (each.server, each.name) not in bad
    )


def first_is_silent(facts: Facts) -> str | None:
    """Return the name server that answers, where the first one does not and the system waited for it too long.

    The servers are asked in their order, each for some seconds (resolv.conf(5), timeout). None where that is not so.
    """
    resolver = facts.name.resolver if facts.name else None
    if facts.name is None or not facts.name.timed_out or not isinstance(resolver, Resolver) or not resolver.servers:
        return None
    first = [each for each in resolver.replies if each.server == resolver.servers[0]]
    if not first or any(each.outcome != "timeout" for each in first):
        return None
    return next((each.server for each in answers(resolver) if each.outcome == "NOERROR"), None)


def called(facts: Facts, server: str) -> str:
    """Name a name server: "127.0.0.53 (systemd-resolved)"."""
    if server == STUB:
        return f"{server} (systemd-resolved)"
    if server == DOCKER:
        return f"{server} (docker's)"
    return f"{server} on {words.machine(facts)} itself" if is_loopback(server) else server


def quoted(resolver: Resolver) -> tuple[Evidence, ...]:
    """Quote the servers of the file and what each of them answered, both kinds of address in one line when alike."""
    source = resolver.path
    found = [Evidence(text=f"nameserver\t{', '.join(resolver.servers) or 'none'}", source=source)]
    told: dict[tuple[str, str, str], list[DnsReply]] = {}
    for each in resolver.replies:
        told.setdefault((each.server, each.name, each.outcome), []).append(each)
    for (server, name, outcome), replies in list(told.items())[:6]:
        kinds = " and ".join(each.kind for each in replies)
        word = f"no answer in {words.duration(replies[0].ms)}" if outcome == "timeout" else outcome
        found.append(Evidence(text=f"DNS\t{server}\t{name} ({kinds}): {word}", source="UDP port 53"))
    return tuple(found)
