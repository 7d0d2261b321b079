"""A route or a routing rule refuses the address.

The routing table tells the kernel by which way a packet goes. Some of its entries lead nowhere on purpose:
"blackhole" throws packets away, "prohibit" says that they are forbidden, "unreachable" that there is nobody, and
"throw" ends the search in this table. Beside the table stand policy rules (ip rule), which choose a table by user, by
port or by source, and can refuse in the same words. All this happens before a packet exists, and programs get errors
that name no network: "invalid argument" (EINVAL) for a blackhole, "permission denied" (EACCES) for prohibit, "no
route to host" (EHOSTUNREACH) for unreachable.

It comes about when a VPN with a kill switch has left a blackhole or a prohibit behind, so that nothing leaks while
the tunnel is down: the intranet at 10.20.0.5 is "permission denied" then, for a browser too. The rules of split
tunnelling (Mullvad, Android) hold for some users only, so that a connection works as root and fails as yourself.
Kubernetes networks write such entries (Calico a blackhole for each block of addresses), and so do administrators who
ban a network by `ip route add blackhole 203.0.113.0/24`.

How porttui knows: connect was refused at once, the kernel gives the same error when it is only asked for the way
(rtnetlink, which takes this user's rules into account), and there is an entry of this kind that covers the address.
Where the entry cannot be read, the verdict is only likely.

What looks the same and is not: route-missing (no entry at all), fw-reject-icmp (the same words, and an ICMP error
that came back after a packet had left), host-down ("no route to host" after three seconds, not at once),
connect-denied-policy (SELinux, Landlock or seccomp give the same "permission denied", and the kernel knows a way),
privileged-port (a server that may not bind gets the same error).

To fix it, connect the VPN again or switch its kill switch off: it made the entry, and will make it again. If nobody
needs it any more, on Linux `ip route show table all type blackhole` (or prohibit, unreachable, throw) and `ip rule`
show it, `ip route del blackhole 10.0.0.0/8` and `ip rule del priority 100` take it out. On macOS `netstat -rn` shows
it by the flags B and R, `route -n delete -net 10.0.0.0/8` takes it out. On Windows such an entry is a rule of its
firewall.

To keep it from coming back, look into the settings of the VPN for "kill switch", "block when disconnected" and "allow
local network", and exclude the networks that you need (docker's 172.17.0.0/16, the office's 10.0.0.0/8) there, rather
than deleting entries by hand after each start.
"""

from __future__ import annotations

from porttui.faults.fault import CannotTell, Fault, Found, Outcome, RuledOut, Stop
from porttui.model.facts import Attempt, Facts, RouteBlock, Unseen
from porttui.model.report import Confidence, Evidence, Remedy, RemedyStep, Risk, Step
from porttui.reading import evidence, routing, seen, words
from porttui.remedies import network, service

_KINDS = {error: kind for kind, error in routing.ROUTE_ERRORS.items()}


def check(facts: Facts) -> Outcome:
    """Find it when connect(2) was refused at once by an entry of the routing policy."""
    if facts.attempts is None:
        return CannotTell(because="no connection was tried yet")
    stopped = [each for each in seen.stopped_here(facts) if each.outcome in _KINDS]
    if not stopped:
        return RuledOut(because="no connection was refused at once by the routing")
    attempt = stopped[0]
    route = seen.route(facts, attempt.address)
    block = routing.block(facts, attempt)
    if route is not None and route.kind in routing.ROUTE_ERRORS:  # macOS tells the flags of the route, and no error
        return _found(facts, attempt, RouteBlock(by="route", kind=route.kind, destination=""), Confidence.LIKELY)
    refused = route is not None and route.error == attempt.outcome
    if block is not None and refused:
        certain = block.kind != "throw" and not block.partial
        return _found(facts, attempt, block, Confidence.CERTAIN if certain else Confidence.LIKELY)
    if block is not None and block.by == "rule" and not block.partial and not seen.is_local(facts, attempt.address):
        return _found(facts, attempt, block, Confidence.LIKELY)  # a rule for ports: the look-up names none
    if attempt.outcome == "ENETUNREACH":
        return RuledOut(because="no entry of the routing table refuses the address")
    if refused and isinstance(facts.route_blocks, Unseen):
        guess = RouteBlock(by="route", kind=_KINDS[attempt.outcome], destination="")
        return _found(facts, attempt, guess, Confidence.LIKELY)
    unseen = (facts.route_blocks,) if isinstance(facts.route_blocks, Unseen) else ()
    return CannotTell(because="no entry was found that would refuse the address", unseen=unseen)


def _found(facts: Facts, attempt: Attempt, block: RouteBlock, confidence: Confidence) -> Found:
    sure = confidence is Confidence.CERTAIN
    if block.by == "rule":
        whose = f" for user {facts.privileges.user}" if block.uids else ""
        who = f"{'A' if sure else 'Probably a'} routing rule{whose} on {words.machine(facts)}"
    else:
        who = f'{"A" if sure else "Probably a"} route of the kind "{block.kind}" on {words.machine(facts)}'
    covers = f", for {block.destination}," if block.destination and "/0" not in block.destination else ""
    return Found(
        summary=f"{who}{covers} refuses all packets to {attempt.address}.",
        gloss=f'No packet leaves. Your program calls it "{words.ERRNO_WORDS[attempt.outcome]}".',
        confidence=confidence,
        evidence=(
            *evidence.connects(facts, (attempt,)),
            *evidence.ways(facts, attempt.address),
            *((_entry(block),) if block.destination else ()),
        ),
    )


def _entry(block: RouteBlock) -> Evidence:
    if block.by == "route":
        return Evidence(text=f"{block.kind}\t{block.destination}\ttable {block.table}", source="ip route")
    told = [f"priority {block.priority}", f"to {block.destination}"]
    told += [f"users {block.uids[0]} to {block.uids[1]}"] if block.uids else []
    told += [f"ports {block.ports[0]} to {block.ports[1]}"] if block.ports else []
    told += ["and further conditions"] if block.partial else []
    return Evidence(text=f"rule\t{block.kind}\t{', '.join(told)}", source="ip rule")


def remedies(facts: Facts) -> tuple[Remedy, ...]:
    """Let who made the entry take it out, or take it out."""
    stopped = [each for each in seen.stopped_here(facts) if each.outcome in _KINDS]
    block = routing.block(facts, stopped[0]) if stopped else None
    kind = block.kind if block else "blackhole"
    address = stopped[0].address if stopped else facts.asked.target.host
    six = ("-6",) * (":" in address)
    steps = [_see(facts, block, kind, six)]
    if facts.os == "linux" and block is not None:
        steps.append(_delete(facts, block, six))
    elif facts.os == "macos":
        argv = ("route", "-n", "delete", *(("-inet6",) * bool(six)), address)
        steps.append(RemedyStep(text="Take it out", where=words.machine(facts), argv=argv, needs_root=True))
    return (
        Remedy(
            title="Connect the VPN again, or switch its kill switch off",
            risk=Risk.SAFE,
            cost="safe",
            proof=service.proof(facts),
            steps=(
                RemedyStep(text="Is there a VPN? Connect it, or look in its settings for kill switch or local network"),
                RemedyStep(text=f"Ask your administrator whether {address} is blocked on purpose"),
            ),
        ),
        Remedy(
            title="Take the entry out",
            risk=Risk.EXPOSES,
            cost="lets packets out that somebody wanted to keep in",
            proof=service.proof(facts),
            undo=_undo(block, six) if facts.os == "linux" and block else None,
            steps=tuple(steps),
            note="Whatever made it (a VPN, Kubernetes) may make it again.",
        ),
    )


def _see(facts: Facts, block: RouteBlock | None, kind: str, six: tuple[str, ...]) -> RemedyStep:
    rule = block is not None and block.by == "rule"
    text = "See the rules of the routing" if rule else f'See the entries of the kind "{kind}"'
    linux = ("ip", *six, "rule", "show") if rule else ("ip", *six, "route", "show", "table", "all", "type", kind)
    return network.step(
        facts,
        linux=network.Do(text, linux),
        macos=network.Do("See the routes: the flags B and R refuse", ("netstat", "-rn")),
        windows=network.Do("See the routes, and the rules of the firewall", ("Get-NetRoute",)),
    )


def _delete(facts: Facts, block: RouteBlock, six: tuple[str, ...]) -> RemedyStep:
    argv = ("ip", *six, "route", "del", block.kind, block.destination)
    if block.by == "rule":
        argv = ("ip", *six, "rule", "del", "priority", str(block.priority))
    elif block.table != "main":
        argv = (*argv, "table", block.table)
    return RemedyStep(text="Take it out", where=words.machine(facts), argv=argv, needs_root=True)


def _undo(block: RouteBlock, six: tuple[str, ...]) -> str | None:
    if block.by == "rule":
        return None
    table = "" if block.table == "main" else f" table {block.table}"
    return " ".join(("ip", *six, "route", "add", block.kind, block.destination)) + table


FAULT = Fault(
    code="route-blocked",
    step=Step.PATH,
    stop=Stop.ROUTE,
    title="A route or a routing rule refuses the address",
    explanation=__doc__,
    check=check,
    remedies=remedies,
    explains=("route-missing", "connect-denied-policy"),
)
