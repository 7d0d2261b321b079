"""Where the packets of a connection attempt ended, by the kernel's counters around them.

The counters are those of the whole network namespace, so each is held against the number of packets that were sent.
Where other traffic may have moved them too, the answer is "not known".
"""

from __future__ import annotations

from typing import Literal

from porttui.model.address import family, is_loopback, is_wildcard, same_address
from porttui.model.facts import Attempt, Counters, Facts, Icmp
from porttui.reading import seen


def reset_by_kernel(attempt: Attempt) -> bool | None:
    """Tell whether a refusal was sent by this machine's own TCP, for want of a socket.

    The kernel counts each reset that it sends itself in Tcp.OutRsts (RFC 4022, tcpOutRsts); a reset made by a
    firewall rule is not counted there. But nor is one that another machine or container sends, to which a NAT rule may
    have led: only when our packets were seen to end between the IP layer and TCP was it a rule.

    Returns:
        None when the attempt is no plain refusal, or when the counters do not tell.
    """
    if attempt.outcome != "ECONNREFUSED" or attempt.icmp is not None or not attempt.burst:
        return None
    resets = attempt.burst.get("Tcp.OutRsts", 0)
    if resets >= attempt.tries:
        # many more are somebody else's, and so they are when ours were seen to end before TCP
        return True if resets < 2 * attempt.tries + 2 and not ended_early(attempt) else None
    if ended_early(attempt) or (resets == 0 and _stays(attempt)):
        return False  # fewer resets than packets: those that were counted are others'
    return None


def ended_early(attempt: Attempt) -> bool:
    """Tell whether packets were seen to end before TCP as well: resets that were counted may be others' then."""
    return _lost_inwards(attempt) or _lost_outwards(attempt, reset_loops_back=True)


def reset_from_elsewhere(attempt: Attempt) -> bool:
    """Tell whether a refusal came in from outside: our packets left, came back as resets, and none was ours.

    For an address of this machine that means that a NAT rule has led them to another machine or a container. A rule's
    reset in OUTPUT or INPUT shows as packets that never left, or were not handed on.
    """
    if attempt.outcome != "ECONNREFUSED" or attempt.icmp is not None or not attempt.burst:
        return False
    if attempt.burst.get("Tcp.OutRsts", 0) or not attempt.transmits_counted or attempt.tries < 2 or _stays(attempt):
        return False
    if attempt.devices_counted and _looped(attempt) >= 2 * attempt.tries:
        return False  # as many as a rule's own resets make, behind the loopback interface
    left, came = ip_counter(attempt, "OutTransmits"), ip_counter(attempt, "InDelivers")
    return left >= attempt.tries and came >= attempt.tries and not ended_early(attempt)


def _stays(attempt: Attempt) -> bool:
    """Tell whether no other machine can have answered, as our packets did not leave by any interface but loopback.

    Packets from ::1 never leave (RFC 4291, 2.5.3); others are seen in the counters of the interfaces. It is needed
    where those of the IP layer do not tell a rule's reset from one that came from elsewhere: for IPv6, and where the
    rule stands behind an interface (netdev).
    """
    if family(attempt.address) == 6 and is_loopback(attempt.address):
        return True
    return attempt.devices_counted and attempt.burst.get("Dev.Outside", 0) < attempt.tries


def _looped(attempt: Attempt) -> int:
    return attempt.burst.get("Dev.Loopback", 0)


def _to_itself(attempt: Attempt) -> bool:
    """Tell whether the packets go through the loopback interface, unless NAT leads them elsewhere."""
    own = is_loopback(attempt.address) or is_wildcard(attempt.address)
    return own or same_address(attempt.source, attempt.address)


def dropped_inwards(attempt: Attempt) -> bool:
    """Tell whether packets of an unanswered attempt came in and were not handed on.

    Ip.InReceives counts what arrives, Ip.InDelivers what the IP layer hands to TCP (RFC 4293); in between stand only
    forwarding and netfilter's PREROUTING and INPUT. A full accept queue and the reverse path filter are counted apart.
    """
    if attempt.outcome != "timeout" or moved(attempt, "TcpExt.ListenOverflows", "TcpExt.IPReversePathFilter"):
        return False
    lost = _lost_inwards(attempt) and not _others_are_dropped(attempt)
    return (lost or _lost_on_arrival(attempt)) and not _lost_outwards(attempt)


def _lost_on_arrival(attempt: Attempt) -> bool:
    """Tell whether packets went through the loopback interface and never came to the IP layer.

    There a chain of the ingress hook can drop them (nft(8), netdev), or a program of eBPF.
    """
    if not attempt.devices_counted or not _to_itself(attempt):
        return False
    sent = min(ip_counter(attempt, "OutTransmits" if attempt.transmits_counted else "OutRequests"), _looped(attempt))
    came = ip_counter(attempt, "InReceives")
    others = attempt.burst.get("Ip.InReceives", 0) + attempt.burst.get("Ip6.InReceives", 0) - came
    quiet = others < attempt.tries and came < 2 * attempt.tries  # else what went through could be others'
    return quiet and sent - came >= attempt.tries


def lost_at_the_interface(facts: Facts, attempt: Attempt) -> bool:
    """Tell whether packets of an unanswered attempt left the IP layer and were sent by no interface, though lo is up.

    There a chain of the egress hook can drop them (nft(8), netdev). Where NAT leads a packet to another machine it may
    wait for ARP, which looks the same: so no interface but loopback may have sent anything until it was given up.
    """
    cards = facts.interfaces if isinstance(facts.interfaces, tuple) else ()
    stays = facts.tracked is False or not attempt.whole.get("Dev.Outside", 0)
    return any(each.loopback and each.up for each in cards) and stays and _not_sent(attempt)


def _not_sent(attempt: Attempt) -> bool:
    if attempt.outcome != "timeout" or not attempt.devices_counted or not _to_itself(attempt):
        return False
    left = ip_counter(attempt, "OutTransmits")
    return left - _looped(attempt) >= attempt.tries and left < 3 * attempt.tries  # were it more, it could be others'


def dropped_outwards(attempt: Attempt) -> bool:
    """Tell whether packets of an unanswered attempt were dropped before they reached an interface.

    A packet that netfilter's OUTPUT drops is in Ip.OutRequests and not in Ip.OutTransmits (Linux 6.6). Older kernels do
    not count the latter; there a failed retransmission (TcpExt.TCPRetransFail) tells, when nothing came in either.
    """
    lost = _lost_outwards(attempt) and not _others_never_leave(attempt)
    return attempt.outcome == "timeout" and lost and not _lost_inwards(attempt)


def _others_never_leave(attempt: Attempt) -> bool:
    """Tell whether packets of others are kept from leaving all the time, while as many as ours did leave."""
    lost = [each.get(_ip(attempt, "OutRequests"), 0) - each.get(_ip(attempt, "OutTransmits"), 0)
            for each in (attempt.burst, attempt.whole)]  # fmt: skip
    by = "Dev.Loopback" if _to_itself(attempt) else "Dev.Outside"
    left = attempt.burst.get(by, 0) if attempt.devices_counted else ip_counter(attempt, "OutTransmits")
    return attempt.transmits_counted and lost[1] - lost[0] > _most_later(attempt) and left >= attempt.tries


def _most_later(attempt: Attempt) -> float:
    """Return how many packets the connections of an attempt may lose later.

    Each of their ends repeats itself about once a second (RFC 6298, 2.1).
    """
    return 3 * attempt.tries * (1 + attempt.ms / 1000)


def side(attempt: Attempt) -> Literal["out", "in"] | None:
    """Tell whether packets of an attempt ended on their way out of this machine, or on their way in; None: not told."""
    if attempt.outcome != "timeout":
        each = _each_round(attempt)
        return "out" if each == _REJECTED_OUT else "in" if each in {_REJECTED_IN, _REJECTED_AT_THE_DEVICE} else None
    inwards, outwards = _lost_inwards(attempt), _lost_outwards(attempt)
    if inwards != outwards:
        unsure = _others_never_leave(attempt) if outwards else _others_are_dropped(attempt)
        return None if unsure else "out" if outwards else "in"
    arrived = _lost_on_arrival(attempt)
    alone = not attempt.whole.get("Dev.Outside", 0)
    return "in" if arrived else "out" if alone and _not_sent(attempt) else None


_REJECTED_OUT, _REJECTED_IN, _REJECTED_AT_THE_DEVICE = (1, 1, 1), (2, 1, 2), (2, 1, 1)
"""What one refusal by a rule moves: packets that loopback sent, that were handed on to TCP or ICMP, and that came in.

On the way out only the refusal goes through the loopback interface. On the way in our packet does so before it, and
comes in (Ip.InReceives) without being handed on (Ip.InDelivers); where an interface's own hook (netdev) rejects it, it
does not come in. Seen alike with Linux 6.18 for resets and ICMP errors of nft and of both kinds of iptables, and for
IPv4 and IPv6.
"""


def _each_round(attempt: Attempt) -> tuple[int, int, int] | None:
    """Return what each of several refusals has moved (see above); None where they were not alike, or not alone."""
    rounds = attempt.rounds or ()
    if len(rounds) < _ENOUGH or any(each != rounds[0] for each in rounds):
        return None
    moved = dict(rounds[0])
    found = (
        moved.pop("Dev.Loopback", 0),
        moved.pop(_ip(attempt, "InDelivers"), 0),
        moved.pop(_ip(attempt, "InReceives"), 0),
    )
    return found if not any(moved.values()) else None  # else packets of others, or that left this machine


_ENOUGH = 3
"""Rounds that have to be alike."""


def refused_in_vain(attempt: Attempt) -> bool:
    """Tell whether each packet of an unanswered attempt was answered before TCP saw it, and the answer was dropped.

    Only a rule answers so. One of the two ended on its way out and the other on its way in; which, is not counted.
    """
    tries = attempt.tries
    if attempt.outcome != "timeout" or not attempt.transmits_counted or tries < _ENOUGH or not _to_itself(attempt):
        return False
    sent, left = ip_counter(attempt, "OutRequests"), ip_counter(attempt, "OutTransmits")
    came, handed = ip_counter(attempt, "InReceives"), ip_counter(attempt, "InDelivers")
    return (sent, left, came, handed) == (2 * tries, tries, tries, 0)


def answers_lost(attempt: Attempt) -> bool | None:
    """Tell whether it is the server's answers that are dropped: our packets came to TCP, and as many were sent back.

    Returns:
        None when the counters do not tell.
    """
    tries = attempt.tries
    came, sent = ip_counter(attempt, "InDelivers"), ip_counter(attempt, "OutRequests")
    if not _to_itself(attempt) or came < tries:
        return False
    return True if came < 2 * tries <= sent < 3 * tries else None


def far_answers_dropped(attempt: Attempt) -> bool:
    """Tell whether another machine's answers came in and were not handed on to TCP: one at least for each packet.

    What else ends in between is counted apart: a way back by another interface, and a bad address.
    """
    if attempt.outcome != "timeout" or _to_itself(attempt) or not attempt.devices_counted:
        return False
    others = (
        _ip(attempt, "InAddrErrors"),
        _ip(attempt, "InNoRoutes"),
        "IpExt.InNoRoutes",
        "TcpExt.IPReversePathFilter",
    )
    left = attempt.burst.get("Dev.Outside", 0) >= attempt.tries
    own = _not_handed_on(attempt, attempt.burst) < 2 * attempt.tries and not _others_are_dropped(attempt)
    return left and own and _lost_inwards(attempt) and not moved(attempt, *others)


def _others_are_dropped(attempt: Attempt) -> bool:
    """Tell whether so many more came in later and were not handed on that the first ones may be others', too."""
    later = _not_handed_on(attempt, attempt.whole) - _not_handed_on(attempt, attempt.burst)
    return later > _most_later(attempt)


def _not_handed_on(attempt: Attempt, counters: Counters) -> int:
    return counters.get(_ip(attempt, "InReceives"), 0) - counters.get(_ip(attempt, "InDelivers"), 0)


def stayed_here(attempt: Attempt) -> bool:
    """Tell whether a rule on the way out refused what was to go to another machine: each refusal came by loopback."""
    return not _to_itself(attempt) and _each_round(attempt) == _REJECTED_OUT


def at_the_device(attempt: Attempt) -> bool:
    """Tell whether packets ended between an interface and the IP layer, where the hooks ingress and egress are."""
    if attempt.outcome != "timeout":
        return _each_round(attempt) == _REJECTED_AT_THE_DEVICE
    which = side(attempt)
    if which != "in" or not attempt.devices_counted or not _to_itself(attempt):
        return which == "out" and _not_sent(attempt)
    if not _lost_inwards(attempt):
        return not _lost_inwards(attempt)
    # a rejection for each packet came in its place, and was thrown away
    return (_looped(attempt) // attempt.tries, ip_counter(attempt, "InReceives") // attempt.tries) == (2, 1)


def queue_overflowed(attempt: Attempt) -> bool:
    """Tell whether the accept queue of a listener overflowed while an attempt waited (TcpExt.ListenOverflows)."""
    return attempt.outcome == "timeout" and moved(attempt, "TcpExt.ListenOverflows")


_NOBODY_THERE = {(4, 3, 1), (6, 1, 3)}
"""What the kernel sends itself when nobody answers to ARP or neighbour discovery: type and code by version."""
_ARP_TIMES_OUT_MS = 900
"""A failing neighbour lookup takes about three seconds (three probes of one second, arp(7))."""


def sent_here(facts: Facts, icmp: Icmp, attempt: Attempt) -> bool:
    """Tell whether an ICMP error that ended an attempt was sent by this machine itself."""
    return bool(icmp.sender) and (icmp.sender == attempt.source or icmp.sender in seen.own_addresses(facts))


def nobody_there(facts: Facts, attempt: Attempt) -> bool:
    """Tell whether an attempt ended as it does when nobody answers to ARP: an error of our own, after a while."""
    icmp = attempt.icmp
    if icmp is None or (icmp.version, icmp.type, icmp.code) not in _NOBODY_THERE:
        return False
    return sent_here(facts, icmp, attempt) and attempt.ms > _ARP_TIMES_OUT_MS


def ip_counter(attempt: Attempt, name: str) -> int:
    """Return by how much a counter of the IP layer, of the attempt's own family, moved around its first packets."""
    return attempt.burst.get(_ip(attempt, name), 0)


def moved(attempt: Attempt, *names: str) -> bool:
    """Tell whether one of the counters moved, around the first packets or later."""
    return any(attempt.burst.get(name, 0) or attempt.whole.get(name, 0) for name in names)


def _ip(attempt: Attempt, name: str) -> str:
    return f"{'Ip6' if family(attempt.address) == 6 else 'Ip'}.{name}"


def _lost_inwards(attempt: Attempt) -> bool:
    forwarded = ip_counter(attempt, "ForwDatagrams") + ip_counter(attempt, "OutForwDatagrams")  # IPv6 names it so
    lost = ip_counter(attempt, "InReceives") - ip_counter(attempt, "InDelivers") - forwarded
    return lost >= attempt.tries


def _lost_outwards(attempt: Attempt, *, reset_loops_back: bool = False) -> bool:
    """Tell whether packets never left. A rule on the way out sends its reset back inwards: one packet for each."""
    requested = ip_counter(attempt, "OutRequests")
    if attempt.transmits_counted:
        return requested - ip_counter(attempt, "OutTransmits") >= attempt.tries
    if reset_loops_back:
        return requested - ip_counter(attempt, "InReceives") >= attempt.tries
    arrived = ip_counter(attempt, "InReceives") >= attempt.tries
    return requested >= attempt.tries and not arrived and bool(attempt.whole.get("TcpExt.TCPRetransFail", 0))
