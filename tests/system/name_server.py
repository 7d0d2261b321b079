"""A name server that answers every question in one way: ``python -I -S name_server.py ADDRESS RCODE``, as root.

RCODE is a number (RFC 1035, 4.1.1); a negative one means that it says nothing. Uses the standard library alone.
"""

from __future__ import annotations

import socket
import sys


def main() -> None:
    """Answer until killed."""
    address, code = sys.argv[1], int(sys.argv[2])
    server = socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET, socket.SOCK_DGRAM)
    server.bind((address, 53))
    print("ready", flush=True)  # noqa: T201
    while True:
        query, client = server.recvfrom(512)
        if code >= 0:
            server.sendto(query[:2] + bytes((0x81, 0x80 | code)) + query[4:6] + bytes(6) + query[12:], client)


if __name__ == "__main__":
    main()
