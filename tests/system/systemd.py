"""A systemd of its own on the stage: pid 1 of a private pid namespace, with the few units that a test gives it.

It needs root and a writable cgroup-v2 hierarchy, in which it has a folder of its own. /run is its own too, so nothing
of the machine's own systemd, if there is one, is seen or changed.
"""

from __future__ import annotations

import contextlib
import os
import secrets
import shlex
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.system import people
from tests.system.people import Person
from tests.system.stage import Answer, Namespace, wait_until

_PROGRAM = Path("/lib/systemd/systemd")
_ALONE = "[Unit]\nDefaultDependencies=no\n"
_BOOT = """
mount -t tmpfs -o mode=755 tmpfs /run && mkdir -p /run/systemd/system && mount -t proc proc /proc &&
mount -t cgroup2 none /sys/fs/cgroup && cp {units}/* /run/systemd/system &&
exec env -i container=porttui PATH=/usr/sbin:/usr/bin:/sbin:/bin {program} --system --unit=stage.target \
    --log-target=console --show-status=no --log-level=warning
"""


@dataclass(frozen=True)
class Booted:
    """A running systemd, which holds the port of web.socket."""

    stage: Namespace
    pid: int
    port: int

    def check(self, target: str, *options: str, person: Person) -> Answer:
        """Ask porttui as a process of that little machine."""
        inside = ("nsenter", f"--target={self.pid}", "--mount", "--pid", "--cgroup", "--net")
        user = () if person is Person.ROOT else _as(person)
        return self.stage.check(target, *options, person=Person.ROOT, through=(*inside, *user))


@contextmanager
def boot(folder: Path, command: str, *, each: bool = False) -> Iterator[Booted]:
    """Start systemd with a web.socket that listens at a free port and starts a service with this command.

    Args:
        folder: where files can be written that everybody may read.
        command: ExecStart= of the service.
        each: start one service for each connection (Accept=yes).
    """
    if os.geteuid() != 0 or sys.platform != "linux":
        pytest.skip("only root can start a systemd")
    hierarchy = next((each for each in map(Path, ("/sys/fs/cgroup/unified", "/sys/fs/cgroup")) if _is_v2(each)), None)
    if not _PROGRAM.exists() or hierarchy is None:
        pytest.skip("no systemd, or no cgroups of version 2")
    own = hierarchy / f"porttui-stage-{secrets.token_hex(4)}"
    (folder / "units").mkdir()
    own.mkdir()
    try:
        with Namespace() as stage:
            port = stage.free_port()
            for name, text in _units(port, command, each=each).items():
                (folder / "units" / name).write_text(text)
            script = _BOOT.format(units=shlex.quote(str(folder / "units")), program=_PROGRAM)
            apart = "unshare --mount --propagation=private --pid --fork --cgroup --uts --ipc --kill-child"
            readable = f"nsenter --mount=/proc/{people.mounts()}/ns/mnt"  # where nobody can run porttui
            words = f'echo $$ > {own}/cgroup.procs && exec {readable} {apart} sh -c "$1"'
            process = stage.popen("sh", "-c", words, "sh", script)
            wait_until(lambda: stage.listens(port) or process.poll() is not None, "systemd listens for web.socket")
            assert process.poll() is None, process.communicate()
            yield Booted(stage, int((own / "init.scope/cgroup.procs").read_text().split()[0]), port)
    finally:
        _remove(own)


def _units(port: int, command: str, *, each: bool) -> dict[str, str]:
    service = f"{_ALONE}[Service]\nExecStart={command}\n" + ("StandardInput=socket\n" if each else "")
    return {
        "stage.target": f"{_ALONE}Requires=web.socket\nAllowIsolate=yes\n",
        "web.socket": f"{_ALONE}[Socket]\nListenStream=127.0.0.1:{port}\n" + ("Accept=yes\n" if each else ""),
        "web@.service" if each else "web.service": service,
    }


def _is_v2(folder: Path) -> bool:
    return (folder / "cgroup.controllers").exists() and os.access(folder, os.W_OK)


def _as(person: Person) -> tuple[str, ...]:
    return ("setpriv", f"--reuid={person.value}", f"--regid={person.value}", "--clear-groups", "--inh-caps=-all")


def _remove(own: Path) -> None:
    """Remove the folder of control groups as soon as the last process in it has ended."""
    for _ in range(400):
        folders = [Path(place) for place, _, _ in os.walk(own, topdown=False)]
        for each in folders:
            with contextlib.suppress(OSError):
                each.rmdir()
        if not own.exists():
            return
        time.sleep(0.01)
