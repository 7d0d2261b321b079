"""A refusal once more, a few times, each between two readings of the counters of its own.

Of one refusal the sum of the counters does not tell which packets were ours. When each of several moves them by exactly
the same, and nothing moves them in between, what moved was theirs.
"""

from __future__ import annotations

from collections.abc import Callable

from porttui.model.facts import Counters
from porttui.observe.connection import Connection, wait
from porttui.observe.linux.counters import moved

_TRIES = 5
_TURNS = 4
"""How often it is begun anew when other traffic got in between."""
_PATIENCE = 0.15
"""Seconds for an answer. It is there when connect(2) returns, as nothing leaves this machine."""
_WATCHED = ("Dev.Loopback", "Dev.Outside", "Ip.InReceives", "Ip.InDelivers", "Ip6.InReceives", "Ip6.InDelivers")


def rounds(begin: Callable[[], Connection], outcome: str, counters: Callable[[], Counters]) -> tuple[Counters, ...]:
    """Be refused a few times more, one at a time.

    Args:
        begin: begins a connection.
        outcome: how each has to end.
        counters: reads the kernel's counters.

    Returns:
        By how much each of the tries moved Dev.Loopback, Dev.Outside, and InReceives and InDelivers of both families.
        () where one of them ended otherwise, or where other traffic moved these counters as well.
    """
    for _ in range(_TURNS):
        found: list[Counters] = []
        last = counters()
        for _ in range(_TRIES):
            before = counters()
            if _watched(last, before):
                break  # somebody else's
            one = begin()
            try:
                wait((one,), one.began + _PATIENCE)
                last = counters()
            finally:
                one.close()
            if one.outcome != outcome:
                return ()
            found.append(_watched(before, last))
            if found[-1] != found[0]:
                break
            if not found[0].get("Dev.Loopback"):
                return ()  # it was sent to another machine, and that has answered
        if len(found) == _TRIES and all(each == found[0] for each in found) and not _watched(last, counters()):
            return tuple(found)
    return ()


def _watched(before: Counters, after: Counters) -> Counters:
    return {name: by for name, by in moved(before, after).items() if name in _WATCHED}
