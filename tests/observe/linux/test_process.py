from __future__ import annotations

import datetime as dt
import os
import pty
import pwd
import resource
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import TypeVar

import psutil
import pytest

from porttui.model.facts import Process
from porttui.observe.linux.process import linux_processes
from tests.observe.holder import become_dumpable, holding, linux_only, no_new_privileges, set_name, trace_me, wait_until
from tests.observe.netns import NOBODY, in_child, needs_root

pytestmark = linux_only


T = TypeVar("T")


def described(pid: int) -> Process:
    (process,) = linux_processes([pid])
    return process


def nothing() -> None:
    """Do nothing, and wait."""


def test_this_very_process() -> None:
    process, known = described(os.getpid()), psutil.Process()
    assert process.argv == tuple(known.cmdline())
    assert (process.uid, process.user) == (os.geteuid(), pwd.getpwuid(os.geteuid()).pw_name)
    assert process.cwd == str(Path.cwd())
    assert process.threads == pytest.approx(known.num_threads(), abs=2)  # the test runner has some that come and go
    assert process.memory == pytest.approx(known.memory_info().rss, rel=0.2)
    assert process.open_files == pytest.approx(known.num_fds(), abs=3)
    assert process.open_files_limit == resource.getrlimit(resource.RLIMIT_NOFILE)[0]
    assert process.started is not None
    assert process.started.utcoffset() is not None
    assert abs(process.started.timestamp() - known.create_time()) < 2
    assert [each.pid for each in process.ancestors] == [each.pid for each in reversed(known.parents())]
    assert process.ancestors[-1].name == psutil.Process(os.getppid()).name()[:15]


def test_the_start_is_the_same_in_every_look_and_not_in_the_future() -> None:
    with holding(nothing) as (pid, _):
        first, second = described(pid).started, described(pid).started
        assert first == second
        assert first is not None
        assert dt.timedelta(0) <= dt.datetime.now(dt.UTC) - first < dt.timedelta(seconds=60)


def test_those_that_are_gone_are_left_out_and_the_order_stays() -> None:
    with holding(nothing) as (gone, _):
        assert described(gone).pid == gone
    pids = [os.getpid(), gone, os.getppid(), os.getpid()]
    assert [each.pid for each in linux_processes(pids)] == [os.getpid(), os.getppid()]
    assert linux_processes([]) == ()


def test_a_stopped_process() -> None:
    with holding(nothing) as (pid, _):
        os.kill(pid, signal.SIGSTOP)
        os.waitpid(pid, os.WUNTRACED)
        assert described(pid).state == "T"


def test_a_process_under_a_debugger() -> None:
    with holding(trace_me) as (pid, _):
        os.kill(pid, signal.SIGSTOP)
        os.waitpid(pid, os.WUNTRACED)
        process = described(pid)
        assert (process.state, process.tracer) == ("t", os.getpid())


def test_a_busy_process_is_measured() -> None:
    with subprocess.Popen([sys.executable, "-I", "-S", "-c", "while True: pass"]) as child:
        try:
            wait_until(lambda: described(child.pid).state == "R")
            wait_until(lambda: (described(child.pid).cpu_percent or 0) > 5)
        finally:
            child.kill()


def test_a_sleeping_process_is_not_measured() -> None:
    with holding(nothing) as (pid, _):
        wait_until(lambda: described(pid).state == "S")
        assert described(pid).cpu_percent is None


def test_a_name_with_brackets_and_escapes() -> None:
    with holding(lambda: set_name("a) R 1 (\x1b[3")) as (pid, _):
        process = described(pid)
        assert process.name == "a) R 1 (\\x1b[3"
        assert process.ancestors[-1].pid == os.getpid()


def test_a_long_name_is_completed_by_the_command_line() -> None:
    name = "a-program-with-a-long-name"
    with subprocess.Popen([f"/opt/{name}", "60"], executable=shutil.which("sleep")) as child:
        try:
            # the kernel takes the name from the file, which is "sleep": a title that differs changes nothing
            wait_until(lambda: described(child.pid).name == "sleep")
            assert described(child.pid).argv == (f"/opt/{name}", "60")
        finally:
            child.kill()
    with holding(lambda: set_name("sixteen-letters-and-more")) as (pid, _):
        assert described(pid).name == "sixteen-letters"


def test_secrets_do_not_get_into_facts() -> None:
    secret = "correct-horse"
    argv = ["server", "60", f"--password={secret}"]
    with subprocess.Popen(
        [sys.executable, "-I", "-S", "-c", "import time; time.sleep(60)", *argv, "\x1b]0;x"]
    ) as child:
        try:
            wait_until(lambda: described(child.pid).argv[-4:-2] == ("server", "60"))
            process = described(child.pid)
        finally:
            child.kill()
    assert process.argv[-4:] == ("server", "60", "--password=(hidden)", "\\x1b]0;x")


def test_the_controlling_terminal() -> None:
    controller, terminal = pty.openpty()
    name = os.ttyname(terminal).removeprefix("/dev/")
    with subprocess.Popen(["setsid", "-c", "sleep", "60"], stdin=terminal) as child:
        try:
            wait_until(lambda: described(child.pid).terminal is not None)
            assert described(child.pid).terminal == name
        finally:
            child.kill()
            os.close(terminal)
            os.close(controller)


def test_descriptors_and_their_limit() -> None:
    def run_out() -> None:
        resource.setrlimit(resource.RLIMIT_NOFILE, (64, 64))
        with suppress(OSError):
            while True:
                os.dup(0)

    with holding(run_out) as (pid, _):
        process = described(pid)
        assert process.open_files == len(list(Path(f"/proc/{pid}/fd").iterdir()))
        assert process.open_files >= 60
        assert process.open_files_limit == 64


def test_what_a_process_may_not_do() -> None:
    with holding(no_new_privileges) as (pid, _):
        assert (described(pid).no_new_privs, described(pid).seccomp) == (True, 0)


@needs_root
def test_capabilities() -> None:
    with holding(lambda: become_dumpable(NOBODY)) as (pid, _):
        assert described(pid).capabilities == ()
    assert "net_bind_service" in (described(os.getpid()).capabilities or ())


@needs_root
def test_what_an_ordinary_user_is_told_of_others() -> None:
    own = os.getpid()

    def look() -> Process:
        become_dumpable(NOBODY)
        return described(own)

    process = in_child(look)
    assert (process.cwd, process.user, process.uid) == (None, "root", 0)
    assert process.argv == tuple(psutil.Process().cmdline())
    assert process.open_files_limit
    # by the size of the folder since Linux 6.2; not told before, and never told as 0
    assert process.open_files is None or process.open_files > 0


def test_a_process_whose_parent_is_gone() -> None:
    script = "sleep 60 >/dev/null 2>&1 & echo $$ $!"
    shell = subprocess.run(["sh", "-c", script], capture_output=True, text=True, check=True, start_new_session=True)
    session, pid = map(int, shell.stdout.split())
    try:
        assert (described(pid).adopted, described(pid).forked) == (True, False)
        assert described(pid).session == session
    finally:
        os.kill(pid, signal.SIGKILL)


@needs_root
@pytest.mark.parametrize("own_session", [[], ["setsid"]])
def test_in_a_container_whose_init_may_be_the_parent_it_is_not_told(own_session: list[str]) -> None:
    code = "from porttui.observe.linux.process import linux_processes as p; print(p([int(input())])[0].adopted)"
    script = f"sleep 60 >/dev/null 2>&1 & echo $! | {sys.executable} -c '{code}'"
    container = ["unshare", "--pid", "--fork", "--kill-child", "--mount-proc", *own_session, "sh", "-c", script]
    assert subprocess.run(container, capture_output=True, text=True, check=True).stdout.strip() == "None"


def in_a_session_of_its_own(look: Callable[[], T]) -> T:
    """Look from a new session: one that began outside a container reads as 0 in it, and then nothing is told."""

    def led() -> T:
        os.setsid()
        return look()

    return in_child(led)


@pytest.mark.parametrize(("leads", "adopted"), [(False, False), (True, None)])
def test_a_process_whose_parent_lives_or_that_began_a_session(leads: bool, adopted: bool | None) -> None:
    def look() -> tuple[bool | None, bool]:
        with subprocess.Popen(["sleep", "60"], start_new_session=leads) as process:
            found = described(process.pid)
            process.kill()
        return found.adopted, found.session == process.pid

    assert in_a_session_of_its_own(look) == (adopted, leads)


def test_a_mere_copy_of_its_parent() -> None:
    def look() -> tuple[bool | None, bool | None]:
        with holding(lambda: None) as (pid, _):
            found = described(pid)
            return found.forked, found.adopted

    assert in_a_session_of_its_own(look) == (True, False)
