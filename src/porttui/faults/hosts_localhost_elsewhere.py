r"""localhost resolves to an address that is not loopback.

The name localhost should lead to 127.0.0.1 and ::1 and to nothing else (RFC 6761, 6.3). When a line of the hosts file
or a name server says otherwise, every program that means "this machine" asks some other address: one of the machine's
addresses in the network, where the server does not listen, or another machine altogether. The errors then belong to
that place, and nothing in them points at the name.

It comes about when the machine's own name was to be added to the hosts file and landed on the wrong line, as in
`192.168.1.20 devbox localhost`; when a tool for local domains or a VPN client edits the file; and when the line of
localhost is gone and the name server answers every name with the same address, as those of hotels, and of some
providers, do.

How porttui knows: it resolved localhost in the way that every program does (getaddrinfo); one of the addresses is
neither in 127.0.0.0/8 nor ::1; and no connection opened. It quotes the line of the hosts file with its number when
the address comes from there. As long as the connection opens, it leaves the matter alone.

What looks the same and is not: hosts-localhost-missing (the name leads nowhere at all), listener-other-address (the
name leads to 127.0.0.1, and the server listens at another address), host-down and fw-drop-input (what goes wrong at
the other address, once the name has led there).

To fix it, open the hosts file, /etc/hosts on Linux and macOS, C:\Windows\System32\drivers\etc\hosts on Windows (as
root, or as administrator), and let localhost stand on two lines only: `127.0.0.1 localhost` and `::1 localhost`. Then
see what it leads to: `getent ahosts localhost` on Linux, `dscacheutil -q host -a name localhost` on macOS,
`ping localhost` in PowerShell. macOS and Windows remember old answers:
`sudo dscacheutil -flushcache; sudo killall -HUP mDNSResponder`, `Clear-DnsClientCache`. Programs that have run all
the while must be started again.

To keep it from coming back, give every other name a line of its own, below these two, and never add a word to them.
"""

from __future__ import annotations

from porttui.faults.fault import CannotTell, Fault, Found, Outcome, RuledOut, Stop
from porttui.model.address import is_loopback
from porttui.model.facts import Facts
from porttui.model.report import Evidence, Remedy, Step
from porttui.model.target import Question
from porttui.reading import evidence, seen
from porttui.remedies import hosts


def check(facts: Facts) -> Outcome:
    """Find it when the target is localhost, an address of it is not loopback, and nothing opened."""
    if facts.name is None or (facts.attempts is None and facts.asked.question is Question.CONNECT):
        return CannotTell(because="the name was not looked at yet")
    if facts.asked.target.host != "localhost":
        return RuledOut(because="the target is not localhost")
    foreign = [each for each in facts.name.addresses if not is_loopback(each)]
    if not foreign:
        return RuledOut(because="localhost leads to loopback only, or nowhere")
    if seen.opened(facts):
        return RuledOut(because="the connection opened")
    path = hosts.hosts_path(facts)
    lines = facts.name.hosts if isinstance(facts.name.hosts, tuple) else ()
    return Found(
        summary=f"The name localhost leads to {foreign[0]}, which is not the loopback address of this machine.",
        gloss="localhost should mean this machine itself: 127.0.0.1 and ::1.",
        evidence=(
            *(Evidence(text=f"localhost\t{each}", source="getaddrinfo") for each in facts.name.addresses),
            *(Evidence(text=f"line {line.line}\t{line.address} {' '.join(line.names)}", source=path) for line in lines),
            *evidence.connects(facts),
        ),
    )


def remedies(facts: Facts) -> tuple[Remedy, ...]:
    """Ask by address, or mend the line."""
    lines = ("127.0.0.1 localhost", "::1 localhost")
    return hosts.ask_by_address(facts, "127.0.0.1"), hosts.write_line(facts, *lines)


FAULT = Fault(
    code="hosts-localhost-elsewhere",
    step=Step.NAME,
    stop=Stop.ADDRESS,
    title="localhost resolves to an address that is not loopback",
    explanation=__doc__,
    check=check,
    remedies=remedies,
    questions=(Question.CONNECT, Question.BIND),
)
