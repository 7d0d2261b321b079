"""IPv6 is off, and the target is an IPv6 address.

Two generations of the internet protocol live side by side on every machine: IPv4, whose loopback address is
127.0.0.1, and IPv6, whose loopback address is ::1. They share nothing but the network card. An administrator can
switch the second one off; then the kernel takes all IPv6 addresses from its interfaces, ::1 among them, and a program
that wants to connect to ::1 is told "cannot assign requested address" (EADDRNOTAVAIL) before any packet is made. A
server that wants to bind ::1 is told the same. A kernel that was built or started without IPv6 says "address family
not supported" (EAFNOSUPPORT).

It comes about when somebody follows old advice and writes net.ipv6.conf.all.disable_ipv6=1 into /etc/sysctl.conf, or
starts the kernel with ipv6.disable=1, because a download was slow once; many VPN programs do it too, so that nothing
leaks past them, and docker does it inside of containers whose network has no IPv6. The hosts file still says that
localhost is ::1 as well, so Node.js, which takes the first address that it gets, fails where curl falls back to
127.0.0.1.

How porttui knows: connect or bind was refused by the kernel at once with one of these two errors, the interface has
no IPv6 address, and the setting net.ipv6.conf.lo.disable_ipv6 is 1 (for addresses of other machines, that of "all").
Where the setting cannot be read, the missing addresses alone make it likely and not certain.

What looks the same and is not: loopback-address-missing (IPv6 is on, and only ::1 was taken away), lo-down (the whole
loopback interface is off, and 127.0.0.1 fails as well), route-missing (IPv6 is on, and the network has none: "network
unreachable"), ephemeral-exhaustion (the same error, and IPv6 addresses are there), ipv4-only-listener (IPv6 is on,
and the connection to ::1 is refused by the kernel because nobody listens there).

To fix it, ask for 127.0.0.1 instead of ::1 or localhost, and let the server listen on 127.0.0.1; this needs no
rights. To switch IPv6 on again, on Linux: `sysctl -w net.ipv6.conf.all.disable_ipv6=0`, and the same for lo; in a
container: `docker run --sysctl net.ipv6.conf.all.disable_ipv6=0`. On macOS: `networksetup -setv6automatic Wi-Fi`. On
Windows: `Enable-NetAdapterBinding -Name * -ComponentID ms_tcpip6`. A server that was bound to ::1 before must be
started again, because its socket has lost its address.

To keep it from coming back, take the line out of /etc/sysctl.conf and /etc/sysctl.d, and the word ipv6.disable=1 out
of the kernel's command line, and tell the VPN to carry IPv6 instead of killing it. If it has to stay off, take the
line "::1 localhost" out of the hosts file, so that no program tries what cannot work.
"""

from __future__ import annotations

from msgspec.structs import replace

from porttui.faults.fault import CannotTell, Fault, Found, Outcome, RuledOut, Stop
from porttui.faults.shared import bind_errors, not_the_bind
from porttui.model.address import endpoint, family, is_loopback
from porttui.model.facts import Facts
from porttui.model.report import Confidence, Evidence, Remedy, RemedyStep, Risk, Step
from porttui.model.target import Question
from porttui.reading import evidence, ipv6, seen, words
from porttui.remedies import address as at_address
from porttui.remedies import hosts, network, service

_IPV4 = "127.0.0.1"
_ERRORS = ("EADDRNOTAVAIL", "EAFNOSUPPORT")


def check(facts: Facts) -> Outcome:
    """Find it when IPv6 was refused at once, and the interfaces have none of it because it is switched off."""
    failed = _failed(facts)
    if not isinstance(failed, tuple):
        return failed
    address, error = failed
    if not isinstance(facts.interfaces, tuple):
        unseen = (facts.interfaces,) if facts.interfaces is not None else ()
        return CannotTell(because="the interfaces could not be read", unseen=unseen)
    off = ipv6.is_off(facts, address)
    missing = facts.os == "linux" and error == "EAFNOSUPPORT" and not any("ipv6" in name for name in facts.sysctls)
    if off is False:
        return RuledOut(because="an interface has an IPv6 address, so IPv6 is on")
    if error == "EAFNOSUPPORT" and not missing:
        return CannotTell(because="this program may not make IPv6 sockets: by the kernel, or by a rule for it alone")
    value = facts.sysctls.get(ipv6.setting(address))
    if value == "0":
        return RuledOut(because=f"{ipv6.setting(address)} is 0, so IPv6 is on")
    sure = missing or (off is True and (is_loopback(address) or facts.asked.question is Question.CONNECT))
    what = "bound" if facts.asked.question is Question.BIND else "reached"
    return Found(
        summary=f"IPv6 is off on {words.machine(facts)}, so {address} cannot be {what}."
        if sure
        else f"Probably IPv6 is off on {words.machine(facts)}: no interface has an address of it.",
        gloss="::1 is the IPv6 twin of 127.0.0.1; without IPv6 only the latter is there.",
        confidence=Confidence.CERTAIN if sure else Confidence.LIKELY,
        evidence=(
            *(
                (Evidence(text=f"{ipv6.setting(address)}\t{value}\t1 means off", source="sysctl"),)
                if value is not None
                else ()
            ),
            *(
                Evidence(text=f"{each.name}\t{', '.join(each.addresses) or 'no address'}", source="interfaces")
                for each in facts.interfaces
                if each.loopback or not is_loopback(address)
            ),
            *(evidence.binds(facts) if facts.asked.question is Question.BIND else evidence.connects(facts)),
        ),
    )


def _failed(facts: Facts) -> RuledOut | CannotTell | tuple[str, str]:
    """Return the IPv6 address that was refused, and the error; or why there is none."""
    if facts.asked.question is Question.BIND:
        first = not_the_bind(facts)
        if first is not None:
            return first
        for error in _ERRORS:
            for address in bind_errors(facts, error):
                if family(address) == 6:
                    return address, error
        return RuledOut(because="no bind of an IPv6 address was refused for want of it")
    if facts.attempts is None:
        return CannotTell(because="no connection was tried yet")
    for each in seen.stopped_here(facts):
        if family(each.address) == 6 and each.outcome in _ERRORS:
            return each.address, each.outcome
    return RuledOut(because="no connection to an IPv6 address was refused for want of one")


def remedies(facts: Facts) -> tuple[Remedy, ...]:
    """Use IPv4, or switch IPv6 on."""
    found = _failed(facts)
    address = found[0] if isinstance(found, tuple) else "::1"
    port = facts.asked.target.port
    ways: tuple[Remedy, ...] = ()
    if is_loopback(address) and facts.asked.question is Question.CONNECT:
        ways = (_by_ipv4(facts, address),)
    elif facts.asked.question is Question.BIND:
        ways = (
            Remedy(
                title="Listen by IPv4",
                risk=Risk.SAFE,
                cost="safe",
                proof=endpoint("127.0.0.1", port),
                steps=(RemedyStep(text=f"In the server's settings write 127.0.0.1 instead of {address}"),),
            ),
        )
    return (*ways, _switch_on(facts))


def _by_ipv4(facts: Facts, address: str) -> Remedy:
    """Ask for 127.0.0.1; where nothing answers there, let the server that has lost its address listen there first."""
    ask = hosts.ask_by_address(facts, _IPV4, f"Ask for {_IPV4} instead of {address}")
    listening = seen.listeners(facts)
    if not listening or any(seen.would_accept(each, _IPV4) for each in listening):
        return ask
    move = at_address.listen_on(facts, listening[0], _IPV4)
    return replace(move, title=f"{move.title}, and ask there", proof=ask.proof, steps=(*move.steps, *ask.steps))


def _switch_on(facts: Facts) -> Remedy:
    text = "Switch IPv6 on"
    on = network.Do(text, ("networksetup", "-setv6automatic", "Wi-Fi"), root=True)
    steps = [
        network.step(
            facts,
            linux=network.Do(text, ("sysctl", "-w", "net.ipv6.conf.all.disable_ipv6=0"), root=True),
            macos=on,
            windows=network.Do(
                text, ("Enable-NetAdapterBinding", "-Name", "*", "-ComponentID", "ms_tcpip6"), root=True
            ),
        )
    ]
    if facts.os == "linux":
        steps.append(
            RemedyStep(
                text="And on the loopback interface",
                where=words.machine(facts),
                argv=("sysctl", "-w", "net.ipv6.conf.lo.disable_ipv6=0"),
                needs_root=True,
            )
        )
        steps.append(RemedyStep(text="To keep it so, take disable_ipv6 out of /etc/sysctl.conf and /etc/sysctl.d"))
    steps.append(RemedyStep(text="Start a server that listens on ::1 again: it has lost its address"))
    return Remedy(
        title="Switch IPv6 on again",
        risk=Risk.EXPOSES,
        cost="this machine can be reached by IPv6 too, where its network has it",
        proof=service.proof(facts),
        steps=tuple(steps),
        undo="sysctl -w net.ipv6.conf.all.disable_ipv6=1" if facts.os == "linux" else None,
        note="In a container: docker run --sysctl net.ipv6.conf.all.disable_ipv6=0." if facts.host.container else "",
    )


FAULT = Fault(
    code="ipv6-disabled",
    step=Step.PATH,
    stop=Stop.ROUTE,
    title="IPv6 is off, and the target is an IPv6 address",
    explanation=__doc__,
    check=check,
    remedies=remedies,
    questions=(Question.CONNECT, Question.BIND),
    explains=("addr-not-available", "ipv6-only-listener", "route-missing"),
)
