"""What could not be looked at, gathered from all over the facts."""

from __future__ import annotations

from porttui.model.facts import Facts, Sockets, Unseen


def all_unseen(facts: Facts) -> tuple[Unseen, ...]:
    """Return every Unseen of the facts, each once, in the order of the steps."""
    found: list[Unseen] = []
    hosts = facts.name.hosts if facts.name else ()
    found += [
        part for part in (facts.interfaces, hosts, facts.routes, facts.binds, facts.sockets) if isinstance(part, Unseen)
    ]
    if isinstance(facts.sockets, Sockets):
        found += facts.sockets.unseen
    found += firewall_unseen(facts)
    found += facts.unseen
    found += facts.failures
    return tuple(dict.fromkeys(found))


def firewall_unseen(facts: Facts) -> tuple[Unseen, ...]:
    """Return why firewall rules could not be read; () when all were, or when nobody looked."""
    return tuple(backend.unseen for backend in facts.firewall or () if backend.unseen is not None)
