"""Asked against found: the few aligned lines that porttui lives for."""

from __future__ import annotations

from porttui.model.address import endpoint, family_name
from porttui.model.facts import Attempt, Facts
from porttui.model.report import Side
from porttui.model.target import Question
from porttui.reading import near, seen, words

_MOST = 3


def asked_side(facts: Facts) -> tuple[Side, ...]:
    """Return a line for each address that was asked for, with what came of it."""
    target = facts.asked.target
    if not seen.addresses(facts):
        return (
            Side(endpoint=words.asked_endpoint(facts), family="", text="the name leads nowhere" if facts.name else ""),
        )
    if facts.asked.question is Question.BIND:
        return tuple(
            Side(endpoint=endpoint(address, target.port), family=family_name(address), text=_bind_words(facts, address))
            for address in seen.addresses(facts)[:_MOST]
        )
    by_address = {attempt.address: attempt for attempt in seen.asked_attempts(facts)}
    return tuple(
        Side(
            endpoint=endpoint(address, target.port),
            family=family_name(address),
            text=_attempt_words(facts, by_address.get(address)),
        )
        for address in seen.addresses(facts)[:_MOST]
    )


def found_side(facts: Facts) -> tuple[Side, ...]:
    """Return a line for each listener on the port, else for what is nearest to it."""
    port = facts.asked.target.port
    if not seen.sockets_seen(facts):
        text = "can't see" if seen.sockets_unseen(facts) else ""
        return (Side(endpoint="", family="", text=text),)
    if seen.addresses(facts) and not any(seen.is_local(facts, address) for address in seen.addresses(facts)):
        bind = facts.asked.question is Question.BIND
        text = f"no interface of {words.machine(facts)} has it" if bind else "can't see: another machine"
        return (Side(endpoint="", family="", text=text),)
    found = seen.listeners(facts)
    if found:
        return tuple(
            Side(endpoint=words.at(socket), family=family_name(socket.address), text=words.who(facts, socket))
            for socket in found[:_MOST]
        )
    others = [row for row in seen.rows(facts) if row.port == port and row.state in {"BOUND", "UNCONN"}]
    if others:
        kind = {"BOUND": "bound, does not listen", "UNCONN": "UDP only"}
        return tuple(
            Side(endpoint=words.at(row), family="", text=f"{kind[row.state]}: {words.who_short(facts, row)}")
            for row in others[:_MOST]
        )
    nearby = near.neighbours(facts)
    text = f"nothing on port {port}"
    if nearby:
        text += f"; nearest is {words.at(nearby[0])}, {words.who_short(facts, nearby[0])}"
    return (Side(endpoint="", family="", text=text),)


def _attempt_words(facts: Facts, attempt: Attempt | None) -> str:
    if attempt is None:
        return "" if facts.done or facts.attempts is not None else "waiting for an answer"
    if attempt.outcome != "ECONNREFUSED" or attempt.icmp is not None:
        return words.outcome(attempt)
    local = seen.is_local(facts, attempt.address) and seen.sockets_seen(facts)
    if local and seen.accepting(facts, attempt.address) is None:
        return "nothing listens there"
    return words.outcome(attempt)


def _bind_words(facts: Facts, address: str) -> str:
    tries = [each for each in facts.binds if each.address == address] if isinstance(facts.binds, tuple) else []
    if not tries:
        return ""
    last = tries[-1]
    return "can be bound" if last.error is None else words.ERRNO_WORDS.get(last.error, last.error)
