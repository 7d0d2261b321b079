from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest
from msgspec.structs import replace

from porttui.observe import this_platform
from porttui.observe.linux import managers
from porttui.observe.linux.inspected import read_inspect
from porttui.observe.linux.managers import read_show, with_managers
from porttui.observe.session import own_pids
from tests.observe.holder import holding, linux_only
from tests.worlds import node

pytestmark = linux_only

SHOW = """\
MainPID=2214
NRestarts=3
Restart=on-failure
Id=app.service
Names=app.service web.service
ActiveState=active
SubState=running

MainPID=0
Restart=no
Id=gone.service
Names=gone.service
ActiveState=inactive
SubState=dead
"""
"""As systemd 252 prints it; the order is systemd's own, and NRestarts= is missing before systemd 235."""
CONTAINER = "0123456789ab" + "c" * 52
IMAGE = "sha256:1a2b3c4d5e6f" + "0" * 52


def test_what_systemd_shows() -> None:
    told = read_show(SHOW, ["web.service", "gone.service", "other.service"])
    assert told == {
        "web.service": {
            "restart": "on-failure",
            "restarts": 3,
            "main_pid": 2214,
            "unit_state": "active (running)",
        },
        "gone.service": {"restart": "no", "restarts": None, "main_pid": None, "unit_state": "inactive (dead)"},
    }
    assert read_show("", ["web.service"]) == {}


def test_what_docker_shows() -> None:
    told = read_inspect(
        f"{CONTAINER} 901 2 /web nginx:1.25 {IMAGE} unless-stopped\n"
        f"{'f' * 64} 0 0 /db postgres {IMAGE} \nError: no such object\n"
    )
    named = {"container_name": "web", "image": "nginx:1.25", "image_id": "1a2b3c4d5e6f"}
    assert told == {
        "0123456789ab": {**named, "restart": "unless-stopped", "restarts": 2, "main_pid": 901},
        "f" * 12: {
            **named,
            "container_name": "db",
            "image": "postgres",
            "restart": "no",
            "restarts": 0,
            "main_pid": None,
        },
    }


def _program(folder: Path, name: str, text: str) -> None:
    """Write a program that prints a recorded output, and what it was asked beside it."""
    (folder / f"{name}.out").write_text(text)
    path = folder / name
    path.write_text(f'#!/bin/sh\necho "$@" >> {folder}/{name}.asked\nexec cat {folder}/{name}.out\n')
    path.chmod(0o755)


def test_each_manager_is_asked_once_about_what_it_has(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _program(tmp_path, "systemctl", SHOW)
    _program(tmp_path, "docker", f"{CONTAINER} 4125 2 /web nginx:1.25 {IMAGE} always\n")
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.setattr(managers, "_BOOTED", tmp_path)
    monkeypatch.setattr(managers, "DOCKER", str(tmp_path))
    asked = (
        node(4121, unit="app.service", manager="system"),
        node(4122),
        node(4123, unit="web.service", manager="system"),
        node(4124, unit="gone.service", manager="user"),
        node(4125, unit="docker.service", manager="system", container="0123456789ab"),
    )
    told = with_managers(asked)
    assert [each.pid for each in told] == [4121, 4122, 4123, 4124, 4125]
    assert [each.restart for each in told] == ["on-failure", None, "on-failure", "no", "always"]
    assert told[0] == replace(asked[0], restart="on-failure", restarts=3, main_pid=2214, unit_state="active (running)")
    properties = "-p Id,Names,Restart,NRestarts,MainPID,ActiveState,SubState --"
    assert (tmp_path / "systemctl.asked").read_text().splitlines() == [
        f"show {properties} app.service web.service",
        f"--user show {properties} gone.service",
    ]
    assert (tmp_path / "docker.asked").read_text().splitlines()[0].endswith("0123456789ab")


def test_without_systemd_and_docker_nothing_is_asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _program(tmp_path, "systemctl", SHOW)
    _program(tmp_path, "docker", f"{CONTAINER} 4125 2 /web nginx:1.25 {IMAGE} always\n")
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(managers, "_BOOTED", tmp_path / "none")
    monkeypatch.setattr(managers, "DOCKER", str(tmp_path / "none"))
    asked = (node(4121, unit="app.service", manager="system"), node(4125, container="0123456789ab"))
    assert with_managers(asked) == asked
    assert list(tmp_path.glob("*.asked")) == []


def test_porttui_knows_what_it_runs_under() -> None:
    own = own_pids()
    assert own[:2] == (os.getpid(), os.getppid())
    (me,) = this_platform().processes([os.getpid()])
    assert own == (me.pid, *(each.pid for each in reversed(me.ancestors)))


def test_the_command_lines_of_ancestors_are_told() -> None:
    with holding(lambda: None) as (pid, _):
        (child,) = this_platform().processes([pid])
    assert child.ancestors[-1].pid == os.getpid()
    assert sys.executable.rpartition("/")[2][:6] in child.ancestors[-1].argv[0]
