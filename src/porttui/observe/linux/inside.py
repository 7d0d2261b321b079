"""Which other network namespace has an address, and what listens in it: the far end of a published container port.

/proc/PID/net shows the addresses and the tables of a process' namespace to everybody, without entering it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from msgspec.structs import replace

from porttui.model.address import family, parse_ip
from porttui.model.facts import Socket
from porttui.observe.linux import cgroup, elsewhere, holders, namespaces, owners, proc_net
from porttui.observe.linux.allowance import Allowance
from porttui.observe.platform import Neighbourhood

_SECONDS = 0.3
_MOST_LISTENERS = 50


def inside(address: str, seconds: float = _SECONDS) -> tuple[Neighbourhood, ...]:
    """Find the namespaces that have an address.

    Args:
        address: an IP address that is not this namespace's, and no loopback address, which every namespace has.
        seconds: how much of a processor it may take, as for `namespaces.look_around`.

    Returns:
        Each namespace with its TCP listeners, at most 50. Two containers may have the same address in two networks
        that do not know of each other.
    """
    wanted = parse_ip(address)
    if wanted is None or wanted.is_loopback or wanted.is_unspecified:
        return ()
    allowance = Allowance(seconds, by_clock=10 * seconds)
    own = elsewhere.net_of("self")
    members: dict[int, list[int]] = {}
    for pid in holders.pids_here():
        net = elsewhere.net_of(pid)
        if net and net != own:
            members.setdefault(net, []).append(pid)
    found = []
    for net, pids in members.items():
        if allowance.spent():
            break
        if any(parse_ip(each) == wanted for each in _addresses(pids[0], family(address))):
            found.append(_neighbourhood(net, pids))
    return tuple(found)


def _addresses(pid: int, version: int | None) -> Iterator[str]:
    """List the addresses of a process' namespace: fib_trie has the IPv4 ones above "/32 host LOCAL" (proc_net(5))."""
    if version == 6:
        for line in cgroup.read_lines(f"/proc/{pid}/net/if_inet6"):
            digits = line.split(" ")[0]
            yield ":".join(digits[at : at + 4] for at in range(0, 32, 4))
        return
    above = ""
    for line in cgroup.read_lines(f"/proc/{pid}/net/fib_trie"):
        if "|-- " in line:
            above = line.partition("|-- ")[2].strip()
        elif "/32 host LOCAL" in line:
            yield above


def _neighbourhood(net: int, pids: list[int]) -> Neighbourhood:
    namespace = namespaces.number(pids, net)
    rows = tuple(replace(row, namespace=namespace) for row in _listeners(pids))[:_MOST_LISTENERS]
    held = owners.by_descriptor(row.inode or 0 for row in rows)
    owned = namespaces.with_owners(namespaces.Neighbour(net, tuple(pids), rows), held)
    containers = {cgroup.place_of_process(pid).container for pid in pids[:8]} - {None}
    return Neighbourhood(namespace, containers.pop() if len(containers) == 1 else None, tuple(owned))


def _listeners(pids: Iterable[int]) -> list[Socket]:
    for pid in list(pids)[:4]:
        try:
            rows = proc_net.read_tcp(f"/proc/{pid}/net")
        except OSError:
            continue  # it is gone; the next one shows the same tables
        return [row for row in rows if row.state == "LISTEN"]
    return []
