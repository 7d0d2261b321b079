"""Where a lab plays: the processes that it started, and, where it needs one, a network of its own.

Only what was started here is ever signalled. Every process is tied to this one (programs/tie.py) and leads a session of
its own, so that ctrl+c in the learner's terminal does not reach it.
"""

from __future__ import annotations

import contextlib
import os
import select
import shutil
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

from porttui.labs.programs.ask import Said, ask

_PROGRAMS = Path(__file__).with_name("programs")
_SBIN = ("/usr/sbin", "/sbin")
_PATIENCE = 20
"""Seconds in which a program of a lab has to be ready; it takes some hundredths of one."""


class StartError(OSError):
    """A program of a lab could not start. `str(error)` is the line that it said."""


class Server:
    """A program of the lab."""

    def __init__(self, process: subprocess.Popen[bytes], program: str, words: tuple[str, ...], said: str) -> None:
        """Take a program that was started and has said its first line."""
        self.process = process
        self.program = program
        self.words = words
        """Its options."""
        self.said = said

    @property
    def pid(self) -> int:
        """Its pid, which is the same in a private network."""
        return self.process.pid

    @property
    def port(self) -> int:
        """The port that it has; 0 where it has none."""
        word, _, port = self.said.partition(" ")
        return int(port) if word == "ready" else 0

    @property
    def runs(self) -> bool:
        """Whether it is there; one that is paused is."""
        return self.process.poll() is None


class Stage:
    """The processes of one lab. Use it in a with statement."""

    def __init__(self, *, private: bool = False, mounts: bool = False) -> None:
        """Prepare a stage; nothing is started yet.

        Args:
            private: whether it is a network namespace of its own.
            mounts: whether it has mounts of its own, too, so that it can lay a file over another one.
        """
        self.private = private
        self._mounts = ("--mount",) if mounts else ()
        self.shared: dict[str, str] = {}
        """What the programs of the lab have in their environment besides their own."""
        self.line: Server | None = None
        """The server whose start the learner may change, as it was started last, also when it ended at once."""
        self.answer = ""
        """What the learner said to `a`."""
        self.variables: dict[str, str] = {}
        """What programs of the learner have in their environment besides their own."""
        self.with_less: tuple[str, ...] = ()
        """What stands before each command inside, to take a right from it."""
        self.commands: list[subprocess.Popen[bytes]] = []
        """Of the learner's, under way."""
        self._holder: Server | None = None
        self._started: list[Server] = []

    def __enter__(self) -> Self:
        """Make the private network, where one is needed.

        Raises:
            StartError: it cannot be made here.
        """
        if self.private:
            own = () if os.geteuid() == 0 else ("--user", "--map-root-user")
            script = 'ip link set lo up && exec "$@"'
            words = ("unshare", *own, "--net", *self._mounts, "sh", "-c", script, "sh", *_python("hold"))
            self._holder = self._begin(words, "hold", ())
            if not self._holder.runs or self._holder.said != "ready 0":
                said = self._holder.said
                self.close()
                raise StartError(said or "no private network")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End all that was started."""
        self.close()

    def close(self) -> None:
        """End all that was started, and what the learner still runs in there; may be called twice."""
        for process in tuple(self.commands):
            if process.poll() is None:
                with contextlib.suppress(ProcessLookupError):
                    os.killpg(process.pid, signal.SIGKILL)
        for server in self._started[::-1]:
            self.end(server)
        self._holder = self.line = None

    @property
    def started(self) -> tuple[Server, ...]:
        """All that was started and not ended by the lab itself."""
        return tuple(self._started)

    def others(self) -> tuple[Server, ...]:
        """Return what was started besides the server whose start the learner may change."""
        return tuple(server for server in self._started if server not in (self.line, self._holder))

    def end(self, server: Server) -> None:
        """End one program, whatever state it is in, and wait until it is gone."""
        process = server.process
        if process.poll() is None:
            process.kill()
        for pipe in (process.stdin, process.stdout):
            if pipe is not None:
                with contextlib.suppress(OSError):
                    pipe.close()
        process.wait()
        if server in self._started:
            self._started.remove(server)

    def start(
        self, program: str, *words: str | int, more: Mapping[str, str] | None = None, within: tuple[str, ...] = ()
    ) -> Server:
        """Start a program of the lab and wait until it is ready.

        Args:
            program: a module of `labs.programs`, or the path of a program of one's own, which ends in .py.
            words: its options.
            more: variables of its environment.
            within: what stands before it, and becomes it (exec): "unshare" with its options.

        Raises:
            StartError: it could not start.
        """
        server = self._try(program, tuple(map(str, words)), more, within)
        if not server.port:
            self.end(server)
            raise StartError(server.said)
        return server

    def start_line(self, program: str, *words: str | int) -> Server:
        """Start, or start again with other options, the server whose start the learner may change.

        Returns:
            It, also when it ended at once: its `port` is then 0, and `said` is why.
        """
        if self.line is not None:
            self.end(self.line)
        self.line = self._try(program, tuple(map(str, words)))
        return self.line

    def restart_line(self) -> Server | None:
        """Start the server that the learner may change again, if it has ended."""
        if self.line is not None and not (self.line.port and self.line.runs):
            return self.start_line(self.line.program, *self.line.words)
        return self.line

    def _try(
        self,
        program: str,
        words: tuple[str, ...],
        more: Mapping[str, str] | None = None,
        within: tuple[str, ...] = (),
    ) -> Server:
        variables = {**self.shared, **(more or {})} | ({"LAB_PRIVATE": "1"} if self.private else {})
        return self._begin((*self.inside(), *within, *_python(program), *words), program, words, variables)

    def _begin(
        self, argv: Sequence[str], program: str, words: tuple[str, ...], more: Mapping[str, str] | None = None
    ) -> Server:
        process = subprocess.Popen(
            argv,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            bufsize=0,
            start_new_session=True,
            env={**environment(), **(more or {})},
        )
        server = Server(process, program, words, "")
        self._started.append(server)
        server.said = _first_line(process)
        return server

    def inside(self) -> tuple[str, ...]:
        """Return what stands before a command that is to run in the lab's network; nothing where it has none."""
        if self._holder is None:
            return ()
        own = () if os.geteuid() == 0 else ("--user", "--preserve-credentials")
        return ("nsenter", "--target", str(self._holder.pid), *own, "--net", *self._mounts, *self.with_less)

    def ask(self, host: str, port: int, scheme: str = "http", name: str = "") -> Said:
        """Ask for a page, as a client in the lab's network would; takes half a second at most for each wait."""
        if not self.private:
            return ask(host, port, scheme=scheme, name=name)
        words = (*self.inside(), *_python("ask"), host, str(port), "0.5", scheme, name)
        done = subprocess.run(words, capture_output=True, check=False, text=True, timeout=_PATIENCE, env=environment())
        word, _, text = done.stdout.partition("\n")
        return Said(word or "no answer", text)

    def fetch(self, url: str) -> Said:
        """Ask for a URL as a program with the lab's variables does; takes a second at most."""
        words = (*self.inside(), *_python("fetch"), url)
        done = subprocess.run(
            words,
            capture_output=True,
            check=False,
            text=True,
            timeout=_PATIENCE,
            env={**environment(), **self.variables},
        )
        word, _, text = done.stdout.partition("\n")
        return Said(word.lower() if not word.startswith("HTTP") else word, text)

    def pause(self, server: Server) -> None:
        """Send SIGSTOP, and wait until the process is stopped."""
        server.process.send_signal(signal.SIGSTOP)
        os.waitid(os.P_PID, server.pid, os.WSTOPPED | os.WEXITED | os.WNOWAIT)

    def resume(self, server: Server) -> None:
        """Send SIGCONT."""
        server.process.send_signal(signal.SIGCONT)

    def run(self, *argv: str) -> subprocess.CompletedProcess[str]:
        """Run a command in the lab's network to its end."""
        words = (*self.inside(), *argv)
        return subprocess.run(
            words, capture_output=True, check=False, text=True, errors="replace", timeout=_PATIENCE, env=environment()
        )


def environment() -> dict[str, str]:
    """Return the variables of this process, with a PATH on which ordinary users, too, find nft and ip.

    The folder of this interpreter stands last: porttui lies there when it was started by its path.
    """
    path = os.environ.get("PATH", os.defpath)
    more = (*_SBIN, str(Path(sys.executable).parent))
    return {
        **os.environ,
        "PATH": os.pathsep.join((path, *(each for each in more if each not in path.split(os.pathsep)))),
    }


def _python(program: str) -> tuple[str, ...]:
    """Return how a program of the labs is started: without what is installed, which makes it quick.

    Args:
        program: a module of `labs.programs`, or the path of another one, which ends in .py.
    """
    name, *more = ("own", program) if program.endswith(".py") else (program,)
    return (sys.executable, "-SE", str(_PROGRAMS / f"{name}.py"), *more)


def _first_line(process: subprocess.Popen[bytes]) -> str:
    """Return the first line that a program says, without the line's end; empty when it says nothing in time."""
    if process.stdout is None:
        return ""
    line = b""
    while not line.endswith(b"\n"):
        if not select.select([process.stdout], [], [], _PATIENCE)[0]:
            break
        more = os.read(process.stdout.fileno(), 4096)
        if not more:
            process.wait()
            break
        line += more
    return line.decode("utf-8", "replace").partition("\n")[0].strip()


def no_private_network(*programs: str, mounts: bool = False) -> str:
    """Tell why a private network cannot be had here, or a program is missing in it; empty when all is well.

    Args:
        programs: those that it takes.
        mounts: whether it has to have mounts of its own, too.

    A system may forbid it to ordinary users (user_namespaces(7)), and so do many containers: it is tried.
    """
    missing = [
        name
        for name in ("unshare", "nsenter", "ip", *programs)
        if shutil.which(name, path=environment()["PATH"]) is None
    ]
    if missing:
        return f"it takes {' and '.join(missing)}, which {'is' if len(missing) == 1 else 'are'} not found here"
    try:
        with Stage(private=True, mounts=mounts):
            return ""
    except OSError as error:
        return f"no private network can be made here: {error}"
