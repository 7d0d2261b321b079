from __future__ import annotations

import socket
from pathlib import Path

import pytest

from porttui.model.facts import Ssh
from porttui.observe.linux.host import linux_host


def _file(root: Path, name: str, text: str = "") -> None:
    (root / name).parent.mkdir(parents=True, exist_ok=True)
    (root / name).write_text(text, "utf-8")


def test_this_machine_has_its_name() -> None:
    assert linux_host().name == socket.gethostname()


def test_a_bare_machine_has_no_marks(tmp_path: Path) -> None:
    host = linux_host(tmp_path, {})
    assert (host.ssh, host.tmux, host.container, host.wsl, host.systemd) == (None, False, None, False, False)


@pytest.mark.parametrize(
    ("file", "text", "container"),
    [
        (".dockerenv", "", "docker"),
        ("run/.containerenv", "", "podman"),
        ("proc/1/cgroup", "0::/system.slice/docker-0123456789ab.scope\n", "docker"),
        ("proc/1/cgroup", "0::/kubepods.slice/pod1/cri-containerd-12.scope\n", "kubernetes"),
        ("proc/1/cgroup", "0::/machine.slice/libpod-12.scope\n", "podman"),
        ("proc/1/cgroup", "0::/init.scope\n", None),
        ("run/systemd/container", "systemd-nspawn\n", "systemd-nspawn"),
    ],
)
def test_a_container_is_named_by_its_marks(tmp_path: Path, file: str, text: str, container: str | None) -> None:
    _file(tmp_path, file, text)
    assert linux_host(tmp_path, {}).container == container


def test_kubernetes_is_named_before_the_runtime_under_it(tmp_path: Path) -> None:
    _file(tmp_path, ".dockerenv")
    assert linux_host(tmp_path, {"KUBERNETES_SERVICE_HOST": "10.0.0.1"}).container == "kubernetes"


def test_wsl_and_systemd_are_seen(tmp_path: Path) -> None:
    _file(tmp_path, "proc/version", "Linux version 5.15.90.1-microsoft-standard-WSL2")
    (tmp_path / "run/systemd/system").mkdir(parents=True)
    host = linux_host(tmp_path, {})
    assert (host.wsl, host.systemd) == (True, True)


def test_the_ssh_session_names_both_ends(tmp_path: Path) -> None:
    env = {"SSH_CONNECTION": "192.0.2.4 51022 10.0.0.5 2222", "TMUX": "/tmp/tmux-0/default,1,0"}
    host = linux_host(tmp_path, env)
    assert host.ssh == Ssh(client="192.0.2.4", server="10.0.0.5", server_port=2222)
    assert host.tmux is True


@pytest.mark.parametrize("connection", ["", "UNKNOWN", "1.2.3.4 1 5.6.7.8 x"])
def test_a_broken_ssh_connection_is_none(tmp_path: Path, connection: str) -> None:
    assert linux_host(tmp_path, {"SSH_CONNECTION": connection}).ssh is None
