from __future__ import annotations

import datetime as dt
import os
import signal
import subprocess
import sys
from unittest import mock

import psutil
import pytest

from porttui.act.signals import Outcome, Result, open_pidfd, send
from porttui.model.facts import Process
from porttui.observe import this_platform
from porttui.reading.acts import Act
from tests.act import servers
from tests.observe.holder import become_dumpable, holding, linux_only, wait_until
from tests.observe.netns import NOBODY, in_child, needs_root

pytestmark = linux_only


def described(pid: int) -> Process:
    (process,) = this_platform().processes([pid])
    return process


def started(pid: int) -> dt.datetime:
    moment = described(pid).started
    assert moment is not None
    return moment


def nothing() -> None:
    """Do nothing, and wait."""


def test_each_act_sends_its_signal() -> None:
    with servers.running(servers.PLAIN) as (_, pid, _more):
        since = started(pid)
        assert send(pid, since, Act.PAUSE).outcome is Outcome.SENT
        wait_until(lambda: described(pid).state == "T")
        assert send(pid, since, Act.RESUME).outcome is Outcome.SENT
        wait_until(lambda: described(pid).state == "S")
        assert send(pid, since, Act.STOP).outcome is Outcome.SENT
        assert psutil.Process(pid).wait(5) is not None
    for act, number in ((Act.STOP, signal.SIGTERM), (Act.KILL, signal.SIGKILL)):
        with subprocess.Popen([sys.executable, "-I", "-S", "-c", "import time; time.sleep(60)"]) as child:
            assert send(child.pid, started(child.pid), act).outcome is Outcome.SENT
            assert child.wait(5) == -number


def test_another_process_with_this_pid_is_left_alone() -> None:
    with holding(nothing) as (pid, _):
        before = started(pid) - dt.timedelta(seconds=1)
        result = send(pid, before, Act.KILL)
        assert result.outcome is Outcome.ANOTHER
        assert described(pid).name in result.why
        assert described(pid).state == "S"


def test_a_process_that_is_gone() -> None:
    with holding(nothing) as (pid, _):
        since = started(pid)
    assert send(pid, since, Act.STOP).outcome is Outcome.GONE


def test_a_process_that_has_ended_and_was_not_collected_is_gone() -> None:
    with holding(nothing) as (pid, _):
        since = started(pid)
        os.kill(pid, signal.SIGKILL)
        wait_until(lambda: described(pid).state == "Z")
        assert send(pid, since, Act.STOP).outcome is Outcome.GONE


@pytest.mark.parametrize("who", ["porttui itself", "its parent", 1, 0, -1])
@pytest.mark.parametrize("act", [Act.STOP, Act.PAUSE, Act.KILL])
def test_what_carries_porttui_and_groups_are_refused(who: int | str, act: Act) -> None:
    pid = {"porttui itself": os.getpid(), "its parent": os.getppid()}[who] if isinstance(who, str) else who
    with mock.patch("signal.pidfd_send_signal") as sent, mock.patch("os.kill") as killed:
        result = send(pid, started(max(pid, 1)), act)
    assert (result.outcome, sent.called, killed.called) == (Outcome.REFUSED, False, False)
    assert result.why


@needs_root
def test_another_users_process_is_not_permitted() -> None:
    with holding(nothing) as (pid, _):
        since = started(pid)

        def as_nobody() -> Result:
            become_dumpable(NOBODY)
            return send(pid, since, Act.KILL)

        assert in_child(as_nobody).outcome is Outcome.NOT_PERMITTED
        assert described(pid).state == "S"


@needs_root
def test_an_ordinary_user_ends_a_process_of_his_own() -> None:
    with holding(lambda: become_dumpable(NOBODY)) as (pid, _):
        since = started(pid)

        def as_nobody() -> Result:
            become_dumpable(NOBODY)
            return send(pid, since, Act.KILL)

        assert in_child(as_nobody).outcome is Outcome.SENT
        wait_until(lambda: described(pid).state == "Z")


def test_without_a_pidfd_the_pid_does() -> None:
    with (
        subprocess.Popen([sys.executable, "-I", "-S", "-c", "import time; time.sleep(60)"]) as child,
        mock.patch("os.pidfd_open", side_effect=OSError(38, "Function not implemented")),
    ):
        assert open_pidfd(child.pid) is None
        before = started(child.pid) - dt.timedelta(seconds=1)
        assert send(child.pid, before, Act.KILL).outcome is Outcome.ANOTHER
        assert send(child.pid, started(child.pid), Act.KILL).outcome is Outcome.SENT
        assert child.wait(5) == -signal.SIGKILL


def test_the_handle_means_one_process_and_is_closed() -> None:
    with holding(nothing) as (pid, _):
        open_before = psutil.Process().num_fds()
        send(pid, started(pid), Act.PAUSE)
        send(pid, started(pid) - dt.timedelta(seconds=1), Act.PAUSE)
        assert psutil.Process().num_fds() == open_before
