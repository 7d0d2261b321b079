"""The loopback interface is down.

A machine talks to itself through a network card that does not exist: the loopback interface, lo on Linux, lo0 on
macOS. All packets to 127.0.0.1 and ::1 go through it, and, which surprises many, so do packets from a machine to its
own address in the network: the kernel sees that they are for itself and never shows them to the real card. When lo is
down, the machine is deaf to itself, while it can talk to the rest of the world as ever.

It comes about when a network namespace is made by hand and its loopback is never brought up: after `unshare -n` or
`ip netns add blue` a server starts well, and `curl localhost` in the same namespace says "network is unreachable".
Build sandboxes do the same on purpose. Less often somebody has typed `ip link set lo down` or `ifconfig lo down`, or
the file /etc/network/interfaces has lost its line "auto lo", so that lo stays down after the next start.

How porttui knows: it asks the kernel for the interfaces (rtnetlink), and lo does not carry the flag UP. One that was
never up has no addresses: the kernel refuses at once, 127.0.0.1 with "network is unreachable" and ::1 with "cannot
assign requested address". One that went down later keeps 127.0.0.1: packets are sent into it and never come out, and
the program runs into a time-out.

What looks the same and is not: fw-drop-input and fw-drop-output (a time-out as well, and lo is up),
loopback-address-missing (lo is up and has lost its address), conntrack-full and backlog-full (time-outs that the
kernel counts), ipv6-disabled (only ::1 fails), route-missing (the address is another machine's).

To fix it, bring it up: on Linux `ip link set lo up`, inside of the namespace, which is what `ip netns exec blue` or
`nsenter --net` are for; on macOS `ifconfig lo0 up`. On Windows the loopback is part of the system and cannot go down
alone; there `netsh int ip reset` and a restart rebuild the network. Nothing needs to be restarted: servers that
listen are reached at once.

To keep it from coming back, bring lo up in the same script that makes the namespace, as docker, podman and systemd's
PrivateNetwork= do; on Debian keep "auto lo" and "iface lo inet loopback" in /etc/network/interfaces.
"""

from __future__ import annotations

from porttui.faults.fault import CannotTell, Fault, Found, Outcome, RuledOut, Stop
from porttui.faults.shared import bind_errors, not_the_bind
from porttui.model.address import is_loopback
from porttui.model.facts import Facts, Interface
from porttui.model.report import Evidence, Remedy, RemedyStep, Risk, Step
from porttui.model.target import Question
from porttui.reading import evidence, seen, words
from porttui.remedies import network, service

_LOST = {"timeout", "ENETUNREACH", "EADDRNOTAVAIL", "EHOSTUNREACH"}


def check(facts: Facts) -> Outcome:
    """Find it when packets of this machine to itself get no answer, and its loopback interface is down."""
    first = _not_bound(facts) if facts.asked.question is Question.BIND else _not_reached(facts)
    if first is not None:
        return first
    if not isinstance(facts.interfaces, tuple):
        unseen = (facts.interfaces,) if facts.interfaces is not None else ()
        return CannotTell(because="the interfaces could not be read", unseen=unseen)
    loopbacks = [each for each in facts.interfaces if each.loopback]
    if not loopbacks:
        return CannotTell(because="no loopback interface was seen")
    up = next((each for each in loopbacks if each.up), None)
    if up is not None:
        return RuledOut(because=f"{up.name} is up")
    down = loopbacks[0]
    return Found(
        summary=f"The loopback interface {down.name} of {words.machine(facts)} "
        + ("is down" if down.addresses else "was never brought up")
        + ", so nothing on it can talk to itself.",
        gloss="All that a machine sends to itself goes through this interface, to its own network address as well.",
        evidence=(
            _state(down),
            *(evidence.binds(facts) if facts.asked.question is Question.BIND else evidence.connects(facts)),
            *_counted(facts),
        ),
    )


def _state(one: Interface) -> Evidence:
    return Evidence(text=f"{one.name}\tdown\t{', '.join(one.addresses) or 'no address'}", source="interfaces")


def _counted(facts: Facts) -> tuple[Evidence, ...]:
    """Quote that packets went out and never came in, for a time-out; nothing hangs on it, other traffic can hide it."""
    silent = [each for each in seen.failed(facts) if each.outcome == "timeout" and each.transmits_counted]
    return evidence.counted(silent[0], "Ip.OutTransmits", "Ip.InReceives") if silent else ()


def _not_reached(facts: Facts) -> RuledOut | CannotTell | None:
    if facts.attempts is None:
        return CannotTell(because="no connection was tried yet")
    if seen.opened(facts):
        return RuledOut(because="the connection opened")
    failed = seen.failed(facts)
    if not failed:
        return CannotTell(because="no connection was tried")
    if not all(seen.is_local(facts, each.address) for each in failed):
        return RuledOut(because="packets to another machine do not go through the loopback interface")
    if not all(each.outcome in _LOST and each.icmp is None for each in failed):
        return RuledOut(because="something answered, so packets went through the loopback interface")
    return None


def _not_bound(facts: Facts) -> RuledOut | CannotTell | None:
    first = not_the_bind(facts)
    if first is not None:
        return first
    if not any(is_loopback(each) for each in bind_errors(facts, "EADDRNOTAVAIL")):
        return RuledOut(because="no loopback address was refused")
    return None


def remedies(facts: Facts) -> tuple[Remedy, ...]:
    """Bring it up."""
    interfaces = facts.interfaces if isinstance(facts.interfaces, tuple) else ()
    name = next((each.name for each in interfaces if each.loopback), "lo")
    text = "Bring it up"
    up = network.step(
        facts,
        linux=network.Do(text, ("ip", "link", "set", name, "up"), root=True),
        macos=network.Do(text, ("ifconfig", name, "up"), root=True),
        windows=network.Do(
            "Let Windows build its network anew, and start the machine again",
            ("netsh", "int", "ip", "reset"),
            root=True,
        ),
        why="in the same network namespace as the server" if facts.os == "linux" else "",
    )  # fmt: skip
    keep = RemedyStep(
        text="Bring lo up in the script that makes the namespace; Debian: keep auto lo in /etc/network/interfaces"
    )
    return (
        Remedy(
            title="Bring the loopback interface up",
            risk=Risk.DISRUPTS if facts.os == "windows" else Risk.SAFE,
            cost="takes a restart of the machine" if facts.os == "windows" else "safe: nothing has to be restarted",
            proof=service.proof(facts),
            steps=(up, keep) if facts.os == "linux" else (up,),
        ),
    )


FAULT = Fault(
    code="lo-down",
    step=Step.PATH,
    stop=Stop.INTERFACE,
    title="The loopback interface is down",
    explanation=__doc__,
    check=check,
    remedies=remedies,
    questions=(Question.CONNECT, Question.BIND),
    explains=("loopback-address-missing", "fw-drop-output", "fw-drop-input", "addr-not-available"),
)
