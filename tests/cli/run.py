"""Running porttui as its users do: a process of its own, with chosen stdin, stdout and environment."""

from __future__ import annotations

import contextlib
import os
import pty
import select
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from tests import as_installed

SRC = os.pathsep.join(map(str, (Path(__file__).parents[2] / "src", Path(as_installed.__file__).parent)))
"""The PYTHONPATH with which porttui is started."""
SECONDS = 30


def environment(**changes: str | None) -> dict[str, str]:
    """Return an environment without proxies and terminal, changed as asked; None removes a variable."""
    left_out = ("proxy", "no_color", "term", "pythonpath", "ssh_connection")
    plain = {key: value for key, value in os.environ.items() if not key.lower().endswith(left_out)}
    plain |= {"PYTHONPATH": SRC, "PYTHONWARNINGS": "error"}
    for key, value in changes.items():
        if value is None:
            plain.pop(key, None)
        else:
            plain[key] = value
    return plain


def porttui(*argv: str, stdin: bytes | None = None, **changes: str | None) -> subprocess.CompletedProcess[bytes]:
    """Run porttui without a terminal to its end; stdin is /dev/null unless bytes are given."""
    return subprocess.run(
        [sys.executable, "-m", "porttui", *argv],
        input=stdin,
        stdin=subprocess.DEVNULL if stdin is None else None,
        capture_output=True,
        timeout=SECONDS,
        check=False,
        env=environment(**changes),
    )


def shell(script: str, **changes: str | None) -> subprocess.CompletedProcess[bytes]:
    """Run a bash script in which $PORTTUI starts porttui."""
    return subprocess.run(
        ["bash", "-c", script],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        timeout=SECONDS,
        check=False,
        env=environment(PORTTUI=f"{sys.executable} -m porttui", **changes),
    )


def on_terminal(*argv: str, meanwhile: Callable[[str], object] | None = None, **changes: str | None) -> tuple[int, str]:
    """Run porttui on a pseudo terminal of its own until it ends; return exit code and all that it wrote.

    `meanwhile` is called with what it has written so far, whenever that has become more.
    """
    ours, theirs = pty.openpty()
    with subprocess.Popen(
        [sys.executable, "-m", "porttui", *argv], stdin=theirs, stdout=theirs, stderr=theirs, env=environment(**changes)
    ) as process:
        os.close(theirs)
        written = bytearray()
        end = time.monotonic() + SECONDS
        while time.monotonic() < end:
            if not select.select([ours], [], [], 0.1)[0]:
                if process.poll() is not None:
                    break
                continue
            try:
                data = os.read(ours, 65536)
            except OSError:  # EIO: the other end is closed
                break
            if not data:
                break
            written += data
            if meanwhile is not None:
                meanwhile(written.decode(errors="replace"))
        else:
            process.kill()
        os.close(ours)
        return process.wait(), written.decode()


@contextlib.contextmanager
def web_server() -> Iterator[int]:
    """Serve one page over HTTP on 127.0.0.1 and yield its port."""
    with subprocess.Popen(
        [sys.executable, "-u", "-c", _SERVER], stdout=subprocess.PIPE, stdin=subprocess.DEVNULL
    ) as process:
        assert process.stdout is not None
        try:
            yield int(process.stdout.readline())
        finally:
            process.terminate()
            process.wait()


_SERVER = """
import http.server
class Page(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"ok")
    do_HEAD = do_GET
    def log_message(self, *args):
        pass
server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Page)
print(server.server_address[1], flush=True)
server.serve_forever()
"""


def closed_port() -> int:
    """Return a port of 127.0.0.1 on which nothing listens, and that the kernel does not give to the next asker."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


@contextlib.contextmanager
def listener() -> Iterator[int]:
    """Listen on 127.0.0.1 in this process and yield the port."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        one.listen()
        yield int(one.getsockname()[1])
