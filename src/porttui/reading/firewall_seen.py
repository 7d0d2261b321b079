"""What a firewall does to this connection, as far as the connection itself shows it."""

from __future__ import annotations

from porttui.model.facts import Attempt, Facts
from porttui.model.report import Firewall, Verdict
from porttui.reading import packets, seen


def firewall_seen(facts: Facts, verdict: Verdict) -> Firewall | None:
    """Return what was read of the firewalls, and the verdict of the rules in the words of the contract.

    Args:
        facts: what was seen.
        verdict: the leading verdict, which may be a firewall's.

    Returns:
        None while nobody looked.
    """
    if facts.firewall is None and facts.attempts is None:
        return None
    return Firewall(verdict=_verdict_word(facts, verdict), backends=facts.firewall or ())


def _verdict_word(facts: Facts, verdict: Verdict) -> str:
    attempts = seen.asked_attempts(facts)
    if any(attempt.outcome == "open" for attempt in attempts):
        return "accept"
    icmp = next((attempt for attempt in attempts if attempt.icmp is not None), None)
    if verdict.code == "fw-reject-icmp" and icmp is not None:
        return _icmp_word(icmp)
    if verdict.code == "fw-reject-reset":
        return "reset"
    if verdict.code in {"fw-drop-input", "fw-drop-output"}:
        return "drop"
    if attempts and all(packets.reset_by_kernel(attempt) for attempt in attempts):
        return "accept"
    return "unknown"


def _icmp_word(attempt: Attempt) -> str:
    if attempt.icmp is None:
        return "unknown"
    family = "icmp" if attempt.icmp.version == 4 else "icmp6"
    return f"reject:{family}:{attempt.icmp.type}:{attempt.icmp.code}"
