"""Following the holder of a port: what is at the far end of a program that only hands connections on.

Nobody logs in anywhere, and nothing is sent: the far end is looked up in the socket tables of this machine and of its
other network namespaces. What is on another machine stays unknown.
"""

from __future__ import annotations

from collections.abc import Iterator

from porttui.model.address import is_loopback, parse_ip
from porttui.model.facts import Facts, FarEnd, Process, Socket
from porttui.observe.platform import Platform
from porttui.reading import forwards, seen
from porttui.reading.forwards import Forward

_MOST_OTHERS = 20
_SSH_SERVERS = {"sshd", "dropbear"}


def follow(facts: Facts, eyes: Platform) -> tuple[FarEnd, ...]:
    """Look at the far ends of the programs that hold the target's listener.

    Args:
        facts: with sockets and processes.
        eyes: those of this system.

    Returns:
        One far end for each address that a forward leads to, and for each container that has a target's address which
        refused; () when no holder is known to hand connections on, and no container has it.
    """
    found = [end for address in _refused_elsewhere(facts) for end in _in_containers(facts, eyes, address)]
    for process in _holders(facts):
        forward = forwards.leading_from(process.argv, facts.asked.target.port)
        if forward is not None and forward.kind not in {"activator", "ssh-socks"}:
            found += _far_ends(facts, eyes, process, forward)
    return tuple(dict.fromkeys(found))


def _refused_elsewhere(facts: Facts) -> list[str]:
    attempts = [] if seen.opened(facts) else seen.asked_attempts(facts)
    refused = [each.address for each in attempts if each.outcome == "ECONNREFUSED"]
    return [address for address in refused if not seen.is_local(facts, address)]


def _in_containers(facts: Facts, eyes: Platform, address: str) -> Iterator[FarEnd]:
    """Look whether the target itself is in another network namespace of this machine."""
    unknown = FarEnd(pid=0, host=address, port=facts.asked.target.port, place="elsewhere")
    return (end for end in _at(facts, eyes, unknown, address) if end.place == "namespace")


def _holders(facts: Facts) -> list[Process]:
    listeners = [seen.accepting(facts, address) for address in seen.addresses(facts)]
    holders = [owner for listener in listeners if listener for owner in seen.owners(facts, listener)]
    return list({owner.pid: owner for owner in holders}.values())


def _far_ends(facts: Facts, eyes: Platform, process: Process, forward: Forward) -> Iterator[FarEnd]:
    unknown = FarEnd(pid=process.pid, host=forward.host, port=forward.host_port, place="elsewhere")
    if not forward.host or forward.host_port is None or (forward.via and not _is_this_machine(facts, eyes, forward)):
        yield unknown
        return
    addresses = _addresses(facts, forward.host)
    if not addresses:
        yield unknown
    for address in addresses:
        yield from _at(facts, eyes, unknown, address)


def _at(facts: Facts, eyes: Platform, unknown: FarEnd, address: str) -> Iterator[FarEnd]:
    port = unknown.port
    if seen.is_local(facts, address):
        rows = tuple(row for row in seen.all_listeners(facts) if row.port == port)
        yield FarEnd(pid=unknown.pid, host=address, port=port, place="here", listeners=rows)
        return
    around = eyes.inside(address)
    if not around:
        yield unknown
    for each in around:
        yield FarEnd(
            pid=unknown.pid,
            host=address,
            port=port,
            place="namespace",
            namespace=each.namespace,
            container=each.container,
            listeners=tuple(row for row in each.listeners if row.port == port),
            others=tuple(row for row in each.listeners if row.port != port)[:_MOST_OTHERS],
        )


def _addresses(facts: Facts, host: str) -> tuple[str, ...]:
    """Return the addresses of a far end; names other than localhost are not looked up: that would ask a resolver."""
    if parse_ip(host) is not None:
        return (host,)
    return facts.name.localhost if host.lower() == "localhost" and facts.name else ()


def _is_this_machine(facts: Facts, eyes: Platform, forward: Forward) -> bool:
    """Tell whether the SSH server that a forward goes through runs here, in this network namespace.

    That the destination is localhost does not tell: a virtual machine's SSH server is often reached at a port of
    localhost. So a program that is an SSH server must be seen to hold the port.
    """
    if forward.hops or forward.kind != "ssh":
        return False
    local = forward.via == "localhost" or (
        parse_ip(forward.via) is not None and (is_loopback(forward.via) or seen.is_local(facts, forward.via))
    )
    if not local:
        return False
    addresses = _addresses(facts, forward.via)
    servers = [seen.accepting(facts, address, forward.via_port or 22) for address in addresses]
    return any(_is_ssh_server(eyes, server) for server in servers if server is not None)


def _is_ssh_server(eyes: Platform, listener: Socket) -> bool:
    if listener.unit in {"ssh.service", "sshd.service", "ssh.socket", "sshd.socket"}:
        return True
    return any(each.name in _SSH_SERVERS for each in eyes.processes(listener.pids))
