"""The small web server of the labs: one page, and the options by which servers are usually set up wrong.

It serves on loopback only; on other addresses in a private network alone, which porttui tells by LAB_PRIVATE.
"""

from __future__ import annotations

import argparse
import contextlib
import ipaddress
import os
import socket
import ssl
import sys
import threading
import time
from pathlib import Path
from typing import NoReturn

if not __package__:  # started by its path
    sys.path[0] = str(Path(__file__).parents[3])
from porttui.labs.programs import vault
from porttui.labs.programs.certificate import context as own_certificate
from porttui.labs.programs.certificate import kept
from porttui.labs.programs.tie import failed, ready, tie

_MOST_REQUEST = 8192
_MOST_WORKERS = 16
_BEGAN = time.monotonic()


def main() -> None:
    """Serve until porttui goes away."""
    tie()
    options = _options()
    try:
        sockets = _sockets(options)
        context = _certificate(options) if options.tls == "on" else None
    except (OSError, OverflowError, ValueError) as error:  # a port of 99999, a name that is none
        failed("page.py", error)
    ready(sockets[0].getsockname()[1])
    if options.protocol == "tcp" and options.listen == "yes":
        for one in sockets:
            for _ in range(min(options.workers, _MOST_WORKERS)):
                threading.Thread(target=_serve, args=(one, options, context), daemon=True).start()
    threading.Event().wait(options.lives or None)


def _certificate(options: argparse.Namespace) -> ssl.SSLContext:
    """Return a certificate: of those that the lab keeps, or a new one that nobody trusts.

    Raises:
        OSError: there is none.
    """
    folder = os.environ.get("LAB_CERTIFICATES")
    if options.certificate == "own":
        return own_certificate()
    if not folder:
        raise OSError(f"--certificate {options.certificate}: this lab keeps none; --certificate own makes one")
    return kept(f"{folder}/{vault.OLD if options.certificate == 'old' else vault.NEW}")


def _sockets(options: argparse.Namespace) -> list[socket.socket]:
    """Return a bound socket for each host, all on one port.

    Raises:
        OSError: one of them cannot be had, or would be open to others than this machine.
    """
    sockets: list[socket.socket] = []
    port = options.port
    for host in options.host or ["127.0.0.1"]:
        family, address = _address(host)
        kind = socket.SOCK_DGRAM if options.protocol == "udp" else socket.SOCK_STREAM
        one = socket.socket(family, kind)
        if options.reuse == "yes":
            one.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if family == socket.AF_INET6:
            one.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        one.bind((address, port))
        port = one.getsockname()[1]
        if kind == socket.SOCK_STREAM and options.listen == "yes":
            one.listen(options.backlog)
        sockets.append(one)
    return sockets


def _address(host: str) -> tuple[socket.AddressFamily, str]:
    """Return the first address of a name, if it is one that a lab may open.

    Raises:
        OSError: it is not, or there is none.
    """
    family, *_, place = socket.getaddrinfo(host, 0, type=socket.SOCK_STREAM)[0]
    address = str(place[0])
    if not ipaddress.ip_address(address).is_loopback and not os.environ.get("LAB_PRIVATE"):
        raise OSError(f"{host}: a lab is open to this machine only: 127.0.0.1, ::1 or localhost")
    return family, address


def _serve(server: socket.socket, options: argparse.Namespace, context: ssl.SSLContext | None) -> None:
    while True:
        connection, _ = server.accept()
        if options.clients == 0:
            connection.close()
        else:
            threading.Thread(target=_talk, args=(connection, options, context), daemon=True).start()


def _talk(connection: socket.socket, options: argparse.Namespace, context: ssl.SSLContext | None) -> None:
    """Answer one client; one that went away, or speaks something else, is left at that."""
    with connection, contextlib.suppress(OSError):
        connection.settimeout(5)
        if context is None:
            _answer(connection, options)
        else:
            with context.wrap_socket(connection, server_side=True) as safe:
                _answer(safe, options)


def _answer(connection: socket.socket, options: argparse.Namespace) -> None:
    """Read one request and answer it."""
    request = b""
    while b"\r\n\r\n" not in request and len(request) < _MOST_REQUEST:
        more = connection.recv(4096)
        if not more:
            return
        request += more
        if not request[:1].isalpha():  # the greeting of TLS, or worse
            connection.sendall(_page("400 Bad Request", "This is no HTTP.\n"))
            return
    if options.wait:
        threading.Event().wait(options.wait)
    host = next((line[5:].strip() for line in request.split(b"\r\n") if line.lower().startswith(b"host:")), b"")
    name = host.decode("latin-1").rpartition(":")[0] or host.decode("latin-1")
    if options.allow and name not in (*options.allow, "localhost"):  # which such lists let pass
        connection.sendall(_page("403 Forbidden", f"{name} is no name of this server.\n"))
        return
    connection.sendall(_page("200 OK", f"{options.text}\nup {time.monotonic() - _BEGAN:.1f} s\n"))


def _page(status: str, text: str) -> bytes:
    body = text.encode("utf-8", "backslashreplace")
    head = f"HTTP/1.1 {status}\r\nContent-Type: text/plain\r\nContent-Length: {len(body)}\r\nConnection: close\r\n\r\n"
    return head.encode() + body


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        """Tell it in one line."""
        failed(self.prog, message)


def _options() -> argparse.Namespace:
    parser = _Parser(prog="page.py", allow_abbrev=False, add_help=False)
    parser.add_argument("--host", action="append")
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--text", default="page")
    parser.add_argument("--protocol", choices=("tcp", "udp"), default="tcp")
    parser.add_argument("--reuse", choices=("yes", "no"), default="yes")
    parser.add_argument("--listen", choices=("yes", "no"), default="yes")
    parser.add_argument("--backlog", type=int, default=16)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--clients", type=int, default=100)
    parser.add_argument("--wait", type=float, default=0)
    parser.add_argument("--lives", type=float, default=0, help="seconds until it gives up; 0: never")
    parser.add_argument("--allow", action="append")
    parser.add_argument("--tls", choices=("on", "off"), default="off")
    parser.add_argument("--certificate", choices=("own", "old", "new"), default="own")
    return parser.parse_args()


if __name__ == "__main__":
    main()
