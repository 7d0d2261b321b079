"""Small servers that behave badly in one way each, as processes of their own, and the facts about them."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from msgspec.structs import replace

from porttui.model.facts import Facts, Process, Sockets
from porttui.observe import this_platform
from porttui.observe.session import own_pids
from tests.worlds import world

_LISTEN = """
import os, signal, socket, sys, time
def listen(port=0):
    s = socket.socket(); s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    s.bind(("127.0.0.1", port)); s.listen(8); return s
def say(*words):
    print(*words, flush=True)
"""
PLAIN = "s = listen(); say(s.getsockname()[1]); time.sleep(60)"
DEAF = "signal.signal(signal.SIGTERM, signal.SIG_IGN); s = listen(); say(s.getsockname()[1]); time.sleep(60)"
SLOW_TO_END = """
def end(*_):
    s.close(); time.sleep(60)
signal.signal(signal.SIGTERM, end); s = listen(); say(s.getsockname()[1]); time.sleep(60)
"""
WITH_CHILD = """
s = listen(); child = os.fork()
if child == 0:
    time.sleep(60)
say(s.getsockname()[1], os.getpid(), child); time.sleep(60)
"""
KEPT = """
s = listen(); port = s.getsockname()[1]; s.close(); first = True
while True:
    child = os.fork()
    if child == 0:
        s = listen(port)
        if first:
            say(port, os.getpid())
        time.sleep(60); os._exit(0)
    os.waitpid(child, 0); first = False
"""
PAUSES_AGAIN = """
s = listen(); say(s.getsockname()[1])
while True:
    os.kill(os.getpid(), signal.SIGSTOP)
"""


@contextmanager
def running(script: str) -> Iterator[tuple[int, int, list[int]]]:
    """Run a server in a session of its own; give its port, its pid, and what more it said. All of it ends."""
    with subprocess.Popen(
        [sys.executable, "-I", "-S", "-c", _LISTEN + script], stdout=subprocess.PIPE, text=True, start_new_session=True
    ) as child:
        try:
            assert child.stdout is not None
            port, *more = map(int, child.stdout.readline().split())
            yield port, child.pid, more
        finally:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(child.pid, signal.SIGKILL)


def facts_about(port: int, pid: int) -> tuple[Facts, Process]:
    """Look at a server as porttui does before it asks."""
    eyes = this_platform()
    sockets = eyes.sockets(port)
    assert isinstance(sockets, Sockets)
    pids = sorted({pid, *(each for row in sockets.rows if row.port == port for each in row.pids)})
    processes = eyes.processes(pids)
    facts = world(port=port, sockets=sockets, processes=processes, privileges=eyes.privileges(), own=own_pids())
    return replace(facts, host=eyes.host()), next(each for each in processes if each.pid == pid)
