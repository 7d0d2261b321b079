"""The listener sits on an address that the machine no longer has.

A socket keeps the address that it was bound to, even when the interface loses it: after a new DHCP lease, when a VPN
goes down, when a network cable moves. The server still stands in the table and nobody can reach it.

How porttui knows: the socket table has a listener on the port whose address is on no interface.

What looks the same and is not: listener-other-address (the address is still there).

To keep it from coming back, bind the wildcard, or let the service restart when the address changes.
"""

from __future__ import annotations

from porttui.faults.fault import CannotTell, Fault, Found, Outcome, RuledOut, Stop
from porttui.model.address import is_wildcard, same_address
from porttui.model.facts import Facts, Socket
from porttui.model.report import Evidence, Remedy, Step
from porttui.reading import evidence, seen, words
from porttui.remedies import address


def check(facts: Facts) -> Outcome:
    """Find it when the only listeners on the port are on addresses that no interface has."""
    if facts.attempts is None:
        return CannotTell(because="no connection was tried yet")
    if seen.opened(facts):
        return RuledOut(because="the connection opened")
    if not seen.own_addresses(facts) or not seen.sockets_seen(facts):
        return CannotTell(because="interfaces or sockets could not be read", unseen=seen.sockets_unseen(facts))
    found = seen.listeners(facts)
    stale = _stale(facts)
    asked = seen.addresses(facts)
    if not seen.target_is_local(facts) and not any(same_address(row.address, each) for row in stale for each in asked):
        return CannotTell(because="the target is another machine, whose sockets cannot be seen from here")
    if not stale or len(stale) < len(found):
        return RuledOut(because="no listener on the port is on an address that is gone")
    interfaces = facts.interfaces if isinstance(facts.interfaces, tuple) else ()
    has = Evidence(text=f"interfaces\tnone has {stale[0].address}\t{len(interfaces)} read", source="interfaces")
    return Found(
        summary=f"{words.subject(facts, stale[0])} listens on {stale[0].address}, an address that "
        f"{words.machine(facts)} no longer has.",
        gloss="A server keeps the address that it started with, even when the machine has lost it.",
        evidence=(*evidence.listening(facts, stale), has, *evidence.connects(facts)),
    )


def _stale(facts: Facts) -> tuple[Socket, ...]:
    return tuple(
        socket
        for socket in seen.listeners(facts)
        if not is_wildcard(socket.address) and not seen.is_local(facts, socket.address)
    )


def remedies(facts: Facts) -> tuple[Remedy, ...]:
    """Start the server again, on an address that is there."""
    return (address.listen_on(facts, _stale(facts)[0], "127.0.0.1"),)


FAULT = Fault(
    code="stale-address-listener",
    step=Step.LISTENER,
    stop=Stop.LISTENER,
    title="The listener sits on an address that the machine no longer has",
    explanation=__doc__,
    check=check,
    remedies=remedies,
    explains=("listener-other-address",),
)
