"""Where no firewall has a rule, as on most machines: then nothing stops a connection, and little has to be imported."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from porttui.model.address import destination
from porttui.model.facts import Facts, Unseen
from porttui.model.rules import Judged
from porttui.reading import seen

if TYPE_CHECKING:
    from porttui.firewall.journey import Judgement
    from porttui.firewall.packet import Packet, World


class NoRules:
    """A `porttui.observe.platform.RuleReader` that has none."""

    unseen: tuple[Unseen, ...] = ()
    lead_on = False

    def judge(self, packet: Packet, world: World, *, server_uid: int | None = None) -> Judgement:
        """Tell that nothing has a say in the connection."""
        from porttui.firewall.journey import judge
        from porttui.firewall.ruleset import Ruleset

        return judge(Ruleset(), packet, world, server_uid=server_uid)


def let_through(facts: Facts, addresses: Iterable[str]) -> tuple[Judged, ...]:
    """Return what `porttui.observe.judging.judge_asked` tells without a rule.

    Args:
        facts: who asks, and the listeners.
        addresses: of the target.
    """
    ends = (ends_of(facts, each) for each in addresses)
    return tuple(Judged(address=to, port=facts.asked.target.port, sender=own, verdict="accept") for own, to in ends)


def ends_of(facts: Facts, address: str) -> tuple[str, str]:
    """Return the two addresses of a connection from here: the own one, empty where it is not known, and the other."""
    to = destination(address).partition("%")[0]
    tried = next((each for each in seen.asked_attempts(facts) if each.address == address), None)
    own = tried.source.partition("%")[0] if tried is not None else ""
    if own:
        return own, to
    if seen.is_local(facts, address):
        return to, to
    routes = facts.routes if isinstance(facts.routes, tuple) else ()
    route = next((each for each in routes if each.destination == address), None)
    return (route.source or "" if route is not None else ""), to
