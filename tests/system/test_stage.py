"""The stage itself: what it promises to the tests of the faults."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.system import people
from tests.system.people import Person
from tests.system.stage import ADDRESS, Namespace, wait_until

pytestmark = pytest.mark.system
_AS_ROOT = pytest.mark.skipif(os.geteuid() != 0, reason="only root can run programs as another user")


@_AS_ROOT
@pytest.mark.parametrize("person", Person)
def test_everybody_can_run_this_checkout(person: Person) -> None:
    with Namespace() as stage:
        out = stage.run(sys.executable, "-c", "import os, porttui; print(os.getuid(), porttui.__file__)", person=person)
    uid, file = out.split(maxsplit=1)
    assert int(uid) == person.value
    assert file.strip() == str(people.CHECKOUT / "src" / "porttui" / "__init__.py")


@_AS_ROOT
def test_nobody_has_no_rights_left() -> None:
    with Namespace() as stage:
        status = stage.run("cat", "/proc/self/status", person=Person.NOBODY)
    assert "CapEff:\t0000000000000000" in status
    assert "Groups:\t \n" in status


def test_a_namespace_is_private_and_has_what_was_asked_for() -> None:
    with Namespace(lan=True) as stage:
        links = stage.run("ip", "-brief", "address")
        server = stage.listen(address=ADDRESS)
        assert stage.listens(server.port)
    assert ADDRESS in links
    assert "127.0.0.1/8 ::1/128" in links
    assert ADDRESS not in Path("/proc/self/net/fib_trie").read_text()


@_AS_ROOT
def test_nothing_is_left_behind() -> None:
    before = Path("/proc/self/mountinfo").read_text()
    with Namespace() as stage:
        holder, server = stage.pid, stage.listen(person=Person.NOBODY)
        server.pause()
    assert not Path(f"/proc/{holder}").exists()
    assert not Path(f"/proc/{server.pid}").exists()
    assert Path("/proc/self/mountinfo").read_text() == before


@_AS_ROOT
def test_a_worker_with_a_session_of_its_own_outlives_neither_its_server_nor_the_stage() -> None:
    """As sshd gives one to each login; it holds the server's output open."""
    script = f"setsid {sys.executable} -c 'import time; print(1, flush=True); time.sleep(600)' & echo $!; wait"
    with Namespace() as stage:
        server = stage.popen("sh", "-c", script)
        assert server.stdout is not None
        worker, _ = server.stdout.readline(), server.stdout.readline()
        server.kill()
        server.wait()
        assert _lives(worker.strip())
    assert not _lives(worker.strip())


@_AS_ROOT
def test_all_dies_with_the_program_that_staged_it() -> None:
    script = """
import os, signal
from tests.system.people import Person
from tests.system.stage import Namespace
stage = Namespace().__enter__()
print(stage.pid, *(stage.listen(person=person).pid for person in Person), flush=True)
os.kill(os.getpid(), signal.SIGKILL)
"""
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=people.CHECKOUT, capture_output=True, text=True, check=False
    )
    pids = done.stdout.split()
    assert len(pids) == 4, done.stderr
    wait_until(lambda: not any(_lives(pid) for pid in pids), "the end of all that was staged")


def _lives(pid: str) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False
