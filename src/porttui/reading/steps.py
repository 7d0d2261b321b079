"""The six steps, each told in a few words: what was looked at, what came of it, what follows from another step."""

from __future__ import annotations

from collections.abc import Callable

from porttui.model.address import endpoint
from porttui.model.facts import Attempt, Facts, Unseen
from porttui.model.report import Evidence, Severity, Status, Step, StepResult, Verdict
from porttui.model.target import Question
from porttui.reading import (
    by_user,
    evidence,
    history,
    keeping,
    nat,
    no_host,
    packets,
    redirects,
    rule_words,
    rules,
    seen,
    stuck,
    words,
)
from porttui.reading.unseen import firewall_unseen

Told = tuple[Status, str]

_PARTS: dict[Step, tuple[str, ...]] = {
    Step.NAME: ("name",),
    Step.BIND: ("bind",),
    Step.LISTENER: ("sockets",),
    Step.PATH: ("connect",),
    Step.PROBE: ("probe",),
    Step.FIREWALL: ("firewall",),
}
"""The parts of the look whose time a step counts."""


def step_results(facts: Facts, verdict: Verdict) -> tuple[StepResult, ...]:
    """Tell the six steps. At most one of them fails: the one that the verdict names, or where the symptom shows."""
    failing = verdict.step if verdict.severity is not Severity.UNKNOWN else symptom_step(facts)
    if not facts.done and verdict.severity is Severity.UNKNOWN:
        failing = None
    return tuple(_result(facts, step, tell, failing, verdict) for step, tell in _TELL.items())


def symptom_step(facts: Facts) -> Step:
    """Return the step at which the user meets the trouble, whatever its cause."""
    if facts.name is not None and not facts.name.addresses:
        return Step.NAME
    if facts.asked.question is Question.BIND:
        return Step.BIND
    return Step.PROBE if seen.opened(facts) else Step.PATH


def _result(
    facts: Facts, step: Step, tell: Callable[[Facts, Step | None], Told], failing: Step | None, verdict: Verdict
) -> StepResult:
    status, summary = tell(facts, failing)
    if step is failing:
        status = Status.WARN if verdict.severity is Severity.WARNING else Status.FAIL
    elif status is Status.FAIL:
        status = _beside_the_verdict(failing, verdict)
    took = [facts.took[part] for part in _PARTS[step] if part in facts.took]
    quoted = verdict.evidence if step is failing else _EVIDENCE[step](facts)
    return StepResult(name=step, status=status, summary=summary, ms=sum(took) if took else None, evidence=quoted)


def _beside_the_verdict(failing: Step | None, verdict: Verdict) -> Status:
    """Return what to call a step that went wrong and is not the one to blame: only one step may fail."""
    if verdict.severity is Severity.OK:
        return Status.WARN  # it works all the same: a translated port has no listener here
    return Status.FAIL if failing is None else Status.SKIPPED


def _looking(facts: Facts, waits_for: str = "") -> Told:
    if facts.done:
        return Status.SKIPPED, "not looked at"
    return Status.LOOKING, f"waits for {waits_for}" if waits_for else ""


def _name(facts: Facts, _failing: Step | None) -> Told:
    name = facts.name
    if name is None:
        return _looking(facts)
    if not name.addresses:
        return Status.FAIL, words.nowhere(name)
    if name.literal:
        return Status.PASS, f"{name.addresses[0]} is {words.where(facts, name.addresses[0])}"
    source = " (hosts file)" if isinstance(name.hosts, tuple) and name.hosts else ""
    more = f" and {len(name.addresses) - 2} more" if len(name.addresses) > 2 else ""
    return Status.PASS, f"{name.host} is {' and '.join(name.addresses[:2])}{more}{source}"


def _bind(facts: Facts, failing: Step | None) -> Told:
    if facts.binds is None:
        return _looking(facts)
    if isinstance(facts.binds, Unseen):
        return Status.UNSEEN, facts.binds.reason
    if not facts.binds and facts.name is not None and not facts.name.addresses:
        return Status.SKIPPED, "follows from name"
    errors = [each for each in seen.binds_that_count(facts) if each.error is not None]
    if facts.asked.question is Question.BIND:
        if not errors and keeping.taken(facts):
            return Status.WARN, f"{words.asked_endpoint(facts)} can be bound with SO_REUSEADDR only"
        many = no_host.first(facts)
        if not errors and many is not None:
            return Status.FAIL, f"{many[0]} is a {many[1]} address: nothing can connect to it"
        if not errors:
            return Status.PASS, f"{words.asked_endpoint(facts)} can be bound"
        word = words.ERRNO_WORDS.get(errors[0].error or "", errors[0].error or "")
        return Status.FAIL, f"{endpoint(errors[0].address, errors[0].port)}: {word}"
    if failing is Step.BIND and seen.listeners(facts):
        return Status.WARN, _several(facts)
    return Status.SKIPPED, _bind_for_client(facts, [each.error for each in errors])


def _bind_for_client(facts: Facts, errors: list[str | None]) -> str:
    here = [address for address in seen.addresses(facts) if seen.is_local(facts, address)]
    if not here and seen.addresses(facts) and "EADDRINUSE" not in errors:
        return "another machine's address, not to be bound here"
    holder = next((s for a in here or seen.addresses(facts) if (s := seen.accepting(facts, a)) is not None), None)
    if holder is not None:
        return f"taken, as it should be: {words.program(facts, holder)} serves {holder.port}"
    if "EADDRINUSE" in errors:
        return "taken, though nothing listens there"
    if not seen.target_is_local(facts):
        return "not this machine's address"
    if "EADDRNOTAVAIL" in errors or "EAFNOSUPPORT" in errors:
        return "no server could have this address now"
    if "EACCES" in errors:
        return f"no program holds {words.asked_endpoint(facts)}"
    return f"free: no program holds {words.asked_endpoint(facts)}"


def _listener(facts: Facts, failing: Step | None) -> Told:
    if facts.sockets is None:
        return _looking(facts)
    if isinstance(facts.sockets, Unseen):
        return Status.UNSEEN, f"the socket tables: {facts.sockets.reason}"
    port = facts.asked.target.port
    moved = history.told(facts) if failing is Step.LISTENER else None
    if moved is not None:
        return Status.FAIL, moved
    local = [address for address in seen.addresses(facts) if seen.is_local(facts, address)]
    if not local and facts.asked.question is Question.BIND:
        return Status.SKIPPED, "follows from bind"
    if not local:
        return Status.UNSEEN if seen.addresses(facts) else Status.SKIPPED, (
            "on another machine" if seen.addresses(facts) else "follows from name"
        )
    fitting = {socket for address in local if (socket := seen.accepting(facts, address)) is not None}
    if fitting:
        first = min(fitting, key=lambda socket: socket.address)
        if facts.asked.question is Question.BIND and any(each.error for each in seen.binds_that_count(facts)):
            return Status.SKIPPED, f"{words.at(first)} listens: it is in the way"
        if failing is Step.LISTENER:
            return Status.WARN, _several(facts)
        queue = words.queue(first)
        return Status.PASS, f"{words.at(first)} listens" + (f", {queue}" if queue else "")
    others = seen.listeners(facts)
    if others:
        return Status.FAIL, f"only {', '.join(words.at(socket) for socket in others[:2])} listens"
    if facts.asked.question is Question.BIND:
        left = len(keeping.connections(facts))
        more = f"; {words.count(left, 'connection')} on it" if left else ""
        return Status.PASS, f"nothing listens on port {port}{more}"
    bound = next((row for row in seen.rows(facts) if row.port == port and row.state in {"BOUND", "UNCONN"}), None)
    if bound is not None:
        what = "is bound and does not listen" if bound.state == "BOUND" else "is UDP"
        return Status.FAIL, f"{words.at(bound)} {what}"
    elsewhere = next((row for row in seen.rows(facts) if row.port == port and row.namespace is not None), None)
    return Status.FAIL, f"nothing listens on port {port}" + (" in this network namespace" if elsewhere else "")


def _several(facts: Facts) -> str:
    """Tell who listens on the port, where that is the point."""
    found = seen.listeners(facts)
    held = "; ".join(f"{words.at(each)}, {words.who_short(facts, each)}" for each in found[:2])
    return held if len(held) <= 80 and len(found) <= 2 else f"{len(found)} listeners on port {found[0].port}"


def _path(facts: Facts, failing: Step | None) -> Told:
    if facts.asked.question is Question.BIND:
        if failing is Step.PATH:
            return Status.FAIL, "no packet can come to this address"
        return Status.SKIPPED, "not asked: this is about starting a server"
    if facts.attempts is None:
        return _looking(facts)
    attempts = seen.asked_attempts(facts)
    if not attempts:
        return Status.SKIPPED, "follows from name" if not seen.addresses(
            facts
        ) and failing is not Step.PATH else "not tried"
    opened = [each for each in attempts if each.outcome == "open"]
    if opened and seen.opened(facts):
        closed = [each for each in attempts if each.outcome != "open"]
        if closed:
            return (
                Status.WARN,
                f"{opened[0].address} {words.outcome(opened[0])}; {closed[0].address} {_short(closed[0].outcome)}",
            )
        return Status.PASS, words.outcome(opened[0])
    first = attempts[0]
    told = words.outcome(first)
    if failing is not None and failing is not Step.PATH:
        by = f" by {words.machine(facts)}" if packets.reset_by_kernel(first) else ""
        told = (f"refused{by} at once" if first.outcome == "ECONNREFUSED" else told) + f": follows from {failing}"
    return Status.FAIL, told


def _short(outcome: str) -> str:
    return words.ERRNO_WORDS.get(outcome, outcome)


def _probe(facts: Facts, _failing: Step | None) -> Told:
    if facts.asked.question is Question.BIND:
        return Status.SKIPPED, "not asked: this is about starting a server"
    if facts.attempts is None:
        return _looking(facts, "path")
    if not seen.opened(facts):
        tried = [each for each in seen.exchanges(facts, "elsewhere") if each.outcome == "answer"]
        other = bool(tried) and (tried[0].port == facts.asked.target.port or not nat.goes_elsewhere(facts))
        told = f"; {endpoint(tried[0].address, tried[0].port)} answers, {words.answer(tried[0])}" if other else ""
        return Status.SKIPPED, f"not reached{told}"
    exchanges = seen.exchanges(facts)
    if not exchanges:
        return _looking(facts)
    best = next((each for each in exchanges if each.http is not None), None)
    best = best or next((each for each in exchanges if each.outcome == "answer"), exchanges[0])
    if best.protocol == "http" and best.http is None:  # an error to a hello that was none: what of the request itself?
        failed = (each for each in exchanges if each.sent in {"http", "https"} and each.outcome != "answer")
        best = next(failed, best)
    if best.outcome != "answer" and not facts.done:
        return _looking(facts)
    if best.outcome == "answer" and redirects.is_first(facts, best) and redirects.hops(facts):
        return (Status.PASS if redirects.ends_well(facts) else Status.FAIL), redirects.in_short(facts, best)
    told = words.answer(best)
    if best.sent == "https" and best.http is not None and best.tls is not None and best.tls.trusted is False:
        told = f"its certificate is refused; {told} without that check"
    return (Status.PASS if best.outcome == "answer" else Status.FAIL), told


def _firewall(facts: Facts, failing: Step | None) -> Told:
    status, told = _firewall_of_this(facts, failing)
    for_user = by_user.in_short(facts)
    if not for_user:
        return status, told
    if by_user.differing(facts) is None or status is Status.FAIL:
        return status, f"{told}; {for_user}"
    return Status.WARN, f"{'it opened as root' if status is Status.PASS and seen.opened(facts) else told}; {for_user}"


def _firewall_of_this(facts: Facts, failing: Step | None) -> Told:
    if facts.asked.question is Question.BIND:
        return Status.SKIPPED, "no rule can keep a server from starting"
    attempts = seen.asked_attempts(facts)
    past = [each for each in attempts if nat.led_past(each)]
    if failing is Step.FIREWALL and past:
        place = nat.led_to(facts, past[0])
        return Status.FAIL, f"led past the listener, to {endpoint(*place)}" if place else "led past the listener"
    opened = bool(attempts) and all(each.outcome == "open" for each in attempts) and seen.opened(facts)
    if opened and failing is Step.FIREWALL and stuck.reset_by_rule(facts) is not None:
        return Status.FAIL, "the connection opened, and probably a rule resets what comes next"
    if opened and stuck.lost_on_the_way(facts):
        return Status.WARN, "the connection opened; what comes next does not get through"
    if opened and failing is not Step.PATH:
        though = rules.contradicted(facts)
        return (Status.WARN if though else Status.PASS), though or "the connection opened, so no rule blocks it"
    if facts.attempts is None or facts.firewall is None:
        return _looking(facts, "path" if facts.attempts is None else "")
    if failing is Step.FIREWALL:
        return Status.FAIL, _blocked(facts)
    led = nat.lost(facts)
    if led is not None:
        return Status.WARN, f"a NAT rule leads it to {endpoint(*led[1].place)}"
    theirs = _theirs(facts) if attempts and all(packets.reset_by_kernel(each) for each in attempts) else ""
    if seen.opened(facts):
        theirs = "; one address opened"
    unseen = firewall_unseen(facts)
    if unseen:
        reason = unseen[0].reason
        return Status.UNSEEN, ("rules need root" if reason == "needs root" else f"rules: {reason}") + theirs
    count = sum(backend.rules or 0 for backend in facts.firewall)
    if not count:
        return Status.PASS, f"no rules{theirs}"
    return Status.PASS, f"{words.count(count, 'rule')} read{theirs}"


def _theirs(facts: Facts) -> str:
    """Tell whose refusal it was that the kernel itself sent: a NAT rule may have led the packet to an empty port."""
    led = [nat.deciding(facts, each.address) for each in seen.asked_attempts(facts)]
    return "; this refusal is not theirs" if all(rule is False for rule in led) else "; the kernel itself refused"


def _blocked(facts: Facts) -> str:
    for attempt in seen.failed(facts):
        named = rules.in_short(facts, attempt, rules.met(attempt))
        if named:
            return named
        known = rules.judged(facts, attempt)
        if known is not None and rules.agrees(facts, attempt, known.verdict) is False:
            return f"{_stopped(facts, attempt, short=True)}, though the rules would {rule_words.does(known.verdict)}"
        lead = nat.deciding(facts, attempt.address)
        if isinstance(lead, nat.Lead):
            return f"a NAT rule leads it to {endpoint(*lead.place)}"
        if nat.lost_beyond(facts, attempt):
            return "it went to another address, and nobody has that"
        if attempt.icmp is not None:
            side = rules.on_its_way(rules.refused_on(facts, attempt))
            told = f"ICMP error {attempt.icmp.type}/{attempt.icmp.code}{side}"
            return told if side else f"{told} from {attempt.icmp.sender or 'this machine'}"
        if nat.refused_here(facts, attempt) or packets.reset_from_elsewhere(attempt):
            return "refused by somebody else than the listener on the port"
        if packets.reset_by_kernel(attempt) is False or attempt.outcome == "timeout":
            return _stopped(facts, attempt)
    if nat.for_others(facts) is not None:
        return "only connections from outside are led on (PREROUTING)"
    return "blocked"


def _stopped(facts: Facts, attempt: Attempt, *, short: bool = False) -> str:
    """Tell by the counters, or the answer, how an attempt was stopped."""
    if attempt.icmp is not None:
        return f"ICMP error {attempt.icmp.type}/{attempt.icmp.code}"
    if attempt.outcome != "timeout":
        side = rules.on_its_way(packets.side(attempt))
        return f"reset{side}, not by this kernel" if short or side else "reset, and this kernel counted none of its own"
    if packets.dropped_outwards(attempt) or packets.lost_at_the_interface(facts, attempt):
        tries = attempt.tries
        if tries == 1:
            return "the packet did not leave"
        return f"none of {tries} packets left" if short else f"{tries} packets to be sent, none of them left"
    came = packets.ip_counter(attempt, "InReceives")
    return f"{words.count(attempt.tries, 'packet')} sent, {came} came in, none got through to a socket"


def _name_evidence(facts: Facts) -> tuple[Evidence, ...]:
    name = facts.name
    if name is None:
        return ()
    if name.literal:
        routes = facts.routes if isinstance(facts.routes, tuple) else ()
        return tuple(
            Evidence(
                text=f"{route.destination}\t{route.kind or route.error}, by {route.interface or '?'}", source="route"
            )
            for route in routes
            if route.destination in name.addresses
        )
    hosts = name.hosts if isinstance(name.hosts, tuple) else ()
    return (
        *(Evidence(text=f"{address}\tby getaddrinfo", source="getaddrinfo") for address in name.addresses),
        *(
            Evidence(text=f"line {each.line}\t{each.address} {' '.join(each.names)}", source=name.hosts_path)
            for each in hosts
        ),
    )


def _firewall_evidence(facts: Facts) -> tuple[Evidence, ...]:
    return tuple(
        Evidence(text=f"{backend.name}\t{words.backend(backend)[1]}", source=backend.name)
        for backend in facts.firewall or ()
    )


_TELL: dict[Step, Callable[[Facts, Step | None], Told]] = {
    Step.NAME: _name,
    Step.BIND: _bind,
    Step.LISTENER: _listener,
    Step.PATH: _path,
    Step.PROBE: _probe,
    Step.FIREWALL: _firewall,
}
_EVIDENCE: dict[Step, Callable[[Facts], tuple[Evidence, ...]]] = {
    Step.NAME: _name_evidence,
    Step.BIND: evidence.binds,
    Step.LISTENER: lambda facts: evidence.listening(facts, seen.listeners(facts)),
    Step.PATH: evidence.connects,
    Step.PROBE: lambda facts: (*evidence.exchanged(facts.exchanges or ()), *redirects.told(facts)),
    Step.FIREWALL: _firewall_evidence,
}
