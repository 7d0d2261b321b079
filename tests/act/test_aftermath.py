from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from msgspec.structs import replace

from porttui.act.aftermath import Aftermath, Became, after
from porttui.act.signals import Outcome, send
from porttui.model.facts import Facts, Process, Sockets, Unseen
from porttui.observe import this_platform
from porttui.observe.linux.platform import Linux
from porttui.reading.acts import Act
from tests.act import servers
from tests.observe.holder import linux_only, wait_until
from tests.worlds import node, world

pytestmark = linux_only


def state(pid: int) -> str:
    found = this_platform().processes([pid])
    return found[0].state if found else ""


def done(facts: Facts, process: Process, act: Act, seconds: float = 3.0) -> Aftermath:
    """Send, and tell what became of it."""
    assert process.started is not None
    assert send(process.pid, process.started, act).outcome is Outcome.SENT
    return after(facts, process, act, seconds=seconds)


def test_gone_and_the_port_is_free() -> None:
    with servers.running(servers.PLAIN) as (port, pid, _):
        told = done(*servers.facts_about(port, pid), Act.STOP, 0.5)
        assert told.became is Became.FREE
        assert f"pid {pid}, is gone, and 127.0.0.1:{port} is free" in told.text
        assert told.state == ""


@pytest.mark.parametrize("act", [Act.STOP, Act.KILL])
def test_one_that_ignores_sigterm_is_still_there(act: Act) -> None:
    with servers.running(servers.DEAF) as (port, pid, _):
        told = done(*servers.facts_about(port, pid), act, 1.2)
        if act is Act.KILL:
            assert told.became is Became.FREE
        else:
            assert (told.became, told.state) == (Became.IGNORED, "S")
            assert told.seconds > 0.8, "it was given time to end"
            assert "ignores the signal" in told.text


def test_one_that_finishes_its_work_is_not_called_deaf() -> None:
    with servers.running(servers.SLOW_TO_END) as (port, pid, _):
        told = done(*servers.facts_about(port, pid), Act.STOP, 0.6)
        assert told.became is Became.ENDING
        assert "closed its port" in told.text


def test_a_paused_one_ends_only_when_it_is_resumed() -> None:
    with servers.running(servers.PLAIN) as (port, pid, _):
        facts, process = servers.facts_about(port, pid)
        told = done(facts, process, Act.PAUSE)
        assert (told.became, told.state) == (Became.PAUSED, "T")
        told = done(facts, process, Act.STOP, 0.3)
        assert (told.became, told.state) == (Became.IGNORED, "T")
        assert "only after it is resumed" in told.text
        told = done(facts, process, Act.RESUME, 0.5)  # SIGTERM was waiting for this
        assert told.became is Became.FREE


def test_resumed() -> None:
    with servers.running(servers.PLAIN) as (port, pid, _):
        facts, process = servers.facts_about(port, pid)
        os.kill(pid, signal.SIGSTOP)
        wait_until(lambda: state(pid) == "T")
        told = done(facts, process, Act.RESUME)
        assert (told.became, told.state) == (Became.RESUMED, "S")


def test_one_that_is_paused_again_at_once_is_not_called_resumed() -> None:
    with servers.running(servers.PAUSES_AGAIN) as (port, pid, _):
        wait_until(lambda: state(pid) == "T")
        facts, process = servers.facts_about(port, pid)
        told = done(facts, replace(process, terminal="pts/7"), Act.RESUME, 0.6)
        assert (told.became, told.state) == (Became.IGNORED, "T")
        assert "type fg there" in told.text
        assert "pts/7" in told.text


def test_the_port_is_held_by_a_child() -> None:
    with servers.running(servers.WITH_CHILD) as (port, pid, (_, child)):
        told = done(*servers.facts_about(port, pid), Act.KILL)
        assert told.became is Became.HELD
        assert [each.pid for each in told.by] == [child]
        assert f"127.0.0.1:{port} is still held by" in told.text
        assert f"pid {child}" in told.text


def test_it_is_back_with_another_pid() -> None:
    with servers.running(servers.KEPT) as (port, keeper, (pid,)):
        told = done(*servers.facts_about(port, pid), Act.KILL)
        assert told.became is Became.BACK
        assert len(told.by) == 1
        assert told.by[0].pid not in (pid, keeper)
        assert told.brought_by.endswith(f"pid {keeper}")
        assert "taken again" in told.text


def test_a_shell_loop_brings_it_back_after_a_while(tmp_path: Path) -> None:
    with servers.running(servers.PLAIN) as (port, pid, _):
        facts, process = servers.facts_about(port, pid)
        again = f"import socket, time; s = socket.create_server(('127.0.0.1', {port})); time.sleep(60)"
        children: list[subprocess.Popen[bytes]] = []

        def restart() -> None:
            children.append(subprocess.Popen([sys.executable, "-I", "-S", "-c", again]))

        later = threading.Timer(0.5, restart)
        later.start()
        try:
            told = done(facts, process, Act.STOP)
        finally:
            later.join()
            for child in children:
                child.kill()
                child.wait()
        assert told.became is Became.BACK
        assert told.by[0].pid == children[0].pid
        assert told.brought_by.endswith(f"pid {os.getpid()}")


def test_one_that_had_no_port() -> None:
    with subprocess.Popen([sys.executable, "-I", "-S", "-c", "import time; time.sleep(60)"]) as child:
        (process,) = this_platform().processes([child.pid])
        told = done(world(), process, Act.KILL)
        assert (told.became, told.text.endswith("It had no port that was seen.")) == (Became.FREE, True)


class _Blind(Linux):
    """Eyes that may not read the socket tables."""

    def sockets(self, port: int) -> Sockets | Unseen:  # noqa: ARG002 - the Protocol's
        return Unseen(what="socket tables", reason="needs root", how_to_see="")


def test_a_port_that_cannot_be_seen_is_not_called_free() -> None:
    with servers.running(servers.PLAIN) as (port, pid, _):
        facts, process = servers.facts_about(port, pid)
        assert process.started is not None
        send(pid, process.started, Act.KILL)
        assert after(facts, process, Act.KILL, platform=_Blind()).became is Became.UNSEEN


def test_one_that_was_gone_long_ago() -> None:
    with servers.running(servers.PLAIN) as (port, pid, _):
        facts, process = servers.facts_about(port, pid)
    assert after(facts, process, Act.STOP, seconds=0.2).became is Became.FREE
    assert after(world(), node(2**22 - 1), Act.PAUSE).became is Became.FREE
