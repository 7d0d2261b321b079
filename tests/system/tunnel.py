"""A real SSH server on the stage, with keys and settings of its own, and tunnels through it."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from tests.system import people
from tests.system.people import Person
from tests.system.stage import Namespace, Server


def start_sshd(stage: Namespace, folder: Path, *, settings: str = "", through: tuple[str, ...] = ()) -> Server:
    """Start sshd, to which root may log in with the key in `folder`, at a free port of loopback."""
    sshd = people.find("sshd")
    if sshd is None or people.find("ssh") is None:
        pytest.skip("openssh is not installed")
    for name in ("host", "key"):
        subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", folder / name], check=True)
    port = stage.free_port()
    (folder / "sshd_config").write_text(
        f"ListenAddress 127.0.0.1:{port}\nHostKey {folder}/host\nAuthorizedKeysFile {folder}/key.pub\n"
        f"PidFile none\nStrictModes no\nUsePAM no\nPermitRootLogin yes\n{settings}\n"
    )
    # /run/sshd has to be there (sshd(8)); a /run of its own, so that the machine's is left alone
    script = 'mount -t tmpfs -o mode=755 tmpfs /run && mkdir /run/sshd && exec "$@"'
    # sshd gives each login a session of its own; in a pid namespace those end with it, too
    apart = (
        "unshare",
        "--mount",
        "--propagation=private",
        "--pid",
        "--fork",
        "--kill-child",
        *through,
        "sh",
        "-c",
        script,
        "sh",
    )
    return stage.serve(port, *apart, sshd, "-D", "-p", str(port), "-f", str(folder / "sshd_config"))


def ssh(stage: Namespace, folder: Path, server: Server, opens: int, *options: str) -> Server:
    """Log in to 127.0.0.1 as root with options that open a port, and return when something listens on it."""
    settings = ("UserKnownHostsFile=/dev/null", "StrictHostKeyChecking=no", "LogLevel=ERROR", "BatchMode=yes")
    words = [word for setting in settings for word in ("-o", setting)]
    return stage.serve(
        opens, "ssh", "-F", "/dev/null", "-N", "-i", str(folder / "key"), *words, "-p", str(server.port), *options,
        "root@127.0.0.1", person=Person.ROOT,
    )  # fmt: skip
