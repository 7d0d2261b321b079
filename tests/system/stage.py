"""The stage: a private network namespace in which a fault is made for real and porttui is asked about it.

    with Namespace() as stage:
        server = stage.listen(address="::1")
        answer = stage.check(f"127.0.0.1:{server.port}", person=Person.NOBODY)
        assert answer.code == "ipv6-only-listener"

Namespaces are entered with nsenter(1), not with ``ip netns exec``, which mounts a new /sys and so hides the cgroups.
Everything started here dies with the test run: servers by PR_SET_PDEATHSIG, a namespace with its last process, whose
standard input is a pipe of ours.
"""

from __future__ import annotations

import contextlib
import json
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import pytest

from tests.cli.run import SRC
from tests.system import asker, people
from tests.system import grown as grown_up
from tests.system.people import CHECKOUT, Person

ADDRESS = "10.231.8.1"
"""The second address of a namespace made with `lan=True`; it is on a veth pair, both ends of which are inside."""
_CROWD = """
import select, socket, sys, threading
address, port, count = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
family = socket.AF_INET6 if ":" in address else socket.AF_INET
crowd = [socket.socket(family) for _ in range(count)]
for one in crowd:
    one.setblocking(False)
    one.connect_ex((address, port))
    select.select([], crowd[:1], [], 1)
print("ready", flush=True)
threading.Event().wait()
"""
_IN_EARNEST = "PORTTUI_ACCURACY" in os.environ or os.geteuid() != 0
"""Whether porttui is always started as its users start it; only root may enter the namespaces of another process."""
_LISTENER = Path(__file__).with_name("listener.py")


@dataclass(frozen=True)
class Answer:
    """What `porttui check --json` said."""

    status: int
    """Its exit code."""
    report: dict[str, Any]
    stderr: str
    seconds: float
    """How long it took, with the start of the interpreter."""

    @property
    def verdict(self) -> dict[str, Any]:
        """The verdict that leads."""
        verdict: dict[str, Any] = self.report["verdict"]
        return verdict

    @property
    def code(self) -> str:
        """The code of the verdict that leads."""
        return str(self.verdict["code"])

    @property
    def steps(self) -> dict[str, str]:
        """The status of every step by its name."""
        return {step["name"]: step["status"] for step in self.report["steps"]}

    @property
    def unseen(self) -> list[str]:
        """What could not be looked at."""
        return [unseen["what"] for unseen in self.report["unseen"]]

    def __str__(self) -> str:
        """Return what one wants to read when a test fails."""
        verdict = self.verdict
        also = [each["code"] for each in self.report["also"]]
        told = [f"{key}: {verdict[key]}" for key in ("code", "severity", "confidence", "step", "summary", "evidence")]
        return "\n".join(
            (f"exit {self.status} after {self.seconds:.1f} s", self.stderr, *told, f"also: {also}", f"{self.steps}")
        )


@dataclass(frozen=True)
class Server:
    """A program that runs on the stage."""

    process: subprocess.Popen[str]
    port: int

    @property
    def pid(self) -> int:
        """Its pid, which is the same inside and outside: only the network is private."""
        return self.process.pid

    def pause(self) -> None:
        """Send SIGSTOP and wait until the process is in state T."""
        self.process.send_signal(signal.SIGSTOP)
        wait_until(lambda: _state(self.pid) == "T", f"pid {self.pid} paused")

    def resume(self) -> None:
        """Send SIGCONT and wait until the process is no longer in state T."""
        self.process.send_signal(signal.SIGCONT)
        wait_until(lambda: _state(self.pid) != "T", f"pid {self.pid} resumed")


@dataclass
class Namespace:
    """A private network namespace; loopback is up. Use it in a with statement."""

    lan: bool = False
    """Whether it has ADDRESS on an interface besides loopback."""
    _holder: subprocess.Popen[str] | None = None
    _started: list[subprocess.Popen[str]] = field(default_factory=list)

    def __enter__(self) -> Self:
        """Make it; a test that cannot have one is skipped with the reason."""
        if reason := people.missing():
            pytest.skip(f"no network namespace: {reason}")
        flags = ("--net",) if os.geteuid() == 0 else ("--user", "--map-root-user", "--net")
        self._holder = subprocess.Popen(
            ("unshare", *flags, "sh", "-c", "ip link set lo up && echo ready && exec cat"),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            errors="replace",
            env=_environment(),
        )
        try:
            assert self._holder.stdout is not None
            assert self._holder.stdout.readline() == "ready\n"
            if self.lan:
                self._add_lan()
        except BaseException:
            self.close()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Kill what runs in it and let it go."""
        self.close()

    def close(self) -> None:
        """Kill what runs in it and let it go; may be called twice."""
        for process in reversed(self._started):
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)  # with its workers; it leads its own session
        try:
            if self._started:
                wait_until(self._is_empty, "the end of all that ran on the stage")
            for process in reversed(self._started):
                process.communicate(timeout=20)
        finally:
            self._started.clear()
            if self._holder is not None:
                self._holder.communicate()
                self._holder = None

    def _is_empty(self) -> bool:
        """Kill what is in this namespace, and tell whether nothing was.

        A server may have given its workers sessions of their own, as sshd does for each login, or have ended before
        them; they would hold its output open, and the port.
        """
        assert self._holder is not None
        network = Path(f"/proc/{self.pid}/ns/net").readlink()
        assert network != Path("/proc/self/ns/net").readlink()
        empty = True
        for folder in Path("/proc").glob("[0-9]*"):
            pid = int(folder.name)
            with contextlib.suppress(OSError):  # it has ended, or is another user's
                if pid != self.pid and (folder / "ns/net").readlink() == network:
                    os.kill(pid, signal.SIGKILL)
                    empty = False
        return empty

    @property
    def processes(self) -> tuple[subprocess.Popen[str], ...]:
        """What was started here, oldest first."""
        return tuple(self._started)

    @property
    def pid(self) -> int:
        """The process that holds the namespace; its /proc/PID/net shows the socket tables."""
        assert self._holder is not None
        return self._holder.pid

    def nft(self, rules: str) -> None:
        """Load nft(8) rules."""
        self.run("nft", "-f", "-", given=rules)

    def filter(self, hook: str, *rules: str, policy: str = "accept") -> None:
        """Load a base chain of the inet family: for instance ``stage.filter("input", "tcp dport 80 drop")``."""
        chain = "\n".join((f"type filter hook {hook} priority 0; policy {policy};", *rules))
        self.nft(f"table inet stage {{\nchain {hook} {{\n{chain}\n}}\n}}")

    def run(self, *argv: str, person: Person = Person.ROOT, given: str | None = None) -> str:
        """Run a command to its end and return its standard output; the test fails when the command does."""
        done = subprocess.run(
            [*people.enter(person, self.pid), *argv],
            input=given,
            stdin=subprocess.DEVNULL if given is None else None,
            capture_output=True,
            text=True,
            errors="replace",
            check=False,
            env=_environment(),
            timeout=60,
        )
        assert done.returncode == 0, f"{argv}: exit {done.returncode}, {done.stderr}"
        return done.stdout

    def popen(self, *argv: str, person: Person = Person.ROOT, grown: bool = False) -> subprocess.Popen[str]:
        """Start a program in a session of its own; it is killed when the stage is cleared.

        Args:
            argv: the program and its arguments.
            person: who runs it.
            grown: whether the process is to be no longer young (see grown.py).
        """
        if grown:
            process = grown_up.start([*people.enter(person, self.pid), *argv], _environment())
            self._started.append(process)
            return process
        process = subprocess.Popen(
            [*people.enter(person, self.pid), *argv],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            errors="replace",
            env=_environment(),
            start_new_session=True,
        )
        self._started.append(process)
        return process

    def listen(
        self,
        *options: str,
        address: str = "127.0.0.1",
        port: int = 0,
        person: Person = Person.ROOT,
        grown: bool = True,
    ) -> Server:
        """Start listener.py with more options; returns when it listens; port 0: the kernel chooses."""
        where = ("--address", address, "--port", str(port))
        process = self.popen(sys.executable, "-I", "-S", str(_LISTENER), *where, *options, person=person, grown=grown)
        assert process.stdout is not None
        line = process.stdout.readline()
        assert line, f"the listener did not start: {process.communicate()[1]}"
        return Server(process, int(line))

    def serve(self, port: int, *argv: str, person: Person = Person.ROOT, grown: bool = True) -> Server:
        """Start a real server; returns when something listens on its port."""
        process = self.popen(*argv, person=person, grown=grown)

        def up() -> bool:
            if process.poll() is not None:
                pytest.fail(f"{argv[0]} ended: {process.communicate()}")
            return self.listens(port)

        wait_until(up, f"{argv[0]} on port {port}")
        return Server(process, port)

    def listens(self, port: int) -> bool:
        """Tell from the socket table whether anything listens on a TCP port."""
        return any(row[1].endswith(f":{port:04X}") and row[3] == "0A" for row in self._rows())

    def until_listening(self, port: int, count: int) -> None:
        """Wait until so many sockets listen on a TCP port."""
        ending = f":{port:04X}"
        wait_until(
            lambda: sum(row[1].endswith(ending) and row[3] == "0A" for row in self._rows()) >= count,
            f"{count} listeners on port {port}",
        )

    def free_port(self) -> int:
        """Choose a port that no socket here uses and that is not ephemeral; rarely the same in two tests."""
        while True:
            port = random.randrange(20_000, 30_000)
            if not any(row[1].endswith(f":{port:04X}") for row in self._rows()):
                return port

    def crowd(self, port: int, count: int, address: str = "127.0.0.1") -> None:
        """Begin connections that stay open and say nothing; returns when the first has opened and all have begun.

        Where the queue is full already, and not even the first opens, it waits for it a second for each.
        """
        process = self.popen(sys.executable, "-I", "-S", "-c", _CROWD, address, str(port), str(count))
        assert process.stdout is not None
        assert process.stdout.readline(), process.communicate()[1]

    def count(self, state: str, port: int) -> int:
        """Count the rows of the TCP tables in a state (hex, as the kernel writes it) that have a port at either end."""
        end = f":{port:04X}"
        return sum(1 for row in self._rows() if row[3] == state and (row[1].endswith(end) or row[2].endswith(end)))

    def accepted(self, port: int, count: int) -> None:
        """Wait until a server has accepted so many connections: until then their sockets have no inode."""

        def all_are() -> bool:
            end = f":{port:04X}"
            rows = [row for row in self._rows() if row[3] == "01" and row[1].endswith(end)]
            return sum(1 for row in rows if row[9] != "0") >= count

        wait_until(all_are, f"{count} connections accepted")

    def check(
        self,
        target: str,
        *options: str,
        person: Person = Person.ROOT,
        through: tuple[str, ...] = (),
        around: tuple[str, ...] = (),
        environment: dict[str, str] | None = None,
    ) -> Answer:
        """Ask ``porttui check TARGET --json`` and read its report.

        Args:
            target: what the user would type.
            options: further options of `check`.
            person: who asks.
            through: words of a command that runs porttui in its turn: setpriv, prlimit ...
            around: words of a command that runs all of that, as whoever runs the tests.
            environment: variables besides those of _environment().
        """
        begun = time.monotonic()
        words = ["check", target, "--json", *options]
        variables = _environment() | {"PYTHONPATH": SRC} | (environment or {})
        if through or around or environment or _IN_EARNEST:
            done = subprocess.run(
                [*around, *people.enter(person, self.pid), *through, sys.executable, "-m", "porttui", *words],
                stdin=subprocess.DEVNULL,
                capture_output=True,
                text=True,
                errors="replace",
                check=False,
                env=variables,
                cwd="/",
                timeout=60,
            )
        else:
            done = asker.ask(words, person, self.pid, variables)
        seconds = time.monotonic() - begun
        assert done.stdout, f"no report: exit {done.returncode}\n{done.stderr}"
        return Answer(done.returncode, json.loads(done.stdout), done.stderr, seconds)

    def porttui(self, *words: str, person: Person = Person.ROOT) -> subprocess.CompletedProcess[str]:
        """Call porttui with these words, to its end; its text and its exit code are for the caller to judge."""
        return subprocess.run(
            [*people.enter(person, self.pid), sys.executable, "-m", "porttui", *words],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
            env=_environment(),
            cwd="/",
            timeout=60,
        )

    def _rows(self) -> Iterator[list[str]]:
        for table in ("tcp", "tcp6"):
            lines = Path(f"/proc/{self.pid}/net/{table}").read_text().splitlines()
            yield from (line.split() for line in lines[1:])

    def join(self, other: Namespace, own: str, its: str) -> None:
        """Tie another namespace to this one by a pair of interfaces, as a container is tied to its host.

        Args:
            other: becomes the container; its default route leads here.
            own: this end's address, of a /24.
            its: the other end's.
        """
        here = f"ip addr add {own}/24 dev inner0 && ip link set inner0 up"
        self.run(
            "sh", "-c", f"ip link add inner0 type veth peer name eth0 && ip link set eth0 netns {other.pid} && {here}"
        )
        other.run("sh", "-c", f"ip addr add {its}/24 dev eth0 && ip link set eth0 up && ip route add default via {own}")

    def _add_lan(self) -> None:
        script = (
            "ip link add lan0 type veth peer name lan1 && ip link set lan0 addrgenmode none"
            f" && ip link set lan1 addrgenmode none && ip addr add {ADDRESS}/24 dev lan0"
            " && ip link set lan0 up && ip link set lan1 up"
        )
        self.run("sh", "-c", script)


def wait_until(condition: Callable[[], bool], what: str, seconds: float = 20.0) -> None:
    """Wait until a condition holds, and fail the test when it does not in time."""
    until = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > until:
            pytest.fail(f"waited {seconds:g} s in vain for: {what}")
        time.sleep(0.005)


def _state(pid: int) -> str:
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]


def _environment() -> dict[str, str]:
    """An environment without the proxies, the SSH session and the locale of whoever runs the tests."""
    return {
        "PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
        "HOME": "/",
        "LANG": "C.UTF-8",
        "PYTHONPATH": str(CHECKOUT / "src"),
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYTHONWARNINGS": "error",
    }
