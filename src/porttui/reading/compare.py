"""Asked against found: the few aligned lines that porttui lives for."""

from __future__ import annotations

from porttui.model.address import endpoint, family_name, is_wildcard
from porttui.model.facts import Attempt, Facts, Socket
from porttui.model.report import Side
from porttui.model.target import Question
from porttui.reading import keeping, meant, nat, near, seen, words

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
            Side(endpoint=words.at(socket), family=_families(socket), text=words.who(facts, socket))
            for socket in found[:_MOST]
        )
    others = [row for row in seen.rows(facts) if row.port == port and row.state in {"BOUND", "UNCONN"}]
    if others:
        kind = {"BOUND": "bound, does not listen", "UNCONN": "UDP only"}
        return tuple(
            Side(endpoint=words.at(row), family="", text=f"{kind[row.state]}: {words.who_short(facts, row)}")
            for row in others[:_MOST]
        )
    text = f"nothing on port {port}"
    left = keeping.connections(facts)
    if left and facts.asked.question is Question.BIND:  # for a client they are mere evidence
        return (Side(endpoint="", family="", text=_left(facts, left)),)
    return (Side(endpoint="", family="", text=text + (_led(facts) or _nearby(facts))),)


def _led(facts: Facts) -> str:
    """Tell where a rule leads what was asked for: no listener on the port is needed for that."""
    leads = (nat.deciding(facts, address) for address in seen.addresses(facts))
    lead = next((each for each in leads if isinstance(each, nat.Lead)), None)
    if lead is not None:
        return f"; a NAT rule leads it to {endpoint(*lead.place)}"
    others = nat.for_others(facts)
    return f"; a NAT rule leads others to {endpoint(*others[1].place)}" if others is not None else ""


def _nearby(facts: Facts) -> str:
    """Name the listener that was probably meant, unless the connection showed that none is missing on the port."""
    if nat.goes_elsewhere(facts):
        return ""
    guess = meant.meant(facts)
    nearby = (guess.socket,) if guess else near.neighbours(facts)
    if not nearby:
        return ""
    how = f"{guess.sure} meant:" if guess else "nearest is"
    return f"; {how} {words.at(nearby[0])}, {words.who_short(facts, nearby[0])}"


def _families(socket: Socket) -> str:
    """Return the families of the connections that a listener takes: both where IPV6_V6ONLY is off (ipv6(7))."""
    both = socket.v6only is False and is_wildcard(socket.address)
    return "IPv4+IPv6" if both else family_name(socket.address)


def _left(facts: Facts, rows: tuple[Socket, ...]) -> str:
    """Tell of connections where nobody listens."""
    live = [row for row in rows if not keeping.waits(row)]
    if live:
        held = next((row for row in live if not words.nobodys(row)), live[0])
        return f"no listener; {words.count(len(live), 'connection')}: {words.who_short(facts, held)}"
    seconds = keeping.free_in(rows)
    until = f", forgotten in {words.seconds(seconds)}" if seconds is not None else ""
    return f"no listener; {words.count(len(rows), 'old connection')} in TIME_WAIT{until}"


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
    if last.error is not None:
        return words.ERRNO_WORDS.get(last.error, last.error)
    return "can be bound" if tries[0].error is None else "can be bound with SO_REUSEADDR only"
