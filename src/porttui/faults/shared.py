"""The first questions of every fault of a step: may this step be the reason at all?"""

from __future__ import annotations

from porttui.faults.fault import CannotTell, RuledOut
from porttui.model.facts import Activation, Doing, Facts, FarEnd, Hop, Resolver, Socket, TlsAnswer, Unseen
from porttui.reading import far, keeping, nat, seen, stuck, words


def not_the_name(facts: Facts) -> RuledOut | CannotTell | None:
    """Answer for the name step as long as the name leads to an address; None when it leads nowhere."""
    if facts.name is None:
        return CannotTell(because="the name was not looked up yet")
    if facts.name.addresses:
        return RuledOut(because=f"{facts.name.host} leads to {facts.name.addresses[0]}")
    return None


def not_answered(facts: Facts) -> RuledOut | CannotTell | Resolver:
    """Return the resolver when a name leads nowhere for want of an answer; else why that is not so."""
    first = not_the_name(facts)
    if first is not None:
        return first
    name = facts.name
    if name is None or name.error not in {"EAI_AGAIN", "EAI_FAIL"}:
        return RuledOut(because="the system's resolver had an answer")
    if name.host == "localhost":
        return RuledOut(because="localhost is told apart")
    if isinstance(name.resolver, Resolver):
        return name.resolver
    unseen = (name.resolver,) if isinstance(name.resolver, Unseen) else ()
    return CannotTell(because="the name servers were not asked", unseen=unseen)


def not_the_listener(facts: Facts) -> RuledOut | CannotTell | None:
    """Answer for the listener step as long as a missing listener cannot be the reason; None when it may be.

    A port without a listener is refused, at once, by the kernel itself. A time-out never comes from it: only when it
    is seen that something else stopped the packet can a missing listener be told as the second fault. Packets that
    were dropped on their way out show that only where no NAT rule can have led them elsewhere.
    """
    if facts.attempts is None:
        return CannotTell(because="no connection was tried yet")
    attempts = seen.asked_attempts(facts)
    if not attempts:
        return CannotTell(because="no connection was tried")
    if seen.opened(facts):
        return RuledOut(because="the connection opened")
    if not seen.target_is_local(facts):
        return CannotTell(because="the target is another machine, whose sockets cannot be seen from here")
    if not seen.sockets_seen(facts):
        return CannotTell(because="the socket tables could not be read", unseen=seen.sockets_unseen(facts))
    if any(nat.may_want_a_listener(facts, each) for each in attempts):
        return None
    return CannotTell(because="a port without a listener is refused, and this one was not")


def not_the_address(facts: Facts) -> RuledOut | CannotTell | tuple[Socket, ...]:
    """Return the listeners on the port when none of them takes connections to the target; else why that is not so."""
    first = not_the_listener(facts)
    if first is not None:
        return first
    found = seen.listeners(facts)
    if not found:
        return RuledOut(because=f"nothing listens on port {facts.asked.target.port} at any address")
    for address in seen.addresses(facts):
        socket = seen.accepting(facts, address)
        if socket is not None:
            return RuledOut(because=f"{words.at(socket)} listens and takes connections to {address}")
    return found


def owner_lasts(facts: Facts) -> RuledOut | None:
    """Rule out what only a young server has, when the owner of the target's listener has run for a while."""
    for address in seen.addresses(facts):
        listener = seen.accepting(facts, address)
        for owner in seen.owners(facts, listener) if listener is not None else ():
            if owner.started is not None and (facts.at - owner.started).total_seconds() >= _SETTLED:
                return RuledOut(because=f"{owner.name}, pid {owner.pid}, runs since {owner.started:%H:%M:%S}")
    return None


_SETTLED = 2.0
"""Seconds that a process must have run at least to be no longer young."""


def not_the_probe(facts: Facts) -> RuledOut | CannotTell | None:
    """Answer for the probe step as long as nothing was said on an open connection; None when something was."""
    if facts.attempts is None or (facts.exchanges is None and not facts.done):
        return CannotTell(because="nothing was said on a connection yet")
    if not seen.opened(facts):
        return RuledOut(because="no connection opened, so nothing could be said on it")
    if not seen.exchanges(facts):
        return CannotTell(because="nothing was said on the connection")
    return None


def not_redirected(facts: Facts) -> RuledOut | CannotTell | tuple[Hop, ...]:
    """Return the redirects, one at least; else why there is none."""
    first = not_the_probe(facts)
    if first is not None:
        return first
    if facts.redirects:
        return facts.redirects
    if facts.redirects is None and not facts.done:
        return CannotTell(because="redirects were not followed yet")
    return RuledOut(because="the answer redirects nowhere")


def not_the_certificate(facts: Facts) -> RuledOut | CannotTell | TlsAnswer:
    """Return what was seen of the certificate when TLS was asked for; else why there is none to find fault with."""
    from porttui.reading import tls

    first = not_the_probe(facts)
    if first is not None:
        return first
    if not tls.wanted(facts):
        return RuledOut(because="TLS was not asked for")
    return tls.certificate(facts) or RuledOut(because="the port showed no certificate")


def files_left(doing: tuple[Doing, ...]) -> RuledOut | CannotTell | None:
    """Answer for want of descriptors as long as a process of the server may have one left; None when none has."""
    free = next((each for each in doing if not stuck.out_of_files(each)), None)
    if free is None:
        return None
    if free.open_files is not None and free.open_files_limit is not None:
        return RuledOut(because=f"pid {free.pid} has {free.open_files} of {free.open_files_limit} files open")
    return CannotTell(because="it cannot be seen how many files the server has open")


def taken_at_last(facts: Facts) -> RuledOut | CannotTell | stuck.Waiting:
    """Return the connection that no program takes, when it is known what its server did meanwhile; else why not.

    A server that took others in the same time is slow or busy, and none of the faults that stop it.
    """
    if facts.attempts is None:
        return CannotTell(because="no connection was tried yet")
    if any(each.outcome == "answer" for each in seen.exchanges(facts)):
        return RuledOut(because="the server answers")
    if not seen.opened(facts) and not any(each.outcome == "timeout" for each in seen.asked_attempts(facts)):
        return RuledOut(because="the connection failed at once, not for want of somebody who takes it")
    if not facts.done and facts.meanwhile is None:
        return CannotTell(because="nothing was said on the connection yet")
    found = stuck.waiting(facts)
    if found is None:
        unknown = any(each.fate is not None and each.fate.row == "unknown" for each in seen.exchanges(facts))
        why = "it cannot be seen whether a program took the connection"
        return CannotTell(because=why) if unknown else RuledOut(because="no connection waits for the server to take it")
    if not seen.owners(facts, found.listener):
        return CannotTell(
            because=f"it cannot be seen which process holds {words.at(found.listener)}",
            unseen=seen.owners_unseen(facts),
        )
    if not stuck.doing(facts, found.listener):
        return CannotTell(because="it cannot be seen what the server does")
    moved = facts.meanwhile and ((facts.meanwhile.taken or 0) + (facts.meanwhile.over or 0))
    if moved:
        ended = f"{moved} connection{' was' if moved == 1 else 's were'} taken or ended while porttui waited"
        return RuledOut(because=f"the server goes on: {ended}")
    before, now = found.listener.queue, facts.meanwhile.queue if facts.meanwhile else None
    if before is not None and now is not None and now < before:  # what nobody accepts stays in the queue, dead or alive
        return RuledOut(because=f"the server goes on: its queue went from {before} to {now} while porttui waited")
    return found


def not_the_bind(facts: Facts) -> RuledOut | CannotTell | None:
    """Answer for the bind step as long as no bind failed; None when one did."""
    if facts.binds is None:
        return CannotTell(because="no bind was tried yet")
    if not isinstance(facts.binds, tuple):
        return CannotTell(because="no bind could be tried", unseen=(facts.binds,))
    if not facts.binds:
        return CannotTell(because="there was no address to bind")
    if all(each.error is None for each in seen.binds_that_count(facts)):
        return RuledOut(because="the address could be bound")
    return None


def not_in_use(facts: Facts) -> RuledOut | CannotTell | None:
    """Answer for what keeps a port without listening, as long as no bind was told so; None when one was.

    Here the tries without SO_REUSEADDR count as well: old connections are in their way alone.
    """
    first = not_the_bind(facts)
    if isinstance(first, CannotTell):
        return first
    if not keeping.taken(facts):
        return RuledOut(because="no bind was told that the address is in use")
    if not seen.sockets_seen(facts):
        return CannotTell(because="the socket tables could not be read", unseen=seen.sockets_unseen(facts))
    return None


def not_kept_by_connections(facts: Facts) -> RuledOut | CannotTell | tuple[Socket, ...]:
    """Return the living connections on the port when they alone keep it; else why that is not so.

    Which end began them is for the caller to ask.
    """
    first = not_in_use(facts)
    if first is not None:
        return first
    holders = keeping.holders(facts)
    if holders:
        return RuledOut(because=f"{words.at(holders[0])} is on the port ({holders[0].state})")
    live = tuple(row for row in keeping.connections(facts) if not keeping.waits(row))
    if live:
        return live
    if not keeping.all_seen(facts):
        return CannotTell(because="not every socket could be listed", unseen=seen.sockets_left_out(facts))
    return RuledOut(because="no living connection is on the port")


def bind_errors(facts: Facts, *names: str) -> tuple[str, ...]:
    """Return the addresses whose bind failed with one of the errors."""
    return tuple(dict.fromkeys(each.address for each in seen.binds_that_count(facts) if each.error in names))


def not_the_container(facts: Facts) -> RuledOut | CannotTell | tuple[far.Handing, FarEnd]:
    """Return who hands the port on to a container, and its end there, when no answer came; else why that is not so."""
    if facts.attempts is None or (facts.exchanges is None and not facts.done):
        return CannotTell(because="nothing was said on a connection yet")
    if any(each.outcome == "answer" for each in seen.exchanges(facts)):
        return RuledOut(because="the port answers")
    hand = far.handing(facts)
    if hand is None:
        if any(seen.owners(facts, row) for row in seen.listeners(facts)):
            return RuledOut(because="the program that holds the port does not hand it on")
        return CannotTell(because="no program was seen that hands the port on to a container")
    refused = hand.forward.kind == "container" and bool(seen.refused(facts))  # a NAT rule may go past docker-proxy
    if not far.unanswered(facts) and not refused:
        return RuledOut(because="the connection was not cut off")
    if facts.far_ends is None:
        return CannotTell(because="the far end was not looked at")
    ends = [each for each in far.ends_of(facts, hand.process) if each.place == "namespace"]
    if len({tuple((row.address, row.port) for row in each.listeners) for each in ends}) == 1:
        return hand, ends[0]
    if hand.forward.kind != "container" and not ends:
        return RuledOut(because=f"{hand.process.name} does not lead to a container")
    unseen = Unseen(
        what=f"the container at {hand.forward.host or 'the far end'}",
        reason="several have this address" if ends else "no process in it is visible here",
        how_to_see="docker ps",
        needs_root=True,
    )
    return CannotTell(because="it cannot be seen what listens in the container", unseen=(unseen,))


def not_the_activator(facts: Facts) -> RuledOut | CannotTell | Activation:
    """Return the activator that held the port before the first connection, when no answer came; else why not."""
    if facts.attempts is None or (facts.exchanges is None and not facts.done):
        return CannotTell(because="nothing was said on a connection yet")
    if any(each.outcome == "answer" for each in seen.exchanges(facts)):
        return RuledOut(because="the port answers")
    held = facts.activation
    if held is None:
        if any(seen.owners(facts, row) for row in seen.listeners(facts)):
            return RuledOut(because="the program that holds the port is no activator")
        return CannotTell(because="no activator was seen to hold the port")
    if not held.looked_after:
        return CannotTell(because="the port was not looked at again yet")
    return held
