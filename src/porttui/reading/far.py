"""Programs that hand connections on: which one holds the target's port, and whether its far end is alive."""

from __future__ import annotations

from porttui.model.address import endpoint, is_loopback
from porttui.model.base import Value
from porttui.model.facts import Exchange, Facts, FarEnd, Process, Socket
from porttui.model.report import Evidence
from porttui.reading import evidence, forwards, seen, words
from porttui.reading.forwards import Forward


class Handing(Value, frozen=True, kw_only=True):
    """A listener whose holder hands its connections on."""

    listener: Socket
    process: Process
    forward: Forward

    @property
    def seen(self) -> bool:
        """Whether the holder was seen to hold the socket; else it is likely only."""
        return self.listener.owner_by == "descriptor"


def handing(facts: Facts) -> Handing | None:
    """Return the program that takes the target's connections and hands them on; None when none is known."""
    for address in seen.addresses(facts):
        listener = seen.accepting(facts, address)
        for owner in seen.owners(facts, listener) if listener is not None else ():
            forward = forwards.leading_from(owner.argv, facts.asked.target.port)
            if listener is not None and forward is not None:
                return Handing(listener=listener, process=owner, forward=forward)
    return None


def ends_of(facts: Facts, process: Process) -> tuple[FarEnd, ...]:
    """Return the far ends of a process; () when there are none, or nobody looked."""
    return tuple(each for each in facts.far_ends or () if each.pid == process.pid)


def asked(facts: Facts) -> FarEnd | None:
    """Return the container that has the target's own address, when it is one of this machine and refused.

    None also where several have the address: two networks that do not know of each other may give it out twice.
    """
    ends = [each for each in facts.far_ends or () if each.pid == 0]
    return ends[0] if len(ends) == 1 and seen.refused(facts) else None


def unanswered(facts: Facts) -> tuple[Exchange, ...]:
    """Return what was said to the target when every connection was closed or reset without a byte; else ()."""
    said = seen.exchanges(facts)
    ended = [each for each in said if each.outcome in {"closed", "reset"}]
    return said if ended and all(each.outcome in {"closed", "reset", "refused"} for each in said) else ()


def unanswered_unasked(facts: Facts) -> bool:
    """Tell whether a connection was closed on which porttui had said nothing, so that what it says is no reason."""
    return any(each.sent == "nothing" and each.outcome in {"closed", "reset"} for each in seen.exchanges(facts))


def takes(end: FarEnd) -> bool | None:
    """Tell whether something listens at a far end that takes its connections; None when that was not seen."""
    if end.place == "elsewhere":
        return None
    return any(seen.would_accept(row, end.host) is not False for row in end.listeners)


def on_loopback(end: FarEnd) -> tuple[Socket, ...]:
    """Return the listeners of a far end that its own loopback alone reaches."""
    return tuple(row for row in end.listeners if is_loopback(row.address))


def place(end: FarEnd) -> str:
    """Name a far end in another namespace: "container 0f3c9a7b1d2e (172.17.0.2)"."""
    return f"container {end.container} ({end.host})" if end.container else f"the container at {end.host}"


def inside(facts: Facts, end: FarEnd) -> tuple[Evidence, ...]:
    """Quote what listens on the port in a container."""
    return tuple(_there(facts, end))


def chain(facts: Facts, hand: Handing, *ends: FarEnd) -> tuple[Evidence, ...]:
    """Quote who holds the port, where it leads, and what is there."""
    source = f"/proc/{hand.process.pid}/cmdline"
    quoted = [
        *evidence.listening(facts, (hand.listener,)),
        Evidence(text=f"{hand.process.name}\tpid {hand.process.pid}\t{forwards.told(hand.forward)}", source=source),
    ]
    for end in ends:
        quoted += _there(facts, end)
    return tuple(quoted)


def _there(facts: Facts, end: FarEnd) -> list[Evidence]:
    where = "" if end.place == "here" else f", in {place(end)}"
    source = "sockets" if end.place == "here" else "/proc/PID/net/tcp"
    if not end.listeners:
        return [Evidence(text=f"LISTEN\tnone on {endpoint(end.host, end.port or 0)}{where}", source=source)]
    return [
        Evidence(text=f"{row.state}\t{words.at(row)}{where}\t{words.who_short(facts, row)}", source=source)
        for row in end.listeners[:3]
    ]
