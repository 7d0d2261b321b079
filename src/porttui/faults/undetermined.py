"""It fails, and no cause could be established.

It fails, and none of the causes that porttui knows was shown by what it could see. porttui names a cause only when
the facts show it, because a wrong one costs more than none: it sends people to mend what is whole. So it says what
happened, what it has ruled out and why, and what it could not look at.

There are four usual reasons. The target is on another machine, or a NAT rule leads it to one, whose sockets and
firewall nobody can see from here; run porttui there. Something needs more rights: rules of a firewall, programs of
other users. The machine is busy, so that the counters of the kernel, which tell where a packet ended, were moved by
others as well. Or the fault is one that porttui does not know yet.

How porttui knows: the target did not answer as asked, and no fault of the catalogue was found in the facts. It is
what is left, and not a finding of its own.

What looks the same and is not: a time-out is not by itself a firewall (backlog-full and sigstopped end in one, too),
and a refusal is not by itself a missing server (fw-reject-reset refuses in the same words). Where porttui saw enough
to tell them apart, it did.

To fix it, look further: the report lists what was not seen, each with the command that shows it. Take the quickest
first. With sudo in front on Linux and macOS, in a PowerShell of the administrator on Windows, `porttui check TARGET`
sees far more: who holds a socket, which rules there are. When the machine was busy, ask again in a quiet moment. When
the silence is somebody else's, ask from the other end: a packet that leaves here and never arrives there was stopped
in between. Where a server ended TLS with an alert, porttui quotes it; the log of the server has the reason. Where the
server is on another machine, the cause is seen there; until it is found, the command
`ssh -N -L 8000:127.0.0.1:8000 MACHINE` brings port 8000 of that machine here.

To pass it on, `porttui check TARGET --json > report.json` keeps all that was seen, and `porttui replay report.json`
shows it on any machine. A report of a failure that you have understood in the end is the best contribution to the
next version.
"""

from __future__ import annotations

from porttui.faults import healthy
from porttui.faults.fault import Fault, Found, Outcome, RuledOut, Stop
from porttui.model.address import endpoint
from porttui.model.facts import Attempt, Exchange, Facts, Resolver
from porttui.model.report import Confidence, Evidence, Remedy, RemedyStep, Risk, Severity
from porttui.model.target import Question
from porttui.reading import dns, evidence, nat, no_host, other_machine, packets, redirects, seen, tls, words
from porttui.reading import far as far_end
from porttui.reading.unseen import all_unseen
from porttui.remedies import nat as ways
from porttui.remedies import other_machine as elsewhere
from porttui.remedies import service
from porttui.remedies.container import look_inside


def check(facts: Facts) -> Outcome:
    """Find it whenever the target is not healthy; it stands behind every other fault."""
    if isinstance(healthy.check(facts), Found):
        return RuledOut(because="the target answers as asked")
    led = nat.lost(facts)
    told = _led(facts, *led) if led is not None else f"{_symptom(facts)}, and the cause could not be found."
    if _kept_here(facts) is not None:
        told = f"{_symptom(facts)}, as the packets do not leave {words.machine(facts)}: probably a firewall rule "
        told += "drops them, or a NAT rule leads them where there is no way."
    nobodys = no_host.first(facts)
    if nobodys is not None and seen.failed(facts):
        told = f"{_symptom(facts)}, as {nobodys[0]} is a {nobodys[1]} address: "
        told += "TCP connects to one machine, not to many."
    down = tls.turned_down(facts)
    if down is not None and down.tls is not None:
        return Found(
            summary=f"{words.asked_endpoint(facts)} opens, but the server turned down the TLS handshake: "
            f"alert {down.tls.alert}.",
            gloss=tls.alert_meaning(facts, down.tls.alert),
            confidence=Confidence.POSSIBLE,
            evidence=_evidence(facts),
        )
    container = far_end.asked(facts)
    if container is not None and not container.listeners:
        told = f"{_symptom(facts)} by {far_end.place(container)}, in which nothing listens on port {container.port}."
    far = other_machine.failed(facts) if facts.done and led is None else None
    if far is not None:
        return Found(
            summary=other_machine.summary(far),
            gloss=other_machine.gloss(facts, far),
            confidence=Confidence.POSSIBLE,
            evidence=(*_evidence(facts), *other_machine.told(facts, far)),
        )
    return Found(
        summary=told if facts.done else "Looking.",
        confidence=Confidence.POSSIBLE,
        evidence=_evidence(facts),
    )


def _kept_here(facts: Facts) -> Attempt | None:
    """Return an unanswered attempt at this machine whose packets never left, by what no rule that was read does."""
    for each in seen.failed(facts):
        kept = seen.is_local(facts, each.address) and packets.dropped_outwards(each)
        if kept and nat.deciding(facts, each.address) is None:
            return each
    return None


def _led(facts: Facts, attempt: Attempt, lead: nat.Lead) -> str:
    """Tell where a rule leads it, and that it is lost there."""
    begun = f"A NAT rule sends this elsewhere, to {endpoint(*lead.place)}, and "
    if packets.dropped_outwards(attempt):
        return f"{begun}its packets do not leave {words.machine(facts)}: why could not be found."
    return f"{begun}nothing answers there: why can't be seen from {words.machine(facts)}."


def _symptom(facts: Facts) -> str:
    if facts.name is not None and not facts.name.addresses:
        return f"The name {words.nowhere(facts.name)}"
    if facts.asked.question is Question.BIND:
        errors = [each for each in seen.binds_that_count(facts) if each.error is not None]
        told = words.ERRNO_WORDS.get(errors[0].error or "", errors[0].error) if errors else "nothing could be tried"
        return f"A server cannot start on {words.asked_endpoint(facts)}: {told}"
    exchanges = seen.exchanges(facts)
    hop, fails = redirects.last(facts), redirects.failure(facts)
    if seen.opened(facts) and hop is not None and fails is not None:
        return f"{words.asked_endpoint(facts)} redirects to {redirects.short(hop)}, where {fails}"
    if seen.opened(facts) and exchanges:
        return f"{words.asked_endpoint(facts)} opens, but{_on_the_way(exchanges) or _answered(_telling(exchanges))}"
    attempts = seen.asked_attempts(facts)
    if attempts:
        told = words.outcome(attempts[0])
        return f"{told[0].upper()}{told[1:]}"
    return f"Nothing could be tried at {words.asked_endpoint(facts)}"


def _telling(exchanges: tuple[Exchange, ...]) -> Exchange:
    """Return the first exchange in which something was said: that a server waits for its client tells nothing."""
    return next((each for each in exchanges if each.sent != "nothing"), exchanges[0])


def _answered(exchange: Exchange) -> str:
    again = " another connection did not" if exchange.outcome == "refused" else ""
    return again or f": {words.answer(exchange)}"


def _on_the_way(exchanges: tuple[Exchange, ...]) -> str:
    """Tell what the kernel's counts of an accepted connection say: its bytes do not get through."""
    said = [each for each in exchanges if each.sent != "nothing" and each.outcome == "silent"]
    fates = [each.fate for each in said if each.fate is not None]
    if any(fate.received == 0 for fate in fates[:1]):
        return " nothing that is sent on it arrives at the server"
    if any(fate.unsent for fate in fates[:1]):
        return " the server's answer does not arrive here"
    return ""


def _evidence(facts: Facts) -> tuple[Evidence, ...]:
    if facts.name is not None and not facts.name.addresses:
        resolver = facts.name.resolver
        return (evidence.name_error(facts), *(dns.quoted(resolver) if isinstance(resolver, Resolver) else ()))
    if facts.asked.question is Question.BIND:
        return evidence.binds(facts)
    said = seen.exchanges(facts)
    led, container, kept = nat.lost(facts), far_end.asked(facts), _kept_here(facts)
    nobodys = no_host.first(facts)
    return (
        *((nat.evidence_of(led[1].rule),) if led is not None else ()),
        *evidence.connects(facts),
        *(evidence.counted(kept, "Ip.OutRequests", "Ip.OutTransmits") if kept is not None else ()),
        *(evidence.ways(facts, nobodys[0]) if nobodys is not None else ()),
        *_in_vain(facts),
        *evidence.exchanged(said),
        *evidence.fates(said),
        *redirects.told(facts),
        *(far_end.inside(facts, container) if container is not None else ()),
    )


def _in_vain(facts: Facts) -> tuple[Evidence, ...]:
    """Tell of packets that were answered before they came to TCP, the answers dropped: a firewall does that."""
    if not any(packets.refused_in_vain(each) for each in seen.asked_attempts(facts)):
        return ()
    text = "counted\tlost on both sides\tas where a firewall rule refuses, and what it answers is dropped"
    return (Evidence(text=text, source="/proc/net/snmp"),)


def remedies(facts: Facts) -> tuple[Remedy, ...]:
    """Look where a rule leads it, or on the other machine; see what was not seen, the quickest first."""
    led = nat.lost(facts)
    far = other_machine.failed(facts) if led is None else None
    beyond = (_look_there(facts, led[1]), *ways.take_out(facts, led[1].rule)) if led is not None else ()
    beyond += elsewhere.ways(facts, far) if far is not None else ()
    beyond += _by_its_name(facts)
    container = far_end.asked(facts)
    beyond += (look_inside(facts, container.container),) if container is not None else ()
    commands = [each.how_to_see for each in all_unseen(facts) if each.how_to_see]
    if not commands:
        return beyond
    return (
        *beyond,
        Remedy(
            title="See what porttui could not see",
            risk=Risk.SAFE,
            cost="safe, only looks",
            proof=service.proof(facts),
            steps=(
                RemedyStep(
                    text="Ask again with all rights",
                    where=words.machine(facts),
                    argv=("porttui", "check", str(facts.asked.target)),
                    needs_root=True,
                ),
            ),
        ),
    )


def _by_its_name(facts: Facts) -> tuple[Remedy, ...]:
    """Offer to ask for a name that the server knows, where it said that it does not know the one asked for."""
    down = tls.turned_down(facts)
    if down is None or down.tls is None or down.tls.alert != "unrecognized_name":
        return ()
    place = endpoint(down.address, down.port)
    return (
        Remedy(
            title="Ask by a name that the server knows, or let it know this one",
            risk=Risk.SAFE,
            cost="safe to look",
            proof=service.proof(facts),
            steps=(
                RemedyStep(text="Look in its settings which names it has (nginx: server_name beside ssl_certificate)"),
                RemedyStep(
                    text="Try one of them in place of NAME",
                    where=words.machine(facts),
                    argv=("openssl", "s_client", "-connect", place, "-servername", "NAME"),
                ),
            ),
        ),
    )


def _look_there(facts: Facts, lead: nat.Lead) -> Remedy:
    place = endpoint(*lead.place)
    return Remedy(
        title=f"Look where the rule leads, at {place}",
        risk=Risk.SAFE,
        cost="safe, only looks",
        proof=service.proof(facts),
        steps=(
            RemedyStep(
                text="Ask for it without the rule",
                where=words.machine(facts),
                why="if that opens, the rule is at fault, and if not, what it leads to",
                argv=("porttui", "check", place),
            ),
            RemedyStep(
                text="If it does not open, ask there, where the server and the firewall can be seen",
                where=lead.address,
                argv=("porttui", "check", str(lead.port)),
            ),
        ),
    )


FAULT = Fault(
    code="undetermined",
    step=None,
    stop=Stop.END,
    title="It fails, and no cause could be established",
    explanation=__doc__,
    check=check,
    remedies=remedies,
    questions=(Question.CONNECT, Question.BIND),
    severity=Severity.UNKNOWN,
)
