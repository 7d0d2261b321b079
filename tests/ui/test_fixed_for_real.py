"""A fault fixed for real, by following the screen of the real program in a real terminal."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from porttui.model.facts import Sockets
from porttui.observe import this_platform
from tests.ui.terminal import Terminal, end

_SERVER = """
import http.server, socket, sys
class Server(http.server.ThreadingHTTPServer):
    address_family = socket.AF_INET6 if ":" in sys.argv[1] else socket.AF_INET
class Handler(http.server.SimpleHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200); self.send_header("Content-Length", "2"); self.end_headers(); self.wfile.write(b"ok")
    def log_message(self, *_):
        print("asked", flush=True)
with Server((sys.argv[1], int(sys.argv[2])), Handler) as server:
    print(server.server_address[1], flush=True)
    server.serve_forever()
"""


@contextmanager
def serving(address: str, port: int = 0) -> Iterator[int]:
    """Run a small web server as a process of its own; give its port."""
    with subprocess.Popen(
        [sys.executable, "-I", "-S", "-c", _SERVER, address, str(port)],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as child:
        try:
            assert child.stdout is not None
            yield int(child.stdout.readline())
        finally:
            child.kill()


@pytest.fixture
def opened() -> Iterator[list[Terminal]]:
    """Terminals that are ended after the test."""
    terminals: list[Terminal] = []
    yield terminals
    for one in terminals:
        end(one)


def test_a_server_on_the_wrong_address_is_moved_and_the_screen_proves_it(opened: list[Terminal]) -> None:
    with serving("::1") as port:
        one = Terminal("porttui", f"127.0.0.1:{port}")
        opened.append(one)
        one.wait_for(b"IPv6 only")
        one.type(b"f")
        one.wait_for(b"Watching, last look")
        one.settle_until("Choose one way")
    one.wait_for(b"nothing listens")
    with serving("127.0.0.1", port):
        one.wait_for(b"FIXED")
        one.settle_until("Seen three times in a row.")
        screen = "\n".join(one.screen().display)
        assert "It works: 127.0.0.1" in screen
        assert "What was seen, newest first" in screen
        one.type(b"q")
        assert one.ended() == 0
    last = one.output[one.output.rindex(b"\x1b[?1049l") :].decode()
    assert f"FIXED  127.0.0.1:{port}" in last
    assert "was " in last


def test_watching_what_does_not_change_writes_only_the_digits_of_a_look(opened: list[Terminal]) -> None:
    with serving("::1") as port:
        one = Terminal("porttui", f"127.0.0.1:{port}")
        opened.append(one)
        one.wait_for(b"IPv6 only")
        one.type(b"f")
        one.settle_until("3 looks")
        before = one.screen().display
        written = one.read(3.2)
        after = one.screen().display
    differing = [(old, new) for old, new in zip(before, after, strict=True) if old != new]
    assert differing
    for old, new in differing:
        assert [char for char in old if not char.isdigit()] == [char for char in new if not char.isdigit()]
    assert len(written) < 4 * 900


def test_resuming_a_paused_server_from_the_process_tab(opened: list[Terminal]) -> None:
    with serving("127.0.0.1") as port, _paused_owner(port) as pid:
        one = Terminal("porttui", f"127.0.0.1:{port}")
        opened.append(one)
        one.wait_for(b"paused")
        one.type(b"4")
        one.settle_until(f"pid {pid}")
        one.type(b"a")
        one.settle_until("1  resume")
        one.type(b"1")
        one.settle_until("y resumes it")
        one.type(b"y")
        one.settle_until("goes on")
        one.wait_for("✓ OK".encode())
        one.type(b"q")
        assert one.ended() == 0


@contextmanager
def _paused_owner(port: int) -> Iterator[int]:
    table = this_platform().sockets(port)
    assert isinstance(table, Sockets)
    pid = next(pid for row in table.rows if row.port == port and row.state == "LISTEN" for pid in row.pids)
    os.kill(pid, signal.SIGSTOP)
    try:
        yield pid
    finally:
        os.kill(pid, signal.SIGCONT)
