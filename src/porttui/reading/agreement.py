"""What a real connection shows of the rules, and whether it is what the rules were judged to do."""

from __future__ import annotations

from porttui.model.facts import Attempt, Facts
from porttui.reading import packets

_PASSED = "accept"


def shown(facts: Facts, attempt: Attempt) -> str | None:
    """Return what became of a connection in the words of a verdict; None where it does not tell what rules did."""
    if attempt.outcome == "open":
        return _PASSED
    if attempt.icmp is not None and not packets.nobody_there(facts, attempt):
        family = "icmp" if attempt.icmp.version == 4 else "icmp6"
        return f"reject:{family}:{attempt.icmp.type}:{attempt.icmp.code}"
    if attempt.outcome == "ECONNREFUSED":
        return {True: _PASSED, False: "reset", None: None}[packets.reset_by_kernel(attempt)]
    if packets.queue_overflowed(attempt):
        return _PASSED
    dropped = packets.dropped_inwards(attempt) or packets.dropped_outwards(attempt)
    return "drop" if dropped or packets.lost_at_the_interface(facts, attempt) else None


def agrees(facts: Facts, attempt: Attempt, verdict: str) -> bool | None:
    """Tell whether a real connection went as a verdict on the rules says; None where that cannot be told.

    Args:
        facts: what was seen.
        attempt: the connection.
        verdict: as `porttui.model.rules.Judged.verdict`.
    """
    if verdict == "unknown" or attempt.immediate:
        return None
    passed = verdict == _PASSED or verdict.startswith("redirect:")
    real = shown(facts, attempt)
    if real is not None:
        return passed if real == _PASSED else real == verdict
    if attempt.outcome == "timeout":  # whatever is silent: a rule that answers would have been heard
        return None if passed else verdict == "drop"
    if attempt.outcome == "ECONNREFUSED":
        return None if passed or verdict == "reset" else False
    return None
