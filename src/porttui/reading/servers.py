"""Are two listeners the same server? By who holds them, by command lines, by what they answer."""

from __future__ import annotations

import re
from collections.abc import Iterable
from itertools import pairwise

from msgspec.structs import replace

from porttui.model.facts import Exchange, Facts, Process, Socket
from porttui.reading import kin, seen


def same(facts: Facts, one: Socket, other: Socket) -> bool | None:
    """Tell whether two listeners belong to one server: one process, one family of workers, one service.

    Returns:
        None where that cannot be seen. `known` tells how much a False is worth.
    """
    if known(one, other):
        if set(one.pids) & set(other.pids):
            return True
        return any(related(p, q) for p in seen.owners(facts, one) for q in seen.owners(facts, other))
    if one.uid is not None and other.uid is not None and one.uid != other.uid:
        return False
    apart = _apart(facts, one, other)
    if apart is not None:
        return not apart
    return False if _answer_otherwise(facts, one, other) else None


def narrowed(facts: Facts, socket: Socket) -> Socket:
    """Return a listener with those processes alone that may hold it, but none of the others on its port.

    Where the owners are only probable, each listener on a port has all of the processes that name the port. Command
    lines that name the address tell them apart; where they do not, nobody is named.
    """
    if known(socket) or len(socket.pids) < 2:
        return socket
    naming = {row.address: _naming(facts, row) for row in seen.listeners(facts, socket.port)}
    mine = naming.get(socket.address, ())
    others = {pid for address, pids in naming.items() if address != socket.address and len(pids) == 1 for pid in pids}
    left = mine if len(mine) == 1 else tuple(pid for pid in socket.pids if pid not in others)
    return replace(socket, pids=left if len(left) == 1 else ())


def _naming(facts: Facts, socket: Socket) -> tuple[int, ...]:
    owners = seen.owners(facts, socket)
    return tuple(each.pid for each in owners if _has(each, socket.address))


def known(*sockets: Socket) -> bool:
    """Tell whether the processes of all of these sockets were seen to hold them."""
    return all(each.owner_by == "descriptor" for each in sockets)


def related(one: Process, other: Process) -> bool:
    """Tell whether two processes are parts of one server.

    They are when one has started the other; as workers of one program under one parent; with one name in one service or
    container; and as the two proxies of one published container port.
    """
    if one.pid == other.pid or one.pid in _above(other) or other.pid in _above(one):
        return True
    if _published(one) is not None or _published(other) is not None:
        return _published(one) == _published(other)
    if kin.names(one) & kin.names(other) and _same_place(one, other):
        return True
    above, beside = kin.parent(one), kin.parent(other)
    if above is None or beside is None or above.pid != beside.pid or above.pid <= 1:
        return False
    return _title(one) == _title(other) or any("multiprocessing" in word for word in (*one.argv, *other.argv))


def families(processes: Iterable[Process]) -> list[list[Process]]:
    """Put processes together that are parts of one server."""
    found: list[list[Process]] = []
    for process in processes:
        mine = [family for family in found if any(related(process, each) for each in family)]
        found = [family for family in found if family not in mine]
        found.append([process, *(each for family in mine for each in family)])
    return found


def _above(process: Process) -> set[int]:
    return {each.pid for each in process.ancestors}


def _same_place(one: Process, other: Process) -> bool:
    service = one.unit is not None and one.unit == other.unit and one.unit.endswith(".service")
    if service and one.unit and one.unit.startswith("user@"):
        service = False
    return service or (one.container is not None and one.container == other.container)


def _published(process: Process) -> str | None:
    """Return the port inside of a container that docker-proxy hands a port on to; there is one proxy for each family.

    The address inside is not compared, for the two families may have two.
    """
    if "docker-proxy" not in kin.names(process):
        return None
    return next((value for option, value in pairwise(process.argv) if option == "-container-port"), "")


def _title(process: Process) -> tuple[str, ...]:
    """Return the command line; of a title that a worker wrote for itself ("puma: cluster worker 1") without numbers."""
    if len(process.argv) == 1:
        return (re.sub(r"\d+", "N", process.argv[0]),)
    return process.argv


def _apart(facts: Facts, one: Socket, other: Socket) -> bool | None:
    """Tell by command lines whether two listeners have different owners, where these are only probable.

    Each of the programs that may hold them names the port. When they are of one family, that has both. When they are
    of as many families as there are listeners on the port, each has one, provided that addresses are the same (then
    they share it, and each must have a socket of its own) or the command lines name the addresses.
    """
    pids = dict.fromkeys((*one.pids, *other.pids))
    processes = [each for pid in pids if (each := seen.process(facts, pid)) is not None]
    if not processes:
        return None
    groups = families(processes)
    if len(groups) == 1:
        return False if len(processes) == len(pids) else None
    listeners = seen.listeners(facts, one.port)
    if len(processes) != len(listeners):
        return None
    if one.address == other.address:
        return True
    return True if _names(groups, one.address) or _names(groups, other.address) else None


def _names(groups: list[list[Process]], address: str) -> bool:
    """Tell whether exactly one family names an address in its command lines."""
    naming = [family for family in groups if any(_has(each, address) for each in family)]
    return len(naming) == 1


def _has(process: Process, address: str) -> bool:
    return any(re.search(rf"(^|[^\w.:]){re.escape(address)}([^\w.]|$)", word) for word in process.argv[1:])


def _answer_otherwise(facts: Facts, one: Socket, other: Socket) -> bool:
    """Tell whether two listeners answered as different programs: in another protocol, or under another name.

    Status and body are not compared: one server may show different sites at different addresses.
    """
    first, second = _programs(facts, one), _programs(facts, other)
    return bool(first and second and not first & second)


def _programs(facts: Facts, socket: Socket) -> set[tuple[str, str]]:
    """Return protocol and name of the program (the header Server, without a version) of what a listener answered."""
    answers = [
        each
        for each in facts.exchanges or ()
        if each.outcome == "answer"
        and each.role != "proxy"
        and seen.accepting(facts, each.address, each.port) == socket
    ]
    return {(each.protocol or "", _server(each)) for each in answers if each.sent in ("http", "https")}


def _server(exchange: Exchange) -> str:
    header = exchange.http.header("server") if exchange.http else None
    return re.split(r"[/ ]", header)[0].lower() if header else ""
