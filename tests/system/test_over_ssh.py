"""porttui at the other end of a real SSH connection: in a bare terminal, in tmux, and when the connection drops."""

from __future__ import annotations

import re
import shlex
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.cli.run import SRC
from tests.system import people, tunnel
from tests.system.people import Person
from tests.system.stage import Namespace, wait_until
from tests.ui.terminal import ALT_SCREEN_OFF, ROOT, Terminal, end


class Far(NamedTuple):
    """A machine to log in to, and a target on it where nothing listens."""

    stage: Namespace
    folder: Path
    port: int
    target: str

    def log_in(self, command: str) -> Terminal:
        """Run a command there in a terminal."""
        options = ("-tt", "-F", "/dev/null", "-i", str(self.folder / "key"), "-p", str(self.port))
        settings = ("UserKnownHostsFile=/dev/null", "StrictHostKeyChecking=no", "LogLevel=ERROR", "BatchMode=yes")
        words = [word for setting in settings for word in ("-o", setting)]
        program = (*people.enter(Person.ROOT, self.stage.pid), "ssh", *options, *words)
        return Terminal("root@127.0.0.1", command, program=program)

    @property
    def argv(self) -> tuple[str, ...]:
        return (sys.executable, "-m", "porttui", self.target)

    @property
    def command(self) -> str:
        state = f"LANG=C.UTF-8 PYTHONPATH={SRC} XDG_STATE_HOME={self.folder}"  # sshd starts without a locale
        return f"cd {ROOT} && {state} exec {shlex.join(self.argv)}"

    def running(self) -> list[int]:
        """Return the processes of porttui there, by the numbers they have here."""
        wanted = b"\0".join(word.encode() for word in self.argv) + b"\0"
        found = []
        for each in Path("/proc").glob("[0-9]*/cmdline"):
            try:
                found += [int(each.parent.name)] * (each.read_bytes() == wanted)
            except OSError:  # it has ended meanwhile
                continue
        return found


@pytest.fixture(scope="module")
def far() -> Iterator[Far]:
    with tempfile.TemporaryDirectory(prefix="porttui-") as name, Namespace() as stage:
        folder = Path(name)
        server = tunnel.start_sshd(stage, folder, through=("--mount-proc",))
        yield Far(stage, folder, server.port, f"127.0.0.1:{stage.free_port()}")


@pytest.fixture
def terminals() -> Iterator[list[Terminal]]:
    several: list[Terminal] = []
    yield several
    for one in several:
        end(one)


def test_a_bare_terminal_is_used_resized_and_left_as_it_was(far: Far, terminals: list[Terminal]) -> None:
    one = far.log_in(far.command)
    terminals.append(one)
    one.settle_until("FAULT")
    one.settle_until("not your laptop")  # on which machine localhost is
    for key, title in ((b"3", "[3 Sockets]"), (b"\t", "[4 Process]"), (b"f", "[2 Fix]")):
        one.type(key)
        one.settle_until(title)
    one.resize(100, 30)
    one.settle_until("─" * 100)
    one.type(b"1")
    one.settle_until("[1 Diagnosis]")
    assert one.screen().display[0].startswith(" ✗ FAULT")
    one.type(b"q")
    assert one.ended() == 1
    assert one.restored()
    assert re.search(rb"again  .*porttui\s+" + re.escape(far.target.encode()), one.output, re.DOTALL)
    assert far.running() == []


def test_nothing_stays_behind_when_the_connection_drops(far: Far, terminals: list[Terminal]) -> None:
    one = far.log_in(far.command)
    terminals.append(one)
    one.settle_until("FAULT")
    assert len(far.running()) == 1
    one.process.kill()
    wait_until(lambda: not far.running(), "porttui ends with its connection")


def test_in_tmux_it_waits_detached_and_is_whole_when_attached_again(far: Far, terminals: list[Terminal]) -> None:
    if people.find("tmux") is None:
        pytest.skip("tmux is not installed")
    tmux = f"TMUX_TMPDIR={far.folder} tmux -u -f /dev/null"
    one = far.log_in(f"{tmux} new-session {shlex.quote(far.command)}")
    terminals.append(one)
    one.settle_until("FAULT")
    shown = one.screen().display[:-1]  # tmux has the last row
    one.type(b"\x02d")
    assert one.ended() == 0
    (pid,) = far.running()
    assert worked(pid, 0.4) < 0.02
    two = far.log_in(f"{tmux} attach-session")
    terminals.append(two)
    two.settle_until("FAULT")
    assert two.screen().display[:-1] == shown
    two.resize(100, 30)
    two.settle_until("─" * 100)
    two.type(b"q")
    assert two.ended() == 0
    assert ALT_SCREEN_OFF in two.output
    wait_until(lambda: not far.running(), "porttui ends")


def worked(pid: int, seconds: float) -> float:
    """Return for how many seconds of a time a process has run (schedstat, proc_pid(5))."""

    def now() -> int:
        return sum(int(each.read_text().split()[0]) for each in Path("/proc").glob(f"{pid}/task/*/schedstat"))

    before = now()
    time.sleep(seconds)
    return (now() - before) / 1e9
