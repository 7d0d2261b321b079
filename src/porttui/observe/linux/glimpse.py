"""The little that watching a port needs, read in a fraction of a millisecond: who listens, and who may do so soon."""

from __future__ import annotations

from porttui.model.facts import Process, Socket, Unseen
from porttui.model.printable import printable
from porttui.observe.linux import elsewhere, owners, proc_net, sock_diag
from porttui.observe.linux.process import linux_processes
from porttui.observe.linux.sock_diag import DiagError

_MOST_STARTING = 8


def linux_listeners(port: int) -> tuple[Socket, ...] | Unseen:
    """Read the TCP listeners on a port, without their owners.

    Args:
        port: 0 for every port.

    Returns:
        Rows of this network namespace; `pids` is empty. Unseen when neither sock_diag nor /proc/net can be read.
    """
    try:
        rows = [row.socket for row in sock_diag.tcp_listeners(port)]
    except DiagError:
        try:
            rows = proc_net.read_tcp(ports=[port] if port else None)
        except OSError as error:
            reason = printable(error.strerror or str(error))
            return Unseen(what="socket tables", reason=reason, how_to_see="ss -ltn")
    return tuple(row for row in rows if row.state == "LISTEN" and port in (0, row.port))


def linux_starting(port: int) -> tuple[Process, ...]:
    """Describe the processes of this network namespace that may be servers and name a port in their command line.

    Args:
        port: 1 to 65535.

    Returns:
        At most eight; porttui and its ancestors, shells and clients are none of them (`owners.possible_servers`).
    """
    found = owners.matching(owners.possible_servers(), port, None, elsewhere.net_of("self"))
    return linux_processes(each.pid for each in found[:_MOST_STARTING])
