"""What `porttui firewall` asks: the rules of this machine, or saved ones, about one sender and one target."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from string import ascii_uppercase

from msgspec.structs import replace

from porttui import __version__
from porttui.firewall.journey import judge
from porttui.firewall.packet import Packet, World
from porttui.firewall.ruleset import Ruleset
from porttui.firewall.told import told
from porttui.model.address import destination, family, is_loopback, parse_ip, same_address
from porttui.model.answer import FirewallAnswer, JudgedAddress, Sender, Tried
from porttui.model.facts import Attempt, Facts, Host, Route, Sockets, Unseen
from porttui.model.report import Remedy
from porttui.model.rules import Judged
from porttui.model.target import Asked
from porttui.observe import bounds
from porttui.observe.connect import attempts
from porttui.observe.judging import ANY_CLIENTS, EPHEMERAL, from_elsewhere, from_here, interface_of, judge_one, world_of
from porttui.observe.name import look_up
from porttui.observe.platform import Platform
from porttui.reading import seen, words
from porttui.reading.rules import agrees, behind, in_a_row, refused_on, shown

_SILENCE = 1.5
"""Seconds after which a connection that nothing answers is given up; under 1.2 a silence is not to be believed."""
_LOOPBACK = ("127.0.0.1", "::1")
Ways = Callable[[Facts, Judged], tuple[Remedy, ...]]


def ask_here(asked: Asked, sender: Sender, eyes: Platform, ways: Ways | None = None) -> FirewallAnswer:
    """Judge a connection by this machine's own rules; where it is this user's own, try it as well.

    Args:
        asked: the target.
        sender: who connects.
        eyes: of this system.
        ways: finds the ways past what blocks a connection, `porttui.remedies.rule.past`; None: they are not wanted.
    """
    facts = _look(asked, eyes, sender.address)
    sender, notes = _placed(facts, sender)
    rules = eyes.rules()
    own = sender.here and sender.uid in {None, facts.privileges.uid} and sender.address is None
    if own:
        facts = replace(facts, attempts=_attempts(facts, eyes))
    unseen = (rules,) if isinstance(rules, Unseen) else rules.unseen
    world = world_of(facts)
    found = []
    for address in _fitting(_addresses(facts), sender):
        packet, assumed = _packet(facts, address, sender)
        notes += [each for each in assumed if each not in notes]
        judged = _unread(packet, rules) if isinstance(rules, Unseen) else judge_one(facts, rules, packet, world)
        tried = next((each for each in seen.asked_attempts(facts) if each.address == address), None) if own else None
        told_too = _tried(facts, tried, judged) if tried is not None else None
        opened = tried is not None and tried.outcome == "open"
        listens = True if opened else _listening(facts, judged)
        found.append(JudgedAddress(judged=judged, tried=told_too, listening=listens))
    uid = facts.privileges.uid if sender.uid is None else sender.uid
    if not found and _addresses(facts) and sender.address is not None:
        notes.append(f"--from {sender.address} and the target are of two families, IPv4 and IPv6")
    answer = _answer(asked, replace(sender, uid=uid if sender.here else None), found, unseen=unseen, notes=tuple(notes))
    blocked = _blocked(answer, found)
    if ways is None or blocked is None:
        return answer
    there = replace(facts, host=eyes.host(), firewall=eyes.firewall())
    lettered = zip(ascii_uppercase, ways(there, blocked), strict=False)
    return replace(answer, remedies=tuple(replace(way, way=letter) for letter, way in lettered))


def _blocked(answer: FirewallAnswer, found: list[JudgedAddress]) -> Judged | None:
    """Return the judgement that the answer is about, where that blocks and no real connection speaks against it."""
    told = (each.judged for each in found if each.judged.address == answer.address)
    return next((each for each in told if each.verdict == answer.verdict and in_a_row(each)), None)


def ask_saved(asked: Asked, sender: Sender, ruleset: Ruleset, files: tuple[str, ...]) -> FirewallAnswer:
    """Judge a connection by saved rules; the target is taken to be the machine's that they are of.

    Args:
        asked: the target; its host is an address, or localhost.
        sender: who connects; `uid` is taken for that of a user of that machine.
        ruleset: all rules.
        files: their names.
    """
    given = _LOOPBACK if asked.target.host == "localhost" else (asked.target.host,)
    addresses = tuple(_plain(each) for each in given)
    own = sender.address is None or is_loopback(sender.address)
    own = own or any(same_address(sender.address or "", each) for each in addresses)
    here = own and sender.interface in {None, "lo"}
    sender = replace(sender, here=here, uid=sender.uid if here else None)
    port = asked.target.port
    found: list[JudgedAddress] = []
    notes: list[str] = []
    networks: tuple[tuple[str, str], ...] = ()
    if not here and sender.address and sender.interface:
        networks = ((sender.interface, sender.address.partition("%")[0]),)
        notes.append(f"the way back to {sender.address} is taken to lead by {sender.interface}")
    world = World(addresses=frozenset({*addresses, *_LOOPBACK}), networks=networks)
    for address in _fitting(addresses, sender):
        to = address if here or not is_loopback(address) else None
        if to is None:
            notes.append(f"{address} is not reached from elsewhere: asked of any address of that machine")
        packet = Packet(
            family=6 if family(address) == 6 else 4,
            source=sender.address or (to if here else None),
            destination=to,
            destination_port=(port, port),
            source_port=EPHEMERAL if here else ANY_CLIENTS,
            uid=sender.uid,
            own=here,
            tos=0 if here else None,
            iif="" if here else sender.interface,
            oif="lo" if here else "",
        )
        found.append(JudgedAddress(judged=told(judge(ruleset, packet, world), packet)))
    if not here and not sender.interface and any(each.judged.verdict == "unknown" for each in found):
        notes.append(f"by which interface {sender.address} comes in is not known; --iif NAME tells it")
    return replace(_answer(asked, sender, found, notes=tuple(dict.fromkeys(notes))), rulesets=files)


# Looking.


def _look(asked: Asked, eyes: Platform, sender: str | None) -> Facts:
    """Look at what a judgement needs; connect to nothing."""
    facts = Facts(
        at=dt.datetime.now().astimezone(),
        os=eyes.os,
        asked=asked,
        privileges=eyes.privileges(),
        host=Host(name="?"),
        name=look_up(asked.target.host),
        interfaces=eyes.interfaces(),
        sysctls=eyes.sysctls(),
        sockets=eyes.sockets(asked.target.port),
        timeout=_SILENCE,
    )
    found = [eyes.route(each) for each in (*_addresses(facts), *([sender] if sender else []))]
    return replace(facts, routes=tuple(each for each in found if isinstance(each, Route)))


def _addresses(facts: Facts) -> tuple[str, ...]:
    return facts.name.addresses[: bounds.MOST_ADDRESSES] if facts.name else ()


def _attempts(facts: Facts, eyes: Platform) -> tuple[Attempt, ...]:
    """Connect to each address, as `porttui check` does, and send nothing."""
    port = facts.asked.target.port
    return attempts(_addresses(facts), port, timeout=_SILENCE, counters=eyes.counters)


def _tried(facts: Facts, attempt: Attempt, judged: Judged) -> Tried:
    text = words.outcome(attempt)
    if attempt.outcome == "ECONNREFUSED" and attempt.icmp is None:
        by_kernel = {"accept": ", and this kernel counted the reset as its own: no rule sent it",
                     "reset": ", and this kernel counted no reset of its own: a rule sent it"}  # fmt: skip
        text += by_kernel.get(shown(facts, attempt) or "", "")
    opened, says = attempt.outcome == "open", agrees(facts, attempt, judged.verdict)
    real = shown(facts, attempt)
    side = refused_on(facts, attempt) if real not in {"accept", None} else None
    return Tried(text=text, verdict=real, side=side, opened=opened, agrees=says)


def _listening(facts: Facts, judged: Judged) -> bool | None:
    """Tell whether a listener of this machine would take the connection; None where that is not known."""
    to, port = judged.redirect or (judged.address, judged.port)
    whole = isinstance(facts.sockets, Sockets) and facts.sockets.source in {"netlink", "proc"}
    led = judged.verdict == "unknown" or judged.redirect_unknown  # perhaps to another place
    if led or not whole or to.startswith("fe80:") or (to and not seen.is_local(facts, to)):
        return None
    found = [seen.would_accept(each, to) if to else None for each in seen.listeners(facts, port)]
    return True if True in found else None if found and None in found else False


# The sender, and its packet.


def _placed(facts: Facts, sender: Sender) -> tuple[Sender, list[str]]:
    """Tell whether the sender is on this machine, and by which interface it comes in where it is not."""
    cards = facts.interfaces if isinstance(facts.interfaces, tuple) else ()
    if sender.interface in {None, "lo"} and (sender.address is None or seen.is_local(facts, sender.address)):
        return replace(sender, here=True, interface=None), []
    interface, notes = sender.interface, []
    if interface is None and sender.address is not None:
        scope = sender.address.partition("%")[2]
        route = seen.route(facts, sender.address)
        interface = scope or interface_of(facts, sender.address) or (route.interface if route is not None else None)
        if interface is None:
            notes.append(f"by which interface {sender.address} comes in is not known; --iif tells it")
    elif cards and interface not in {card.name for card in cards}:
        notes.append(f"this machine has no interface {interface} now")
    return replace(sender, here=False, interface=interface, uid=None), notes


def _fitting(addresses: tuple[str, ...], sender: Sender) -> tuple[str, ...]:
    """Return the addresses that the sender can ask for: those of its own family."""
    if sender.address is None:
        return addresses
    return tuple(each for each in addresses if family(_plain(each)) == family(sender.address))


def _packet(facts: Facts, address: str, sender: Sender) -> tuple[Packet, list[str]]:
    """Return the first packet of the connection, and what was assumed for it."""
    to = _plain(address)
    if sender.here:
        packet = from_here(facts, address if to == address else to, uid=sender.uid)
        return (packet if sender.address is None else replace(packet, source=_plain(sender.address))), []
    known = _plain(sender.address) if sender.address is not None else None
    packet = from_elsewhere(facts, to, known, sender.interface)
    if not is_loopback(to):
        return packet, []
    cards = facts.interfaces if isinstance(facts.interfaces, tuple) else ()
    own = [each for card in cards if card.name == sender.interface for each in card.addresses]
    reached = next((each for each in own if family(each) == family(to) and not each.startswith("fe80:")), None)
    if reached is None:
        return replace(packet, destination=None), [
            f"{to} is not reached from elsewhere: asked of any address of this machine"
        ]
    note = f"{to} is not reached from elsewhere: asked of {reached}, this machine's address on {sender.interface}"
    return replace(packet, destination=reached), [note]


def _plain(address: str) -> str:
    """Return where packets go: an IPv4 address written as an IPv6 one is an IPv4 address (RFC 4291, 2.5.5.2)."""
    to = destination(address).partition("%")[0]
    ip = parse_ip(to)
    return str(getattr(ip, "ipv4_mapped", None) or ip or to)


# The answer.


def _unread(packet: Packet, rules: Unseen) -> Judged:
    why = f"{rules.what}: {rules.reason}"
    return Judged(
        address=packet.destination or "",
        port=packet.destination_port[0],
        sender=packet.source or "",
        verdict="unknown",
        unknown=(why,),
    )


def _answer(
    asked: Asked,
    sender: Sender,
    found: list[JudgedAddress],
    *,
    unseen: tuple[Unseen, ...] = (),
    notes: tuple[str, ...] = (),
) -> FirewallAnswer:
    """Put together what is told; the first address that is not let through leads."""
    if not found:
        judged = Judged(address="", port=asked.target.port, sender=sender.address or "", verdict="unknown")
        none = f"the target has no {f'IPv{family(sender.address)} ' if sender.address else ''}address to ask about"
        found = [JudgedAddress(judged=replace(judged, unknown=(none,)))]
        addresses: tuple[JudgedAddress, ...] = ()
    else:
        addresses = tuple(found)
    believed = [(each, _believed(each)) for each in found]
    lead, verdict = next((pair for pair in believed if pair[1] != "accept"), believed[0])
    disagrees = verdict != lead.judged.verdict
    return FirewallAnswer(
        verdict=verdict,
        rule=None if disagrees else lead.judged.rule,
        policy=None if disagrees else lead.judged.policy,
        then=() if disagrees else behind(lead.judged),
        path=lead.judged.path,
        unknown=lead.judged.unknown,
        redirect=lead.judged.redirect,
        porttui=__version__,
        target=str(asked.target),
        address=lead.judged.address,
        port=asked.target.port,
        sender=sender.address or lead.judged.sender,
        interface=sender.interface,
        uid=sender.uid,
        here=sender.here,
        tried=lead.tried,
        listening=lead.listening,
        addresses=addresses,
        unseen=unseen,
        notes=notes,
    )


def _believed(each: JudgedAddress) -> str:
    """Return the verdict: where the rules were judged to do one thing and a real connection shows another, that.

    Where the rules do not tell, a connection that opened does; one that did not may have other reasons.
    """
    if each.tried is not None and each.judged.verdict == "unknown" and each.tried.opened:
        return "accept"
    if each.tried is not None and each.tried.agrees is False:
        return each.tried.verdict or "unknown"
    return each.judged.verdict
