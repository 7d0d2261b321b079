"""Real servers that get into trouble, and the clients that bring it about."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from pathlib import Path

from tests.system.people import Person
from tests.system.stage import Namespace, Server, wait_until

Start = Callable[[Namespace], Server]
_ASYNCIO = """
import asyncio, sys, time
async def serve(reader, writer):
    path = (await reader.readline()).split(b" ")[1]
    if path == b"/block":
        print("blocks", flush=True)
        time.sleep(1000)
    if path == b"/slow":
        await asyncio.sleep(2)
    if path == b"/never":
        await asyncio.Event().wait()
    writer.write(b"HTTP/1.1 200 OK\\r\\nContent-Length: 2\\r\\nConnection: close\\r\\n\\r\\nok")
    await writer.drain()
    writer.close()
async def main():
    server = await asyncio.start_server(serve, "127.0.0.1", int(sys.argv[1]), backlog=int(sys.argv[2]))
    await server.serve_forever()
asyncio.run(main())
"""
_NODE = """
require("http").createServer((request, response) => {
  if (request.url === "/spin") { console.log("spins"); for (;;) {} }
  if (request.url === "/block") {
    console.log("blocks"); Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0)
  }
  if (request.url === "/slow") { setTimeout(() => response.end("ok"), 2000); return }
  if (request.url === "/never") return
  if (request.url === "/destroy") { request.socket.destroy(); return }
  response.end("ok")
}).listen({ port: +process.argv[1], host: "127.0.0.1", backlog: +process.argv[2] })
"""
_SMALL = {
    "slow": """
import sys, time
from http.server import BaseHTTPRequestHandler, HTTPServer
class Slow(BaseHTTPRequestHandler):
    def do_GET(self):
        until = time.monotonic() + 0.3
        while self.path == "/compute" and time.monotonic() < until:
            pass
        time.sleep(max(0, until - time.monotonic()))
        self.send_response(200)
        self.end_headers()
class Patient(HTTPServer):
    request_queue_size = 60
Patient(("127.0.0.1", int(sys.argv[1])), Slow).serve_forever()
""",
    "forked": """
import os, sys
from http.server import BaseHTTPRequestHandler, HTTPServer
class Hangs(BaseHTTPRequestHandler):
    def do_GET(self):
        print("blocks", flush=True)
        os.read(os.pipe()[0], 1)
server = HTTPServer(("127.0.0.1", int(sys.argv[1])), Hangs)
if os.fork() and os.fork():
    os.wait()
server.serve_forever()
""",
    "threads": """
import sys
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
class Threads(ThreadingHTTPServer):
    request_queue_size = 60
Threads(("127.0.0.1", int(sys.argv[1])), SimpleHTTPRequestHandler).serve_forever()
""",
    "http.server": """
import sys
from http.server import HTTPServer, SimpleHTTPRequestHandler
HTTPServer(("127.0.0.1", int(sys.argv[1])), SimpleHTTPRequestHandler).serve_forever()
""",
    "wsgiref": """
import sys
from wsgiref.simple_server import demo_app, make_server
make_server("127.0.0.1", int(sys.argv[1]), demo_app).serve_forever()
""",
}
_CLIENT = """
import socket, sys, threading
connection = socket.create_connection(("127.0.0.1", int(sys.argv[1])), source_address=(sys.argv[3], 0))
connection.sendall(sys.argv[2].encode().decode("unicode_escape").encode())
print("ready", flush=True)
threading.Event().wait()
"""


def asyncio_server(stage: Namespace, *, files: int = 0, backlog: int = 100) -> Server:
    """Start a web server on asyncio: /block stops its loop, /slow takes 2 s, /never does not answer."""
    return _start(stage, (sys.executable, "-I", "-c", _ASYNCIO), files=files, backlog=backlog)


def node_server(stage: Namespace, *, files: int = 0, backlog: int = 511) -> Server:
    """Start a web server on Node: /spin, /block, /slow, /never and /destroy do so."""
    return _start(stage, ("node", "-e", _NODE, "--"), files=files, backlog=backlog, hard=files)  # it takes all it may


def small_server(stage: Namespace, kind: str, *, files: int = 0) -> Server:
    """Start a small server of Python's own.

    "http.server" and "wsgiref" serve one connection after the other, "slow" takes 0.3 s for each (and all of a
    processor at /compute), "forked" has two workers that never answer, "threads" spins when it is out of files.
    """
    return _start(stage, (sys.executable, "-I", "-c", _SMALL[kind]), files=files, backlog=5)


def _start(stage: Namespace, argv: tuple[str, ...], *, files: int, backlog: int, hard: int = 0) -> Server:
    port = stage.free_port()  # the command line names it, by which nobody knows the server
    limited = ("prlimit", f"--nofile={files}:{hard or ''}") if files else ()
    return stage.serve(port, *limited, *argv, str(port), str(backlog), person=Person.OTHER)


def ask(stage: Namespace, server: Server, path: str, *, says: str = "") -> None:
    """Let a client ask for a path and stay; returns when the server says that it is at it."""
    connect(stage, server.port, f"GET {path} HTTP/1.1\\r\\nHost: localhost\\r\\n\\r\\n")
    assert server.process.stdout is not None
    assert not says or server.process.stdout.readline().strip() == says


def connect(stage: Namespace, port: int, text: str = "", source: str = "127.0.0.1") -> None:
    """Let a client connect, send a text and stay."""
    process = stage.popen(sys.executable, "-I", "-S", "-c", _CLIENT, str(port), text, source)
    assert process.stdout is not None
    assert process.stdout.readline(), process.communicate()[1]


def use_up_files(stage: Namespace, server: Server, files: int) -> None:
    """Let clients connect until the server has as many descriptors as it may have."""
    stage.crowd(server.port, files + 8)
    folder = f"/proc/{server.pid}/fd"
    wait_until(lambda: len(os.listdir(folder)) >= files, f"{files} open files")  # noqa: PTH208


def has_accepted(stage: Namespace, server: Server, count: int) -> None:
    """Wait until a server has accepted that many connections."""

    def accepted() -> int:
        rows = [line.split() for line in Path(f"/proc/{stage.pid}/net/tcp").read_text().splitlines()[1:]]
        here = [row for row in rows if row[1].endswith(f":{server.port:04X}") and row[3] == "01" and row[9] != "0"]
        return len(here)

    wait_until(lambda: accepted() >= count, f"{count} accepted connections")
