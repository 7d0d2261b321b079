"""Watching a target: every change is seen, and the watched server is left in peace."""

from __future__ import annotations

import contextlib
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterable, Iterator
from itertools import accumulate, islice
from pathlib import Path

import pytest
from msgspec.structs import replace

from porttui.model.facts import Facts, Process, Sockets, Unseen
from porttui.model.parse import parse
from porttui.model.target import Question
from porttui.observe import watch as watch_module
from porttui.observe.linux.glimpse import linux_listeners
from porttui.observe.linux.platform import Linux
from porttui.observe.look import Look
from porttui.observe.watch import Watch, watch
from porttui.reading import seen
from porttui.reading.glance import answers, glance_of, word
from tests.servers import Script
from tests.servers import answers as answering
from tests.system import listener as listener_script

LOOKS = 15
OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
BUSY = b"HTTP/1.1 503 Busy\r\nContent-Length: 4\r\n\r\nbusy"
_SINGLE = """
import http.server, sys
class Page(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"ok")
    def log_message(self, *args):
        print("request", flush=True)
server = http.server.HTTPServer(("127.0.0.1", 0), Page)
print(server.server_address[1], flush=True)
server.serve_forever()
"""


class Blind(Linux):
    """The eyes of a user who may not know who owns a socket."""

    def sockets(self, port: int) -> Sockets | Unseen:
        found = super().sockets(port)
        if isinstance(found, Unseen):
            return found
        return replace(found, rows=tuple(replace(row, pids=(), owner_by=None) for row in found.rows))

    def processes(self, pids: Iterable[int]) -> tuple[Process, ...]:  # noqa: ARG002
        return ()


@pytest.fixture(autouse=True)
def _ten_times_as_fast(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watch_module, "INTERVALS", (0.1, 0.2, 0.4, 0.8, 1.0))


@contextlib.contextmanager
def program(*argv: str) -> Iterator[tuple[subprocess.Popen[str], int]]:
    """Run a server that prints its port; it is killed at the end."""
    process = subprocess.Popen(argv, stdout=subprocess.PIPE, stdin=subprocess.DEVNULL, text=True)
    assert process.stdout is not None
    try:
        yield process, int(process.stdout.readline())
    finally:
        process.kill()
        process.communicate()


def server(*options: str, port: int = 0) -> contextlib.AbstractContextManager[tuple[subprocess.Popen[str], int]]:
    return program(sys.executable, "-I", "-S", str(Path(listener_script.__file__)), "--port", str(port), *options)


def watching(
    target: str, *, eyes: Linux | None = None, question: Question = Question.CONNECT, first: Facts | None = None
) -> Watch:
    look = Look(timeout=1.2)
    return watch(parse(target, question), look, every=0.1, platform=eyes or Linux(), first=first)


def queue_of(port: int) -> int:
    rows = linux_listeners(port)
    assert not isinstance(rows, Unseen)
    return rows[0].queue or 0


def until(looks: Watch, wanted: str, most: int = 100) -> Facts:
    """Look until a client meets something."""
    met = []
    for facts in islice(looks, most):
        met.append(word(facts))
        if met[-1] == wanted:
            return facts
    pytest.fail(f"wanted {wanted}, met {sorted(set(met))}")


@pytest.mark.parametrize("backlog", [1, 50])
@pytest.mark.parametrize("eyes", [Linux, Blind])
def test_a_paused_server_gets_its_queue_not_filled(backlog: int, eyes: type[Linux]) -> None:
    with server("--backlog", str(backlog)) as (process, port):
        process.send_signal(signal.SIGSTOP)
        looks = watching(f"http://127.0.0.1:{port}/", eyes=eyes())
        first = next(looks)
        left = queue_of(port)
        assert not answers(first)
        assert left <= 6, "one look may leave as many connections as it opens"
        assert all(not answers(facts) for facts in islice(looks, LOOKS))
        assert queue_of(port) == left
        process.send_signal(signal.SIGCONT)
        until(looks, "open, HTTP 200")


def test_a_server_that_serves_one_client_at_a_time_gets_its_queue_not_filled() -> None:
    with program(sys.executable, "-c", _SINGLE) as (_, port), socket.socket() as idle:
        idle.connect(("127.0.0.1", port))
        looks = watching(f"http://127.0.0.1:{port}/")
        next(looks)
        left = queue_of(port)
        assert left > 0
        for _ in islice(looks, LOOKS):
            pass
        assert queue_of(port) <= left
        idle.close()
        until(looks, "open, HTTP 200")


def test_a_healthy_server_is_asked_once() -> None:
    with Script(answering(OK)) as script:
        looks = watching(f"http://127.0.0.1:{script.port}/")
        next(looks)
        asked = script.connections
        seen_words = {word(facts) for facts in islice(looks, LOOKS)}
        assert seen_words == {"open, HTTP 200"}
        assert script.connections == asked


def test_a_server_that_answers_with_an_error_is_asked_at_growing_intervals() -> None:
    answer = [BUSY]

    def talk(connection: socket.socket) -> None:
        answering(answer[0])(connection)

    with Script(talk) as script:
        looks = watching(f"http://127.0.0.1:{script.port}/")
        next(looks)
        each, since = script.connections, time.monotonic()
        for _ in islice(looks, LOOKS):
            pass
        passed = time.monotonic() - since
        most = 1 + sum(at <= passed + 0.1 for at in accumulate((0.1, 0.2, 0.4, 0.8, *[1.0] * 60)))
        assert each < script.connections <= each * most < each * LOOKS, "one look after 0.1, 0.3, 0.7, 1.5, 2.5 ... s"
        answer[0] = OK
        until(looks, "open, HTTP 200")


def test_a_restart_is_seen_with_the_new_pid() -> None:
    with server() as (process, port):
        looks = watching(f"http://127.0.0.1:{port}/")
        before = until(looks, "open, HTTP 200")
        process.kill()
        process.wait()
        until(looks, "refused")
    with server(port=port) as (again, _):
        after = until(looks, "open, HTTP 200")
        assert seen.listeners(before)[0].pids == (process.pid,)
        assert seen.listeners(after)[0].pids == (again.pid,)


def test_pausing_and_resuming_is_seen() -> None:
    with server() as (process, port):
        looks = watching(f"http://127.0.0.1:{port}/")
        until(looks, "open, HTTP 200")
        process.send_signal(signal.SIGSTOP)
        until(looks, "open, no answer")
        process.send_signal(signal.SIGCONT)
        until(looks, "open, HTTP 200")


def test_what_is_known_already_is_not_looked_at_again() -> None:
    with Script(answering(OK)) as script:
        looks = watching(f"http://127.0.0.1:{script.port}/")
        first = next(looks)
        asked = script.connections
        more = watching(f"http://127.0.0.1:{script.port}/", first=first)
        second = next(more)
        assert script.connections == asked
        assert second.at > first.at
        assert replace(second, at=first.at) == first


def test_a_recheck_asks_the_server_again_and_at_once() -> None:
    with Script(answering(OK)) as script:
        looks = watching(f"http://127.0.0.1:{script.port}/")
        next(looks)
        asked = script.connections
        looks.recheck()
        next(looks)
        assert script.connections > asked


def test_closing_wakes_the_reader() -> None:
    with Script(answering(OK)) as script:
        looks = watch(parse(f"http://127.0.0.1:{script.port}/"), Look(), every=60, platform=Linux())
        next(looks)
        ended = threading.Event()

        def read() -> None:
            assert list(looks) == []
            ended.set()

        reader = threading.Thread(target=read)
        reader.start()
        looks.close()
        assert ended.wait(30), "the next look is in a minute"
        reader.join()


def test_a_port_that_becomes_free_is_seen() -> None:
    with server() as (_, port):
        looks = watching(f"127.0.0.1:{port}", question=Question.BIND)
        until(looks, "address already in use")
    until(looks, "free")


def test_a_look_at_the_tables_says_the_same_as_a_whole_one() -> None:
    from porttui.diagnose import diagnose

    with Script(answering(OK)) as script:
        looks = watching(f"http://127.0.0.1:{script.port}/")
        first, *others = (glance_of(diagnose(facts)) for facts in islice(looks, 3))
        assert all(first.same(other) for other in others)
