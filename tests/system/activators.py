"""Ports that systemd-socket-activate holds for a service."""

from __future__ import annotations

import sys

import pytest

from tests.system import people
from tests.system.people import Person
from tests.system.stage import Namespace, Server

_ANSWER = """
import http.server, socket
class Server(http.server.ThreadingHTTPServer):
    def server_bind(self):
        self.socket.close()
        self.socket = socket.socket(fileno=3)
        self.server_name, self.server_port = "localhost", self.socket.getsockname()[1]
Server(("127.0.0.1", 0), http.server.SimpleHTTPRequestHandler).serve_forever()
"""
ANSWERS = (sys.executable, "-I", "-c", _ANSWER)
"""A service that takes the listening socket that it is given, as descriptor 3 (sd_listen_fds(3))."""


def activate(stage: Namespace, *command: str, each: bool = False, person: Person = Person.OTHER) -> Server:
    """Let systemd-socket-activate listen at a free port; it starts `command` at the first, or at each, connection."""
    if people.find("systemd-socket-activate") is None:
        pytest.skip("systemd-socket-activate is not installed")
    port = stage.free_port()
    # with --inetd, each service has its connection as standard input, as scripts want it
    options = ("--accept", "--inetd") if each else ()
    place = ("-l", f"127.0.0.1:{port}")
    return stage.serve(port, "systemd-socket-activate", *place, *options, *command, person=person)
