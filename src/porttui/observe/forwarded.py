"""Whether the rules of NAT lead a port's connections elsewhere: a server there would bind it, and never be asked."""

from __future__ import annotations

from collections.abc import Iterator

from porttui.firewall.packet import Packet, World
from porttui.firewall.told import told
from porttui.model.address import family
from porttui.model.facts import Interface, Unseen
from porttui.observe.platform import Platform, RuleReader
from porttui.reading.nat import Lead, lead_of

_SOURCE_PORTS = (1024, 65535)
_MOST_CARDS = 8


class Forwards:
    """The rules as they were when this was made, to be asked about one port after another."""

    def __init__(self, eyes: Platform) -> None:
        """Read the rules; they are not read where the kernel tracks no connection, so that no NAT is at work."""
        rules = None if eyes.tracked((4, 6)) is False else eyes.rules()
        self.unseen = (rules,) if isinstance(rules, Unseen) else rules.unseen if rules is not None else ()
        """What of the rules could not be read."""
        self._rules: RuleReader | None = None if isinstance(rules, Unseen) else rules
        cards = eyes.interfaces() if self._rules is not None else ()
        self._cards = () if isinstance(cards, Unseen) else tuple(each for each in cards if each.up)
        self._world = World(
            addresses=frozenset(address.partition("%")[0] for card in self._cards for address in card.addresses),
            networks=tuple((card.name, network) for card in self._cards for network in card.networks),
            complete=bool(self._cards),
        )

    def leading(self, port: int) -> Lead | None:
        """Return where a rule for this port leads its connections, from here or from elsewhere; None: none is known to.

        A rule for all ports alike is no sign that the port is meant.
        """
        if self._rules is None:
            return None
        for packet in self._packets(port):
            judged = told(self._rules.judge(packet, self._world), packet)
            lead = lead_of(judged) if judged.led_by_port else None
            if lead is not None:
                return lead
        return None

    def _packets(self, port: int) -> Iterator[Packet]:
        """Yield the first packets of connections to the port: this machine's own, and those that come in."""
        for card in (each for each in self._cards if each.loopback):
            for address in card.addresses:
                yield _packet(address, port, oif=card.name, source=address, iif="", own=True)
        if self._rules is None or not self._rules.lead_on:
            return
        for card in [each for each in self._cards if not each.loopback][:_MOST_CARDS]:
            yield from (_packet(address, port, iif=card.name) for address in _one_of_each_family(card))


def _one_of_each_family(card: Interface) -> tuple[str, ...]:
    return tuple({family(address): address for address in card.addresses}.values())


def _packet(  # noqa: PLR0913 - what a rule may ask of a packet
    address: str, port: int, *, source: str | None = None, iif: str = "", oif: str = "", own: bool = False
) -> Packet:
    return Packet(
        family=6 if family(address) == 6 else 4,
        source=source,
        destination=address.partition("%")[0],
        source_port=_SOURCE_PORTS,
        destination_port=(port, port),
        iif=iif,
        oif=oif,
        own=own,
    )
