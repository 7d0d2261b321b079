r"""The name to listen on leads to another machine, or to a place where nobody looks.

A server may be given a name in place of an address: HOST=devbox, --host app.test, listen("db.internal"). The server
then looks the name up, as a client would, and binds the address that comes out. That must be an address of this
machine. When it is another machine's, the kernel says "cannot assign requested address" (EADDRNOTAVAIL), and the
message names the address, or the name, and seldom both. When it is an address of this machine, but not the one that
was meant, the server starts without a complaint, and listens where nobody looks.

It comes about when a framework takes the variable HOST or HOSTNAME for the address to listen on, and the shell has it
set to the name of the machine: create-react-app did so, and scripts with `--host $(hostname)` do. Debian and Ubuntu
lead that name to 127.0.1.1, by a line of /etc/hosts: a server there is reached neither by localhost, which is
127.0.0.1, nor from the network. Or the name has an old address, because the machine got another one from DHCP or a
VPN, or it is the name of a load balancer in front of this machine.

How porttui knows: it looked the name up in the way that every program does (getaddrinfo) and tried to bind each
address. For another machine's address it was told EADDRNOTAVAIL, and no interface has it. For the second case: the
name is this machine's own and leads to loopback only, to another address than localhost does; what was meant cannot be
seen, so that is never more than likely.

What looks the same and is not: addr-not-available (an address was given, no name), dns-nxdomain (the name leads
nowhere), hosts-localhost-elsewhere (localhost itself leads elsewhere), listener-other-address (what a client is told
when the server listens on 127.0.1.1).

To fix it, give the server an address: 127.0.0.1 for programs of this machine, 0.0.0.0 or [::] for the network too; or
unset HOST (Linux, macOS: `HOST= npm start`; PowerShell: `Remove-Item Env:HOST`). Where the name must stay, mend its
line in /etc/hosts (C:\Windows\System32\drivers\etc\hosts) and look with `getent ahosts devbox` on Linux,
`dscacheutil -q host -a name devbox` on macOS, `Resolve-DnsName devbox` on Windows. A service of systemd has the
variable in Environment=; in a container the own name leads to the container's address, and 0.0.0.0 is right.

To keep it from coming back, configure listeners by address and clients by name, and give the server's address a
variable of its own (BIND, LISTEN), which no shell sets.
"""

from __future__ import annotations

from porttui.faults.fault import CannotTell, Fault, Found, Outcome, RuledOut, Stop
from porttui.faults.shared import bind_errors, not_the_bind
from porttui.model.address import endpoint, family, is_loopback, same_address
from porttui.model.facts import Facts, Unseen
from porttui.model.report import Confidence, Evidence, Remedy, RemedyStep, Risk, Step
from porttui.model.target import Question
from porttui.reading import evidence, seen, words
from porttui.remedies import hosts, service


def check(facts: Facts) -> Outcome:
    """Find it when a name leads to an address that is not this machine's, or this machine's own to a hidden one."""
    first = not_the_bind(facts)
    if isinstance(first, CannotTell):
        return first
    if facts.name is None or facts.name.literal:
        return RuledOut(because="an address was given, no name")
    if facts.name.host == "localhost" or facts.name.host.endswith(".localhost"):
        return RuledOut(because="the name is localhost")
    if isinstance(facts.interfaces, Unseen) or facts.interfaces is None:
        unseen = (facts.interfaces,) if facts.interfaces else ()
        return CannotTell(because="the interfaces could not be read", unseen=unseen)
    foreign, hidden = _foreign(facts), _hidden(facts)
    if foreign:
        return _not_here(facts, foreign)
    if hidden and isinstance(first, RuledOut):
        return _nobody_looks(facts, hidden)
    return RuledOut(because=f"{facts.name.host} leads to {facts.name.addresses[0]}, an address of this machine")


def _foreign(facts: Facts) -> tuple[str, ...]:
    """Return the addresses that could not be bound because no interface has them."""
    return tuple(each for each in bind_errors(facts, "EADDRNOTAVAIL") if not seen.is_local(facts, each))


def _hidden(facts: Facts) -> str | None:
    """Return the loopback address to which the machine's own name leads, when localhost does not; else None."""
    name = facts.name
    if name is None or not _own_name(facts) or not all(is_loopback(each) for each in name.addresses):
        return None
    apart = [each for each in name.addresses if not any(same_address(each, other) for other in name.localhost)]
    return apart[0] if apart and len(apart) == len(name.addresses) and name.localhost else None


def _own_name(facts: Facts) -> bool:
    return facts.asked.target.host.partition(".")[0].lower() == facts.host.name.partition(".")[0].lower()


def _not_here(facts: Facts, foreign: tuple[str, ...]) -> Found:
    host = facts.asked.target.host
    first = seen.addresses(facts)[0]
    sure = first in foreign
    how = "T" if sure else "Probably your server tries them all: t"
    return Found(
        summary=f"{how}he name {host} leads to {foreign[0]}, which is not an address of {words.machine(facts)}, "
        "so no server can listen on it here.",
        gloss="A server can only listen on addresses that its own machine has.",
        confidence=Confidence.CERTAIN if sure else Confidence.LIKELY,
        evidence=(*_led(facts), *evidence.binds(facts), *_own(facts)),
    )


def _nobody_looks(facts: Facts, hidden: str) -> Found:
    where = endpoint(hidden, facts.asked.target.port)
    localhost = facts.name.localhost if facts.name else ()
    return Found(
        summary=f"Probably not where you mean: {facts.asked.target.host} leads to {where}, which neither localhost nor "
        "other machines reach.",
        gloss="Every address of 127.0.0.0/8 is this machine, but a server on one of them is not reached by another.",
        confidence=Confidence.LIKELY,
        evidence=(
            *_led(facts),
            *(Evidence(text=f"localhost\t{each}", source="getaddrinfo") for each in localhost),
            *evidence.binds(facts),
        ),
    )


def _led(facts: Facts) -> tuple[Evidence, ...]:
    """Quote where the name leads, and the lines of the hosts file that say so."""
    name = facts.name
    if name is None:
        return ()
    lines = name.hosts if isinstance(name.hosts, tuple) else ()
    return (
        *(Evidence(text=f"{name.host}\t{each}", source="getaddrinfo") for each in name.addresses[:4]),
        *(
            Evidence(text=f"line {each.line}\t{each.address} {' '.join(each.names)}", source=hosts.hosts_path(facts))
            for each in lines[:2]
        ),
    )


def _own(facts: Facts) -> tuple[Evidence, ...]:
    interfaces = facts.interfaces if isinstance(facts.interfaces, tuple) else ()
    return tuple(
        Evidence(text=f"{each.name}\t{', '.join(each.addresses) or 'no address'}", source="interfaces")
        for each in interfaces
    )


def remedies(facts: Facts) -> tuple[Remedy, ...]:
    """Give the server an address in place of the name; or mend the name."""
    host, port = facts.asked.target.host, facts.asked.target.port
    wrong = (*_foreign(facts), *((_hidden(facts) or ""),))[0]
    loopback, every = ("127.0.0.1", "0.0.0.0") if family(wrong) == 4 else ("::1", "::")
    own = [each for each in seen.own_addresses(facts) if family(each) == family(wrong) and not is_loopback(each)]
    lines = facts.name.hosts if facts.name and isinstance(facts.name.hosts, tuple) else ()
    return (
        Remedy(
            title=f"Listen on {loopback}: for programs of this machine",
            risk=Risk.SAFE,
            cost="safe",
            proof=endpoint(loopback, port),
            steps=(
                RemedyStep(text=f"In the settings of the server, or in its variable HOST, write {loopback} for {host}"),
            ),
        ),
        Remedy(
            title=f"Listen on {every}: for the network too",
            risk=Risk.EXPOSES,
            cost="opens the server to your network",
            proof=endpoint(every, port),
            steps=(
                RemedyStep(
                    text=f"In the settings of the server write {every} (every address)"
                    + (f", or {own[0]}, which this machine has," if own else "")
                    + f" for {host}",
                ),
            ),
        ),
        *((_mend(facts, wrong, own[0]),) if lines and own else ()),
    )


def _mend(facts: Facts, wrong: str, own: str) -> Remedy:
    host, path = facts.asked.target.host, hosts.hosts_path(facts)
    return Remedy(
        title=f"Lead the name {host} to {own}",
        risk=Risk.SAFE,
        cost="safe; counts for every program of this machine",
        proof=service.proof(facts),
        undo=f"write {wrong} in that line again",
        steps=(
            RemedyStep(
                text=f"As {'an administrator' if facts.os == 'windows' else 'root'}, in the line of {host} in {path} "
                f"write {own} in place of {wrong}",
                where=words.machine(facts),
                needs_root=True,
            ),
        ),
    )


FAULT = Fault(
    code="bind-hostname-elsewhere",
    step=Step.BIND,
    stop=Stop.ADDRESS,
    title="The name to listen on leads to another machine, or to a place where nobody looks",
    explanation=__doc__,
    check=check,
    remedies=remedies,
    questions=(Question.BIND,),
    explains=("addr-not-available",),
)
