"""Real servers for tests: each a context manager that listens when it is entered, on a port that the kernel chose.

Scripted servers run in threads of the test; programs are children that are ended by their pid.
"""

from __future__ import annotations

import contextlib
import os
import shlex
import shutil
import socket
import ssl
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import NamedTuple

import pytest

Talk = Callable[[socket.socket], None]
"""What a scripted server does with one connection; the connection is closed when it returns."""


class Server(NamedTuple):
    """A server that listens."""

    address: str
    port: int


class Script:
    """A server whose behaviour is one function. Each connection has a thread of its own."""

    def __init__(self, talk: Talk, address: str = "127.0.0.1") -> None:
        self.address = address
        self.connections = 0
        self._talk = talk
        self._open: list[socket.socket] = []
        self._threads: list[threading.Thread] = []
        self._lock = threading.Lock()
        self.listener = _listener(address)
        self.port: int = self.listener.getsockname()[1]

    def __enter__(self) -> Script:
        self._accepting = threading.Thread(target=self._accept, daemon=True)
        self._accepting.start()
        return self

    def __exit__(self, *_: object) -> None:
        # shutdown wakes accept(2); close alone does not.
        with contextlib.suppress(OSError):
            self.listener.shutdown(socket.SHUT_RDWR)
        self._accepting.join(5)
        self.listener.close()
        with self._lock:
            for connection in self._open:
                with contextlib.suppress(OSError):
                    connection.shutdown(socket.SHUT_RDWR)
        for thread in self._threads:
            thread.join(5)

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self.listener.accept()
            except OSError:
                return
            connection.settimeout(10)
            with self._lock:
                self.connections += 1
                self._open.append(connection)
            thread = threading.Thread(target=self._serve, args=(connection,), daemon=True)
            self._threads.append(thread)
            thread.start()

    def _serve(self, connection: socket.socket) -> None:
        try:
            self._talk(connection)
        except OSError:
            pass  # the client went away, or the test is over
        finally:
            with self._lock:
                self._open.remove(connection)
            connection.close()


def _listener(address: str, backlog: int = 50) -> socket.socket:
    listener = socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET)
    listener.bind((address, 0))
    listener.listen(backlog)
    return listener


# What scripted servers do.


def hear(connection: socket.socket, until: bytes = b"") -> bytes:
    """Read once, or until `until` has come or the client has closed."""
    data = connection.recv(65536)
    while data and until and until not in data:
        more = connection.recv(65536)
        if not more:
            break
        data += more
    return data


def answers(answer: bytes) -> Talk:
    """Read something, send an answer, close."""

    def talk(connection: socket.socket) -> None:
        hear(connection)
        connection.sendall(answer)

    return talk


def greets(banner: bytes) -> Talk:
    """Send a banner at once, and wait until the client goes away."""

    def talk(connection: socket.socket) -> None:
        connection.sendall(banner)
        while connection.recv(65536):
            pass

    return talk


def closes(connection: socket.socket) -> None:
    """Read the request and close in order, without an answer."""
    hear(connection)


def resets(connection: socket.socket) -> None:
    """Wait for bytes and reset the connection: SO_LINGER with 0 s (socket(7))."""
    hear(connection)
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")


def says_nothing(connection: socket.socket) -> None:
    """Read all that comes and never answer."""
    while connection.recv(65536):
        pass


def chooses(table: dict[bytes, bytes], default: bytes = b"") -> Talk:
    """Answer by the first bytes of what the client says."""

    def talk(connection: socket.socket) -> None:
        said = hear(connection)
        answer = next((value for key, value in table.items() if said.startswith(key)), default)
        if answer:
            connection.sendall(answer)

    return talk


def over_tls(context: ssl.SSLContext, talk: Callable[[ssl.SSLSocket], None]) -> Talk:
    """Do the handshake, then `talk`."""

    def secure(connection: socket.socket) -> None:
        with context.wrap_socket(connection.dup(), server_side=True) as stream:
            talk(stream)

    return secure


HTTP_OK = b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 5\r\nConnection: close\r\n\r\nhello"


@contextlib.contextmanager
def never_accepting(backlog: int = 50) -> Iterator[Server]:
    """A listener whose program never calls accept(2)."""
    with _listener("127.0.0.1", backlog) as listener:
        yield Server("127.0.0.1", listener.getsockname()[1])


@contextlib.contextmanager
def http_server(handler: type[BaseHTTPRequestHandler]) -> Iterator[Server]:
    """Python's http.server with a handler."""
    from http.server import ThreadingHTTPServer

    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield Server("127.0.0.1", server.server_address[1])
    finally:
        server.shutdown()
        server.server_close()
        thread.join(5)


# Certificates.


class KeyPair(NamedTuple):
    """The files of a certificate and its key, PEM."""

    certificate: Path
    key: Path


def make_certificate(
    folder: Path, name: str = "server", *, names: str = "DNS:localhost,IP:127.0.0.1,IP:::1", days: int = 30
) -> KeyPair:
    """Make a self-signed certificate with openssl(1).

    Args:
        folder: where to.
        name: of the files.
        names: subjectAltName as openssl writes it.
        days: until it ends; a negative number makes an expired one.
    """
    pair = KeyPair(folder / f"{name}.pem", folder / f"{name}.key")
    request, extensions = folder / f"{name}.csr", folder / f"{name}.ext"
    # Key usage and key identifiers are what Python 3.13 and later want of a certificate that is its own authority.
    extensions.write_text(
        f"subjectAltName={names}\nbasicConstraints=critical,CA:TRUE\n"
        "keyUsage=critical,digitalSignature,keyCertSign\nsubjectKeyIdentifier=hash\nauthorityKeyIdentifier=keyid\n"
    )
    subject = f"/C=DE/O=Example/CN={name}"
    key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", str(pair.key)]
    _openssl("req", "-new", *key, "-subj", subject, "-out", str(request))
    signing = ["-signkey", str(pair.key), "-extfile", str(extensions)]
    _openssl("x509", "-req", "-in", str(request), *signing, "-days", str(days), "-out", str(pair.certificate))
    return pair


def server_context(pair: KeyPair) -> ssl.SSLContext:
    """Return a context for a TLS server."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pair.certificate, pair.key)
    return context


def _openssl(*arguments: str) -> None:
    subprocess.run(("openssl", *arguments), check=True, capture_output=True, timeout=30)


# Programs.


def needs(program: str) -> str:
    """Return the path of a program, or skip the test with the reason."""
    path = shutil.which(program, path=f"{os.environ.get('PATH', '')}:/usr/sbin:/sbin")
    if path is None:
        pytest.skip(f"{program} is not installed")
    return path


_NGINX = """
daemon off; worker_processes 1; pid {folder}/nginx.pid; error_log stderr;
events {{ worker_connections 64; }}
http {{
  access_log off; client_body_temp_path {folder}/a; proxy_temp_path {folder}/b; fastcgi_temp_path {folder}/c;
  uwsgi_temp_path {folder}/d; scgi_temp_path {folder}/e;
  server {{ listen 127.0.0.1:{port}{options}; {server} }}
}}
"""


@contextlib.contextmanager
def nginx(folder: Path, server: str, *, tls: KeyPair | None = None) -> Iterator[Server]:
    """A real nginx with the text of one server block.

    The socket is made here, so that the kernel chooses the port, and handed over as nginx hands it to a new
    binary: by the variable NGINX.
    """
    program = needs("nginx")
    if tls is not None:
        server = f"ssl_certificate {tls.certificate}; ssl_certificate_key {tls.key}; {server}"
    with _listener("127.0.0.1") as listener:
        port = listener.getsockname()[1]
        settings = folder / "nginx.conf"
        settings.write_text(
            _NGINX.format(folder=folder, port=port, server=server, options=" ssl" if tls is not None else "")
        )
        child = subprocess.Popen(
            (program, "-p", str(folder), "-e", "stderr", "-c", str(settings)),
            env={**os.environ, "NGINX": f"{listener.fileno()};"},
            pass_fds=(listener.fileno(),),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        with _ended(child):
            yield Server("127.0.0.1", port)


@contextlib.contextmanager
def redis(*settings: str) -> Iterator[Server]:
    """A real redis-server that keeps nothing."""
    program = needs("redis-server")
    # Redis cannot be given a socket, and 0 means no port to it: a port that was free a moment ago may be taken.
    for _ in range(5):
        with _listener("127.0.0.1") as listener:
            port = listener.getsockname()[1]
        child = subprocess.Popen(
            (program, "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no", *settings),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        with _ended(child):
            if _opens(child, port):
                yield Server("127.0.0.1", port)
                return
    pytest.fail("redis-server did not start")


@contextlib.contextmanager
def openssl_server(pair: KeyPair, *options: str) -> Iterator[Server]:
    """A real `openssl s_server`."""
    child = subprocess.Popen(
        ("openssl", "s_server", "-accept", "127.0.0.1:0", "-cert", pair.certificate, "-key", pair.key, *options),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )
    with _ended(child):
        assert child.stdout is not None
        for line in child.stdout:
            if line.startswith(b"ACCEPT"):
                yield Server("127.0.0.1", int(line.rpartition(b":")[2]))
                return
        pytest.fail("openssl s_server did not start")


@contextlib.contextmanager
def sshd(folder: Path) -> Iterator[Server]:
    """A real sshd in inetd mode (-i), which needs neither root nor a port of its own, behind a listener of ours."""
    program = needs("sshd")
    key = folder / "host_key"
    subprocess.run((needs("ssh-keygen"), "-q", "-t", "ed25519", "-N", "", "-f", str(key)), check=True, timeout=30)

    command = [program, "-i", "-e", "-f", "/dev/null", "-h", str(key)]
    if os.geteuid() == 0:
        # As root it wants /run/sshd; it gets one in a mount namespace of its own.
        command = [
            needs("unshare"),
            "-m",
            "sh",
            "-c",
            f"mount -t tmpfs run /run && mkdir /run/sshd && exec {shlex.join(command)}",
        ]

    def talk(connection: socket.socket) -> None:
        connection.setblocking(True)
        child = subprocess.Popen(
            command,
            stdin=connection.fileno(),
            stdout=connection.fileno(),
            stderr=subprocess.DEVNULL,
        )
        with _ended(child):
            child.wait(10)

    with Script(talk) as script:
        yield Server(script.address, script.port)


@contextlib.contextmanager
def _ended(child: subprocess.Popen[bytes]) -> Iterator[None]:
    try:
        yield
    finally:
        child.terminate()
        try:
            child.wait(5)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait(5)
        for pipe in (child.stdin, child.stdout):
            if pipe is not None:
                pipe.close()


def _opens(child: subprocess.Popen[bytes], port: int) -> bool:
    """Wait until the child listens; False when it ended first."""
    end = time.monotonic() + 10
    while time.monotonic() < end and child.poll() is None:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
            return True
        time.sleep(0.01)
    return False
