"""Connects for a test, again and again: one process a sender, asked over its standard input.

    {"targets": [["10.0.0.1", 80, 0], ...], "wait": 0.3}   ->   ["accept:80", "drop", "reset", "reject:icmp:3:3", ...]

Each target has the client's port, too; 0 lets the kernel choose it.

The servers of the test say which port they are (`--serve ADDRESS PORT ...`), so that a redirection is seen.
"""

from __future__ import annotations

import errno
import json
import select
import socket
import struct
import sys
import threading
import time

IP_RECVERR, IPV6_RECVERR, MSG_ERRQUEUE = 11, 25, 0x2000


def begin(address: str, port: int, own: int) -> socket.socket | str:
    """Begin a connection; a name of an errno where it ends at once."""
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    client = socket.socket(family)
    client.setblocking(False)
    if family == socket.AF_INET:
        client.setsockopt(socket.IPPROTO_IP, IP_RECVERR, 1)
    else:
        client.setsockopt(socket.IPPROTO_IPV6, IPV6_RECVERR, 1)
    if own:
        try:
            client.bind(("", own))
        except OSError as failed:
            return errno.errorcode.get(failed.errno or 0, str(failed))
    error = client.connect_ex((address, port))
    return client if error in {0, errno.EINPROGRESS} else errno.errorcode.get(error, str(error))


def outcome(client: socket.socket) -> str | None:
    """Tell how a connection ended that poll(2) has reported; None while an open one has said nothing yet."""
    error = client.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
    icmp = _icmp(client)
    if icmp:
        return icmp
    if error == errno.ECONNREFUSED:
        return "reset"
    if error:
        return errno.errorcode.get(error, str(error))
    try:
        said = client.recv(64)
    except BlockingIOError:
        return None
    except OSError as failed:
        return f"open, then {failed.strerror}"
    return f"accept:{said.decode().strip()}"


def _icmp(client: socket.socket) -> str:
    try:
        _, ancillary, _, _ = client.recvmsg(512, 1024, MSG_ERRQUEUE)
    except OSError:
        return ""
    for _, _, data in ancillary:
        _, origin, kind, code = struct.unpack_from("=IBBB", data)
        if origin in {2, 3}:  # SO_EE_ORIGIN_ICMP, SO_EE_ORIGIN_ICMP6 (linux/errqueue.h)
            return f"reject:icmp{'' if origin == 2 else '6'}:{kind}:{code}"
    return ""


def probe(targets: list[tuple[str, int, int]], wait: float) -> list[str]:
    """Connect to all of them at once; those that say nothing in time were dropped."""
    results: dict[int, str] = {}
    clients: dict[int, tuple[int, socket.socket]] = {}
    poll = select.poll()
    for number, (address, port, own) in enumerate(targets):
        begun = begin(address, port, own)
        if isinstance(begun, str):
            results[number] = begun
        else:
            clients[begun.fileno()] = (number, begun)
            poll.register(begun, select.POLLIN | select.POLLOUT)
    until = time.monotonic() + wait
    while clients and (left := until - time.monotonic()) > 0:
        for descriptor, _ in poll.poll(left * 1000):
            number, client = clients[descriptor]
            ended = outcome(client)
            if ended is None:
                poll.modify(client, select.POLLIN)
                continue
            results[number] = ended
            poll.unregister(client)
            client.close()
            del clients[descriptor]
    for _, client in clients.values():
        client.close()
    return [results.get(number, "drop") for number in range(len(targets))]


def serve(addresses: list[str], ports: list[int]) -> None:
    """Listen on all ports, and tell every client which port it has reached."""
    poll = select.poll()
    listeners = {}
    for address in addresses:
        for port in ports:
            listener = socket.create_server(
                (address, port), family=socket.AF_INET6 if ":" in address else socket.AF_INET, backlog=64
            )
            poll.register(listener, select.POLLIN)
            listeners[listener.fileno()] = (port, listener)
    print("ready", flush=True)  # noqa: T201
    while True:
        for descriptor, _ in poll.poll():
            port, listener = listeners[descriptor]
            client, _ = listener.accept()
            with client:
                client.sendall(f"{port}\n".encode())


def main() -> None:
    """Serve, or answer questions until the input ends."""
    if sys.argv[1:2] == ["--serve"]:
        addresses = [word for word in sys.argv[2:] if not word.isdigit()]
        serve(addresses, [int(word) for word in sys.argv[2:] if word.isdigit()])
        threading.Event().wait()
    print("ready", flush=True)  # noqa: T201
    for line in sys.stdin:
        asked = json.loads(line)
        print(json.dumps(probe([(a, p, own) for a, p, own in asked["targets"]], asked["wait"])), flush=True)  # noqa: T201


if __name__ == "__main__":
    main()
