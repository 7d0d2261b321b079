"""What the questions of sock_diag(7) and their answers share: names of states and interfaces, filters by port."""

from __future__ import annotations

import _socket as socket  # see netlink
import struct

UNKNOWN = "UNKNOWN"
STATE_NAMES = (
    UNKNOWN, "ESTABLISHED", "SYN_SENT", "SYN_RECV", "FIN_WAIT1", "FIN_WAIT2", "TIME_WAIT", "CLOSE", "CLOSE_WAIT",
    "LAST_ACK", "LISTEN", "CLOSING", "SYN_RECV",
)  # fmt: skip
"""By the kernel's numbers (include/net/tcp_states.h)."""


def either_port(port: int) -> bytes:
    """Return a filter program that accepts local or peer port (struct inet_diag_bc_op, linux/inet_diag.h).

    Each comparison is two words, the operation and the port. "yes" and "no" say how many bytes to go on; to pass the
    end by four rejects, to meet it accepts (inet_diag_bc_run in net/ipv4/inet_diag.c).
    """
    jump, local_ge, local_le, peer_ge, peer_le = 1, 2, 3, 4, 5
    operation = struct.Struct("=BBH").pack
    value = operation(0, 0, port)
    return b"".join(
        (
            operation(local_ge, 8, 20) + value,
            operation(local_le, 8, 12) + value,
            operation(jump, 4, 20),
            operation(peer_ge, 8, 20) + value,
            operation(peer_le, 8, 12) + value,
        )
    )


def device(index: int) -> str:
    """Return the name of an interface of this network namespace; "if7" when it is gone."""
    from porttui.model.printable import printable

    try:
        return printable(socket.if_indextoname(index))
    except OSError:
        return f"if{index}"
