"""A connection through all hooks: its first packet, the answer to it, and what a rule answers in its place.

A connection that this machine makes to itself passes output and postrouting, goes into the loopback interface (its
egress), comes out of it (its ingress) and passes prerouting and input; that is so for all of the machine's own
addresses. Connection tracking has then seen it already: the NAT chains of prerouting and input are not asked
(nf_nat_inet_fn).

What comes by a bridge passes the chains of the bridge family first, at their prerouting and input hooks, and what
leaves by one passes output and postrouting there after all others.

Of UDP one datagram is followed, to the socket that takes it.
"""

from __future__ import annotations

import ipaddress
import itertools
from collections.abc import Iterator
from typing import Literal

import msgspec
from msgspec.structs import replace

from porttui.firewall.lookup import Answers, Lookup
from porttui.firewall.packet import Packet, Span, World
from porttui.firewall.ruleset import Chain, Ruleset
from porttui.firewall.walk import Missed, Stop, Tangled, Walk, Way

_TCP = 6
_CONNTRACK, _NAT_DESTINATION, _NAT_SOURCE = -200, -100, 100
"""NF_IP_PRI_ of linux/netfilter_ipv4.h: what runs before connection tracking sees packets of no connection."""
_NAT_AT = {
    "prerouting": _NAT_DESTINATION,
    "output": _NAT_DESTINATION,
    "postrouting": _NAT_SOURCE,
    "input": _NAT_SOURCE,
}
_BRIDGE_IN, _BRIDGE_OUT = ("bridge prerouting", "bridge input"), ("bridge output", "bridge postrouting")
"""The hooks of the bridge family, for what is for this machine itself and for what it sends."""
_STACKED = {"bridge", "vlan", "bond", "team", "macvlan", "ipvlan", "macsec", "vrf", "hsr", "batadv"}
"""Kinds of interfaces whose packets pass other ones as well, which lie beneath."""

Direction = Literal["there", "back", "refusal"]


class Passed(msgspec.Struct, frozen=True):
    """One base chain that the packet came to, and what had a say there."""

    hook: str
    way: Direction
    """"there" (the first packet), "back" (the server's answer), "refusal" (what a rule answers)."""
    stops: tuple[Stop, ...]
    chain: Chain
    """The base chain that was asked."""
    missed: Missed | None = None
    """The last rule there that did not match."""


class Judgement(msgspec.Struct, frozen=True):
    """What the rules do with a connection."""

    verdict: str
    """"accept", "drop", "reset", "reject:icmp:3:13", "redirect:127.0.0.1:8080" or "unknown"."""
    stop: Stop | None = None
    """What decided; None where nothing had a say, or where it is unknown."""
    path: tuple[Passed, ...] = ()
    unknown: tuple[str, ...] = ()
    """What was not understood and could change the verdict."""
    redirect: tuple[str, int] | None = None
    """Where NAT leads, whatever becomes of it there; also where the verdict is unknown for another reason."""
    led_by: Stop | None = None
    """The rule that leads there."""
    redirect_unknown: bool = False
    """What was not understood could change where it leads."""
    needed: tuple[Lookup, ...] = ()
    """What to ask about sets that were not listed, to know more."""
    unlisted: tuple[tuple[str, str, str], ...] = ()
    """Family, table and name of sets of which all elements have to be known, to know more: no question about one
    element will do, as the packet may have one of several ports."""
    then: Judgement | None = None
    """Of a blocked connection: what would become of it with a rule, just in front of what stops it, that lets this one
    through; None where that was not asked."""


class _Through(msgspec.Struct, frozen=True):
    """A place where a connection is stopped, and where it is taken to be let through."""

    way: Direction
    base: Chain
    stop: Stop


class _Led(msgspec.Struct, frozen=True, eq=False):
    """Where NAT leads a connection. Two that lead to one place are equal, whichever rules do."""

    address: str
    port: int
    stop: Stop | None
    """The rule that does."""

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Led) and other.place == self.place

    def __hash__(self) -> int:
        return hash(self.place)

    @property
    def place(self) -> tuple[str, int]:
        return self.address, self.port


class _State(msgspec.Struct, frozen=True):
    """One possible world on the way."""

    packet: Packet
    verdict: str = ""
    """Empty while the packet goes on."""
    path: tuple[Passed, ...] = ()
    stop: Stop | None = None
    redirect: _Led | None = None

    @property
    def said(self) -> tuple[str, Packet, _Led | None]:
        """What became of it, whichever way it took."""
        return self.verdict, self.packet, self.redirect


def judge(
    ruleset: Ruleset, packet: Packet, world: World, *, server_uid: int | None = None, answers: Answers | None = None
) -> Judgement:
    """Tell what rules do with a TCP connection to this machine, or with a datagram of UDP.

    A connection has come through when the answer to its first packet has; a datagram when it has arrived, as a server
    may act on it whether it can answer or not.

    Args:
        ruleset: all rules of the machine.
        packet: its first packet. `own` for one that starts on this machine; otherwise `iif` says where it comes in.
        world: the addresses of the machine.
        server_uid: the user of the program that would answer.
        answers: what is known of sets that the ruleset does not list; see `Judgement.needed`.
    """
    return _Asked(ruleset, packet, world, server_uid, answers or {}).judged(())


class _Asked(msgspec.Struct, frozen=True):
    """A question to the rules; one that is stopped is asked again as if it came past what stops it."""

    ruleset: Ruleset
    packet: Packet
    world: World
    server_uid: int | None
    answers: Answers

    def judged(self, let: tuple[_Through, ...]) -> Judgement:
        judged = _of_all_ports(self, let)
        stopped = _stopped_at(judged)
        if stopped is None or stopped in let or len(let) >= _MOST_IN_A_ROW:
            return judged
        then = self.judged((*let, stopped))
        needed = tuple(dict.fromkeys((*judged.needed, *then.needed)))
        return replace(
            judged, then=then, needed=needed, unlisted=tuple(dict.fromkeys((*judged.unlisted, *then.unlisted)))
        )

    def walk(self) -> Walk:
        return Walk(self.ruleset, self.world, self.answers)


_MOST_IN_A_ROW = 6
"""Places that are passed over. A machine whose chains all forgot loopback stops a connection at four: output and input,
and there again its answer."""


def _stopped_at(judged: Judgement) -> _Through | None:
    """Return where a connection is stopped; None where it is not, or where that cannot be told.

    Where a rule refuses and its own answer is stopped, too, the rule that refuses is the place.
    """
    if judged.verdict == "unknown" or judged.verdict.startswith(("accept", "redirect")):
        return None
    passed = next((each for each in reversed(judged.path) if each.way != "refusal"), None)
    return _Through(passed.way, passed.chain, _to_pass(passed)) if passed is not None and passed.stops else None


def _to_pass(passed: Passed) -> Stop:
    """Return in front of what a rule helps: what comes to a policy by return or goto never meets the last rule."""
    ends = (each for each in passed.stops if each.chain is passed.chain and each.word.startswith(("return", "goto ")))
    last = passed.stops[-1]
    return last if last.rule is not None else next(ends, last)


def _of_all_ports(asked: _Asked, let: tuple[_Through, ...]) -> Judgement:
    """Judge a connection of which the client's port is known or not."""
    walk, packet = asked.walk(), asked.packet
    judged = _judged(walk, packet, asked.server_uid, let)
    if judged.verdict != "unknown" or not 0 < len(walk.ports) <= _MOST_PORTS:
        return judged
    found = [
        (_judged(asked.walk(), replace(packet, source_port=each), asked.server_uid, let), each)
        for each in _parts(packet.source_port, walk.ports)
    ]
    likely, _ = max(found, key=lambda one: one[1][1] - one[1][0])
    others = sum(
        high - low + 1 for each, (low, high) in found if (each.verdict, each.stop) != (likely.verdict, likely.stop)
    )
    low, high = packet.source_port
    chance = _BY_CHANCE if packet.protocol == _TCP else 0  # who sends datagrams alone chooses the port for them
    return judged if likely.verdict == "unknown" or others > chance * (high - low) else likely


_MOST_PORTS = 8
_BY_CHANCE = 0.001
"""A rule for a few of the ports that clients are given is a rule for servers on them. What it would do with one client
in a thousand is not told; this machine gives no client a port that a listener is bound to (__inet_hash_connect)."""


def _parts(span: Span, borders: set[int]) -> Iterator[Span]:
    """Cut a span of ports where other rules hold for what follows."""
    low, high = span
    for border in sorted(each for each in borders if low < each <= high):
        yield low, border - 1
        low = border
    yield low, high


def _judged(walk: Walk, packet: Packet, server_uid: int | None, let: tuple[_Through, ...]) -> Judgement:
    ruleset = walk.ruleset
    journey = _Journey(walk, server_uid, let)
    try:
        ends = list(itertools.islice(journey.connection(packet), 2000))
    except Tangled:
        return Judgement("unknown", unknown=tuple(walk.unknown)[:20], redirect_unknown=True)
    verdicts = {each.verdict for each in ends}
    if len(verdicts) == 1 and not ruleset.unclear and "unknown" not in verdicts:
        first = ends[0]
        known = Judgement(first.verdict, first.stop, first.path)
    else:
        unknown = (*ruleset.unclear, *walk.unknown)[:20]
        known = Judgement("unknown", path=ends[0].path, unknown=unknown)
    if known.verdict == "unknown" or len({each.stop for each in ends}) > 1:  # or it is not known which rule decides
        known = replace(known, needed=tuple(walk.needed), unlisted=tuple(walk.unlisted))
    return _with_its_lead(known, ends, ruleset, packet.own)


def _with_its_lead(judged: Judgement, ends: list[_State], ruleset: Ruleset, own: bool) -> Judgement:
    """Add where NAT leads: that can be known where the verdict is not, as rules after it may be what is not."""
    leads = {each.redirect for each in ends}
    if ruleset.unclear or len(leads) != 1 or any(each.redirect is None and _before_nat(each, own) for each in ends):
        return replace(judged, redirect_unknown=True)
    led = ends[0].redirect
    return judged if led is None else replace(judged, redirect=led.place, led_by=led.stop)


def _before_nat(end: _State, own: bool) -> bool:
    """Tell whether a way ended in the unknown before it was decided where NAT leads it."""
    before = {"output"} if own else {"ingress", "prerouting"}
    return end.verdict == "unknown" and all(each.way == "there" and each.hook in before for each in end.path)


class _Journey:
    """Follows one connection; every method yields what may be."""

    def __init__(self, walk: Walk, server_uid: int | None, let: tuple[_Through, ...] = ()) -> None:
        self._walk = walk
        self._let = let
        self._world = walk.world
        self._server_uid = server_uid
        self._kinds = dict(self._world.kinds)
        self._by_hook: dict[str, list[Chain]] = {}
        for chain in walk.ruleset.chains:
            if chain.hook:
                name = f"bridge {chain.hook}" if chain.family == "bridge" else chain.hook
                self._by_hook.setdefault(name, []).append(chain)

    def connection(self, first: Packet) -> Iterator[_State]:
        """Follow the first packet to the listener, and the answer back."""
        hooks = self._from_here if first.own else self._from_elsewhere
        for state in hooks(_State(first)):
            if state.verdict in {"drop", "unknown"} or state.verdict.startswith("redirect:"):
                yield state
            elif state.verdict:
                yield from self._refused(state, first)
            elif first.protocol != _TCP:
                yield _ended(state, _redirected(state) if state.redirect else "accept")
            else:
                yield from self.answered(state, first)

    # The ways through the hooks.

    def _from_here(self, state: _State) -> Iterator[_State]:
        """Follow what leaves a local socket, and comes in again when it is for one of this machine's addresses."""
        for after in self._hook("output", state, "there"):
            if after.verdict:
                yield after
                continue
            leaves = not self._is_local(after.packet.destination)
            way_out = "lo" if not leaves else None if after.redirect else after.packet.oif
            out = _State(replace(after.packet, oif=way_out), "", after.path, after.stop, after.redirect)
            for gone in self._leave(("postrouting",), out, "there"):
                if gone.verdict:
                    yield gone
                elif leaves:
                    yield _ended(gone, _redirected(gone)) if gone.redirect else gone
                else:
                    yield from self._into_loopback(gone)

    def _into_loopback(self, state: _State) -> Iterator[_State]:
        packet = replace(state.packet, iif="lo", oif="", own=False, uid=None, gid=None)
        arriving = _State(packet, "", state.path, state.stop, state.redirect)
        yield from self._through(("ingress", "prerouting", "input"), arriving, "there", nat=False)

    def _from_elsewhere(self, state: _State) -> Iterator[_State]:
        """Follow what comes in by an interface."""
        for routed in self._arriving(state):
            if routed.verdict:
                yield routed
            elif routed.redirect is None or self._is_local(routed.packet.destination):
                yield from self._through(("input",), routed, "there")
            else:
                forwarded = _State(replace(routed.packet, oif=None), "", routed.path, None, routed.redirect)
                for gone in self._leave(("forward", "postrouting"), forwarded, "there"):
                    yield gone if gone.verdict else _ended(gone, _redirected(gone))

    def _arriving(self, state: _State) -> list[_State]:
        """Take a packet from an interface up to prerouting, and past it.

        With br_netfilter (net.bridge.bridge-nf-call-iptables) what a bridge brings passes prerouting at the bridge's
        own hook, and so before the ingress of the bridge (br_nf_pre_routing, ip_sabotage_in); whether that is on is not
        known here.
        """
        usual = list(self._through((*_BRIDGE_IN, "ingress", "prerouting"), state, "there"))
        if self._bridged(state.packet.iif) is False or not all(map(self._by_hook.get, ("ingress", "prerouting"))):
            return usual
        other = list(self._through((_BRIDGE_IN[0], "prerouting", _BRIDGE_IN[1], "ingress"), state, "there"))
        if {each.said for each in usual} == {each.said for each in other}:
            return usual
        self._walk.unknown.setdefault("whether prerouting comes before the ingress of a bridge (br_netfilter)")
        return usual + other

    def _through(self, hooks: tuple[str, ...], state: _State, way: Direction, *, nat: bool = True) -> Iterator[_State]:
        if state.verdict or not hooks:
            yield state
            return
        for after in self._hook(hooks[0], state, way, nat=nat):
            yield from self._through(hooks[1:], after, way, nat=nat)

    def _leave(self, hooks: tuple[str, ...], state: _State, way: Direction, *, nat: bool = True) -> Iterator[_State]:
        """Go through the hooks for what leaves, and those of the device that it leaves by."""
        yield from self._through((*hooks, "egress", *_BRIDGE_OUT), state, way, nat=nat)

    # Answers.

    def answered(self, state: _State, first: Packet) -> Iterator[_State]:
        """The server's answer has to come through, too: otherwise the client waits in vain."""
        there = state.packet
        for end in self._sent_back(self._server_says(there, first), state, first, "back"):
            if end.verdict == "unknown":
                yield end
            elif end.verdict:  # whatever a rule answers to the server, the client hears nothing
                yield _ended(end, "drop")
            elif end.packet.state == "untracked" and (there.dnat, there.snat) != (False, False):
                # it leaves with the address that NAT led to, which is not the one that the client asked
                self._walk.unknown["whether NAT is undone: a rule keeps the answer out of connection tracking"] = None
                yield _ended(end, "unknown")
            else:
                told = _redirected(end) if end.redirect else "accept"
                # tracking that saw no answer takes what the client sends next for invalid (nf_conntrack_proto_tcp.c)
                seen = replace(there, state="invalid") if end.packet.state == "untracked" else there
                opened = _State(seen, told, end.path, state.stop, end.redirect)
                yield self._kept_open(opened, first)

    def _server_says(self, there: Packet, first: Packet) -> Packet:
        """Return the SYN-ACK. What answers nothing that tracking knows is invalid: a SYN-ACK begins no connection."""
        return Packet(
            family=there.family,
            source=there.destination,
            destination=there.source,
            source_port=there.destination_port,
            destination_port=there.source_port,
            tcp_flags=0x12,
            tos=None,  # the server chooses it
            oif="lo" if first.own else first.iif,
            uid=self._server_uid,
            own=True,
            state="invalid" if there.state in {"untracked", "invalid"} else "established",
            reply=True,
            dnat=there.dnat,
            snat=there.snat,
            ct_mark=there.ct_mark,
        )

    def _kept_open(self, state: _State, first: Packet) -> _State:
        """What follows the first packet has to come through as well: else it opens, and nothing is heard on it."""
        tracked = state.packet.state == "new"
        later = replace(
            first,
            state="established" if tracked else "invalid",
            tcp_flags=0x10,
            ct_mark=state.packet.ct_mark,
            dnat=state.packet.dnat,
            snat=state.packet.snat,
            becomes=(state.packet.destination, state.packet.destination_port),
        )
        if first.own and not self._is_local(state.packet.destination):
            return state
        begun = _State(later, "", (), None, None)
        hooks = ("output", "postrouting", "egress") if first.own else ("prerouting", "input")
        for sent in self._through(hooks, begun, "there", nat=False):
            shown = replace(
                sent.packet,
                **({"iif": "lo", "oif": "", "own": False, "uid": None} if first.own else {}),
                source=state.packet.source,
            )
            arriving = _State(shown, sent.verdict, sent.path, sent.stop, None)
            ends = (
                self._through(("ingress", "prerouting", "input"), arriving, "there", nat=False)
                if first.own
                else iter((arriving,))
            )
            if self._stopped_later(ends):
                return _ended(state, "unknown")
        if not tracked:  # tracking takes the server's first data for a connection of its own (nf_conntrack_tcp_loose)
            data = replace(self._server_says(state.packet, first), state="new", reply=False, tcp_flags=0x18)
            if self._stopped_later(self._sent_back(data, _State(state.packet), first, "back")):
                return _ended(state, "unknown")
        return state

    def _stopped_later(self, ends: Iterator[_State]) -> bool:
        stopped = next((each for each in ends if each.verdict), None)
        if stopped is not None:
            named = stopped.stop.rule.text if stopped.stop and stopped.stop.rule else "a policy"
            self._walk.unknown[f"it opens, but its later packets are stopped by: {named}"] = None
        return stopped is not None

    def _refused(self, state: _State, first: Packet) -> Iterator[_State]:
        """A rule's own answer passes the rules as well, as a packet related to the connection."""
        there = state.packet
        icmp = None
        if state.verdict.startswith("reject:"):
            _, _, kind, code = state.verdict.split(":")
            icmp = (int(kind), int(code))
        # icmp_send keeps the type of service and adds a precedence of "internetwork control"; a reset has none
        tos = 0 if icmp is None or there.family == 6 else None if there.tos is None else there.tos & 0x1E | 0xC0
        back = Packet(
            family=there.family,
            source=there.destination,
            destination=there.source,
            protocol=6 if icmp is None else 1 if there.family == 4 else 58,
            source_port=there.destination_port,
            destination_port=there.source_port,
            icmp=icmp,
            tcp_flags=0x14,
            tos=tos,
            oif="lo" if first.own else first.iif,
            own=False,
            state="invalid" if there.state in {"untracked", "invalid"} else "related",
            reply=True,
            dnat=there.dnat,
            snat=there.snat,
            ct_mark=there.ct_mark,
        )
        if icmp is None and not first.own and self._bridged(first.iif) is not False:
            # with br_netfilter it is sent past all rules, and past NAT (nf_send_reset, nf_send_reset6)
            self._walk.unknown["whether a reset that goes out by a bridge passes the rules"] = None
            yield _ended(state, "drop") if state.redirect else state
        for end in self._sent_back(back, state, first, "refusal"):
            if end.verdict == "unknown":
                yield end
            elif end.verdict:
                yield _ended(end, "drop")
            else:
                yield _State(there, state.verdict, end.path, state.stop, state.redirect)

    def _sent_back(self, back: Packet, state: _State, first: Packet, way: Direction) -> Iterator[_State]:
        begun = _State(back, "", state.path, state.stop, state.redirect)
        if first.own and not self._is_local(back.source):  # another machine sends it
            packet = replace(back, iif=first.oif, oif="", own=False, uid=None)
            arriving = _State(packet, "", state.path, state.stop, state.redirect)
            yield from self._through((*_BRIDGE_IN, "ingress", "prerouting", "input"), arriving, way, nat=False)
            return
        from_netdev = way == "refusal" and bool(state.path) and state.path[-1].hook == "ingress"
        if from_netdev and back.family == 4 and first.own:
            # It comes in by the loopback interface without a route: the kernel takes its source, an address of its own,
            # for a martian (ip_route_input_slow; seen with Linux 6.18), so the rule drops, whatever it would answer.
            yield _ended(begun, "drop")
            return
        hooks = () if from_netdev else ("output", "postrouting")  # nft_reject_netdev sends directly
        for out in self._leave(hooks, begun, way, nat=False):
            if out.verdict or not first.own:
                yield out
                continue
            shown = out.packet
            if first.destination != shown.source:  # the translation is undone on the way out
                shown = replace(shown, source=first.destination, source_port=first.destination_port)
            packet = replace(shown, iif="lo", oif="", own=False, uid=None)
            arriving = _State(packet, "", out.path, out.stop, out.redirect)
            yield from self._through(("ingress", "prerouting", "input"), arriving, way, nat=False)

    # One hook.

    def _hook(self, hook: str, state: _State, way: Direction, *, nat: bool = True) -> Iterator[_State]:
        """Take a packet through all chains of a hook, in the order of their priorities."""
        if state.verdict:
            yield state
            return
        chains = [each for each in self._by_hook.get(hook, ()) if self._applies(each, state.packet) is not False]
        plain = [each for each in chains if each.kind != "nat"]
        nats = [each for each in chains if each.kind == "nat"] if nat else []
        orders = [_sorted(plain, nats, hook)]
        if _tied(plain) or _tied(nats):
            orders.append(_sorted(plain[::-1], nats[::-1], hook))
        seen = set()
        for order in orders:
            for end in self._chains(order, state, hook, way):
                after = replace_state(end, _translated_as_before(end.packet, hook))
                if after.said not in seen:
                    seen.add(after.said)
                    yield after
        if len(orders) > 1 and len({verdict for verdict, _, _ in seen}) > 1:
            self._walk.unknown.setdefault(f"the order of {hook} chains of the same priority")

    def _applies(self, chain: Chain, packet: Packet) -> bool | None:
        """Tell whether a chain sees the packet; None where that cannot be known."""
        if chain.family != "bridge" and chain.hook not in {"ingress", "egress"}:
            return chain.family in {"inet", "ip" if packet.family == 4 else "ip6"}
        device = packet.oif if chain.hook in {"egress", "output", "postrouting"} else packet.iif
        if device is None or (chain.device is None and chain.family != "bridge"):
            return None
        if chain.family == "bridge":
            return self._bridged(device)
        devices = (chain.device or "").split(",")
        if device in devices:
            return True
        # what stands on top of others has asked the chains of those before; nothing can be put on top of lo
        return None if self._stacked(device) and devices != ["lo"] else False

    def _bridged(self, device: str | None) -> bool | None:
        """Tell whether a device is a bridge; None: it may be, or may be on top of one."""
        if device is not None and self._kinds.get(device) == "bridge":
            return True
        return None if device is None or self._stacked(device) else False

    def _stacked(self, device: str) -> bool:
        return device != "lo" and (self._kinds.get(device, "") in _STACKED or not self._world.complete)

    def _chains(self, chains: list[Chain], state: _State, hook: str, way: Direction) -> Iterator[_State]:
        states = [state]
        for chain in chains:
            after: list[_State] = []
            for each in states:
                if each.verdict or (chain.kind == "nat" and not _may_be_translated(each.packet, hook)):
                    after.append(each)
                else:
                    after.extend(self._one_chain(chain, each, hook, way))
            states = after
        yield from states

    def _one_chain(self, chain: Chain, state: _State, hook: str, way: Direction) -> Iterator[_State]:
        packet = state.packet
        if chain.priority >= _NAT_DESTINATION:
            packet = _translated_as_before(packet, hook)
        # Before connection tracking has looked: what a socket of ours sends, and what comes in by a real interface. A
        # rule's own answer is of the connection from its making on (nf_ct_attach).
        untold = hook == "output" if packet.own else packet.iif != "lo" and hook in {"ingress", "prerouting"}
        before = chain.priority < _CONNTRACK or hook == "ingress"
        bridged = chain.family == "bridge"
        early = packet.state in {"new", "established"} and before and untold
        asked = replace(packet, state="invalid") if early else packet
        if bridged:  # its interfaces are the ports of the bridge, and which one it is cannot be known
            asked = replace(asked, iif=packet.iif and None, oif=packet.oif and None)
        if self._applies(chain, packet) is None:
            self._walk.unknown[f"the device of chain {chain.table} {chain.name}"] = None
            yield state
        let = tuple(each.stop for each in self._let if each.way == way and each.base is chain)
        for end in self._walk.base_chain(chain, asked, let):
            came = replace(end.packet, iif=packet.iif, oif=packet.oif) if bridged else end.packet
            if early and came.state == "invalid":
                came = replace(came, state=packet.state)
            path = (*state.path, Passed("bridge" if bridged else hook, way, end.stops, chain, end.missed))
            last = end.stops[-1] if end.stops else None
            if end.end == "accept":
                if _keeps_neighbours_apart(chain, packet):
                    self._walk.unknown[f"whether the neighbour still finds the address, past {chain.name}"] = None
                    yield _State(came, "unknown", path, last, state.redirect)
                said = last if last is not None and last.rule is not None else state.stop
                yield _State(came, "", path, said, state.redirect)
            elif end.end == "nat":
                yield self._translated(_State(came, "", path, last, state.redirect), end, hook)
            else:
                yield _State(end.packet, end.end, path, last, state.redirect)

    def _translated(self, state: _State, end: Way, hook: str) -> _State:
        """Apply NAT to the packet."""
        nat = end.nat
        assert nat is not None  # noqa: S101 - an end "nat" has one
        if nat.kind in {"snat", "masquerade"}:
            source = None if nat.kind == "masquerade" or nat.unclear or nat.address is None else nat.address
            done = (*state.packet.nat_done, "snat")
            changed = None if source is None else source != state.packet.source
            return replace_state(state, replace(state.packet, source=source, snat=changed, nat_done=done))
        ports = nat.ports or state.packet.destination_port
        if nat.unclear or ports[0] != ports[1]:
            self._walk.unknown[nat.unclear or "a range of ports"] = None
            return _ended(state, "unknown")
        address = nat.address or (
            self._own_address(state.packet, hook) if nat.kind == "redirect" else state.packet.destination
        )
        if address is None:
            return _ended(state, "unknown")
        changed = (address, ports) != (state.packet.destination, state.packet.destination_port)
        done = (*state.packet.nat_done, "dnat")
        packet = replace(state.packet, destination=address, destination_port=ports, dnat=changed, nat_done=done)
        return _State(packet, "", state.path, state.stop, _Led(address, ports[0], state.stop))

    def _own_address(self, packet: Packet, hook: str) -> str | None:
        """Where "redirect" leads: loopback for what this machine sends, else the interface's own address."""
        if hook == "output":
            return "127.0.0.1" if packet.family == 4 else "::1"
        return packet.destination

    def _is_local(self, address: str | None) -> bool:
        if address is None:
            return False
        plain = ipaddress.ip_address(address.partition("%")[0])
        return plain.is_loopback or str(plain) in self._world.addresses


def replace_state(state: _State, packet: Packet) -> _State:
    """Return the state with another packet."""
    return _State(packet, state.verdict, state.path, state.stop, state.redirect)


def _may_be_translated(packet: Packet, hook: str) -> bool:
    """Tell whether NAT chains are still asked: the first one that translates is the last (nf_nat_inet_fn)."""
    kind = "dnat" if _NAT_AT.get(hook) == _NAT_DESTINATION else "snat"
    return packet.state == "new" and kind not in packet.nat_done


def _keeps_neighbours_apart(chain: Chain, packet: Packet) -> bool:
    """Tell whether a chain of a device may drop what neighbours ask each other before they send.

    ARP (RFC 826) and neighbour discovery (RFC 4861) pass no other chain. As long as an address is remembered, which is
    for half a minute or more (arp(7)), a connection opens all the same.
    """
    if chain.family != "netdev" or chain.policy != "drop" or "lo" in {packet.iif, packet.oif}:
        return False
    asked = ("arp",) if packet.family == 4 else ("icmpv6", "nd-")
    return not any(each in rule.text for rule in chain.rules for each in asked)


def _translated_as_before(packet: Packet, hook: str) -> Packet:
    """Return a later packet of a connection as NAT makes it, which knows by then where it leads."""
    if packet.becomes is None or _NAT_AT.get(hook) != _NAT_DESTINATION:
        return packet
    address, ports = packet.becomes
    return replace(packet, destination=address, destination_port=ports, becomes=None)


def _ended(state: _State, verdict: str) -> _State:
    return _State(state.packet, verdict, state.path, state.stop, state.redirect)


def _redirected(state: _State) -> str:
    assert state.redirect is not None  # noqa: S101 - asked for only where NAT changed the destination
    address, port = state.redirect.place
    return f"redirect:[{address}]:{port}" if ":" in address else f"redirect:{address}:{port}"


def _sorted(plain: list[Chain], nats: list[Chain], hook: str) -> list[Chain]:
    """Put the chains of a hook in order: all NAT chains stand where NAT hooks in, among themselves by priority."""
    order = [(each.priority, 0, each) for each in plain]
    at = _NAT_AT.get(hook, 0)
    order += [(at, 1 + number, each) for number, each in enumerate(sorted(nats, key=lambda each: each.priority))]
    return [each for _, _, each in sorted(order, key=lambda item: item[:2])]


def _tied(chains: list[Chain]) -> bool:
    """Tell whether two chains have the same priority: which was there first cannot be read from a listing."""
    priorities = [each.priority for each in chains if each.rules or each.policy == "drop"]
    return len(priorities) != len(set(priorities))
