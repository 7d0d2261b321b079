"""How full the kernel's table of connections is (conntrack), by its own numbers."""

from __future__ import annotations

from porttui.model.facts import Attempt, Facts

_NEARLY = 0.95
"""On a busy machine entries come and go: a table that was full a moment ago is read a little below its limit."""


def filling(facts: Facts) -> tuple[int, int] | None:
    """Return the entries of this network namespace and the limit; None when they are not told."""
    count, most = (facts.sysctls.get(f"net.netfilter.nf_conntrack_{name}", "") for name in ("count", "max"))
    if not (count.isdigit() and most.isdigit() and int(most) > 0):  # a limit of 0 is none
        return None
    return int(count), int(most)


def is_full(facts: Facts) -> bool:
    """Tell whether the table has no room left, or had none a moment ago."""
    numbers = filling(facts)
    return numbers is not None and numbers[0] >= _NEARLY * numbers[1]


def dropped(attempt: Attempt) -> int:
    """Return how many packets connection tracking threw away around the first packets of an attempt."""
    return attempt.burst.get("Conntrack.Drop", 0)
