"""The first questions of every fault, and which faults there are.

Made by `make docs` from the files of the faults: change those. What is asked here excludes most faults before their
files are imported; see `scripts/beginnings.py`.
"""

from __future__ import annotations

from porttui.faults.fault import CannotTell, Listed, RuledOut
from porttui.faults.shared import bind_errors, files_left, not_answered, not_in_use, not_kept_by_connections, not_redirected, not_the_activator, not_the_address, not_the_bind, not_the_certificate, not_the_container, not_the_listener, not_the_name, not_the_probe, owner_lasts, taken_at_last
from porttui.model.address import destination, endpoint, family, is_loopback, is_wildcard, parse_ip, same_address
from porttui.model.facts import Activation, Attempt, Facts, Resolver, Sockets, TlsAnswer, Unseen
from porttui.model.report import Confidence, Evidence, Severity
from porttui.model.target import Question
from porttui.reading import seen
from porttui.reading.keeping import in_the_way
from porttui.reading.unseen import firewall_unseen

TYPE_CHECKING = False
if TYPE_CHECKING:
    from porttui.model.facts import BindTry, Exchange, FarEnd, Interface, Outside, Process, Proxy, Route, Socket
    from porttui.reading import far, history


def _hosts_localhost_missing(facts: Facts) -> RuledOut | CannotTell | None:
    first = not_the_name(facts)
    if first is not None:
        return first
    if facts.asked.target.host != 'localhost':
        return RuledOut(because='the target is not localhost')
    return None


def _hosts_localhost_elsewhere(facts: Facts) -> RuledOut | CannotTell | None:
    if facts.name is None or (facts.attempts is None and facts.asked.question is Question.CONNECT):
        return CannotTell(because='the name was not looked at yet')
    if facts.asked.target.host != 'localhost':
        return RuledOut(because='the target is not localhost')
    foreign = [each for each in facts.name.addresses if not is_loopback(each)]
    if not foreign:
        return RuledOut(because='localhost leads to loopback only, or nowhere')
    if seen.opened(facts):
        return RuledOut(because='the connection opened')
    return None


def _subdomain_localhost(facts: Facts) -> RuledOut | CannotTell | None:
    first = not_the_name(facts)
    if first is not None:
        return first
    host = facts.asked.target.host
    if not host.rstrip('.').endswith('.localhost'):
        return RuledOut(because='the name is not under .localhost')
    return None

_dns_nxdomain_UNKNOWN = {'EAI_NONAME', 'EAI_NODATA', 'EAI_ADDRFAMILY'}

def _dns_nxdomain(facts: Facts) -> RuledOut | CannotTell | None:
    first = not_the_name(facts)
    if first is not None:
        return first
    name = facts.name
    if name is None or name.error not in _dns_nxdomain_UNKNOWN:
        return RuledOut(because='the resolver did not say that the name is unknown')
    if name.host == 'localhost':
        return RuledOut(because='localhost is told apart')
    return None


def _dns_servfail(facts: Facts) -> RuledOut | CannotTell | None:
    resolver = not_answered(facts)
    if not isinstance(resolver, Resolver):
        return resolver
    from porttui.reading import dns
    failures = dns.failures(resolver)
    if not failures:
        return RuledOut(because='no name server answered with a failure')
    if dns.answers(resolver):
        return CannotTell(because='a name server answered when it was asked again')
    return None


def _dns_resolver_dead(facts: Facts) -> RuledOut | CannotTell | None:
    resolver = not_answered(facts)
    if not isinstance(resolver, Resolver):
        return resolver
    if not resolver.replies:
        return CannotTell(because='no name server could be asked for this name')
    return None

_port_taken_TAKEN = ('EADDRINUSE', 'EACCES')

def _port_taken_holders(facts: Facts) -> tuple[Socket, ...]:
    taken = bind_errors(facts, *_port_taken_TAKEN)
    return tuple((socket for socket in seen.listeners(facts) if any((in_the_way(socket, each) for each in taken))))


def _port_taken(facts: Facts) -> RuledOut | CannotTell | None:
    first = not_the_bind(facts)
    if first is not None:
        return first
    taken = bind_errors(facts, *_port_taken_TAKEN)
    if not taken:
        return RuledOut(because='no bind was told that the address is in use')
    if not seen.sockets_seen(facts):
        return CannotTell(because='the socket tables could not be read', unseen=seen.sockets_unseen(facts))
    holders = _port_taken_holders(facts)
    if not holders:
        return RuledOut(because='no listener is in the way')
    return None


def _orphan_child_holds_port_not_silent(facts: Facts) -> RuledOut | CannotTell | None:
    if facts.attempts is None or facts.processes is None:
        return CannotTell(because='processes and connections were not looked at yet')
    if not seen.sockets_seen(facts):
        return CannotTell(because='the socket tables could not be read', unseen=seen.sockets_unseen(facts))
    exchanges = seen.exchanges(facts)
    if any((each.outcome == 'answer' for each in exchanges)):
        return RuledOut(because='the target answers')
    if any((each.outcome == 'timeout' for each in seen.failed(facts))):
        return None if _orphan_child_holds_port_full(facts) else RuledOut(because='connections are not even opened, and the queue has room')
    if not seen.opened(facts):
        return RuledOut(because='no connection opened')
    rows = {each.fate.row for each in exchanges if each.fate is not None}
    if rows == {'waiting'}:
        return None
    if not exchanges or not rows:
        return CannotTell(because='it was not seen whether somebody accepted the connection')
    return RuledOut(because='a program accepted the connection')


def _orphan_child_holds_port_full(facts: Facts) -> bool:
    listener = _orphan_child_holds_port_listener(facts)
    waiting, room = (listener.queue, listener.backlog) if listener else (None, None)
    return waiting is not None and room is not None and (waiting > room)


def _orphan_child_holds_port_listener(facts: Facts) -> Socket | None:
    from porttui.reading import keeping
    if facts.asked.question is Question.BIND:
        return next((row for row in keeping.holders(facts) if row.state == 'LISTEN'), None)
    found = (seen.accepting(facts, each.address) for each in seen.asked_attempts(facts))
    return next((each for each in found if each is not None), None)


def _orphan_child_holds_port_not_taken(facts: Facts) -> RuledOut | CannotTell | None:
    first = not_the_bind(facts)
    if first is not None:
        return first
    if not bind_errors(facts, 'EADDRINUSE'):
        return RuledOut(because='no bind was told that the address is in use')
    if not seen.sockets_seen(facts) or facts.processes is None:
        return CannotTell(because='sockets and processes were not read', unseen=seen.sockets_unseen(facts))
    return None


def _orphan_child_holds_port_confidence(facts: Facts, listener: Socket, heads: tuple[Process, ...]) -> Confidence | None:
    if any((each.main_pid == each.pid or each.sockets_given for each in heads)):
        return None
    from porttui.reading import orphans
    gone = all((orphans.parent_is_gone(each) for each in heads))
    if all((orphans.unlike_a_server(each) or orphans.is_worker(each) for each in heads)):
        return Confidence.CERTAIN if gone and listener.owner_by == 'descriptor' else Confidence.LIKELY
    if not gone or _orphan_child_holds_port_has_accepted(facts, heads) or any(((each.cpu_percent or 0.0) > _orphan_child_holds_port_BUSY for each in heads)):
        return None
    if all((orphans.is_copy_of_a_job(each) for each in heads)):
        return Confidence.LIKELY
    if all((each.forked for each in heads)) and _orphan_child_holds_port_waits_in_vain(facts, listener):
        return Confidence.LIKELY
    return None

_orphan_child_holds_port_BUSY = 50.0

def _orphan_child_holds_port_has_accepted(facts: Facts, heads: tuple[Process, ...]) -> bool:
    pids = {each.pid for each in heads}
    from porttui.reading import keeping
    return any((row.inode and (not row.pids or pids & set(row.pids)) for row in keeping.connections(facts)))


def _orphan_child_holds_port_waits_in_vain(facts: Facts, listener: Socket) -> bool:
    if facts.asked.question is Question.CONNECT:
        return True
    from porttui.reading import keeping
    given_up = any((row.state == 'CLOSE_WAIT' and row.inode == 0 for row in keeping.connections(facts)))
    return bool(listener.queue) and given_up


def _orphan_child_holds_port(facts: Facts) -> RuledOut | CannotTell | None:
    bind = facts.asked.question is Question.BIND
    first = _orphan_child_holds_port_not_taken(facts) if bind else _orphan_child_holds_port_not_silent(facts)
    if first is not None:
        return first
    listener = _orphan_child_holds_port_listener(facts)
    if listener is None:
        return RuledOut(because='no listener is on the port')
    from porttui.reading import orphans
    heads = orphans.heads(facts, listener)
    if not heads:
        return CannotTell(because='which process holds the port cannot be seen', unseen=seen.sockets_left_out(facts))
    parents = [orphans.parent_is_gone(each) for each in heads]
    if False in parents:
        alive = heads[parents.index(False)]
        return RuledOut(because=f'the parent of {alive.name}, pid {alive.pid}, is alive')
    if not bind and all((each.state in {'T', 't'} for each in heads)):
        return RuledOut(because=f'{heads[0].name}, pid {heads[0].pid}, is paused')
    confidence = _orphan_child_holds_port_confidence(facts, listener, heads)
    if confidence is None:
        return CannotTell(because=f'{heads[0].name} may be a server that was started in the background')
    return None


def _time_wait(facts: Facts) -> RuledOut | CannotTell | None:
    first = not_in_use(facts)
    if first is not None:
        return first
    from porttui.reading import keeping
    holders = keeping.holders(facts)
    from porttui.reading import words
    if holders:
        return RuledOut(because=f'{words.at(holders[0])} is on the port ({holders[0].state})')
    rows = keeping.connections(facts)
    if not rows:
        if not keeping.all_seen(facts):
            return CannotTell(because='not every socket could be listed', unseen=seen.sockets_left_out(facts))
        return RuledOut(because='no connection in TIME_WAIT is on the port')
    live = next((row for row in rows if not keeping.waits(row)), None)
    if live is not None:
        return RuledOut(because=f'a connection on the port is not over ({live.state})')
    return None


def _leftover_connection_accepted(facts: Facts) -> tuple[Socket, ...]:
    from porttui.reading import keeping
    live = [row for row in keeping.connections(facts) if not keeping.waits(row)]
    return tuple((row for row in live if keeping.began(facts, row) is False))


def _leftover_connection(facts: Facts) -> RuledOut | CannotTell | None:
    live = not_kept_by_connections(facts)
    if not isinstance(live, tuple):
        return live
    rows = _leftover_connection_accepted(facts)
    from porttui.reading import keeping
    from porttui.reading import words
    if not rows:
        if any((keeping.began(facts, row) is None for row in live)):
            return CannotTell(because='which end began the connection cannot be seen')
        return RuledOut(because=f'the connection goes out, to {words.peer(live[0])}')
    return None


def _ephemeral_collision_outgoing(facts: Facts) -> tuple[Socket, ...]:
    from porttui.reading import keeping
    return tuple((row for row in keeping.connections(facts) if not keeping.waits(row) and keeping.began(facts, row)))


def _ephemeral_collision(facts: Facts) -> RuledOut | CannotTell | None:
    live = not_kept_by_connections(facts)
    if not isinstance(live, tuple):
        return live
    rows = _ephemeral_collision_outgoing(facts)
    from porttui.reading import keeping
    from porttui.reading import words
    if not rows:
        if any((keeping.began(facts, row) is None for row in live)):
            return CannotTell(because='which end began the connection cannot be seen')
        return RuledOut(because=f'the connection came in, from {words.peer(live[0])}')
    return None


def _reuseport_shared_sharing(facts: Facts) -> tuple[Socket, ...]:
    for address in seen.addresses(facts):
        first = seen.accepting(facts, address)
        if first is None:
            continue
        beside = {(row.inode, () if row.inode else row.pids): row for row in seen.listeners(facts) if row.address == first.address and row.device == first.device}
        if len(beside) > 1:
            return tuple(beside.values())
    return ()


def _reuseport_shared(facts: Facts) -> RuledOut | CannotTell | None:
    if facts.attempts is None:
        return CannotTell(because='no connection was tried yet')
    if not seen.sockets_seen(facts):
        return CannotTell(because='the socket tables could not be read', unseen=seen.sockets_unseen(facts))
    sharing = _reuseport_shared_sharing(facts)
    if not sharing:
        return RuledOut(because='no address of the port has two listeners')
    return None


def _shadowed_listener(facts: Facts) -> RuledOut | CannotTell | None:
    if facts.attempts is None:
        return CannotTell(because='no connection was tried yet')
    if not seen.sockets_seen(facts):
        return CannotTell(because='the socket tables could not be read', unseen=seen.sockets_unseen(facts))
    if len({row.address for row in seen.listeners(facts)}) < 2:
        return RuledOut(because=f'port {facts.asked.target.port} has no listeners at two addresses')
    return None


def _privileged_port_start(facts: Facts) -> int:
    text = facts.sysctls.get(_privileged_port_SYSCTL, '')
    return int(text) if text.isdigit() else _privileged_port_USUAL_START

_privileged_port_SYSCTL = 'net.ipv4.ip_unprivileged_port_start'
_privileged_port_USUAL_START = 1024

def _privileged_port(facts: Facts) -> RuledOut | CannotTell | None:
    first = not_the_bind(facts)
    if first is not None:
        return first
    hidden = facts.os == 'linux' and bool(bind_errors(facts, 'EADDRNOTAVAIL'))
    if not hidden and (not bind_errors(facts, 'EACCES')):
        return RuledOut(because='no bind was denied')
    if facts.os == 'windows':
        return RuledOut(because='Windows has no ports that only an administrator may bind')
    port = facts.asked.target.port
    start = _privileged_port_start(facts)
    if port >= start:
        return RuledOut(because=f'port {port} is not below {start}, where the reserved ports end')
    if 'net_bind_service' in facts.privileges.capabilities:
        return RuledOut(because='this user has CAP_NET_BIND_SERVICE')
    return None


def _bind_denied_policy_error(facts: Facts) -> str | None:
    if bind_errors(facts, 'EPERM'):
        return 'EPERM'
    return 'EACCES' if facts.os == 'linux' and bind_errors(facts, 'EACCES') else None

_bind_denied_policy_SYSCTL = 'net.ipv4.ip_unprivileged_port_start'
_bind_denied_policy_USUAL_START = 1024

def _bind_denied_policy(facts: Facts) -> RuledOut | CannotTell | None:
    first = not_the_bind(facts)
    if first is not None:
        return first
    error = _bind_denied_policy_error(facts)
    if error is None:
        return RuledOut(because='no bind was denied')
    port = facts.asked.target.port
    text = facts.sysctls.get(_bind_denied_policy_SYSCTL, '')
    start = int(text) if text.isdigit() else _bind_denied_policy_USUAL_START
    may = 'net_bind_service' in facts.privileges.capabilities
    if error == 'EACCES' and port < start and (not may):
        return RuledOut(because=f'port {port} is below {start}, where ports are reserved')
    return None

_windows_excluded_range_EXCLUDED = 'netsh.ipv4.excludedportrange.tcp'
_windows_excluded_range_SHOWN_BY = 'netsh interface ipv4 show excludedportrange protocol=tcp'

def _windows_excluded_range(facts: Facts) -> RuledOut | CannotTell | None:
    if facts.os != 'windows':
        return RuledOut(because='this is not Windows')
    first = not_the_bind(facts)
    if first is not None:
        return first
    port = facts.asked.target.port
    if not bind_errors(facts, 'EACCES'):
        return RuledOut(because='no bind was denied')
    from porttui.reading import words
    if seen.listeners(facts):
        return RuledOut(because=f'{words.at(seen.listeners(facts)[0])} listens, so the port is taken')
    if _windows_excluded_range_EXCLUDED not in facts.sysctls:
        hidden = Unseen(what='reserved port ranges', reason='netsh did not tell them', how_to_see=_windows_excluded_range_SHOWN_BY)
        return CannotTell(because='the reserved ranges are not known', unseen=(hidden,))
    return None


def _windows_http_sys_holder(facts: Facts) -> Socket | None:
    return next((row for row in seen.listeners(facts) if _windows_http_sys_KERNEL in row.pids), None)

_windows_http_sys_KERNEL = 4
_windows_http_sys_OTHERS = frozenset({137, 138, 139, 445})

def _windows_http_sys(facts: Facts) -> RuledOut | CannotTell | None:
    if facts.os != 'windows':
        return RuledOut(because='this is not Windows')
    first = not_the_bind(facts)
    if first is not None:
        return first
    if not bind_errors(facts, 'EADDRINUSE', 'EACCES'):
        return RuledOut(because='no bind was told that the port is taken')
    if not seen.sockets_seen(facts):
        return CannotTell(because='the socket tables could not be read', unseen=seen.sockets_unseen(facts))
    port = facts.asked.target.port
    holder = _windows_http_sys_holder(facts)
    from porttui.reading import words
    if holder is None:
        others = seen.listeners(facts)
        told = f'{words.who_short(facts, others[0])} has the port' if others else 'nothing listens on the port'
        return RuledOut(because=told)
    if port in _windows_http_sys_OTHERS:
        return RuledOut(because=f"port {port} is that of Windows' file sharing")
    return None

_macos_airplay_PORTS = (5000, 7000)

def _macos_airplay(facts: Facts) -> RuledOut | CannotTell | None:
    port = facts.asked.target.port
    if facts.os != 'macos':
        return RuledOut(because='this is no Mac')
    if port not in _macos_airplay_PORTS:
        return RuledOut(because=f'AirPlay Receiver has the ports 5000 and 7000, not {port}')
    if facts.asked.question is Question.BIND:
        first = not_the_bind(facts)
        if first is not None:
            return first
    elif facts.attempts is None or (facts.exchanges is None and (not facts.done)):
        return CannotTell(because='no connection was tried yet')
    return None


def _bind_hostname_elsewhere(facts: Facts) -> RuledOut | CannotTell | None:
    first = not_the_bind(facts)
    if isinstance(first, CannotTell):
        return first
    if facts.name is None or facts.name.literal:
        return RuledOut(because='an address was given, no name')
    if facts.name.host == 'localhost' or facts.name.host.endswith('.localhost'):
        return RuledOut(because='the name is localhost')
    if isinstance(facts.interfaces, Unseen) or facts.interfaces is None:
        unseen = (facts.interfaces,) if facts.interfaces else ()
        return CannotTell(because='the interfaces could not be read', unseen=unseen)
    return None


def _nothing_listening(facts: Facts) -> RuledOut | CannotTell | None:
    first = not_the_listener(facts)
    if first is not None:
        return first
    port = facts.asked.target.port
    found = [row for row in seen.rows(facts) if row.port == port and row.state in {'LISTEN', 'BOUND', 'UNCONN'}]
    from porttui.reading import words
    if found:
        return RuledOut(because=f'{words.at(found[0])} is on the port ({found[0].protocol}, {found[0].state})')
    return None


def _server_starting_only_life(facts: Facts) -> history.Life | None:
    from porttui.reading import history
    found = history.lives(facts)
    return found[0] if len(found) == 1 and found[0].went is None else None


def _server_starting(facts: Facts) -> RuledOut | CannotTell | None:
    if facts.attempts is None:
        return CannotTell(because='no connection was tried yet')
    if not facts.history:
        if facts.starting == ():
            return RuledOut(because='no young process names the port')
        return owner_lasts(facts) or CannotTell(because='the port was not watched; --settle 10 does so')
    life = _server_starting_only_life(facts)
    from porttui.reading import history
    if life is None or life.came is None:
        return RuledOut(because=f'the port was not opened in {history.seconds(facts):.1f} s')
    first = facts.history[0]
    if first.outcome == 'open':
        return RuledOut(because='the first connection opened')
    return None

_crash_loop_ENOUGH = 2

def _crash_loop_surely_owned(life: history.Life) -> bool:
    return bool(life.pids) and all((each.owner_by == 'descriptor' for each in life.sockets))


def _crash_loop(facts: Facts) -> RuledOut | CannotTell | None:
    if facts.attempts is None:
        return CannotTell(because='no connection was tried yet')
    if facts.history is None:
        return owner_lasts(facts) or CannotTell(because='the port was not watched; --settle 10 does so')
    from porttui.reading import history
    gone = history.ended(facts)
    if len(gone) < _crash_loop_ENOUGH:
        told = 'went away only once' if gone else 'did not go away'
        return RuledOut(because=f'the listener {told} in {history.seconds(facts):.1f} s')
    same = history.one_process(facts)
    if same is not None and (not all((_crash_loop_surely_owned(life) for life in history.lives(facts) if same in life.pids))):
        because = f'pid {same}, which probably holds the port, may itself close its listener and open it again'
        return CannotTell(because=because, unseen=seen.owners_unseen(facts))
    if same is not None:
        return RuledOut(because=f'pid {same} itself closed its listener and opened it again')
    return None


def _listener_other_address(facts: Facts) -> RuledOut | CannotTell | None:
    found = not_the_address(facts)
    if not isinstance(found, tuple):
        return found
    families = {family(each) for each in seen.addresses(facts)}
    others = tuple((socket for socket in found if family(socket.address) in families and (not is_wildcard(socket.address))))
    if not others:
        return RuledOut(because='what listens there is of the other address family, or bound to a device')
    outside = not any((is_loopback(each) or is_wildcard(each) for each in seen.addresses(facts)))
    from porttui.reading import words
    if outside and all((is_loopback(socket.address) for socket in others)):
        return RuledOut(because=f'{words.at(others[0])} is loopback, which is told apart')
    return None


def _listener_loopback_only(facts: Facts) -> RuledOut | CannotTell | None:
    found = not_the_address(facts)
    if not isinstance(found, tuple):
        return found
    if facts.asked.target.host == 'localhost':
        return RuledOut(because='localhost was asked for; where it leads is told apart')
    if any((is_loopback(each) or is_wildcard(each) for each in seen.addresses(facts))):
        return RuledOut(because='the target is a loopback address itself')
    families = {family(each) for each in seen.addresses(facts)}
    others = tuple((socket for socket in found if family(socket.address) in families))
    if not others or not all((is_loopback(socket.address) for socket in others)):
        return RuledOut(because='the listeners on the port are not all on loopback')
    return None


def _stale_address_listener_stale(facts: Facts) -> tuple[Socket, ...]:
    from porttui.reading import no_host
    return tuple((socket for socket in seen.listeners(facts) if not is_wildcard(socket.address) and (not seen.is_local(facts, socket.address)) and (no_host.kind(facts, socket.address) is None)))


def _stale_address_listener(facts: Facts) -> RuledOut | CannotTell | None:
    if facts.attempts is None:
        return CannotTell(because='no connection was tried yet')
    if seen.opened(facts):
        return RuledOut(because='the connection opened')
    if not seen.own_addresses(facts) or not seen.sockets_seen(facts):
        return CannotTell(because='interfaces or sockets could not be read', unseen=seen.sockets_unseen(facts))
    found = seen.listeners(facts)
    stale = _stale_address_listener_stale(facts)
    asked = seen.addresses(facts)
    if not seen.target_is_local(facts) and (not any((same_address(row.address, each) for row in stale for each in asked))):
        return CannotTell(because='the target is another machine, whose sockets cannot be seen from here')
    if not stale or len(stale) < len(found):
        return RuledOut(because='no listener on the port is on an address that is gone')
    return None


def _ipv6_only_listener(facts: Facts) -> RuledOut | CannotTell | None:
    found = not_the_address(facts)
    if not isinstance(found, tuple):
        return found
    if any((family(each) == 6 for each in seen.addresses(facts))):
        return RuledOut(because='the target has an IPv6 address')
    if any((family(socket.address) == 4 for socket in found)):
        return RuledOut(because='an IPv4 address listens on the port too')
    if any((is_wildcard(socket.address) for socket in found)):
        return RuledOut(because='the listener is on [::], which can take IPv4 too')
    return None


def _ipv4_only_listener(facts: Facts) -> RuledOut | CannotTell | None:
    found = not_the_address(facts)
    if not isinstance(found, tuple):
        return found
    if any((family(each) == 4 for each in seen.addresses(facts))):
        return RuledOut(because='the target has an IPv4 address')
    if any((family(socket.address) == 6 for socket in found)):
        return RuledOut(because='an IPv6 address listens on the port too')
    return None


def _v6only_wildcard(facts: Facts) -> RuledOut | CannotTell | None:
    found = not_the_address(facts)
    if not isinstance(found, tuple):
        return found
    if any((family(each) == 6 for each in seen.addresses(facts))):
        return RuledOut(because='the target has an IPv6 address')
    shut = tuple((socket for socket in found if is_wildcard(socket.address) and socket.v6only))
    if not shut:
        return RuledOut(because='no listener on [::] shuts IPv4 out')
    return None


def _device_bound_listener_fitting(facts: Facts) -> tuple[Socket, ...]:
    return tuple((socket for socket in seen.listeners(facts) if socket.device and _device_bound_listener_fits(facts, socket)))


def _device_bound_listener_fits(facts: Facts, socket: Socket) -> bool:
    return any((seen.would_accept(socket, each) is not False for each in seen.addresses(facts)))


def _device_bound_listener_stopped_before(attempt: Attempt) -> bool:
    from porttui.reading import packets
    by_rule = attempt.icmp is not None or packets.dropped_inwards(attempt)
    return by_rule or packets.reset_by_kernel(attempt) is False


def _device_bound_listener(facts: Facts) -> RuledOut | CannotTell | None:
    first = not_the_listener(facts)
    if first is not None:
        return first
    fitting = _device_bound_listener_fitting(facts)
    if not fitting:
        return RuledOut(because='no listener that fits the address is bound to an interface')
    if len(fitting) < sum((1 for s in seen.listeners(facts) if _device_bound_listener_fits(facts, s))):
        return RuledOut(because='another listener takes the connection, bound to no interface')
    failed = seen.failed(facts)
    from porttui.reading import packets
    sure = all((packets.reset_by_kernel(each) for each in failed))
    if not sure and (not all((_device_bound_listener_stopped_before(each) for each in failed))):
        return RuledOut(because='the kernel did not refuse the connection itself')
    device = fitting[0].device
    if not sure and device == 'lo':
        return RuledOut(because='it is bound to lo, by which the connection would come in')
    return None


def _wrong_port(facts: Facts) -> RuledOut | CannotTell | None:
    first = not_the_listener(facts)
    if first is not None:
        return first
    port = facts.asked.target.port
    if any((row.port == port and row.state in {'LISTEN', 'BOUND', 'UNCONN'} for row in seen.rows(facts))):
        return RuledOut(because=f'something is on port {port} itself')
    from porttui.reading import meant
    found = meant.meant(facts)
    if found is None:
        return RuledOut(because='no listener nearby could be the service meant')
    return None


def _bound_not_listening_bound(facts: Facts) -> tuple[Socket, ...]:
    port = facts.asked.target.port
    bound = [row for row in seen.rows(facts) if row.port == port and row.state == 'BOUND' and (row.namespace is None)]
    if facts.asked.question is Question.BIND:
        return tuple((row for row in bound if any((in_the_way(row, each) for each in seen.addresses(facts)))))
    asked = seen.addresses(facts)
    return tuple((row for row in bound if any((seen.would_accept(row, each) is not False for each in asked))))


def _bound_not_listening_tries(facts: Facts) -> tuple[BindTry, ...]:
    return facts.binds if isinstance(facts.binds, tuple) else ()


def _bound_not_listening(facts: Facts) -> RuledOut | CannotTell | None:
    first = not_in_use(facts) if facts.asked.question is Question.BIND else not_the_listener(facts)
    if first is not None:
        return first
    bound = _bound_not_listening_bound(facts)
    if not seen.sockets_seen(facts):
        return CannotTell(because='the socket tables could not be read', unseen=seen.sockets_unseen(facts))
    if not bound:
        return RuledOut(because='no bound socket without a listener is on the port')
    if any((seen.accepting(facts, each) for each in seen.addresses(facts))):
        return RuledOut(because='something listens on the port')
    from porttui.reading import evidence
    tried: tuple[Evidence, ...] = evidence.connects(facts)
    if facts.asked.question is Question.BIND:
        if not any((each.error == 'EADDRINUSE' for each in _bound_not_listening_tries(facts))):
            return RuledOut(because='the port is not in use for this bind')
        tried = evidence.binds(facts)
    return None


def _udp_only_udp(facts: Facts) -> tuple[Socket, ...]:
    port = facts.asked.target.port
    return tuple((row for row in seen.rows(facts) if row.protocol == 'udp' and row.port == port and (row.state == 'UNCONN') and (row.namespace is None) and any((seen.would_accept(row, each) is not False for each in seen.addresses(facts)))))


def _udp_only(facts: Facts) -> RuledOut | CannotTell | None:
    first = not_the_listener(facts)
    if first is not None:
        return first
    port = facts.asked.target.port
    if seen.listeners(facts):
        return RuledOut(because=f'a TCP socket listens on port {port}')
    udp = _udp_only_udp(facts)
    if not udp:
        return RuledOut(because=f'no UDP socket is on port {port}')
    return None


def _unix_socket_only_unix(facts: Facts) -> tuple[Socket, ...]:
    port = facts.asked.target.port
    usual = _unix_socket_only_USUAL.get(port, ())
    return tuple((row for row in seen.rows(facts) if row.protocol == 'unix' and row.state == 'LISTEN' and (row.path.rpartition('/')[2] in usual or row.path.endswith((f'.{port}', f'-{port}.sock', f'.{port}.sock')))))

_unix_socket_only_USUAL = {3306: ('mysqld.sock', 'mysql.sock'), 6379: ('redis.sock', 'redis-server.sock'), 2375: ('docker.sock',)}

def _unix_socket_only(facts: Facts) -> RuledOut | CannotTell | None:
    first = not_the_listener(facts)
    if first is not None:
        return first
    port = facts.asked.target.port
    if any((row.port == port and row.state in {'LISTEN', 'BOUND', 'UNCONN'} for row in seen.rows(facts))):
        return RuledOut(because=f'a TCP or UDP socket is on port {port}')
    found = _unix_socket_only_unix(facts)
    if not found:
        return RuledOut(because='no unix socket of the service listens')
    named = str(port) in found[0].path.rpartition('/')[2]
    from porttui.reading import near
    nearby = near.neighbours(facts)
    from porttui.reading import words
    if nearby and (not named):
        return RuledOut(because=f'{words.at(nearby[0])} listens nearby, and the socket does not name the port')
    return None


def _other_netns_elsewhere(facts: Facts) -> tuple[Socket, ...]:
    port = facts.asked.target.port
    return tuple((row for row in seen.rows(facts) if row.port == port and row.namespace is not None and (row.state == 'LISTEN')))


def _other_netns(facts: Facts) -> RuledOut | CannotTell | None:
    first = not_the_listener(facts)
    if first is not None:
        return first
    port = facts.asked.target.port
    if any((r.port == port and r.namespace is None and (r.state in {'LISTEN', 'BOUND'}) for r in seen.rows(facts))):
        return RuledOut(because=f'a socket of this network namespace is on port {port}')
    found = _other_netns_elsewhere(facts)
    if not found:
        return RuledOut(because='no other network namespace that was seen has a listener on the port')
    return None


def _localhost_inside_container_open(facts: Facts) -> Outside | None:
    return next((each for each in facts.outside or () if each.outcome == 'open'), None)


def _localhost_inside_container(facts: Facts) -> RuledOut | CannotTell | None:
    first = not_the_listener(facts)
    if first is not None:
        return first
    if facts.host.container is None:
        return RuledOut(because='there are no marks of a container')
    if not all((is_loopback(each) for each in seen.addresses(facts))):
        return RuledOut(because='the target is no loopback address')
    from porttui.reading import words
    if seen.listeners(facts):
        return RuledOut(because=f'{words.at(seen.listeners(facts)[0])} listens in this container')
    if facts.outside is None:
        return CannotTell(because='the outside was not looked at')
    found = _localhost_inside_container_open(facts)
    if found is None:
        tried = ', '.join((f'{each.name} ({each.address}): {words.ERRNO_WORDS.get(each.outcome, each.outcome)}' for each in facts.outside))
        return CannotTell(because=f'the port is not open outside either: {tried}' if tried else 'nowhere to ask')
    return None


def _connect_denied_policy_denied(facts: Facts, attempt: Attempt) -> bool:
    if not attempt.immediate or attempt.icmp is not None:
        return False
    if attempt.outcome == 'EAFNOSUPPORT':
        return facts.privileges.seccomp == 2
    return attempt.outcome == 'EPERM' or (attempt.outcome == 'EACCES' and facts.os == 'linux')


def _connect_denied_policy_by_route(facts: Facts, attempt: Attempt) -> bool:
    routes = facts.routes if isinstance(facts.routes, tuple) else ()
    if isinstance(facts.routes, Unseen):
        return False
    return any((each.destination == attempt.address and each.error == 'EACCES' for each in routes))


def _connect_denied_policy(facts: Facts) -> RuledOut | CannotTell | None:
    if facts.attempts is None:
        return CannotTell(because='no connection was tried yet')
    denied = [each for each in seen.failed(facts) if _connect_denied_policy_denied(facts, each)]
    if not denied:
        return RuledOut(because="no call of porttui's was denied")
    first = denied[0]
    if first.outcome == 'EACCES' and _connect_denied_policy_by_route(facts, first):
        return RuledOut(because=f'a route forbids {first.address}')
    return None


def _client_emfile_is_sign(text: str) -> bool:
    return any((sign in text for sign in _client_emfile_SIGNS))

_client_emfile_SIGNS = ('EMFILE', 'Too many open files')

def _client_emfile(facts: Facts) -> RuledOut | CannotTell | None:
    talked = not seen.talk_failed(facts) and (not any((_client_emfile_is_sign(each.error) for each in seen.exchanges(facts))))
    if seen.opened(facts) and talked:
        return RuledOut(because='porttui could open its connection')
    return None

_ephemeral_exhaustion_NEARLY = 0.95

def _ephemeral_exhaustion(facts: Facts) -> RuledOut | CannotTell | None:
    if facts.attempts is None:
        return CannotTell(because='no connection was tried yet')
    failed = [each for each in seen.failed(facts) if each.outcome == 'EADDRNOTAVAIL' and each.immediate]
    if not failed:
        return RuledOut(because='no connection failed for want of an address or a source port')
    first = failed[0]
    from porttui.reading import source_ports
    most, used = (len(source_ports.usable(facts)), len(source_ports.taken(facts, first.address)))
    full = bool(facts.sysctls.get(source_ports.RANGE)) and used >= most * _ephemeral_exhaustion_NEARLY
    if not full and family(first.address) == 6:
        return CannotTell(because='the same error says that IPv6 is off, and the source ports are not seen to be used up')
    if not full and seen.sockets_seen(facts) and most and (used < most / 2):
        return CannotTell(because=f'only {used} of {most} source ports are in use towards it')
    return None


def _self_connect_own(facts: Facts) -> Attempt | None:
    return next((each for each in seen.asked_attempts(facts) if each.self_connected), None)


def _self_connect(facts: Facts) -> RuledOut | CannotTell | None:
    if facts.attempts is None:
        return CannotTell(because='no connection was tried yet')
    from porttui.reading import source_ports
    own, other = (_self_connect_own(facts), source_ports.to_itself(facts))
    if own is None and other is None:
        return RuledOut(because='no connection on the port has the same end twice')
    if seen.opened(facts):
        return RuledOut(because='a server took the connection')
    port = facts.asked.target.port
    from porttui.reading import words
    if own is not None:
        summary = f'No server took the connection: it was given port {port} as its own, and so it is connected to itself.'
    else:
        who = words.subject(facts, other) if other else 'A program'
        summary = f'{who} has a connection on port {port} that is connected to itself; no server has it.'
    return None


def _ipv6_disabled_failed(facts: Facts) -> RuledOut | CannotTell | tuple[str, str]:
    if facts.asked.question is Question.BIND:
        first = not_the_bind(facts)
        if first is not None:
            return first
        for error in _ipv6_disabled_ERRORS:
            for address in bind_errors(facts, error):
                if family(address) == 6:
                    return (address, error)
        return RuledOut(because='no bind of an IPv6 address was refused for want of it')
    if facts.attempts is None:
        return CannotTell(because='no connection was tried yet')
    for each in seen.stopped_here(facts):
        if family(each.address) == 6 and each.outcome in _ipv6_disabled_ERRORS:
            return (each.address, each.outcome)
    return RuledOut(because='no connection to an IPv6 address was refused for want of one')

_ipv6_disabled_ERRORS = ('EADDRNOTAVAIL', 'EAFNOSUPPORT')

def _ipv6_disabled(facts: Facts) -> RuledOut | CannotTell | None:
    failed = _ipv6_disabled_failed(facts)
    if not isinstance(failed, tuple):
        return failed
    address, error = failed
    if not isinstance(facts.interfaces, tuple):
        unseen = (facts.interfaces,) if facts.interfaces is not None else ()
        return CannotTell(because='the interfaces could not be read', unseen=unseen)
    from porttui.reading import ipv6
    off = ipv6.is_off(facts, address)
    missing = facts.os == 'linux' and error == 'EAFNOSUPPORT' and (not any(('ipv6' in name for name in facts.sysctls)))
    if off is False:
        return RuledOut(because='an interface has an IPv6 address, so IPv6 is on')
    if error == 'EAFNOSUPPORT' and (not missing):
        return CannotTell(because='this program may not make IPv6 sockets: by the kernel, or by a rule for it alone')
    value = facts.sysctls.get(ipv6.setting(address))
    if value == '0':
        return RuledOut(because=f'{ipv6.setting(address)} is 0, so IPv6 is on')
    return None


def _loopback_address_missing_failed(facts: Facts) -> RuledOut | CannotTell | str:
    if facts.asked.question is Question.BIND:
        first = not_the_bind(facts)
        if first is not None:
            return first
        denied = [each for each in bind_errors(facts, 'EADDRNOTAVAIL') if is_loopback(each)]
        return denied[0] if denied else RuledOut(because='no loopback address was refused')
    if facts.attempts is None:
        return CannotTell(because='no connection was tried yet')
    failed = seen.failed(facts)
    inside = [each for each in failed if is_loopback(each.address) or is_wildcard(each.address)]
    lost = [each for each in inside if each.outcome in _loopback_address_missing_LOST and each.icmp is None]
    stopped = seen.stopped_here(facts)
    lost = [each for each in lost if not each.immediate or each in stopped]
    if not lost or (lost[0] not in stopped and len(lost) < len(failed)):
        return RuledOut(because='no packet to a loopback address was lost on this machine')
    return destination(lost[0].address)

_loopback_address_missing_LOST = {'ENETUNREACH', 'EADDRNOTAVAIL', 'EHOSTUNREACH', 'timeout'}

def _loopback_address_missing_has(facts: Facts, interface: Interface, address: str) -> bool:
    if facts.os == 'windows' and any((is_loopback(own) and family(own) == family(address) for own in interface.addresses)):
        return True
    if any((same_address(address, own) for own in interface.addresses)):
        return True
    route = seen.route(facts, address)
    return facts.os == 'linux' and route is not None and (route.kind == 'local')


def _loopback_address_missing_six(facts: Facts) -> bool:
    return any((family(own) == 6 for own in seen.own_addresses(facts))) or any((facts.sysctls.get(f'net.ipv6.conf.{scope}.disable_ipv6') == '0' for scope in ('lo', 'all')))


def _loopback_address_missing(facts: Facts) -> RuledOut | CannotTell | None:
    failed = _loopback_address_missing_failed(facts)
    if not isinstance(failed, str):
        return failed
    if not isinstance(facts.interfaces, tuple):
        unseen = (facts.interfaces,) if facts.interfaces is not None else ()
        return CannotTell(because='the interfaces could not be read', unseen=unseen)
    up = next((each for each in facts.interfaces if each.loopback and each.up), None)
    if up is None:
        return RuledOut(because='the loopback interface itself is not up')
    from porttui.reading import no_host
    if no_host.kind(facts, failed) is not None:
        return RuledOut(because=f'{failed} is the broadcast address of {up.name}')
    if _loopback_address_missing_has(facts, up, failed):
        return RuledOut(because=f'{up.name} has {failed}')
    from porttui.reading import ipv6
    if family(failed) == 6 and (ipv6.is_off(facts, failed) or not _loopback_address_missing_six(facts)):
        return RuledOut(because='there is no IPv6 at all')
    return None


def _route_missing_refused(facts: Facts) -> Attempt | RuledOut | CannotTell:
    if facts.attempts is None:
        return CannotTell(because='no connection was tried yet')
    stopped = seen.stopped_here(facts)
    if not stopped or stopped[0].outcome != 'ENETUNREACH':
        return RuledOut(because='no connection was refused at once for want of a network')
    return stopped[0]


def _route_missing(facts: Facts) -> RuledOut | CannotTell | None:
    attempt = _route_missing_refused(facts)
    if not isinstance(attempt, Attempt):
        return attempt
    address = attempt.address
    if seen.is_local(facts, address):
        return RuledOut(because=f'{address} is an address of this machine')
    from porttui.reading import ipv6
    if family(address) == 6 and ipv6.is_off(facts, address):
        return RuledOut(because='IPv6 is switched off')
    from porttui.reading import no_host
    many = no_host.kind(facts, address)
    if many is not None:
        return RuledOut(because=f'{address} is a {many} address, to which no connection can be made')
    route = seen.route(facts, address)
    if route is not None and route.error is None:
        return CannotTell(because='there is a route, so the refusal came from elsewhere')
    if route is not None and route.error != attempt.outcome:
        return RuledOut(because=f'the kernel refuses the address with {route.error}')
    from porttui.reading import routing
    if routing.block(facts, attempt) is not None:
        return RuledOut(because='an entry of the routing policy refuses the address')
    return None

from porttui.reading import routing
_route_blocked_KINDS = {error: kind for kind, error in routing.ROUTE_ERRORS.items()}

def _route_blocked(facts: Facts) -> RuledOut | CannotTell | None:
    if facts.attempts is None:
        return CannotTell(because='no connection was tried yet')
    stopped = [each for each in seen.stopped_here(facts) if each.outcome in _route_blocked_KINDS]
    if not stopped:
        return RuledOut(because='no connection was refused at once by the routing')
    return None


def _lo_down_not_bound(facts: Facts) -> RuledOut | CannotTell | None:
    first = not_the_bind(facts)
    if first is not None:
        return first
    if not any((is_loopback(each) for each in bind_errors(facts, 'EADDRNOTAVAIL'))):
        return RuledOut(because='no loopback address was refused')
    return None


def _lo_down_not_reached(facts: Facts) -> RuledOut | CannotTell | None:
    if facts.attempts is None:
        return CannotTell(because='no connection was tried yet')
    if seen.opened(facts):
        return RuledOut(because='the connection opened')
    failed = seen.failed(facts)
    if not failed:
        return CannotTell(because='no connection was tried')
    if not all((seen.is_local(facts, each.address) for each in failed)):
        return RuledOut(because='packets to another machine do not go through the loopback interface')
    if not all((each.outcome in _lo_down_LOST and each.icmp is None for each in failed)):
        return RuledOut(because='something answered, so packets went through the loopback interface')
    return None

_lo_down_LOST = {'timeout', 'ENETUNREACH', 'EADDRNOTAVAIL', 'EHOSTUNREACH'}

def _lo_down(facts: Facts) -> RuledOut | CannotTell | None:
    first = _lo_down_not_bound(facts) if facts.asked.question is Question.BIND else _lo_down_not_reached(facts)
    if first is not None:
        return first
    if not isinstance(facts.interfaces, tuple):
        unseen = (facts.interfaces,) if facts.interfaces is not None else ()
        return CannotTell(because='the interfaces could not be read', unseen=unseen)
    loopbacks = [each for each in facts.interfaces if each.loopback]
    if not loopbacks:
        return CannotTell(because='no loopback interface was seen')
    up = next((each for each in loopbacks if each.up), None)
    if up is not None:
        return RuledOut(because=f'{up.name} is up')
    return None


def _host_down_waited(facts: Facts) -> Attempt | RuledOut | CannotTell:
    if facts.attempts is None:
        return CannotTell(because='no connection was tried yet')
    failed = seen.failed(facts)
    if not failed:
        return RuledOut(because='the connection opened') if seen.opened(facts) else CannotTell(because='none was tried')
    if any((seen.is_local(facts, each.address) for each in failed)):
        return RuledOut(because="the address is this machine's own")
    if all((each.outcome == 'EHOSTDOWN' for each in failed)):
        return failed[0]
    waited = [each for each in failed if not each.immediate]
    if not waited or not all((each.outcome in {'EHOSTUNREACH', 'timeout'} for each in waited)):
        return RuledOut(because='it failed in another way than an address does that nobody has')
    from porttui.reading import packets
    for each in waited:
        if each.outcome == 'timeout' and each.ms < _host_down_ENOUGH_MS:
            return CannotTell(because='there was not enough time for an answer to ARP')
        if each.ms < _host_down_ENOUGH_MS or (each.icmp is not None and (not packets.nobody_there(facts, each))):
            return RuledOut(because='the answer came too soon, or from another machine')
        if packets.dropped_outwards(each) and each.transmits_counted:
            return RuledOut(because='the packets did not leave')
    return waited[0]

_host_down_ENOUGH_MS = 900

def _host_down(facts: Facts) -> RuledOut | CannotTell | None:
    attempt = _host_down_waited(facts)
    if not isinstance(attempt, Attempt):
        return attempt
    return None


def _conntrack_full(facts: Facts) -> RuledOut | CannotTell | None:
    if facts.attempts is None:
        return CannotTell(because='no connection was tried yet')
    silent = [each for each in seen.failed(facts) if each.outcome == 'timeout']
    if not silent:
        return RuledOut(because='no connection ran into a time-out')
    from porttui.reading import tracking
    numbers = tracking.filling(facts)
    if numbers is not None and (not tracking.is_full(facts)):
        return RuledOut(because=f'the table has room: {numbers[0]} of {numbers[1]}')
    from porttui.reading import packets
    lost = [each for each in silent if packets.dropped_outwards(each)]
    if not lost:
        return RuledOut(because='the packets were not dropped on their way out')
    first = lost[0]
    count = tracking.dropped(first)
    if count < first.tries:
        if numbers is None:
            return RuledOut(because='connection tracking did not count a dropped packet for each that was sent')
        return CannotTell(because='the table is full, but it was not seen that our packets were dropped for it')
    return None


def _backlog_full_full(listener: Socket) -> bool | None:
    if listener.queue is None or listener.backlog is None:
        return None
    return listener.queue > listener.backlog


def _backlog_full(facts: Facts) -> RuledOut | CannotTell | None:
    if facts.attempts is None:
        return CannotTell(because='no connection was tried yet')
    silent = [each for each in seen.failed(facts) if each.outcome == 'timeout']
    if not silent:
        return RuledOut(because='no connection ran into a time-out')
    listener = next((s for each in silent if (s := seen.accepting(facts, each.address)) is not None), None)
    if listener is None:
        return RuledOut(because='no listener here would take the connection, so there is no queue')
    from porttui.reading import packets
    overflowed = [each for each in silent if packets.queue_overflowed(each)]
    full = _backlog_full_full(listener)
    if not overflowed:
        if full:
            return CannotTell(because='the queue is full, but it did not overflow while porttui looked')
        return RuledOut(because='no accept queue overflowed')
    from porttui.reading import words
    if full is False:
        return RuledOut(because=f'the queue of {words.at(listener)} has room: {words.queue(listener)}')
    return None

_macos_local_network_privacy_SINCE = 15

def _macos_local_network_privacy_excluded(facts: Facts, attempt: Attempt) -> RuledOut | CannotTell | None:
    ip = parse_ip(attempt.address)
    if ip is None or is_loopback(attempt.address) or seen.is_local(facts, attempt.address):
        return RuledOut(because=f'{attempt.address} is this machine')
    if not (ip.is_link_local or ip.is_private):
        return RuledOut(because=f'{attempt.address} is not on a local network')
    if attempt.ms > _macos_local_network_privacy_AT_ONCE:
        return RuledOut(because='it failed after a while only, as with a neighbour that is off')
    route = _macos_local_network_privacy_route(facts, attempt)
    if route is None:
        return CannotTell(because='the route to it is not known')
    if route.error is not None or route.kind != 'unicast':
        return RuledOut(because=f'there is no usable route ({route.error or route.kind})')
    if route.gateway is not None and parse_ip(route.gateway) is not None and (route.gateway != attempt.address):
        return RuledOut(because=f'it is behind {route.gateway}, not on the local network')
    return None

_macos_local_network_privacy_AT_ONCE = 500.0

def _macos_local_network_privacy_route(facts: Facts, attempt: Attempt) -> Route | None:
    routes = facts.routes if isinstance(facts.routes, tuple) else ()
    return next((route for route in routes if route.destination == attempt.address), None)


def _macos_local_network_privacy(facts: Facts) -> RuledOut | CannotTell | None:
    if facts.os != 'macos':
        return RuledOut(because='this is no Mac')
    if facts.attempts is None:
        return CannotTell(because='no connection was tried yet')
    denied = [each for each in seen.failed(facts) if each.outcome == 'EHOSTUNREACH' and each.icmp is None]
    if not denied:
        return RuledOut(because='no connection failed with EHOSTUNREACH')
    major = facts.host.release.partition('.')[0]
    if major.isdigit() and int(major) < _macos_local_network_privacy_SINCE:
        return RuledOut(because=f'macOS {facts.host.release} does not ask for consent; macOS {_macos_local_network_privacy_SINCE} is the first')
    if facts.privileges.root:
        return RuledOut(because='root needs no consent')
    if facts.host.ssh is not None:
        return RuledOut(because='what runs over SSH needs no consent')
    first = denied[0]
    excluded = _macos_local_network_privacy_excluded(facts, first)
    if excluded is not None:
        return excluded
    return None


def _wsl2_localhost(facts: Facts) -> RuledOut | CannotTell | None:
    from porttui.reading import wsl
    if facts.os != 'windows':
        shared = wsl.shared(facts)
        if shared is not None:
            return RuledOut(because=shared)
    return None

_backlog_abort_SWITCH = 'net.ipv4.tcp_abort_on_overflow'
_backlog_abort_COUNTER = 'TcpExt.ListenOverflows'

def _backlog_abort(facts: Facts) -> RuledOut | CannotTell | None:
    first = not_the_probe(facts)
    if first is not None:
        return first
    from porttui.reading import stuck
    said = stuck.said(facts)
    if any((each.outcome == 'answer' for each in said)):
        return RuledOut(because='the server answers')
    if not any((each.outcome == 'reset' for each in said)):
        return RuledOut(because='no open connection was reset')
    if any((each.outcome == 'closed' for each in said)):
        return RuledOut(because='the server took a connection and closed it')
    if facts.sysctls.get(_backlog_abort_SWITCH) == '0':
        return RuledOut(because=f'{_backlog_abort_SWITCH} is 0: the kernel does not reset for want of room')
    listener = stuck.listener(facts)
    if listener is None:
        return RuledOut(because='no listener here takes the connection, so there is no queue')
    if facts.meanwhile is None:
        return CannotTell(because='the server was not looked at again')
    count = facts.meanwhile.moved.get(_backlog_abort_COUNTER, 0)
    if not count:
        return RuledOut(because='no accept queue overflowed')
    queue, backlog = (facts.meanwhile.queue, listener.backlog)
    if queue is None or backlog is None:
        return CannotTell(because='it is not known whether the accept queue has room')
    from porttui.reading import words
    if queue <= backlog:
        return CannotTell(because=f'an accept queue overflowed, and that of {words.at(listener)} has room now')
    return None


def _sigstopped_listener(facts: Facts) -> Socket | None:
    for each in seen.asked_attempts(facts):
        found = seen.accepting(facts, each.address)
        if found is not None:
            return found
    return None


def _sigstopped(facts: Facts) -> RuledOut | CannotTell | None:
    if facts.attempts is None or facts.processes is None:
        return CannotTell(because='processes and connections were not looked at yet')
    if any((each.outcome == 'answer' for each in seen.exchanges(facts))):
        return RuledOut(because='the server answers')
    listener = _sigstopped_listener(facts)
    if listener is None:
        return RuledOut(because='no listener here takes the connection')
    if not any((each.outcome in {'open', 'timeout'} for each in seen.asked_attempts(facts))):
        return RuledOut(because='the connection failed at once, which a paused server does not do')
    if seen.opened(facts) and (not seen.exchanges(facts)) and (not facts.done):
        return CannotTell(because='nothing was said on the connection yet')
    return None


def _emfile_queue(facts: Facts) -> RuledOut | CannotTell | None:
    waiting = taken_at_last(facts)
    from porttui.reading import stuck
    if not isinstance(waiting, stuck.Waiting):
        return waiting
    listener = waiting.listener
    doing = stuck.doing(facts, listener)
    left = files_left(doing)
    if left is not None:
        return left
    return None


def _busy_loop(facts: Facts) -> RuledOut | CannotTell | None:
    waiting = taken_at_last(facts)
    from porttui.reading import stuck
    if not isinstance(waiting, stuck.Waiting):
        return waiting
    listener = waiting.listener
    doing = stuck.doing(facts, listener)
    calm = next((each for each in doing if not stuck.spins(each)), None)
    if calm is not None:
        used = f'{calm.cpu_percent:.0f} % of a processor' if calm.cpu_percent is not None else f'state {calm.state}'
        return RuledOut(because=f'pid {calm.pid} does not use a processor without a pause: {used}')
    return None


def _single_thread_blocked(facts: Facts) -> RuledOut | CannotTell | None:
    waiting = taken_at_last(facts)
    from porttui.reading import stuck
    if not isinstance(waiting, stuck.Waiting):
        return waiting
    listener = waiting.listener
    doing = stuck.doing(facts, listener)
    if not all((stuck.sleeps(each) for each in doing)):
        return RuledOut(because='the server does not merely wait')
    held = stuck.taken(facts, listener)
    if not held:
        return RuledOut(because='no other connection is accepted, so none can occupy the server')
    idle = [row for row in held if stuck.is_idle(row)]
    if any((stuck.is_idle(row) is None for row in held)):
        return CannotTell(because='this system does not tell what was received on a connection')
    if len(idle) < len(held):
        return RuledOut(because='on an earlier connection a request was received that is not answered')
    if len(held) != len(doing):
        return RuledOut(because=f'{len(held)} idle connections for {len(doing)} workers: it does not serve one at a time')
    if any((stuck.reads(each) is False for each in doing)):
        return RuledOut(because='the server does not wait for the bytes of a connection')
    one_thread = all((worker.threads == 1 for worker in stuck.workers(facts, listener)))
    read = all((stuck.reads(each) for each in doing))
    if not one_thread and (not read):
        return CannotTell(because='the server has several threads, and it cannot be seen what they wait for')
    return None


def _hung_event_loop_taken_and_not_read(facts: Facts) -> Socket | None:
    from porttui.reading import stuck
    listener = stuck.listener(facts)
    first = next((each for each in stuck.said(facts) if each.outcome == 'silent' and each.fate is not None), None)
    if listener is None or first is None or first.fate is None or (facts.meanwhile is None) or (facts.meanwhile.over != 0):
        return None
    if any((each.outcome == 'answer' for each in seen.exchanges(facts))) or not stuck.doing(facts, listener):
        return None
    unread = first.fate.row == 'accepted' and first.fate.unread and (first.fate.unread == first.fate.received)
    held = [row for row in stuck.taken(facts, listener) if row.received and row.queue == 0 and (row.sent == 0)]
    return listener if unread and held else None


def _hung_event_loop_state(state: str, spins: bool) -> str:
    return 'it uses a processor without a pause' if spins else f'state {state}' if state in 'TtR' else 'no file is left'


def _hung_event_loop(facts: Facts) -> RuledOut | CannotTell | None:
    waiting = taken_at_last(facts)
    taken = _hung_event_loop_taken_and_not_read(facts)
    from porttui.reading import stuck
    if isinstance(waiting, stuck.Waiting):
        listener = waiting.listener
    elif taken is not None:
        listener = taken
    else:
        return waiting
    doing = stuck.doing(facts, listener)
    awake = next((each for each in doing if not stuck.sleeps(each) or stuck.out_of_files(each)), None)
    if awake is not None:
        return RuledOut(because=f'pid {awake.pid} does not merely wait: {_hung_event_loop_state(awake.state, stuck.spins(awake))}')
    held = stuck.taken(facts, listener)
    if any((row.received is None for row in held)):
        return CannotTell(because='this system does not tell what was received on a connection')
    busy = [row for row in held if stuck.is_idle(row) is False]
    if not busy:
        return CannotTell(because='it is alive and takes no connection, but no earlier request is seen that occupies it')
    return None

_handler_hangs_MEANT = {'http': 'http', 'ws': 'http', 'https': 'https', 'wss': 'https', 'redis': 'redis', 'valkey': 'redis', 'postgresql': 'postgresql', 'postgres': 'postgresql', 'memcached': 'memcached'}

def _handler_hangs_sent(exchange: Exchange, meant: str | None, *, heard: bool) -> bool:
    return exchange.sent == meant if meant is not None else exchange.sent == 'http' and heard


def _handler_hangs_waited(exchange: Exchange) -> bool:
    return exchange.outcome == 'silent' or _handler_hangs_begun(exchange)


def _handler_hangs_begun(exchange: Exchange) -> bool:
    begun = exchange.outcome == 'error' and exchange.protocol == 'http' and (exchange.http is None)
    return begun and exchange.fate is not None


def _handler_hangs(facts: Facts) -> RuledOut | CannotTell | None:
    first = not_the_probe(facts)
    if first is not None:
        return first
    from porttui.reading import stuck
    said = stuck.said(facts)
    meant = _handler_hangs_MEANT.get(facts.asked.target.scheme or '')
    heard = any((each.protocol == 'http' for each in said))
    if any((each.http is not None or (each.outcome == 'answer' and each.protocol != 'http') for each in said)):
        return RuledOut(because='the server answers')
    request = next((each for each in said if _handler_hangs_waited(each) and _handler_hangs_sent(each, meant, heard=heard)), None)
    if request is None:
        silent = any((each.outcome == 'silent' for each in said))
        why = 'no protocol is known in which it should have answered' if silent and meant is None else ''
        return RuledOut(because=why or 'no request stayed without an answer')
    plain = any((each.sent == 'http' and each.protocol == 'http' for each in said))
    if request.sent == 'https' and request.tls is None and plain:
        return RuledOut(because='it waits for a request in plain HTTP, and was spoken to in TLS')
    fate = request.fate
    if fate is None or fate.row in {'missing', 'unknown'}:
        return RuledOut(because='no program on this machine is seen to have taken the request')
    if fate.row == 'waiting':
        return RuledOut(because='no program has taken the connection')
    if fate.unread is None or fate.unread:
        return RuledOut(because='the request was not read')
    if fate.received == 0:
        return RuledOut(because='nothing of the request has arrived at the server')
    if fate.unsent:
        return RuledOut(because='the server has answered, and its answer does not arrive')
    return None

_emfile_close_CUT = {'closed', 'reset'}

def _emfile_close(facts: Facts) -> RuledOut | CannotTell | None:
    first = not_the_probe(facts)
    if first is not None:
        return first
    from porttui.reading import stuck
    said = stuck.said(facts)
    if any((each.outcome == 'answer' for each in said)):
        return RuledOut(because='the server answers')
    if not any((each.outcome in _emfile_close_CUT for each in said)):
        return RuledOut(because='the connection was not closed without an answer')
    listener = stuck.listener(facts)
    if listener is None:
        return RuledOut(because='no listener here takes the connection')
    if facts.meanwhile is None and (not facts.done):
        return CannotTell(because='the server was not looked at yet')
    doing = stuck.doing(facts, listener)
    from porttui.reading import words
    if not doing:
        unseen = seen.owners_unseen(facts)
        return CannotTell(because=f'it cannot be seen which process holds {words.at(listener)}', unseen=unseen)
    left = files_left(doing)
    if left is not None:
        return left
    return None


def _max_connections_full(facts: Facts) -> Exchange | None:
    from porttui.reading import refusals
    return next((each for each in seen.exchanges(facts) if refusals.of(each) == 'too-many'), None)


def _max_connections(facts: Facts) -> RuledOut | CannotTell | None:
    first = not_the_probe(facts)
    if first is not None:
        return first
    full = _max_connections_full(facts)
    if full is None:
        return RuledOut(because='the server does not say that it has too many clients')
    return None


def _proxy_env_applying(facts: Facts) -> Proxy | None:
    return next((proxy for proxy in facts.proxies or () if proxy.applies), None)


def _proxy_env_answered(direct: tuple[Exchange, ...]) -> Exchange | None:
    answers = [each for each in direct if each.outcome == 'answer']
    return next((each for each in answers if each.http is not None or each.protocol not in {None, 'http'}), None)


def _proxy_env_works(exchange: Exchange) -> bool:
    return exchange.outcome == 'answer' and (exchange.http is None or exchange.http.status < 400)


def _proxy_env_same(through: Exchange, direct: Exchange) -> bool:
    return through.http is not None and direct.http is not None and (through.http.status == direct.http.status)


def _proxy_env(facts: Facts) -> RuledOut | CannotTell | None:
    if facts.proxies is None or (facts.exchanges is None and (not facts.done)):
        return CannotTell(because='the proxy variables were not looked at yet')
    proxy = _proxy_env_applying(facts)
    if proxy is None:
        return RuledOut(because='no proxy variable applies to the target')
    if not seen.opened(facts):
        return RuledOut(because='a direct connection does not work either')
    direct = seen.exchanges(facts)
    answered = _proxy_env_answered(direct)
    if direct and answered is None:
        return RuledOut(because='the server does not answer directly either')
    through = seen.exchanges(facts, 'proxy')
    if not through:
        unseen = Unseen(what=f'what the proxy of {proxy.variable} answers', reason='it was not asked: it is not on this machine, or it is no HTTP proxy', how_to_see=f'curl -x {proxy.url} {facts.asked.target}')
        return CannotTell(because='the proxy was not asked', unseen=(unseen,))
    if any((_proxy_env_works(each) for each in through)):
        return RuledOut(because='the request works through the proxy too')
    if any((_proxy_env_same(one, other) for one in through for other in direct)):
        return RuledOut(because='the server answers the same directly')
    return None


def _container_loopback_bind_inside(facts: Facts) -> RuledOut | CannotTell | tuple[far.Handing | None, FarEnd]:
    from porttui.reading import far
    asked = far.asked(facts)
    return (None, asked) if asked is not None else not_the_container(facts)


def _container_loopback_bind(facts: Facts) -> RuledOut | CannotTell | None:
    first = _container_loopback_bind_inside(facts)
    if not isinstance(first, tuple):
        return first
    hand, end = first
    from porttui.reading import far
    from porttui.reading import words
    if far.takes(end):
        return RuledOut(because=f'{words.at(end.listeners[0])} listens inside, and takes the connection')
    rows = far.on_loopback(end)
    if not rows:
        return RuledOut(because=f'nothing listens on port {end.port} inside, not even on loopback')
    return None


def _published_wrong_container_port_others(end: FarEnd) -> list[int]:
    return sorted({row.port for row in end.others if seen.would_accept(row, end.host) is not False})


def _published_wrong_container_port(facts: Facts) -> RuledOut | CannotTell | None:
    first = not_the_container(facts)
    if not isinstance(first, tuple):
        return first
    hand, end = first
    from porttui.reading import words
    if end.listeners:
        return RuledOut(because=f'{words.at(end.listeners[0])} listens inside')
    from porttui.reading import far
    certain = hand.seen and len(far.ends_of(facts, hand.process)) == 1
    others = _published_wrong_container_port_others(end)
    there = f'; port {others[0]} does' if len(others) == 1 else ''
    if len(others) > 1:
        some = ', '.join(map(str, others[:3]))
        there = f'; ports {some} do'
    return None

_ssh_forward_dead_KINDS = {'ssh', 'sshd', 'pod', 'relay', 'editor'}

def _ssh_forward_dead(facts: Facts) -> RuledOut | CannotTell | None:
    first = not_the_probe(facts)
    if first is not None:
        return first
    if any((each.outcome == 'answer' for each in seen.exchanges(facts))):
        return RuledOut(because='the port answers')
    from porttui.reading import far
    hand = far.handing(facts)
    if hand is None or hand.forward.kind not in _ssh_forward_dead_KINDS:
        if any((seen.owners(facts, row) for row in seen.listeners(facts))):
            return RuledOut(because='the program that holds the port is no forward')
        return CannotTell(because='it cannot be seen which program holds the port')
    if hand.forward.kind == 'relay' and (not hand.forward.host) and (not hand.forward.path):
        return RuledOut(because=f'{hand.process.name} hands connections on to a program, not to a port')
    if not far.unanswered(facts):
        return RuledOut(because='the connection was not cut off')
    ends = far.ends_of(facts, hand.process)
    if not ends:
        return CannotTell(because='the far end was not looked at')
    if any((each.place == 'namespace' for each in ends)):
        return RuledOut(because=f'{hand.process.name} leads to a container of this machine')
    taking = next((each for each in ends if far.takes(each)), None)
    from porttui.reading import words
    if taking is not None:
        return RuledOut(because=f'{words.at(taking.listeners[0])} listens at the far end')
    here = all((each.place == 'here' for each in ends))
    if not here and (not far.unanswered_unasked(facts)):
        return CannotTell(because='the far end may have closed because of what was said')
    return None


def _socket_activation_failing(facts: Facts) -> RuledOut | CannotTell | None:
    held = not_the_activator(facts)
    if not isinstance(held, Activation):
        return held
    from porttui.reading import activated
    each = activated.each_connection(held)
    failed = activated.failed_units(held) if not each else ()
    from porttui.reading import far
    cut = bool(far.unanswered(facts))
    ends = [each.outcome for each in seen.exchanges(facts)] + [each.outcome for each in seen.failed(facts)]
    refused = bool(ends) and all((each in {'closed', 'reset', 'refused', 'ECONNREFUSED', 'ECONNRESET'} for each in ends))
    if not cut and (not refused) and (not failed):
        return RuledOut(because='the connection was not cut off')
    gone = not held.after
    if gone and (not (cut or refused)):
        return CannotTell(because='the port was closed, and no connection was cut off')
    if not gone and (not failed) and (not far.unanswered_unasked(facts)):
        return CannotTell(because='the service may have ended because of what was said')
    return None


def _socket_activation_held(facts: Facts) -> RuledOut | CannotTell | None:
    if facts.attempts is None or (facts.exchanges is None and (not facts.done)):
        return CannotTell(because='nothing was said on a connection yet')
    if any((each.outcome == 'answer' for each in seen.exchanges(facts))):
        return RuledOut(because='the port answers')
    if not seen.exchanges(facts) or any((each.outcome != 'silent' for each in seen.exchanges(facts))):
        return RuledOut(because='the connection did not stay open without an answer')
    return None


def _tcp_wrappers(facts: Facts) -> RuledOut | CannotTell | None:
    if facts.attempts is None or (facts.exchanges is None and (not facts.done)):
        return CannotTell(because='nothing was said on a connection yet')
    if not seen.opened(facts):
        return RuledOut(because='no connection opened, and TCP wrappers come after that')
    said = seen.exchanges(facts)
    if not said:
        return CannotTell(because='nothing was said on the connection')
    if any((each.outcome not in {'closed', 'reset', 'silent', 'refused'} for each in said)):
        return RuledOut(because='the port answers')
    if any((each.fate is not None and each.fate.row == 'waiting' for each in said)):
        return RuledOut(because='no program has accepted the connection')
    if isinstance(facts.access, Unseen):
        return CannotTell(because=f'{facts.access.what} could not be read', unseen=(facts.access,))
    if facts.access is None:
        return RuledOut(because='there is no hosts.deny') if facts.done else CannotTell(because='not looked at yet')
    return None


def _plain_http_to_tls_says_so(exchange: Exchange) -> bool:
    return exchange.http is not None and any((text in exchange.http.body for text in _plain_http_to_tls_SAID_SO))

_plain_http_to_tls_SAID_SO = ('plain HTTP request was sent to HTTPS port', 'HTTP request to an HTTPS server', 'speaking plain HTTP to an SSL')

def _plain_http_to_tls(facts: Facts) -> RuledOut | CannotTell | None:
    first = not_the_probe(facts)
    if first is not None:
        return first
    if facts.asked.target.scheme != 'http':
        return RuledOut(because='plain HTTP was not asked for')
    exchanges = seen.exchanges(facts)
    plain = [each for each in exchanges if each.sent == 'http']
    from porttui.reading import tls
    spoken = [each for each in tls.handshakes(facts) if each.sent in {'tls', 'https'}]
    told = [each for each in plain if _plain_http_to_tls_says_so(each) or (spoken and each.http is not None and (each.http.status == 400))]
    if not told and any((each.http is not None for each in plain)):
        return RuledOut(because='the port answers plain HTTP')
    if not told and (not spoken):
        return RuledOut(because='the port does not speak TLS')
    return None


def _tls_to_plain_plain_scheme(facts: Facts) -> str:
    return (facts.asked.target.scheme or '').removesuffix('s')


def _tls_to_plain(facts: Facts) -> RuledOut | CannotTell | None:
    first = not_the_probe(facts)
    if first is not None:
        return first
    from porttui.reading import tls
    if not tls.wanted(facts):
        return RuledOut(because='TLS was not asked for')
    exchanges = seen.exchanges(facts)
    if any((each.sent in {'https', 'tls'} and each.protocol in {'tls', 'http'} and each.tls for each in exchanges)):
        return RuledOut(because='the port speaks TLS')
    failed = [each for each in exchanges if each.sent in {'https', 'tls'}]
    scheme = _tls_to_plain_plain_scheme(facts)
    spoken = 'http' if scheme in {'http', 'ws'} else scheme
    plain = [each for each in exchanges if each.sent not in {'https', 'tls'} and each.protocol == spoken]
    from porttui.reading import words
    if not plain and (not any((each.protocol == spoken for each in failed))):
        return RuledOut(because=f'the port does not answer in plain {words.protocol(spoken)}')
    return None


def _cert_self_signed(facts: Facts) -> RuledOut | CannotTell | None:
    answer = not_the_certificate(facts)
    if not isinstance(answer, TlsAnswer):
        return answer
    from porttui.reading import tls
    if answer.trusted is not False or answer.verify_code not in tls.UNTRUSTED:
        return RuledOut(because="the certificate's chain was not what it was refused for")
    return None


def _cert_expired(facts: Facts) -> RuledOut | CannotTell | None:
    answer = not_the_certificate(facts)
    if not isinstance(answer, TlsAnswer):
        return answer
    from porttui.reading import tls
    how = tls.out_of_date(answer, facts.at)
    if how is None:
        return RuledOut(because='the certificate is valid today')
    return None


def _cert_hostname_mismatch_wrong_name(facts: Facts, answer: TlsAnswer) -> bool:
    from porttui.reading import tls
    if answer.verify_code in tls.WRONG_NAME:
        return True
    return answer.trusted is False and (not tls.is_for(answer.names, facts.asked.target.host))


def _cert_hostname_mismatch(facts: Facts) -> RuledOut | CannotTell | None:
    answer = not_the_certificate(facts)
    if not isinstance(answer, TlsAnswer):
        return answer
    if not _cert_hostname_mismatch_wrong_name(facts, answer):
        return RuledOut(because=f'the certificate is for {facts.asked.target.host}')
    return None


def _mtls_required_asks(exchange: Exchange) -> bool:
    tls_answer = exchange.tls
    if tls_answer is not None and (tls_answer.alert == _mtls_required_ALERT or (tls_answer.alert and tls_answer.wants_certificate)):
        return True
    return exchange.http is not None and exchange.http.status in {400, 496} and (_mtls_required_NGINX in exchange.http.body)

_mtls_required_ALERT = 'certificate_required'
_mtls_required_NGINX = 'No required SSL certificate was sent'

def _mtls_required(facts: Facts) -> RuledOut | CannotTell | None:
    first = not_the_probe(facts)
    if first is not None:
        return first
    from porttui.reading import tls
    if not tls.wanted(facts) and facts.asked.target.scheme is not None:
        return RuledOut(because='TLS was not asked for')
    asking = [each for each in seen.exchanges(facts) if _mtls_required_asks(each)]
    if not asking:
        return RuledOut(because='the server did not ask for a client certificate')
    answer = asking[0]
    from porttui.reading import words
    told = Evidence(text=f'it says\t{words.quoted(_mtls_required_NGINX)}', source='GET')
    if answer.tls is not None and answer.tls.alert:
        told = Evidence(text=f'alert\t{answer.tls.alert}', source='TLS handshake')
    return None

_tls_version_ALERT = 'protocol_version'

def _tls_version(facts: Facts) -> RuledOut | CannotTell | None:
    first = not_the_probe(facts)
    if first is not None:
        return first
    from porttui.reading import tls
    if not tls.wanted(facts) and facts.asked.target.scheme is not None:
        return RuledOut(because='TLS was not asked for')
    refused = [each for each in tls.handshakes(facts) if each.tls is not None and each.tls.alert == _tls_version_ALERT]
    if not refused:
        return RuledOut(because='the server did not object to the TLS version')
    return None


def _not_http_other(facts: Facts) -> Exchange | None:
    return next((each for each in seen.exchanges(facts) if each.outcome == 'answer' and each.protocol not in _not_http_HTTP), None)

_not_http_HTTP = {'http', 'tls', 'http2', None}

def _not_http_strange(facts: Facts) -> Exchange | None:
    answers = (each for each in seen.exchanges(facts) if each.sent == 'http' and each.outcome == 'answer')
    return next((each for each in answers if each.protocol is None and each.data.strip('\\rn ') and ('HTTP/' not in each.data)), None)


def _not_http(facts: Facts) -> RuledOut | CannotTell | None:
    first = not_the_probe(facts)
    if first is not None:
        return first
    if not seen.wants_http(facts):
        return RuledOut(because='HTTP was not asked for')
    exchanges = seen.exchanges(facts)
    if any((each.http is not None and each.protocol == 'http' for each in exchanges)):
        return RuledOut(because='the port answers HTTP')
    other, strange = (_not_http_other(facts), _not_http_strange(facts))
    if other is None and strange is None:
        return RuledOut(because='the port was not recognised as anything else than HTTP')
    return None

_http2_only_NODE = 'Unknown ALPN Protocol, expected `h2`'

def _http2_only(facts: Facts) -> RuledOut | CannotTell | None:
    first = not_the_probe(facts)
    if first is not None:
        return first
    if not seen.wants_http(facts):
        return RuledOut(because='HTTP was not asked for')
    exchanges = seen.exchanges(facts)
    told = next((each for each in exchanges if each.http is not None and _http2_only_NODE in each.http.body), None)
    if told is None and any((each.http is not None for each in exchanges)):
        return RuledOut(because='the port answers HTTP/1.1')
    return None


def _proxy_protocol_expected_with_header(facts: Facts) -> Exchange | None:
    return next((each for each in seen.exchanges(facts, 'variant') if each.preamble), None)

_proxy_protocol_expected_TOOK_IT_FOR_A_REQUEST = frozenset({400, 405, 501})

def _proxy_protocol_expected(facts: Facts) -> RuledOut | CannotTell | None:
    first = not_the_probe(facts)
    if first is not None:
        return first
    exchanges = seen.exchanges(facts)
    if any((each.protocol is not None for each in exchanges)):
        return RuledOut(because='the port answers without a PROXY header')
    tried = _proxy_protocol_expected_with_header(facts)
    if tried is None:
        return CannotTell(because='no request with a PROXY header was tried')
    from porttui.reading import words
    if tried.http is None:
        return RuledOut(because=f'with a PROXY header: {words.answer(tried)}')
    if tried.http.status in _proxy_protocol_expected_TOOK_IT_FOR_A_REQUEST:
        return RuledOut(because=f'the PROXY header was taken for a request (HTTP {tried.http.status})')
    return None


def _host_not_allowed_refused(facts: Facts) -> Exchange | None:
    return next((e for e in seen.exchanges(facts) if e.http is not None and e.http.status in _host_not_allowed_STATUSES), None)

_host_not_allowed_STATUSES = frozenset({400, 403, 421})

def _host_not_allowed(facts: Facts) -> RuledOut | CannotTell | None:
    first = not_the_probe(facts)
    if first is not None:
        return first
    refused = _host_not_allowed_refused(facts)
    if refused is None or refused.http is None:
        return RuledOut(because='no answer had the status 400, 403 or 421')
    return None


def _redirect_loop(facts: Facts) -> RuledOut | CannotTell | None:
    hops = not_redirected(facts)
    if not isinstance(hops, tuple):
        return hops
    from porttui.reading import redirects
    back, growing = (redirects.repeats(facts), redirects.grows(facts))
    if back is None and growing is None:
        final = hops[-1]
        if final.stopped in {'bound', 'time'}:
            return CannotTell(because=f'porttui followed {len(hops) - 1} redirects and stopped')
        return RuledOut(because='the redirects come to an end' if final.exchange else 'they lead away from here')
    from porttui.reading import words
    asked = words.asked_endpoint(facts)
    told = tuple((each for each in seen.exchanges(facts) if redirects.is_first(facts, each)))
    if back is not None:
        round_trip = 'itself' if len(hops) == 1 else f'itself after {len(hops)} redirects'
        summary = f'{asked} redirects to {round_trip}: {redirects.short(back)} was asked before.'
    else:
        to = 'the same path, with a longer query' if redirects.longer(facts) == 'query' else 'a longer path'
        summary = f'Probably {asked} redirects without an end: each time to {to}.'
    return None


def _redirect_elsewhere(facts: Facts) -> RuledOut | CannotTell | None:
    hops = not_redirected(facts)
    if not isinstance(hops, tuple):
        return hops
    from porttui.reading import redirects
    final, done = (hops[-1], redirects.end(facts))
    fails = redirects.failure(facts)
    if fails is None and done is None:
        return CannotTell(because='it redirects to where porttui does not follow')
    from porttui.reading import words
    if fails is None and done is not None:
        return RuledOut(because=f'the redirect leads to an answer: {words.answer(done)}')
    if not redirects.leaves(facts):
        return RuledOut(because='it redirects to another page of the same server')
    return None


def _truncated_response(facts: Facts) -> RuledOut | CannotTell | None:
    first = not_the_probe(facts)
    if first is not None:
        return first
    return None


def _http_client_error_error(facts: Facts) -> Exchange | None:
    from porttui.reading import redirects
    return next((e for e in redirects.heard(facts) if e.http is not None and 400 <= e.http.status <= 499), None)


def _http_client_error(facts: Facts) -> RuledOut | CannotTell | None:
    first = not_the_probe(facts)
    if first is not None:
        return first
    answered = _http_client_error_error(facts)
    if answered is None or answered.http is None:
        return RuledOut(because='no answer had a status from 400 to 499')
    from porttui.reading import tls
    if tls.handshakes(facts):
        return RuledOut(because='the port speaks TLS')
    status = answered.http.status
    if status == 426 and facts.asked.target.scheme in {'ws', 'wss'}:
        return RuledOut(because='426 is how a WebSocket server answers a plain request')
    return None


def _http_server_error(facts: Facts) -> RuledOut | CannotTell | None:
    first = not_the_probe(facts)
    if first is not None:
        return first
    return None


def _upstream_dead_502_gateway(facts: Facts) -> Exchange | None:
    from porttui.reading import redirects
    return next((e for e in redirects.heard(facts) if e.http is not None and e.http.status in _upstream_dead_502_GATEWAY), None)

_upstream_dead_502_GATEWAY = frozenset({502})

def _upstream_dead_502(facts: Facts) -> RuledOut | CannotTell | None:
    first = not_the_probe(facts)
    if first is not None:
        return first
    answered = _upstream_dead_502_gateway(facts)
    if answered is None or answered.http is None:
        return RuledOut(because='no answer had the status 502')
    return None


def _accept_then_close_is_hello(facts: Facts, answer: Exchange) -> bool:
    return answer.protocol == 'http' or (answer.sent == 'tls' and answer.tls is not None and _accept_then_close_asks_by_tls(facts))


def _accept_then_close_asks_by_tls(facts: Facts) -> bool:
    return _accept_then_close_MEANT.get(facts.asked.target.scheme or '') == 'https'

_accept_then_close_MEANT = {'http': 'http', 'ws': 'http', 'https': 'https', 'wss': 'https'}

def _accept_then_close_cut(facts: Facts, said: tuple[Exchange, ...]) -> Exchange | None:
    meant = _accept_then_close_MEANT.get(facts.asked.target.scheme or '')
    cut = [each for each in said if each.outcome in _accept_then_close_CUT]
    unasked = next((each for each in cut if each.sent == 'nothing'), None)
    spoken = 'http' if any((each.protocol == 'http' for each in said)) else 'https' if _accept_then_close_speaks(said) else None
    wanted = next((each for each in cut if each.sent == (meant or spoken)), None)
    return unasked or wanted

_accept_then_close_CUT = {'closed', 'reset'}

def _accept_then_close_speaks(said: tuple[Exchange, ...]) -> bool:
    return any((each.protocol == 'http' or each.tls is not None for each in said))


def _accept_then_close_behind(facts: Facts) -> str | CannotTell | None:
    from porttui.reading import activated
    if facts.activation is not None:
        return f'{activated.service(facts.activation)}, started by {activated.name(facts.activation)},'
    from porttui.reading import far
    hand = far.handing(facts)
    if hand is None or not (hand.forward.host or hand.forward.path or hand.forward.via or (hand.forward.kind == 'sshd')):
        return None
    taking = next((each for each in far.ends_of(facts, hand.process) if far.takes(each)), None)
    if taking is None:
        return CannotTell(because=f'{hand.process.name} only hands connections on, and its far end cannot be seen')
    end = endpoint(taking.host, taking.port or 0)
    return f'the server at {end}, to which {hand.process.name} leads,'


def _accept_then_close(facts: Facts) -> RuledOut | CannotTell | None:
    first = not_the_probe(facts)
    if first is not None:
        return first
    from porttui.reading import stuck
    said = stuck.said(facts)
    if any((each.http is not None or (each.outcome == 'answer' and (not _accept_then_close_is_hello(facts, each))) for each in said)):
        return RuledOut(because='the server answers')
    cut = _accept_then_close_cut(facts, said)
    if cut is None:
        closed = any((each.outcome in _accept_then_close_CUT for each in said))
        why = 'it closes after a hello that may be in another protocol than its own' if closed else ''
        return RuledOut(because=why or 'the connection was not closed without an answer')
    if cut.outcome == 'reset' and stuck.reset_by_rule(facts) is not None:
        return RuledOut(because="a rule has sent the reset: this machine's TCP counts those of programs, and has not")
    if seen.target_is_local(facts) and (not seen.sockets_seen(facts)):
        return CannotTell(because='it cannot be seen who closes', unseen=seen.sockets_unseen(facts))
    if all((each.outcome == 'reset' for each in said if each.outcome in _accept_then_close_CUT)) and stuck.may_be_aborted(facts):
        return CannotTell(because='an accept queue overflowed, and the kernel is told to reset clients for that')
    behind = _accept_then_close_behind(facts)
    if isinstance(behind, CannotTell):
        return behind
    listener = stuck.listener(facts)
    if listener is not None and (not seen.owners(facts, listener)) and isinstance(facts.sockets, Sockets):
        return CannotTell(because='it cannot be seen which program holds the port', unseen=facts.sockets.unseen)
    return None


def _fw_reject_reset(facts: Facts) -> RuledOut | CannotTell | None:
    if facts.attempts is None:
        return CannotTell(because='no connection was tried yet')
    return None


def _fw_reject_icmp(facts: Facts) -> RuledOut | CannotTell | None:
    if facts.attempts is None:
        return CannotTell(because='no connection was tried yet')
    answered = [each for each in seen.failed(facts) if each.icmp is not None]
    if not answered:
        return RuledOut(because='no ICMP error came back')
    return None


def _fw_drop_input_dropped(facts: Facts, attempt: Attempt) -> bool:
    from porttui.reading import packets
    if packets.queue_overflowed(attempt):
        return False
    from porttui.reading import rules
    side = rules.side(facts, attempt)
    if side is not None:
        return side == 'in'
    if seen.is_local(facts, attempt.address):
        return packets.dropped_inwards(attempt)
    return packets.far_answers_dropped(attempt)


def _fw_drop_input_dropped_outwards(facts: Facts, attempt: Attempt) -> bool:
    from porttui.reading import packets
    from porttui.reading import rules
    return rules.side(facts, attempt) == 'out' or packets.dropped_outwards(attempt)


def _fw_drop_input(facts: Facts) -> RuledOut | CannotTell | None:
    if facts.attempts is None:
        return CannotTell(because='no connection was tried yet')
    silent = [each for each in seen.failed(facts) if each.outcome == 'timeout']
    if not silent:
        return RuledOut(because='no connection ran into a time-out')
    local = [each for each in silent if seen.is_local(facts, each.address) or _fw_drop_input_dropped(facts, each)]
    if not local:
        return CannotTell(because='the target is another machine: where its packets end cannot be seen from here')
    dropped = [each for each in local if _fw_drop_input_dropped(facts, each)]
    from porttui.reading import packets
    if not dropped:
        if any((packets.queue_overflowed(each) or _fw_drop_input_dropped_outwards(facts, each) for each in local)):
            return RuledOut(because='the packets did not end between arrival and TCP')
        return CannotTell(because='the counters do not tell where the packets ended', unseen=firewall_unseen(facts))
    return None


def _fw_drop_output_dropped(facts: Facts, attempt: Attempt) -> bool:
    from porttui.reading import packets
    if packets.queue_overflowed(attempt):
        return False
    from porttui.reading import rules
    side = rules.side(facts, attempt)
    if side is not None:
        return side == 'out'
    return packets.dropped_outwards(attempt) or packets.lost_at_the_interface(facts, attempt)


def _fw_drop_output_dropped_inwards(facts: Facts, attempt: Attempt) -> bool:
    from porttui.reading import packets
    from porttui.reading import rules
    return rules.side(facts, attempt) == 'in' or packets.dropped_inwards(attempt)


def _fw_drop_output(facts: Facts) -> RuledOut | CannotTell | None:
    if facts.attempts is None:
        return CannotTell(because='no connection was tried yet')
    silent = [each for each in seen.failed(facts) if each.outcome == 'timeout']
    if not silent:
        return RuledOut(because='no connection ran into a time-out')
    dropped = [each for each in silent if _fw_drop_output_dropped(facts, each)]
    from porttui.reading import packets
    if not dropped:
        if any((packets.queue_overflowed(each) or _fw_drop_output_dropped_inwards(facts, each) for each in silent)):
            return RuledOut(because='the packets left')
        return CannotTell(because='the counters do not tell where the packets ended', unseen=firewall_unseen(facts))
    from porttui.reading import tracking
    if tracking.is_full(facts):
        return CannotTell(because='the connection tracking table is full, which drops packets at the same place')
    return None


def _nat_redirect_elsewhere(facts: Facts) -> RuledOut | CannotTell | None:
    if facts.attempts is None:
        return CannotTell(because='no connection was tried yet')
    opened = [each for each in seen.asked_attempts(facts) if each.outcome == 'open' and each.fate is not None]
    if not opened:
        return RuledOut(because='no connection opened')
    from porttui.reading import nat
    past = [each for each in opened if nat.led_past(each) and seen.is_local(facts, each.address)]
    if not past:
        return RuledOut(because='the connection arrived where it was asked for')
    if all((nat.deciding(facts, each.address) is False and nat.led_to(facts, each) is None for each in past)):
        return CannotTell(because="the connection has no server's side here, and no NAT rule either")
    return None


def _nat_redirect_dead_refused(facts: Facts) -> tuple[Attempt, ...]:
    from porttui.reading import nat
    from porttui.reading import packets
    gone = (each for each in seen.failed(facts) if packets.nobody_there(facts, each) or nat.no_way(facts, each))
    return (*seen.refused(facts), *gone)


def _nat_redirect_dead(facts: Facts) -> RuledOut | CannotTell | None:
    if facts.attempts is None:
        return CannotTell(because='no connection was tried yet')
    refused = [each for each in _nat_redirect_dead_refused(facts) if seen.is_local(facts, each.address)]
    if not refused:
        return RuledOut(because='no connection to this machine was refused by a reset, or lost beyond it')
    from porttui.reading import nat
    if nat.impossible(facts):
        return RuledOut(because='no NAT rule is in force here')
    return None


def _nat_prerouting_only(facts: Facts) -> RuledOut | CannotTell | None:
    first = not_the_listener(facts)
    if first is not None:
        return first
    refused = seen.refused(facts)
    if not refused:
        return RuledOut(because='no connection was refused by a reset')
    if seen.listeners(facts):
        return RuledOut(because=f'something listens on port {facts.asked.target.port}')
    from porttui.reading import nat
    if nat.impossible(facts):
        return RuledOut(because='no NAT rule is in force here')
    if facts.judged is None or isinstance(facts.judged, Unseen):
        return CannotTell(because='the NAT rules could not be read', unseen=firewall_unseen(facts))
    found = nat.for_others(facts)
    if found is None:
        if any((each.redirect_unknown for each in facts.judged_elsewhere or ())):
            return CannotTell(because='a rule in PREROUTING may lead the port on', unseen=nat.unseen(facts))
        return RuledOut(because='no rule in PREROUTING leads this port on')
    known, lead = found
    attempt = refused[0]
    own = nat.deciding(facts, attempt.address)
    if isinstance(own, nat.Lead):
        return RuledOut(because="a rule for this machine's own connections leads the port on")
    return None


def _dnat_loopback_martian(facts: Facts) -> RuledOut | CannotTell | None:
    if facts.attempts is None:
        return CannotTell(because='no connection was tried yet')
    from porttui.reading import packets
    silent = [each for each in seen.failed(facts) if each.outcome == 'timeout' or packets.nobody_there(facts, each)]
    if not silent:
        return RuledOut(because='no connection ran into a time-out')
    own = [each for each in silent if is_loopback(each.address) and family(each.address) == 4]
    if not own:
        return RuledOut(because='the target is no loopback address of IPv4')
    from porttui.reading import nat
    if nat.impossible(facts):
        return RuledOut(because='no NAT rule is in force here')
    first = own[0]
    if packets.dropped_inwards(first) or packets.queue_overflowed(first):
        return RuledOut(because='the packets arrived on this machine')
    lead = nat.deciding(facts, first.address)
    if lead is False:
        return RuledOut(because='no NAT rule leads the connection elsewhere')
    return None


LISTED: tuple[Listed, ...] = (
    Listed("healthy", (Question.CONNECT, Question.BIND,), Severity.OK, None),
    Listed("undetermined", (Question.CONNECT, Question.BIND,), Severity.UNKNOWN, None),
    Listed("hosts-localhost-missing", (Question.CONNECT, Question.BIND,), Severity.FAULT, _hosts_localhost_missing),
    Listed("hosts-localhost-elsewhere", (Question.CONNECT, Question.BIND,), Severity.FAULT, _hosts_localhost_elsewhere),
    Listed("subdomain-localhost", (Question.CONNECT, Question.BIND,), Severity.FAULT, _subdomain_localhost),
    Listed("dns-nxdomain", (Question.CONNECT, Question.BIND,), Severity.FAULT, _dns_nxdomain),
    Listed("dns-servfail", (Question.CONNECT, Question.BIND,), Severity.FAULT, _dns_servfail),
    Listed("dns-resolver-dead", (Question.CONNECT, Question.BIND,), Severity.FAULT, _dns_resolver_dead),
    Listed("port-taken", (Question.BIND,), Severity.FAULT, _port_taken),
    Listed("orphan-child-holds-port", (Question.CONNECT, Question.BIND,), Severity.FAULT, _orphan_child_holds_port),
    Listed("time-wait", (Question.BIND,), Severity.FAULT, _time_wait),
    Listed("leftover-connection", (Question.BIND,), Severity.FAULT, _leftover_connection),
    Listed("ephemeral-collision", (Question.BIND,), Severity.FAULT, _ephemeral_collision),
    Listed("reuseport-shared", (Question.CONNECT,), Severity.WARNING, _reuseport_shared),
    Listed("shadowed-listener", (Question.CONNECT,), Severity.WARNING, _shadowed_listener),
    Listed("privileged-port", (Question.BIND,), Severity.FAULT, _privileged_port),
    Listed("bind-denied-policy", (Question.BIND,), Severity.FAULT, _bind_denied_policy),
    Listed("addr-not-available", (Question.BIND,), Severity.FAULT, None),
    Listed("windows-excluded-range", (Question.BIND,), Severity.FAULT, _windows_excluded_range),
    Listed("windows-http-sys", (Question.BIND,), Severity.FAULT, _windows_http_sys),
    Listed("macos-airplay", (Question.CONNECT, Question.BIND,), Severity.FAULT, _macos_airplay),
    Listed("bind-hostname-elsewhere", (Question.BIND,), Severity.FAULT, _bind_hostname_elsewhere),
    Listed("nothing-listening", (Question.CONNECT,), Severity.FAULT, _nothing_listening),
    Listed("server-starting", (Question.CONNECT,), Severity.FAULT, _server_starting),
    Listed("crash-loop", (Question.CONNECT,), Severity.FAULT, _crash_loop),
    Listed("listener-other-address", (Question.CONNECT,), Severity.FAULT, _listener_other_address),
    Listed("listener-loopback-only", (Question.CONNECT,), Severity.FAULT, _listener_loopback_only),
    Listed("stale-address-listener", (Question.CONNECT,), Severity.FAULT, _stale_address_listener),
    Listed("ipv6-only-listener", (Question.CONNECT,), Severity.FAULT, _ipv6_only_listener),
    Listed("ipv4-only-listener", (Question.CONNECT,), Severity.FAULT, _ipv4_only_listener),
    Listed("v6only-wildcard", (Question.CONNECT,), Severity.FAULT, _v6only_wildcard),
    Listed("device-bound-listener", (Question.CONNECT,), Severity.FAULT, _device_bound_listener),
    Listed("wrong-port", (Question.CONNECT,), Severity.FAULT, _wrong_port),
    Listed("bound-not-listening", (Question.CONNECT, Question.BIND,), Severity.FAULT, _bound_not_listening),
    Listed("udp-only", (Question.CONNECT,), Severity.FAULT, _udp_only),
    Listed("unix-socket-only", (Question.CONNECT,), Severity.FAULT, _unix_socket_only),
    Listed("other-netns", (Question.CONNECT,), Severity.FAULT, _other_netns),
    Listed("localhost-inside-container", (Question.CONNECT,), Severity.FAULT, _localhost_inside_container),
    Listed("connect-denied-policy", (Question.CONNECT,), Severity.FAULT, _connect_denied_policy),
    Listed("client-emfile", (Question.CONNECT,), Severity.FAULT, _client_emfile),
    Listed("ephemeral-exhaustion", (Question.CONNECT,), Severity.FAULT, _ephemeral_exhaustion),
    Listed("self-connect", (Question.CONNECT,), Severity.FAULT, _self_connect),
    Listed("ipv6-disabled", (Question.CONNECT, Question.BIND,), Severity.FAULT, _ipv6_disabled),
    Listed("loopback-address-missing", (Question.CONNECT, Question.BIND,), Severity.FAULT, _loopback_address_missing),
    Listed("route-missing", (Question.CONNECT,), Severity.FAULT, _route_missing),
    Listed("route-blocked", (Question.CONNECT,), Severity.FAULT, _route_blocked),
    Listed("lo-down", (Question.CONNECT, Question.BIND,), Severity.FAULT, _lo_down),
    Listed("host-down", (Question.CONNECT,), Severity.FAULT, _host_down),
    Listed("conntrack-full", (Question.CONNECT,), Severity.FAULT, _conntrack_full),
    Listed("backlog-full", (Question.CONNECT,), Severity.FAULT, _backlog_full),
    Listed("macos-local-network-privacy", (Question.CONNECT,), Severity.FAULT, _macos_local_network_privacy),
    Listed("wsl2-localhost", (Question.CONNECT,), Severity.FAULT, _wsl2_localhost),
    Listed("backlog-abort", (Question.CONNECT,), Severity.FAULT, _backlog_abort),
    Listed("sigstopped", (Question.CONNECT,), Severity.FAULT, _sigstopped),
    Listed("emfile-queue", (Question.CONNECT,), Severity.FAULT, _emfile_queue),
    Listed("busy-loop", (Question.CONNECT,), Severity.FAULT, _busy_loop),
    Listed("single-thread-blocked", (Question.CONNECT,), Severity.FAULT, _single_thread_blocked),
    Listed("hung-event-loop", (Question.CONNECT,), Severity.FAULT, _hung_event_loop),
    Listed("handler-hangs", (Question.CONNECT,), Severity.FAULT, _handler_hangs),
    Listed("emfile-close", (Question.CONNECT,), Severity.FAULT, _emfile_close),
    Listed("max-connections", (Question.CONNECT,), Severity.FAULT, _max_connections),
    Listed("proxy-env", (Question.CONNECT,), Severity.FAULT, _proxy_env),
    Listed("container-loopback-bind", (Question.CONNECT,), Severity.FAULT, _container_loopback_bind),
    Listed("published-wrong-container-port", (Question.CONNECT,), Severity.FAULT, _published_wrong_container_port),
    Listed("ssh-forward-dead", (Question.CONNECT,), Severity.FAULT, _ssh_forward_dead),
    Listed("socket-activation-failing", (Question.CONNECT,), Severity.FAULT, _socket_activation_failing),
    Listed("socket-activation-held", (Question.CONNECT,), Severity.FAULT, _socket_activation_held),
    Listed("tcp-wrappers", (Question.CONNECT,), Severity.FAULT, _tcp_wrappers),
    Listed("plain-http-to-tls", (Question.CONNECT,), Severity.FAULT, _plain_http_to_tls),
    Listed("tls-to-plain", (Question.CONNECT,), Severity.FAULT, _tls_to_plain),
    Listed("cert-self-signed", (Question.CONNECT,), Severity.FAULT, _cert_self_signed),
    Listed("cert-expired", (Question.CONNECT,), Severity.FAULT, _cert_expired),
    Listed("cert-hostname-mismatch", (Question.CONNECT,), Severity.FAULT, _cert_hostname_mismatch),
    Listed("mtls-required", (Question.CONNECT,), Severity.FAULT, _mtls_required),
    Listed("tls-version", (Question.CONNECT,), Severity.FAULT, _tls_version),
    Listed("not-http", (Question.CONNECT,), Severity.FAULT, _not_http),
    Listed("http2-only", (Question.CONNECT,), Severity.FAULT, _http2_only),
    Listed("proxy-protocol-expected", (Question.CONNECT,), Severity.FAULT, _proxy_protocol_expected),
    Listed("host-not-allowed", (Question.CONNECT,), Severity.FAULT, _host_not_allowed),
    Listed("redirect-loop", (Question.CONNECT,), Severity.FAULT, _redirect_loop),
    Listed("redirect-elsewhere", (Question.CONNECT,), Severity.FAULT, _redirect_elsewhere),
    Listed("truncated-response", (Question.CONNECT,), Severity.FAULT, _truncated_response),
    Listed("http-client-error", (Question.CONNECT,), Severity.WARNING, _http_client_error),
    Listed("http-server-error", (Question.CONNECT,), Severity.FAULT, _http_server_error),
    Listed("upstream-dead-502", (Question.CONNECT,), Severity.FAULT, _upstream_dead_502),
    Listed("accept-then-close", (Question.CONNECT,), Severity.FAULT, _accept_then_close),
    Listed("fw-reject-reset", (Question.CONNECT,), Severity.FAULT, _fw_reject_reset),
    Listed("fw-reject-icmp", (Question.CONNECT,), Severity.FAULT, _fw_reject_icmp),
    Listed("fw-drop-input", (Question.CONNECT,), Severity.FAULT, _fw_drop_input),
    Listed("fw-drop-output", (Question.CONNECT,), Severity.FAULT, _fw_drop_output),
    Listed("nat-redirect-elsewhere", (Question.CONNECT,), Severity.FAULT, _nat_redirect_elsewhere),
    Listed("nat-redirect-dead", (Question.CONNECT,), Severity.FAULT, _nat_redirect_dead),
    Listed("nat-prerouting-only", (Question.CONNECT,), Severity.FAULT, _nat_prerouting_only),
    Listed("dnat-loopback-martian", (Question.CONNECT,), Severity.FAULT, _dnat_loopback_martian),
)
"""In the order of the registry."""
