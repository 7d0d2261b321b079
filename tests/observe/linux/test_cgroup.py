from __future__ import annotations

import os
from pathlib import Path

import pytest

from porttui.observe.linux import cgroup
from porttui.observe.linux.cgroup import Place
from tests.observe.holder import linux_only

ID = "4f1d0c0d2d5a4e0a9c2f63a7f0f7b9e1c3a5d7e9f1b3c5d7e9f1a3b5c7d9e1f3"
SHORT = "4f1d0c0d2d5a"


@pytest.mark.parametrize(
    ("path", "place"),
    [
        ("/system.slice/nginx.service", Place("nginx.service")),
        ("/system.slice/system-postgresql.slice/postgresql@15-main.service", Place("postgresql@15-main.service")),
        ("/system.slice/docker.socket", Place("docker.socket")),
        ("/user.slice/user-1000.slice/user@1000.service/app.slice/dev.service", Place("dev.service")),
        ("/user.slice/user-1000.slice/session-3.scope", Place()),
        ("/user.slice/user-1000.slice/user@1000.service/init.scope", Place()),
        ("/user.slice/user-1000.slice/user@1000.service/app.slice/app-tmux-1.scope", Place()),
        ("/", Place()),
        ("/init.scope", Place()),
        (f"/system.slice/docker-{ID}.scope", Place(None, SHORT, "docker")),
        (f"/docker/{ID}", Place(None, SHORT, "docker")),
        (f"/docker/{ID}/system.slice/nginx.service", Place(None, SHORT, "docker")),
        (f"/machine.slice/libpod-{ID}.scope/container", Place(None, SHORT, "podman")),
        (f"/machine.slice/libpod-conmon-{ID}.scope", Place()),
        (f"/system.slice/web.service/libpod-payload-{ID}", Place("web.service", SHORT, "podman")),
        (f"/kubepods.slice/kubepods-pod1.slice/cri-containerd-{ID}.scope", Place(None, SHORT, "containerd")),
        (f"/kubepods/besteffort/pod0ec1/{ID}", Place(None, SHORT, "kubernetes")),
        (
            f"/system.slice/containerd.service/kubepods-pod1.slice:cri-containerd:{ID}",
            Place("containerd.service", SHORT, "containerd"),
        ),
        (f"/kubepods.slice/crio-{ID}.scope", Place(None, SHORT, "cri-o")),
        (f"/libpod_parent/libpod-{ID}", Place(None, SHORT, "podman")),
        (f"/jobs/{ID}", Place(None, SHORT)),
        ("/machine.slice/machine-qemu\\x2d1\\x2dvm.scope/libvirt/emulator", Place()),
        ("/lxc.payload.web/system.slice/nginx.service", Place(None, "web", "lxc")),
        ("/machine.slice/machine-my\\x2dbox.scope", Place(None, "my-box", "nspawn")),
        ("/machine.slice/systemd-nspawn@box.service/payload", Place(None, "box", "nspawn")),
    ],
)
def test_what_a_path_says(path: str, place: Place) -> None:
    assert cgroup.place_of(path) == place


def test_a_name_from_outside_is_made_printable() -> None:
    assert cgroup.place_of("/lxc.payload.\x1b[31m").container == "\\x1b[31m"


def test_version_1_has_a_line_for_each_hierarchy() -> None:
    lines = ["12:pids:/", f"4:memory:/docker/{ID}", "1:name=systemd:/system.slice/x.service", "0::/"]
    assert cgroup.place_of_lines(lines) == Place("x.service", SHORT, "docker")
    assert cgroup.place_of_lines([]) == Place()


@linux_only
def test_the_way_from_an_id_to_the_processes() -> None:
    own = cgroup.version_2_path(os.getpid())
    mount = cgroup.mount_point()
    if own is None or mount is None or not Path(mount[0], "cgroup.procs").exists():
        pytest.skip("no cgroup-v2 hierarchy is mounted here")
    number = (Path(mount[0]) / own.removeprefix(mount[1]).lstrip("/")).stat().st_ino
    assert cgroup.find({number, 1 << 60}) == {number: own}
    assert os.getpid() in cgroup.processes_in(own)
    assert cgroup.processes_in("/no-such-group") == ()


def test_nothing_wanted_nothing_walked() -> None:
    assert cgroup.find(()) == {}
