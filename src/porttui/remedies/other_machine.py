"""What to do where the cause is on another machine: look there, make sure of the name, go around by ssh."""

from __future__ import annotations

from msgspec.structs import replace

from porttui.model.address import parse_ip
from porttui.model.facts import Attempt, Facts
from porttui.model.report import Remedy, RemedyStep, Risk
from porttui.model.target import Target
from porttui.reading import seen, words
from porttui.remedies import network, service
from porttui.remedies.network import Do

_THERE = "the other machine"
_SSH = 22


def ways(facts: Facts, attempt: Attempt) -> tuple[Remedy, ...]:
    """Offer what helps from here when another machine refuses or does not answer.

    Args:
        facts: all that was seen here.
        attempt: the connection that failed.
    """
    around = () if attempt.port == _SSH else (_by_ssh(facts, attempt),)
    return (_look_there(facts, attempt), *_ask_for_the_name(facts), *around)


def _look_there(facts: Facts, attempt: Attempt) -> Remedy:
    asked = str(replace(facts.asked.target, host=attempt.address))
    return Remedy(
        title="Look on the other machine, which sees its own programs and rules",
        risk=Risk.SAFE,
        cost="safe, only looks",
        proof=service.proof(facts),
        steps=(
            _log_in(facts, attempt),
            RemedyStep(text="Ask there for the same address", where=_THERE, argv=("porttui", "check", asked)),
            RemedyStep(
                text=f"Without porttui there, see what listens on port {attempt.port}, and at which address",
                where=_THERE,
                why="on Linux; 127.0.0.1 and [::1] are reached from that machine alone",
                argv=("ss", "-ltnp", f"sport = :{attempt.port}"),
            ),
        ),
    )


def _log_in(facts: Facts, attempt: Attempt) -> RemedyStep:
    if attempt.port == _SSH:
        return RemedyStep(text="Log in there by another way than ssh, such as its console")
    return RemedyStep(text="Log in there", where=words.machine(facts), argv=("ssh", attempt.address))


def _ask_for_the_name(facts: Facts) -> tuple[Remedy, ...]:
    host = facts.asked.target.host
    if parse_ip(host) is not None:
        return ()
    text = f"See which addresses {host} leads to, and whether one is that of the machine that is meant"
    ask = network.step(
        facts,
        linux=Do(text, ("getent", "ahosts", host)),
        macos=Do(text, ("dscacheutil", "-q", "host", "-a", "name", host)),
        windows=Do(text, ("Resolve-DnsName", host)),
    )
    return (
        Remedy(
            title="Make sure that the name leads to the right machine",
            risk=Risk.SAFE,
            cost="safe, only looks",
            proof=service.proof(facts),
            steps=(ask,),
        ),
    )


def _by_ssh(facts: Facts, attempt: Attempt) -> Remedy:
    port = _free_here(facts, attempt.port)
    return Remedy(
        title="Lead the port here by ssh, if the server listens on 127.0.0.1 there, or a firewall is in between",
        risk=Risk.SAFE,
        cost="safe; lasts as long as ssh runs",
        proof=str(replace(facts.asked.target, host="127.0.0.1", port=port)),
        steps=(
            RemedyStep(
                text="Let ssh listen here, and hand connections on to the server there",
                where=words.machine(facts),
                why="127.0.0.1 is that machine as it sees itself",
                argv=("ssh", "-N", "-L", f"{port}:127.0.0.1:{attempt.port}", attempt.address),
            ),
            RemedyStep(
                text="In another terminal, ask at this end",
                where=words.machine(facts),
                argv=("porttui", "check", str(Target(input="", host="127.0.0.1", port=port))),
            ),
        ),
    )


def _free_here(facts: Facts, port: int) -> int:
    """Return the same port where an ordinary user may listen on it and nobody does here, else the next one above."""
    taken = {row.port for row in seen.all_listeners(facts)}
    begin = port if port >= 1024 else port + 8000
    return next((each for each in range(begin, 65536) if each not in taken), begin)
