"""The listener sits on an address that the machine no longer has.

A listening socket keeps the address that it was bound to, even when the machine loses it. The kernel does not close
the socket and does not tell the program; the server stands in every list as before, and no packet can ever arrive for
it. When the same address comes back, the server is reachable again as if nothing had been.

It comes about when addresses change under a running server: the laptop moves to another Wi-Fi and gets 10.0.4.17
instead of 192.168.1.20, a VPN reconnects and hands out the next number, a virtual machine wakes up and the network
hands it a new address (DHCP), a network cable moves to another port of the machine. Servers that were told to listen
on one address of the network suffer it; those on 0.0.0.0 or 127.0.0.1 never do. Clusters that move an address between
two machines (keepalived) do it on purpose, and let the second machine listen on an address that it does not have yet.

How porttui knows: every listener on the port is on an address that no interface of this machine has, and the
connection did not open. It says so only for a target that is this machine, or for that very address, and when it
could read both the sockets and the interfaces.

What looks the same and is not: listener-other-address (the address is still there, and asking for it works),
addr-not-available (a server that starts now is refused the address at once: the same loss, met by the next start),
route-missing and host-down (the address is another machine's, and cannot be reached).

To fix it, start the server again on an address that is there: `sudo systemctl restart NAME` on Linux,
`brew services restart NAME` on macOS, `Restart-Service NAME` in PowerShell. The addresses that the machine has now
are shown by `ip -brief address`, `ifconfig` and `Get-NetIPAddress`. If its settings name the old address, change them
first, or the server will not start at all.

To keep it from coming back, let the server listen on 127.0.0.1 when it is for this machine, or on 0.0.0.0 behind a
firewall when it is for the network. If it has to be one address, a systemd socket unit with FreeBind=yes may listen
on it before, during and after the time that it is there.
"""

from __future__ import annotations

from porttui.faults.fault import CannotTell, Fault, Found, Outcome, RuledOut, Stop
from porttui.model.address import is_wildcard, same_address
from porttui.model.facts import Facts, Socket
from porttui.model.report import Evidence, Remedy, Step
from porttui.reading import evidence, no_host, seen, words
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
        if not is_wildcard(socket.address)
        and not seen.is_local(facts, socket.address)
        and no_host.kind(facts, socket.address) is None  # no machine ever has it
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
    explains=("listener-other-address", "route-missing", "host-down"),
)
