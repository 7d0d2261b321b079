"""The server listens on all IPv6 addresses and has shut IPv4 out.

The address :: is IPv6 for "every address of this machine", and a socket on [::]:8080 usually takes IPv4 connections
as well: one listener for both families. A switch on the socket, IPV6_V6ONLY, turns that off, so that only IPv6 comes
in. The program sets it for itself, or the kernel does for all by the setting net.ipv6.bindv6only (ipv6(7)). Then
[::]:8080 stands in the table, looks like "everything", and 127.0.0.1:8080 is refused.

It comes about when nginx is given `listen [::]:8080;` and no `listen 8080;` beside it: nginx sets the switch on its
own sockets, so that the two lines do not get in each other's way, and with one of them it serves one family. A
systemd socket with BindIPv6Only=ipv6-only, and a machine that was hardened with bindv6only=1, do the same. Windows
sets the switch on every socket from the start, and a program that wants both families has to clear it.

How porttui knows: the kernel tells the switch with each socket when it is asked in the right way (sock_diag,
INET_DIAG_SKV6ONLY), and macOS writes tcp6 instead of tcp46; /proc/net/tcp6 and most tools show both kinds alike, and
Windows does not tell at all. The listener is on [::] with the switch set, every address of the target is IPv4, no
IPv4 address listens, and the connection was refused.

What looks the same and is not: ipv6-only-listener (the server is on one IPv6 address, such as ::1),
nothing-listening, and a listener on [::] without the switch that a firewall guards for IPv4 only (fw-reject-reset,
fw-drop-input). In the output of `ss -ltn` the switch can be seen if one knows where: `[::]:8080` has it set, `*:8080`
has not.

To fix it, ask by IPv6, http://[::1]:8080, or let the server take both families. nginx: add `listen 8080;`, check with
`sudo nginx -t`, then `sudo systemctl reload nginx`. haproxy: `bind :::8080 v4v6`. Node: leave ipv6Only out of
listen(). Where the setting of the system is the reason, `sudo sysctl -w net.ipv6.bindv6only=0` on Linux, and start
the server again, as it counts for new sockets only. On macOS and Windows it is always the program that decides.

To keep it from coming back, write both families down where the server is told to listen, as two lines. That reads the
same on every system, whatever the switch was before.
"""

from __future__ import annotations

from porttui.faults.fault import Fault, Found, Outcome, RuledOut, Stop
from porttui.faults.shared import not_the_address
from porttui.model.address import family, is_wildcard
from porttui.model.facts import Facts
from porttui.model.report import Evidence, Remedy, RemedyStep, Risk, Step
from porttui.reading import evidence, seen, words
from porttui.remedies import address, service

_SYSCTL = "net.ipv6.bindv6only"


def check(facts: Facts) -> Outcome:
    """Find it when a [::] listener has V6ONLY set, no IPv4 address listens, and IPv4 was asked."""
    found = not_the_address(facts)
    if not isinstance(found, tuple):
        return found
    if any(family(each) == 6 for each in seen.addresses(facts)):
        return RuledOut(because="the target has an IPv6 address")
    shut = tuple(socket for socket in found if is_wildcard(socket.address) and socket.v6only)
    if not shut:
        return RuledOut(because="no listener on [::] shuts IPv4 out")
    by_system = facts.sysctls.get(_SYSCTL) == "1"
    setting = (Evidence(text=f"{_SYSCTL}\t1\tset for the whole system", source="sysctl"),) if by_system else ()
    return Found(
        summary=f"{words.subject(facts, shut[0])} listens on [::] for IPv6 only; you asked for IPv4.",
        gloss="[::] usually takes IPv4 as well; this socket has the option that shuts it out (IPV6_V6ONLY).",
        evidence=(*evidence.listening(facts, shut), *setting, *evidence.connects(facts)),
    )


def remedies(facts: Facts) -> tuple[Remedy, ...]:
    """Ask by IPv6, or let the server take IPv4 too."""
    socket = next(each for each in seen.listeners(facts) if each.v6only)
    ways = [*address.ask_for(facts, socket), address.listen_on(facts, socket, "0.0.0.0")]
    if facts.sysctls.get(_SYSCTL) == "1":
        ways.append(
            Remedy(
                title="Let [::] take IPv4 on the whole system",
                risk=Risk.EXPOSES,
                cost="restarts the server; every [::] server takes IPv4",
                proof=service.proof(facts),
                undo=f"sysctl -w {_SYSCTL}=1",
                steps=(
                    RemedyStep(
                        text="Change the setting",
                        where=words.machine(facts),
                        argv=("sysctl", "-w", f"{_SYSCTL}=0"),
                        needs_root=True,
                    ),
                    RemedyStep(text="Start the server again: the setting counts for new sockets only"),
                ),
            )
        )
    return tuple(ways)


FAULT = Fault(
    code="v6only-wildcard",
    step=Step.LISTENER,
    stop=Stop.LISTENER,
    title="The server listens on all IPv6 addresses and has shut IPv4 out",
    explanation=__doc__,
    check=check,
    remedies=remedies,
)
