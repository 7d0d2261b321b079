"""A second look at the server, when a connection of porttui's own has brought no answer: what does it do instead?"""

from __future__ import annotations

from collections.abc import Iterable

from porttui.model.facts import Counters, Facts, Fate, Meanwhile, Socket, Unseen
from porttui.observe import bounds
from porttui.observe.linux.counters import moved
from porttui.observe.platform import Platform
from porttui.reading import seen, stuck

_FOLLOWED = 8


def meanwhile(facts: Facts, eyes: Platform, before: Counters) -> Meanwhile | None:
    """Look again at the listener that a connection without an answer led to.

    Args:
        facts: what was seen so far, with the attempts and what was said on them.
        eyes: reads the machine; about 0.15 s.
        before: the kernel's counters before the first word was said.

    Returns:
        None when every connection was answered or refused, or when it is not known which listener took it.
    """
    listener = stuck.listener(facts)
    if listener is None or not stuck.unanswered(facts):
        return None
    pids = dict.fromkeys(pid for each in stuck.sharers(facts, listener) for pid in each.pids)
    doing = eyes.doing(list(pids)[: bounds.MOST_PROCESSES])
    rows = eyes.listeners(listener.port)
    mine = (listener.inode, listener.address)
    queue = None
    if not isinstance(rows, Unseen):
        queue = next((row.queue for row in rows if (row.inode, row.address) == mine), None)
    first = (each for each in seen.asked_attempts(facts) if each.outcome == "open" and each.source_port)
    own = [(each.peer, each.port, each.source, each.source_port) for each in first]
    waiting = [row for row in stuck.connections(facts, listener) if row.inode == 0]
    waited = [eyes.fate(*ends) for ends in (own + _ends(waiting))[:_FOLLOWED]]
    accepted = [eyes.fate(*ends) for ends in _ends(stuck.taken(facts, listener))[:_FOLLOWED]]
    return Meanwhile(
        doing=doing,
        taken=_not("waiting", waited),
        over=_not("accepted", accepted),
        queue=queue,
        moved=moved(before, eyes.counters()),
    )


def _ends(rows: Iterable[Socket]) -> list[tuple[str, int, str, int]]:
    return [(row.address, row.port, row.peer, row.peer_port) for row in rows]


def _not(row: str, fates: list[Fate]) -> int | None:
    """Count the connections that no longer are what they were; None when there are none whose fate is known."""
    known = [fate for fate in fates if fate.row != "unknown"]
    return sum(fate.row != row or fate.closed for fate in known) if known else None
