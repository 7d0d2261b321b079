"""A report as one line of the timeline, and whether the socket tables alone would show that it changed."""

from __future__ import annotations

from porttui.model.facts import Exchange, Facts, Socket, Sockets
from porttui.model.report import Report, Severity
from porttui.model.target import Question
from porttui.model.watch import Glance
from porttui.reading import packets, seen, words

_GOOD = (Severity.OK, Severity.WARNING)


def glance_of(report: Report) -> Glance:
    """Return a report in one line."""
    facts = report.facts
    found = fitting(facts)
    return Glance(
        at=report.at,
        code=report.verdict.code,
        word=word(facts),
        listener=listener(facts),
        identity=identity(found),
        good=report.verdict.severity in _GOOD,
    )


def fitting(facts: Facts) -> tuple[Socket, ...]:
    """Return the listeners that the target's addresses lead to, each once."""
    found = [socket for address in seen.addresses(facts) if (socket := seen.accepting(facts, address)) is not None]
    return tuple(dict.fromkeys(found))


def identity(sockets: tuple[Socket, ...]) -> tuple[str, ...]:
    """Return what tells these listeners from those after a restart: the pids, else the inodes, else the addresses."""
    pids = sorted({pid for socket in sockets for pid in socket.pids})
    if pids:
        return tuple(f"pid {pid}" for pid in pids)
    return tuple(sorted(f"inode {socket.inode}" if socket.inode else words.at(socket) for socket in sockets))


def word(facts: Facts) -> str:
    """Tell in few words what a client met, or a server that wants to start: "refused", "open, HTTP 200", "free"."""
    if facts.name is not None and not facts.name.addresses:
        return "no such name"
    if facts.asked.question is Question.BIND:
        tries = facts.binds if isinstance(facts.binds, tuple) else ()
        failed = [each.error for each in tries if each.error is not None]
        if failed:
            return words.ERRNO_WORDS.get(failed[-1], failed[-1])
        return "free" if tries else "not tried"
    if not seen.opened(facts):
        attempts = seen.asked_attempts(facts)
        if not attempts:
            return "not tried"
        first = attempts[0]
        return "refused, ICMP error" if first.icmp else words.ERRNO_WORDS.get(first.outcome, first.outcome)
    said = seen.exchanges(facts)
    if not said:
        return "open"
    best = next((each for each in said if each.http is not None), None)
    best = best or next((each for each in said if each.outcome == "answer"), said[0])
    if distrusted(best):
        return "certificate refused"
    return f"open, {'no answer' if best.outcome == 'silent' else words.answer(best)}"


def listener(facts: Facts) -> str:
    """Tell who is on the port: "127.0.0.1:5173, node, pid 4388", "only [::1]:5173 listens", "nothing listens"."""
    if not isinstance(facts.sockets, Sockets):
        return "listeners: can't see"
    if not seen.target_is_local(facts):
        return "on another machine" if seen.addresses(facts) else ""
    found = fitting(facts)
    if found:
        return f"{words.at(found[0])}, {words.who_short(facts, found[0])}"
    others = seen.listeners(facts)
    if others:
        return f"only {', '.join(words.at(socket) for socket in others[:2])} listens"
    return "nothing listens"


def tables_tell(facts: Facts) -> bool:
    """Tell whether the next change of this state would show in the socket tables and the states of processes.

    It would when the target answers (then it is not asked again before its listener changes), when nobody is there
    whom a connection would reach, and when the server is paused. A firewall, a name, a server that hangs or answers
    with an error change without a trace in the tables.
    """
    if not seen.target_is_local(facts) or not seen.sockets_seen(facts):
        return False
    if facts.asked.question is Question.BIND:
        tries = facts.binds if isinstance(facts.binds, tuple) else ()
        in_use = any(each.error == "EADDRINUSE" for each in tries)
        return bool(tries) and (all(each.error is None for each in tries) or (in_use and bool(seen.listeners(facts))))
    found = fitting(facts)
    if not found:
        plain = [each for each in seen.asked_attempts(facts) if each.outcome == "ECONNREFUSED" and each.icmp is None]
        return bool(plain) and all(packets.reset_by_kernel(each) is not False for each in plain)
    return answers(facts) or _paused(facts, found)


def answers(facts: Facts) -> bool:
    """Tell whether the target surely did what was asked: in its own protocol, and not with an HTTP error."""
    if not seen.opened(facts):
        return False
    said = [each for each in seen.exchanges(facts) if each.outcome == "answer"]
    scheme = facts.asked.target.scheme
    if seen.wants_http(facts):
        return any(
            each.sent == scheme and each.http is not None and each.http.status < 400 and not distrusted(each)
            for each in said
        )
    if any(each.http is not None and each.http.status >= 400 for each in said):
        return False
    return bool(said) and (scheme is None or any(each.protocol == scheme for each in said))


def distrusted(exchange: Exchange) -> bool:
    """Tell whether the user's clients refuse the certificate: what came after it, they do not get."""
    return exchange.tls is not None and exchange.tls.trusted is False


def _paused(facts: Facts, sockets: tuple[Socket, ...]) -> bool:
    owners = [owner for socket in sockets for owner in seen.owners(facts, socket)]
    return bool(owners) and all(owner.state in {"T", "t"} for owner in owners)
