"""Asks a lab's server once, as a plain client would, and tells in a word or two what came back.

ask.py 127.0.0.1 45131 0.5 http localhost
"""

from __future__ import annotations

import errno
import socket
import sys
from typing import NamedTuple

_WORDS = {
    errno.ECONNREFUSED: "refused",
    errno.ECONNRESET: "reset",
    errno.EHOSTUNREACH: "no route to host",
    errno.ENETUNREACH: "network is unreachable",
    errno.EACCES: "permission denied",
}
_MOST = 4096


class Said(NamedTuple):
    """What a client got."""

    word: str
    """ "refused", "time-out", "HTTP 200"."""
    text: str = ""
    """The page."""

    @property
    def page(self) -> str:
        """The name of the page, which is its first line; empty when there is none."""
        return self.text.partition("\n")[0].strip() if self.word == "HTTP 200" else ""

    @property
    def up(self) -> float:
        """Seconds for which the server of the page has been there; 0 when there is no page."""
        last = self.text.rstrip().rpartition("\n")[2].split()
        return float(last[1]) if self.page and last[:1] == ["up"] else 0.0


def ask(host: str, port: int, seconds: float = 0.5, scheme: str = "http", name: str = "") -> Said:
    """Ask for a page.

    Args:
        host: an address.
        port: of TCP.
        seconds: the longest wait for the connection, and again for each part of the answer.
        scheme: http or https; the certificate of a lab's server is not checked.
        name: the host that the request names; `host` when empty.
    """
    try:
        with socket.create_connection((host, port), seconds) as plain:
            return _over(plain, scheme, name or host, port)
    except TimeoutError:
        return Said("time-out")
    except OSError as error:
        return Said(_WORDS.get(error.errno or 0, str(error)))


def _over(plain: socket.socket, scheme: str, name: str, port: int) -> Said:
    connection = plain
    if scheme == "https":
        import ssl

        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        try:
            connection = context.wrap_socket(plain, server_hostname=name)
        except ssl.SSLError:
            return Said("no TLS")
    try:
        connection.sendall(f"GET / HTTP/1.1\r\nHost: {name}:{port}\r\nConnection: close\r\n\r\n".encode())
        answer = b""
        while len(answer) < _MOST and (more := connection.recv(_MOST)):
            answer += more
    except TimeoutError:
        return Said("connected, no answer")
    except (ConnectionResetError, BrokenPipeError):
        return Said("connected, then reset")
    finally:
        connection.close()
    if not answer:
        return Said("connected, then closed without an answer")
    head, _, body = answer.decode("latin-1").partition("\r\n\r\n")
    words = head.split(" ", 2)
    if not words[0].startswith("HTTP/") or len(words) < 2:
        return Said("an answer that is not HTTP")
    return Said(f"HTTP {words[1]}", body)


if __name__ == "__main__":
    _, _host, _port, _seconds, _scheme, _name = sys.argv
    _said = ask(_host, int(_port), float(_seconds), _scheme, _name)
    print(f"{_said.word}\n{_said.text}")  # noqa: T201 - what porttui reads
