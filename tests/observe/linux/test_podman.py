"""What podman leaves readable about its containers: recorded from podman 4.3.1 with conmon 2.1.6."""

from __future__ import annotations

import json
import os
import subprocess
from contextlib import nullcontext
from pathlib import Path

from porttui.model.facts import Ancestor, Process
from porttui.observe.linux import podman
from tests import worlds as w
from tests.observe.holder import linux_only

pytestmark = linux_only
ID = "6fdc6bbf15c5195c7ae1f4567b73c4766e75e2eee127e21c597b90218bf7b3d4"
IMAGE = "0eff59f99c854d04d93b13a93163cf1bc9feb88371652f8170d716149a135cc8"
CONTAINERS = [
    {
        "id": ID,
        "names": ["shop-redis"],
        "image": IMAGE,
        "layer": "54fc5a344e16cf26bf791ad957e65ad103813fbd3bcef94199d0369e6737ee16",
        "metadata": json.dumps({"image-name": "localhost/redis:7", "image-id": IMAGE, "name": "shop-redis"}),
        "created": "2026-11-22T18:31:30.064152658Z",
        "flags": {"MountLabel": "", "ProcessLabel": ""},
    }
]


def redis(storage: Path, monitor: int | None = None) -> Process:
    """Return the first process of a container, below a monitor with its command line; of ours where none is told."""
    data, exits = f"{storage}/overlay-containers/{ID}/userdata", ("--exit-command", "/usr/bin/podman")
    argv: tuple[str, ...] = (
        "/usr/bin/conmon",
        "--api-version",
        "1",
        "-c",
        ID,
        "-u",
        ID,
        "-r",
        "/usr/sbin/runc",
        "-b",
        data,
    )
    argv = (*argv, "-p", f"{data}/pidfile", "-n", "shop-redis", "--exit-dir", "/run/libpod/exits", "--full-attach")
    argv = (*argv, "-l", f"k8s-file:{data}/ctr.log", *exits, "--exit-command-arg", "-n", "--exit-command-arg", "other")
    above = (Ancestor(pid=1, name="systemd"), Ancestor(pid=monitor or os.getpid(), name="conmon", argv=argv))
    return w.node(name="redis-server", container=ID[:12], engine="podman", ancestors=above)


def test_name_and_image_by_the_monitor_and_the_storage(tmp_path: Path) -> None:
    folder = tmp_path / "overlay-containers"
    folder.mkdir()
    (folder / "containers.json").write_text(json.dumps(CONTAINERS))
    assert podman.told([redis(tmp_path)]) == {
        ID[:12]: {"container_name": "shop-redis", "image": "localhost/redis:7", "image_id": IMAGE[:12]}
    }
    with subprocess.Popen(("cat",), stdin=subprocess.PIPE, user=65534) if os.geteuid() == 0 else nullcontext() as other:
        if other is not None:
            assert podman.told([redis(tmp_path, other.pid)]) == {ID[:12]: {"container_name": "shop-redis"}}, "not ours"
    (folder / "containers.json").write_text('[{"id": 7}, "of another version"]')
    assert podman.told([redis(tmp_path)]) == {ID[:12]: {"container_name": "shop-redis"}}
    (folder / "containers.json").write_text("[" * 200_000)  # as anybody can leave it for root
    assert podman.told([redis(tmp_path)]) == {ID[:12]: {"container_name": "shop-redis"}}


def test_a_storage_that_this_user_may_not_read_leaves_the_name(tmp_path: Path) -> None:
    assert podman.told([redis(tmp_path)]) == {ID[:12]: {"container_name": "shop-redis"}}
    folder = tmp_path / "overlay-containers"
    folder.mkdir()
    os.mkfifo(folder / "containers.json")  # nobody writes to it, and nobody waits for that
    assert podman.told([redis(tmp_path)]) == {ID[:12]: {"container_name": "shop-redis"}}
    assert podman.told([w.node(container=ID[:12], engine="podman")]) == {}, "no monitor above it"
