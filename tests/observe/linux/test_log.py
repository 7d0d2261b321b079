"""The last lines of a unit's or a container's log, as stand-ins for journalctl and docker print them."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from porttui.model.facts import Ancestor, Process, Unseen
from porttui.observe.linux import managers
from porttui.observe.linux.log import linux_log
from porttui.reading.inspected import Log
from tests.observe.holder import linux_only
from tests.worlds import node

pytestmark = linux_only
UNIT = node(unit="app.service", manager="system")
USERS = node(unit="dev.service", manager="user")
CONTAINER = node(unit="docker.service", manager="system", container="0123456789ab")
HINT = "Hint: You are currently not seeing messages from other users and the system."


@pytest.fixture
def programs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give a folder of programs, first on PATH, and let systemd and docker seem to be there."""
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.setattr(managers, "_BOOTED", tmp_path)
    monkeypatch.setattr(managers, "DOCKER", str(tmp_path))
    return tmp_path


def says(folder: Path, name: str, out: str = "", error: str = "", status: int = 0) -> None:
    """Write a program that says this, and notes what it was asked."""
    (folder / "out").write_text(out)
    (folder / "error").write_text(error)
    script = f'#!/bin/sh\necho "$@" >> {folder}/asked\ncat {folder}/out\ncat {folder}/error >&2\nexit {status}\n'
    (folder / name).write_text(script)
    (folder / name).chmod(0o755)


def entry(message: object) -> str:
    return json.dumps({"__REALTIME_TIMESTAMP": "1763780518123456", "MESSAGE": message})


def read(process: Process) -> list[str]:
    log = linux_log(process)
    assert isinstance(log, Log)
    assert all(line.at is not None and line.at.timestamp() == 1763780518.123456 for line in log.lines)
    return [line.text for line in log.lines]


def test_the_journal_of_a_unit(programs: Path) -> None:
    raw = list("caf\xe9 \x1b[31mred".encode("latin-1"))
    lines = [entry("GET /health 200"), entry(raw), "{broken", entry(None), entry("login password=pw1234 by bob")]
    says(programs, "journalctl", "\n".join(lines))
    assert read(UNIT) == ["GET /health 200", "caf\ufffd red", "login password=(hidden) by bob"]
    assert read(USERS)
    assert (programs / "asked").read_text().splitlines() == [
        "-u app.service -n 8 --no-pager -o json",
        "--user -u dev.service -n 8 --no-pager -o json",
    ]


def test_a_log_that_may_not_be_read_is_not_an_empty_one(programs: Path) -> None:
    says(programs, "journalctl", error=HINT)
    unseen = linux_log(UNIT)
    assert isinstance(unseen, Unseen)
    assert (unseen.needs_root, unseen.how_to_see) == (True, "journalctl -u app.service -n 8")
    says(programs, "journalctl")
    assert read(UNIT) == []
    says(programs, "journalctl", error="Failed to open journal: broken", status=1)
    unseen = linux_log(UNIT)
    assert isinstance(unseen, Unseen)
    assert unseen.reason == "Failed to open journal: broken"
    typed = (Ancestor(pid=9, name="sshd", argv=("sshd: dev@pts/0",)), Ancestor(pid=10, name="bash", argv=("-bash",)))
    assert linux_log(node()) is None
    assert linux_log(node(unit="ssh.service", ancestors=typed)) is None, "the log of a login is not that of a server"


def test_the_log_of_a_container(programs: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    says(programs, "docker", "2025-11-22T03:01:58.123456789Z ready\n")
    assert read(CONTAINER) == ["ready"]
    assert (programs / "asked").read_text() == "logs --timestamps --tail 8 0123456789ab\n"
    monkeypatch.setattr(managers, "DOCKER", str(programs / "none"))
    unseen = linux_log(CONTAINER)
    assert isinstance(unseen, Unseen)
    assert unseen.how_to_see == "docker logs --tail 8 0123456789ab"
