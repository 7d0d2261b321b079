"""A second look at the server, when a connection of porttui's own has brought no answer: what does it do instead?"""

from __future__ import annotations

from porttui.model.facts import Counters, Facts, Meanwhile, Socket, Unseen
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
    ends = _followed(facts, listener)
    fates = [eyes.fate(*each) for each in ends]
    known = [fate for fate in fates if fate.row != "unknown"]
    return Meanwhile(
        doing=doing,
        taken=sum(fate.row != "waiting" for fate in known) if known else None,
        queue=queue,
        moved=moved(before, eyes.counters()),
    )


def _followed(facts: Facts, listener: Socket) -> list[tuple[str, int, str, int]]:
    """Name the ends of porttui's own first connections, else of those of others that waited already."""
    own = [
        (each.peer, each.port, each.source, each.source_port)
        for each in seen.asked_attempts(facts)
        if each.outcome == "open" and each.source_port
    ]
    others = [
        (row.address, row.port, row.peer, row.peer_port)
        for row in stuck.connections(facts, listener)
        if row.inode == 0 and row.state in {"ESTABLISHED", "CLOSE_WAIT"}
    ]
    return (own or others)[:_FOLLOWED]
