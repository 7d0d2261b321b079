"""A NAT rule sends the connection to another program.

The kernel can change where a connection leads before it gets there: network address translation. A rule in a chain
of type nat says, for instance, that whatever goes to port 8080 is to go to port 8081, or into a container. The client
notices nothing. It connects to the address that it asked for, and is answered by somebody else, while the server that
does listen on that very port never sees the connection.

It comes about when a rule outlives its purpose: a redirect from 80 to 8080 that was made for an older server, the
rules of a container that was removed while dockerd was down, a transparent proxy (sshuttle, istio, mitmproxy) that
did not clean up, a port forward from the day when two servers were tried side by side. Then "my changes do not show"
and "the wrong site answers" have nothing to do with the server at all.

How porttui knows: while its connection was open, the socket table had no server's side of it at the address and port
that it asked for, although a server listens just there. The server's side, where it is on this machine, shows the
other address or port and so the other program; as root, connection tracking tells where the connection was led.

What looks the same and is not: healthy (a published port, as docker makes them: nothing, or docker's own proxy,
listens on the port itself, and to be led on is what was meant; then porttui says so under its verdict),
shadowed-listener (two servers on one port; no rule is needed for that), nat-redirect-dead (nobody is where it leads),
proxy-env (a variable, not a rule, sends the request to another program).

To fix it, take the rule out, or ask for another address. On Linux, as root: `nft -a list ruleset` shows it with its
handle, `nft delete rule ip nat OUTPUT handle 7` takes it out; with iptables: `iptables -t nat -S`, and the same line
with -D for -A. On macOS `pfctl -sn` shows the translations of pf, on Windows `netsh interface portproxy show all`.

To keep it from coming back, find who loads the rule: /etc/nftables.conf, netfilter-persistent, ufw's before.rules,
the program that made it. A rule loaded with a comment tells its reader what it is for.
"""

from __future__ import annotations

from porttui.faults.fault import CannotTell, Fault, Found, Outcome, RuledOut, Stop
from porttui.model.address import endpoint
from porttui.model.facts import Attempt, Facts, Socket
from porttui.model.report import Confidence, Evidence, Remedy, Step
from porttui.reading import evidence, nat, seen, words
from porttui.remedies import container, programs
from porttui.remedies import nat as ways


def check(facts: Facts) -> Outcome:
    """Find it when a connection opened past the listener that would have taken it.

    Where nothing listens on the port itself, or docker's proxy does, being led on is what was meant: a published port
    is no fault. The same holds for two ports of one program.
    """
    if facts.attempts is None:
        return CannotTell(because="no connection was tried yet")
    opened = [each for each in seen.asked_attempts(facts) if each.outcome == "open" and each.fate is not None]
    if not opened:
        return RuledOut(because="no connection opened")
    past = [each for each in opened if nat.led_past(each) and seen.is_local(facts, each.address)]
    if not past:
        return RuledOut(because="the connection arrived where it was asked for")
    if all(nat.deciding(facts, each.address) is False and nat.led_to(facts, each) is None for each in past):
        return CannotTell(because="the connection has no server's side here, and no NAT rule either")
    first, listener = next(((e, s) for e in past if (s := _bypassed(facts, e)) is not None), (past[0], None))
    if listener is None:
        return RuledOut(because="nothing listens on the port itself: a port that is published by NAT leads on as meant")
    if seen.wants_http(facts) and not facts.done and not seen.exchanges(facts):
        return CannotTell(because="nothing was said on the connection yet")
    place = nat.led_to(facts, first)
    other = nat.answering(facts, *place) if place else None
    if other is not None and set(other.pids) & set(listener.pids):
        return RuledOut(because="both ports are of the same program")
    answered = any(each.outcome == "answer" and each.address == first.address for each in seen.exchanges(facts))
    return _found(facts, first, listener, other, certain=answered or place is not None)


def _bypassed(facts: Facts, attempt: Attempt) -> Socket | None:
    """Return the listener that would have taken the connection, and whose business is not to stand in for a rule."""
    listener = seen.accepting(facts, attempt.address)
    if listener is None or seen.would_accept(listener, attempt.address) is not True:
        return None
    return (
        None
        if any(container.is_container(programs.known(owner)) for owner in seen.owners(facts, listener))
        else listener
    )


def _found(facts: Facts, attempt: Attempt, listener: Socket, other: Socket | None, *, certain: bool) -> Found:
    place = nat.led_to(facts, attempt)
    where = f" to {endpoint(*place)}" if place else " to another program"
    named = words.program(facts, other) if other is not None and seen.owners(facts, other) else "another program"
    who = f", where {named} listens" if other is not None else ""
    probably = "A" if certain else "Probably a"
    lead = nat.deciding(facts, attempt.address)
    gone = Evidence(
        text=f"server's side\tnone at {endpoint(attempt.peer or attempt.address, attempt.port)}\twhile it was open",
        source="sockets",
    )
    led = (Evidence(text=f"led to\t{endpoint(*place)}", source=_source(attempt)),) if place else ()
    return Found(
        summary=f"{probably} NAT rule sends the connection{where}{who}, past {words.program(facts, listener)}, "
        f"which listens on {words.at(listener)}.",
        gloss="The kernel changes where the connection leads before the server on that port can see it.",
        confidence=Confidence.CERTAIN if certain else Confidence.LIKELY,
        evidence=(
            *evidence.listening(facts, (listener,)),
            gone,
            *led,
            *(evidence.listening(facts, (other,)) if other is not None else ()),
            *((nat.evidence_of(lead.rule),) if isinstance(lead, nat.Lead) else ()),
            *evidence.connects(facts, (attempt,)),
            *evidence.exchanged(seen.exchanges(facts)[:1]),
        ),
    )


def _source(attempt: Attempt) -> str:
    if attempt.fate is not None and attempt.fate.to_port:
        return "conntrack" if attempt.fate.source else "sockets"
    return "rule"


def remedies(facts: Facts) -> tuple[Remedy, ...]:
    """See the rule, take it out."""
    first = next((each for each in seen.asked_attempts(facts) if nat.led_past(each)), None)
    lead = nat.deciding(facts, first.address) if first is not None else None
    return (*ways.take_out(facts, lead.rule if isinstance(lead, nat.Lead) else None), ways.see_the_rule(facts))


FAULT = Fault(
    code="nat-redirect-elsewhere",
    step=Step.FIREWALL,
    stop=Stop.NAT,
    title="A NAT rule sends the connection to another program",
    explanation=__doc__,
    check=check,
    remedies=remedies,
)
