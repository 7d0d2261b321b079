"""A connection that brought no answer: who should have taken it, and what does that program do instead?"""

from __future__ import annotations

from porttui.model.base import Value
from porttui.model.facts import Doing, Exchange, Facts, Process, Socket
from porttui.reading import nat, packets, seen, words

SPINS = 0.85
"""The share of the time for which a thread must run, or wait for a processor, to be called spinning."""
_POLLS = ("poll_schedule_timeout", "do_sys_poll", "ep_poll", "do_epoll_wait", "do_select", "io_cqring_wait")
"""Functions of the kernel in which a program waits for whatever comes next: its loop runs."""
_READS = ("tcp_recvmsg", "tcp_recvmsg_locked", "sk_wait_data")
"""Functions in which a program waits for the bytes of one TCP connection."""


class Waiting(Value, frozen=True):
    """A connection that the kernel has opened, or would open, and that no program takes."""

    listener: Socket
    full: bool
    """The queue is full, so that the kernel did not even open it."""
    seconds: float
    """For how long it waited."""


def listener(facts: Facts) -> Socket | None:
    """Return the listener that should have taken the connections to the target; None when it is not on this machine."""
    for each in seen.asked_attempts(facts):
        if each.outcome in {"open", "timeout"} and not each.self_connected and seen.is_local(facts, each.address):
            found = seen.accepting(facts, each.address)
            if found is not None:
                return found
    return None


def unanswered(facts: Facts) -> bool:
    """Tell whether a connection to the target opened and brought nothing, or found a full queue."""
    outcomes = {each.outcome for each in said(facts)}
    if "silent" in outcomes or (outcomes & {"closed", "reset"} and "answer" not in outcomes):
        return True
    return not seen.opened(facts) and any(packets.queue_overflowed(each) for each in seen.asked_attempts(facts))


def said(facts: Facts) -> tuple[Exchange, ...]:
    """Return what was said to the target, without the short waits for a banner, whose silence means nothing."""
    return tuple(
        each
        for each in seen.exchanges(facts)
        if not (each.sent == "nothing" and each.outcome == "silent" and each.fate is None)
    )


def waiting(facts: Facts) -> Waiting | None:
    """Return the connection that no program has taken; None when one was taken, answered, or never came so far."""
    found = listener(facts)
    if found is None:
        return None
    if not seen.opened(facts):
        late = [each for each in seen.asked_attempts(facts) if packets.queue_overflowed(each)]
        full = found.queue is None or found.backlog is None or found.queue > found.backlog
        return Waiting(found, full=True, seconds=late[0].ms / 1000) if late and full else None
    first = next((each for each in said(facts) if each.outcome == "silent"), None)
    if first is None or first.fate is None or first.fate.row != "waiting":
        return None
    return Waiting(found, full=False, seconds=first.ms / 1000)


def workers(facts: Facts, socket: Socket) -> tuple[Process, ...]:
    """Return the holders of a listener without the master that started them and leaves the accepting to them.

    nginx, gunicorn and others work so. Where several sockets share the address (SO_REUSEPORT), the holders of all of
    them count: the kernel gives a connection to any. () when it is not known who holds one of them.
    """
    sharing = sharers(facts, socket)
    holders = [seen.owners(facts, each) for each in sharing]
    if not all(holders):
        return ()
    return without_masters(tuple(dict.fromkeys(owner for owners in holders for owner in owners)))


def sharers(facts: Facts, socket: Socket) -> tuple[Socket, ...]:
    """Return the listeners that share an address by SO_REUSEPORT, or the one itself."""
    return tuple(row for row in seen.listeners(facts, socket.port) if row.address == socket.address) or (socket,)


def without_masters(owners: tuple[Process, ...]) -> tuple[Process, ...]:
    """Return the processes that have started none of the others."""
    masters = {ancestor.pid for owner in owners for ancestor in owner.ancestors}
    return tuple(owner for owner in owners if owner.pid not in masters)


def named(facts: Facts, socket: Socket) -> str:
    """Name the workers of a listener: "node, pid 4121," or "gunicorn, pid 7 and 3 more,"; "a program" when unknown."""
    found = workers(facts, socket)
    if not found:
        return words.program(facts, socket)
    more = f" and {len(found) - 1} more" if len(found) > 1 else ""
    return f"{words.tool(found[0]) or found[0].name}, pid {found[0].pid}{more},"


def surely(facts: Facts, socket: Socket) -> bool:
    """Tell whether the holders of a listener were seen to hold it, and are not merely likely to."""
    return all(each.owner_by == "descriptor" for each in sharers(facts, socket))


def doing(facts: Facts, socket: Socket) -> tuple[Doing, ...]:
    """Return what the workers of a listener did in the second look; () unless it is known of each of them."""
    if facts.meanwhile is None:
        return ()
    by_pid = {each.pid: each for each in facts.meanwhile.doing}
    found = tuple(by_pid[worker.pid] for worker in workers(facts, socket) if worker.pid in by_pid)
    return found if len(found) == len(workers(facts, socket)) else ()


def spins(one: Doing) -> bool:
    """Tell whether a thread of a process uses a processor without a pause, or would if it were given one."""
    if one.busiest is not None:
        return one.busiest >= SPINS
    return one.cpu_percent is not None and one.cpu_percent >= 100 * SPINS


def out_of_files(one: Doing) -> bool:
    """Tell whether a process has as many descriptors as it may have (getrlimit(2), RLIMIT_NOFILE)."""
    return None not in (one.open_files, one.open_files_limit) and (one.open_files or 0) >= (one.open_files_limit or 0)


def sleeps(one: Doing) -> bool:
    """Tell whether a process waits for something: in state S, or D for a disk, and hardly using a processor."""
    return one.state in {"S", "D", "I"} and not spins(one)


def polls(one: Doing) -> bool | None:
    """Tell whether a process waits for whatever comes next, so that its loop runs; None when that is not told."""
    return None if one.waits is None else any(frame in _POLLS for frame in one.waits)


def reads(one: Doing) -> bool | None:
    """Tell whether a process waits for the bytes of one TCP connection; None when that is not told."""
    return None if one.waits is None else any(frame in _READS for frame in one.waits)


def connections(facts: Facts, socket: Socket) -> tuple[Socket, ...]:
    """Return the server's ends of the connections that came by a listener, as they were before porttui connected."""
    return tuple(
        row
        for row in seen.rows(facts)
        if row.protocol == "tcp"
        and row.namespace is None
        and row.port == socket.port
        and row.peer_port
        and row.state in {"ESTABLISHED", "CLOSE_WAIT"}
        and seen.would_accept(socket, row.address) is not False
    )


def taken(facts: Facts, socket: Socket) -> tuple[Socket, ...]:
    """Return those of the connections that a program has accepted."""
    return tuple(row for row in connections(facts, socket) if row.inode)


def may_be_aborted(facts: Facts) -> bool:
    """Tell whether the kernel itself may have reset an open connection, for want of room in an accept queue."""
    overflowed = facts.meanwhile is not None and facts.meanwhile.moved.get("TcpExt.ListenOverflows", 0) > 0
    return overflowed and facts.sysctls.get("net.ipv4.tcp_abort_on_overflow") == "1"


def reset_by_rule(facts: Facts) -> int | None:
    """Return how many resets of open connections this machine's TCP has sent, when it has not sent all of them.

    A program that closes with bytes unread, or in anger, lets the kernel send a reset, which it counts in Tcp.OutRsts
    (RFC 4022, tcpOutRsts); one that a firewall rule makes is not counted there. So where fewer were counted than were
    met, a rule made the others.

    Returns:
        None when all may be a program's, when none was met, and when that cannot be told.
    """
    moved = facts.meanwhile.moved if facts.meanwhile is not None else {}
    resets = sum(each.outcome == "reset" for each in said(facts))
    if not resets or listener(facts) is None or not moved.get("Tcp.ActiveOpens"):  # the counters were not read
        return None
    if any(nat.led_past(each) for each in seen.asked_attempts(facts)):
        return None  # what is elsewhere counts elsewhere
    counted = moved.get("Tcp.OutRsts", 0)
    return counted if counted < resets else None


def lost_on_the_way(facts: Facts) -> bool:
    """Tell whether bytes of an accepted connection do not get through, one way or the other, as the kernel counts."""
    silent = (each for each in said(facts) if each.sent != "nothing" and each.outcome == "silent" and each.fate)
    fate = next((each.fate for each in silent), None)
    return fate is not None and (fate.received == 0 or bool(fate.unsent))


def is_idle(row: Socket) -> bool | None:
    """Tell whether an accepted connection waits for its client.

    It does when nothing was ever received on it, and when all that came was read and something was sent back: then it
    was answered, and is kept for the next request. None when the system does not count.
    """
    if row.received is None:
        return None
    return row.received == 0 or (row.queue == 0 and bool(row.sent))
