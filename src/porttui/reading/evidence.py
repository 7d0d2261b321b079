"""Evidence, quoted from the facts: one line each, its halves parted by a tab so that they can be aligned."""

from __future__ import annotations

from collections.abc import Iterable

from porttui.model.address import endpoint, family
from porttui.model.facts import Attempt, Doing, Exchange, Facts, Fate, Socket, Sockets
from porttui.model.report import Evidence
from porttui.reading import keeping, packets, seen, words

_SAID = {
    "nothing": "waited",
    "http": "GET",
    "https": "GET by TLS",
    "tls": "TLS hello",
    "redis": "PING",
    "postgresql": "SSLRequest",
    "postgresql-startup": "startup",
    "memcached": "version",
    "http2": "HTTP/2 hello",
    "socks": "SOCKS hello",
}


def name_error(facts: Facts) -> Evidence:
    """Quote the error of the name's look-up."""
    error = (facts.name.error if facts.name else None) or "no address"
    return Evidence(text=f"{facts.asked.target.host}\t{error}\tby the system's resolver", source="getaddrinfo")


def listening(facts: Facts, sockets: Iterable[Socket]) -> tuple[Evidence, ...]:
    """Quote rows of the socket table."""
    source = facts.sockets.source if isinstance(facts.sockets, Sockets) else "sockets"
    return tuple(
        Evidence(
            text=f"{row.state}\t{words.at(row)}\t"
            + ", ".join(filter(None, (words.who_short(facts, row), words.queue(row)))),
            source=source,
        )
        for row in sockets
    )


def kept(facts: Facts, rows: Iterable[Socket], most: int = 4) -> tuple[Evidence, ...]:
    """Quote connections with both ends, who holds them, and when the kernel forgets them."""
    source = facts.sockets.source if isinstance(facts.sockets, Sockets) else "sockets"
    rows = tuple(rows)
    told = [
        f"{row.state}\t{keeping.pair(row)}\t{words.who_short(facts, row)}"
        + (f", forgotten in {words.seconds(row.expires)}" if row.expires is not None else "")
        for row in rows[:most]
    ]
    if len(rows) > most:
        told.append(f"and {len(rows) - most} more")
    return tuple(Evidence(text=text, source=source) for text in told)


def none_listening(facts: Facts) -> Evidence:
    """Quote the absence of a listener, with how many sockets were looked at."""
    sockets = facts.sockets
    read = sockets.total if isinstance(sockets, Sockets) else 0
    source = sockets.source if isinstance(sockets, Sockets) else "sockets"
    return Evidence(
        text=f"LISTEN\tnone on port {facts.asked.target.port}\t{words.count(read, 'socket')} read", source=source
    )


def connects(facts: Facts, attempts: Iterable[Attempt] | None = None) -> tuple[Evidence, ...]:
    """Quote connection attempts; those at the target when none are given."""
    chosen = seen.asked_attempts(facts) if attempts is None else attempts
    return tuple(
        Evidence(text=f"connect\t{endpoint(each.address, each.port)}\t{attempt(facts, each)}", source="connect")
        for each in chosen
    )


def attempt(facts: Facts, each: Attempt) -> str:
    """Tell a connection attempt: "ECONNREFUSED in 0.1 ms, reset by this kernel"."""
    how = f"{each.outcome} in {words.duration(each.ms)}"
    if each.self_connected:
        return f"{how}, connected to itself"
    if each.icmp is not None:
        sender = f" from {each.icmp.sender}" if each.icmp.sender else ""
        return f"{how}, ICMP{'v6' if each.icmp.version == 6 else ''} {each.icmp.type}/{each.icmp.code}{sender}"
    by_kernel = packets.reset_by_kernel(each) if seen.is_local(facts, each.address) else None
    if by_kernel is None:
        return how
    return f"{how}, reset by this kernel" if by_kernel else f"{how}, not reset by this kernel"


def ways(facts: Facts, address: str) -> tuple[Evidence, ...]:
    """Quote what the kernel says of the way to an address."""
    route = seen.route(facts, address)
    if route is None:
        return ()
    by = f"by {route.interface}" if route.interface else ""
    via = f"to {route.gateway}" if route.gateway else ""
    told = ", ".join(filter(None, (route.error or route.kind, by, via)))
    source = "ip route get" if facts.os == "linux" else "route"
    return (Evidence(text=f"route\t{address}\t{told}", source=source),)


def binds(facts: Facts) -> tuple[Evidence, ...]:
    """Quote the tries to bind."""
    tries = facts.binds if isinstance(facts.binds, tuple) else ()
    return tuple(
        Evidence(
            text=f"bind\t{endpoint(each.address, each.port)}\t{each.error or 'works'}"
            + (", with SO_REUSEADDR" if each.reuse_address else ""),
            source="bind",
        )
        for each in tries
    )


def exchanged(exchanges: Iterable[Exchange]) -> tuple[Evidence, ...]:
    """Quote what was said and what came back.

    That a server did not speak first is left out where it answered then: it only tells that it waits for its client.
    """
    said = tuple(exchanges)
    answered = {(each.address, each.port) for each in said if each.outcome == "answer"}
    return tuple(
        Evidence(
            text=f"{_said(each)}\t{endpoint(each.address, each.port)}\t{_came(each)}"
            + ("" if _alert(each) else _data_and_error(each)),
            source="probe",
        )
        for each in said
        if not (_only_waited(each) and (each.address, each.port) in answered)
    )


def _alert(each: Exchange) -> bool:
    """Tell whether all that came is an alert of TLS, which `words.answer` names."""
    return each.outcome == "error" and each.tls is not None and bool(each.tls.alert)


def _data_and_error(each: Exchange) -> str:
    data = f" {words.quoted(each.data, 40)}" if each.data and each.http is None else ""
    told = each.outcome == "answer" or words.answer(each) == each.error
    return data if told or not each.error else f"{data}, {each.error}"


def _only_waited(each: Exchange) -> bool:
    return each.sent == "nothing" and each.outcome == "silent"


def _came(each: Exchange) -> str:
    return f"it does not speak first ({words.duration(each.ms)})" if _only_waited(each) else words.answer(each)


def _said(each: Exchange) -> str:
    """Name what was sent; a variant also by what was different in it."""
    if each.preamble:
        return f"PROXY and {_SAID[each.sent]}"
    return f"{_SAID[each.sent]} as {each.host}" if each.role == "variant" else _SAID[each.sent]


def doing(facts: Facts, what: Iterable[Doing]) -> tuple[Evidence, ...]:
    """Quote what processes did while a connection of porttui's own got no answer."""
    found = []
    for each in what:
        known = seen.process(facts, each.pid)
        parts = [
            f"state {each.state}" if each.state else "",
            f"{each.cpu_percent:.0f} % of a processor" if each.cpu_percent is not None else "",
            f"{each.open_files} of {each.open_files_limit} files open"
            if each.open_files is not None and each.open_files_limit is not None
            else "",
            f"waits in {each.waits[0]}" if each.waits else "",
        ]
        who = f"{known.name}, pid {each.pid}" if known else f"pid {each.pid}"
        source = f"/proc/{each.pid}" if facts.os == "linux" else f"process {each.pid}"
        found.append(Evidence(text=f"process\t{who}\t{', '.join(filter(None, parts))}", source=source))
    return tuple(found[:_MOST_PROCESSES])


def held(facts: Facts, rows: Iterable[Socket]) -> tuple[Evidence, ...]:
    """Quote connections that the server has accepted, with what passed on them."""
    source = facts.sockets.source if isinstance(facts.sockets, Sockets) else "sockets"
    return tuple(
        Evidence(
            text=f"accepted\tfrom {endpoint(row.peer, row.peer_port)}\t{_passed(row)}",
            source=source,
        )
        for row in list(rows)[:_MOST_ROWS]
    )


def _passed(row: Socket) -> str:
    if row.received is None:
        return "open"
    unread = f", {row.queue} of them not read" if row.queue else ""
    return f"{words.count(row.received, 'byte')} received{unread}" + (
        f", {row.sent} sent" if row.sent is not None else ""
    )


def fates(exchanges: Iterable[Exchange]) -> tuple[Evidence, ...]:
    """Quote where connections of porttui's own stood on the server's side while they got no answer."""
    told = {"waiting": "no program has accepted it", "accepted": "accepted", "missing": "no such row here"}
    found = []
    for each in exchanges:
        if each.fate is None or each.fate.row not in told:
            continue
        text = told[each.fate.row]
        if each.fate.row == "accepted" and each.fate.unread is not None and each.sent != "nothing":
            text += f", {_arrived(each.fate)}"
        place = endpoint(each.address, each.port)
        found.append(Evidence(text=f"its end\t{place}\t{text}, after {words.duration(each.ms)}", source="sock_diag"))
    return tuple(found[:1])


def _arrived(fate: Fate) -> str:
    if fate.received == 0:
        return "nothing of ours has arrived"
    read = f"{words.count(fate.unread, 'byte')} not read" if fate.unread else "all was read"
    lost = words.count(fate.unsent or 0, "byte")
    return f"{read}, {lost} of its answer not arrived here" if fate.unsent else read


_MOST_ROWS = 3
_MOST_PROCESSES = 3


def rounds(each: Attempt) -> tuple[Evidence, ...]:
    """Quote by which packets it is known, or not, on which side a rule refused; () where that was not asked."""
    if each.rounds == ():
        text = "through lo\tother packets too\tso that the side on which the rule is cannot be told"
        return (Evidence(text=text, source="/proc/net/dev"),)
    side = packets.side(each) if each.outcome != "timeout" else None
    if side is None or not each.rounds:
        return ()
    went = "the rule's answers alone" if side == "out" else "packets and answers"
    looped = sum(moved.get("Dev.Loopback", 0) for moved in each.rounds)
    text = f"through lo\t{words.count(looped, 'packet')}\tfor {words.count(len(each.rounds), 'more refusal')}: {went}"
    return (Evidence(text=text, source="/proc/net/dev"),)


def counted(each: Attempt, *names: str, whole: bool = False) -> tuple[Evidence, ...]:
    """Quote kernel counters around an attempt. "Ip." in a name stands for the family's own table."""
    moved = each.whole if whole else each.burst
    prefix = "Ip6." if family(each.address) == 6 else "Ip."
    proper = [name.replace("Ip.", prefix) for name in names]
    return tuple(
        Evidence(
            text=f"{name}\t+{moved.get(name, 0)}\tfor {words.count(each.tries, 'packet')} sent", source="/proc/net"
        )
        for name in proper
    )
