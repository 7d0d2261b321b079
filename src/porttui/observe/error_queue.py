"""The ICMP errors that a connecting socket received, from its error queue. No privilege is needed.

ip(7), IP_RECVERR, says that TCP has no error queue; since Linux 5.8 (commit 45af29ca761c, "tcp: allow traceroute -Mtcp
for unpriv users") a socket in SYN_SENT has one. Older kernels, and other systems, have nothing to read here.
"""

from __future__ import annotations

import _socket as socket  # see netlink
import struct
import sys

from porttui.model.facts import Icmp

IP_RECVERR = 11
"""linux/in.h"""
IPV6_RECVERR = 25
"""linux/in6.h"""
_MSG_ERRQUEUE = 0x2000
"""linux/socket.h"""
_EXTENDED_ERR = struct.Struct("=IBBBBII")
"""struct sock_extended_err: errno, origin, type, code, pad, info, data; the offender's sockaddr follows it."""
_MOST = 8
"""More errors than this for one SYN tell nothing new."""


def keep_errors(sock: socket.socket) -> None:
    """Ask the kernel to queue ICMP errors for this socket; must be called before connect(2). Does nothing elsewhere."""
    if sys.platform != "linux":
        return
    level, option = (
        (socket.IPPROTO_IPV6, IPV6_RECVERR) if sock.family == socket.AF_INET6 else (socket.IPPROTO_IP, IP_RECVERR)
    )
    try:
        sock.setsockopt(level, option, 1)
    except OSError:  # a sandbox without the option (gVisor): the outcome is told without its cause
        return


def read_errors(sock: socket.socket) -> tuple[int, Icmp | None]:
    """Take the errors off the queue. SO_ERROR must have been read before: reading the queue clears it.

    Returns:
        The errno of the first ICMP error and the error itself; 0 and None when there is none.
    """
    if sys.platform != "linux":
        return 0, None
    for _ in range(_MOST):
        try:
            _, ancillary, _, _ = sock.recvmsg(512, 1024, _MSG_ERRQUEUE)
        except OSError:
            break
        for level, kind, data in ancillary:
            if (level, kind) in {(socket.IPPROTO_IP, IP_RECVERR), (socket.IPPROTO_IPV6, IPV6_RECVERR)}:
                number, icmp = decode_error(data)
                if icmp is not None:
                    return number, icmp
    return 0, None


def decode_error(data: bytes) -> tuple[int, Icmp | None]:
    """Decode one ancillary message of the error queue into its errno and its ICMP error, None when it is no ICMP."""
    if len(data) < _EXTENDED_ERR.size:
        return 0, None
    number, origin, kind, code, _, _, _ = _EXTENDED_ERR.unpack_from(data)
    if origin == 2:  # SO_EE_ORIGIN_ICMP, linux/errqueue.h
        return number, Icmp(version=4, type=kind, code=code, sender=_offender(data[_EXTENDED_ERR.size :]))
    if origin == 3:  # SO_EE_ORIGIN_ICMP6
        return number, Icmp(version=6, type=kind, code=code, sender=_offender(data[_EXTENDED_ERR.size :]))
    return number, None


def _offender(name: bytes) -> str:
    """Return the address in a sockaddr_in or sockaddr_in6; empty when the sender is not told (AF_UNSPEC)."""
    family = int.from_bytes(name[:2], sys.byteorder)
    if family == socket.AF_INET and len(name) >= 8:
        return socket.inet_ntop(socket.AF_INET, name[4:8])
    if family == socket.AF_INET6 and len(name) >= 24:
        return socket.inet_ntop(socket.AF_INET6, name[8:24])
    return ""
