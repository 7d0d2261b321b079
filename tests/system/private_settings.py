"""Real ufw and real fail2ban with settings of their own, in a mount namespace: the machine's are not touched."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.system import people
from tests.system.stage import Namespace, wait_until

Through = tuple[str, ...]
"""Words of a command that runs another one where the settings are private."""


def ufw(folder: Path, *, forgets_loopback: bool = False) -> Through:
    """Make settings for ufw.

    Args:
        folder: an empty one, for the settings.
        forgets_loopback: somebody took the rules out that let the machine talk to itself.
    """
    if people.find("ufw") is None:
        pytest.skip("ufw is not installed")
    shutil.copytree("/etc/ufw", folder / "ufw")
    shutil.copy("/etc/default/ufw", folder / "default")
    (folder / "run").mkdir()
    if forgets_loopback:
        fixed = folder / "ufw/before.rules"
        lines = fixed.read_text().splitlines(keepends=True)
        fixed.write_text("".join(line for line in lines if " lo " not in line))
    return _mounted({folder / "ufw": "/etc/ufw", folder / "default": "/etc/default/ufw", folder / "run": "/run"})


def fail2ban(stage: Namespace, folder: Path, action: str, port: int) -> Through:
    """Start fail2ban-server with one jail, "shop", for a port; returns when it can be asked.

    Args:
        stage: where its rules are to be.
        folder: an empty one, for its settings, its log and its socket.
        action: how it bans: "nftables-multiport", "iptables-multiport", "iptables-ipset-proto6".
        port: that banned addresses do not reach.
    """
    if people.find("fail2ban-server") is None:
        pytest.skip("fail2ban is not installed")
    settings, run = folder / "settings", folder / "run"
    shutil.copytree("/etc/fail2ban", settings)
    shutil.rmtree(settings / "jail.d")
    (run / "fail2ban").mkdir(parents=True)
    log = folder / "shop.log"
    log.touch()
    (settings / "jail.local").unlink(missing_ok=True)
    (settings / "jail.conf").write_text(
        f"""[DEFAULT]
banaction = {action}
action = %(banaction)s[port="%(port)s", protocol="tcp", chain="INPUT"]
ignoreself = false
backend = polling
bantime = 600
[shop]
enabled = true
port = {port}
filter =
logpath = {log}
"""
    )
    own = (settings / "fail2ban.conf").read_text()
    own = own.replace("/var/log/fail2ban.log", str(folder / "own.log"))
    (settings / "fail2ban.conf").write_text(own.replace("/var/lib/fail2ban/fail2ban.sqlite3", "None"))
    through = _mounted({settings: "/etc/fail2ban", run: "/run"})
    server = stage.popen(*through, "fail2ban-server", "-f", "start")
    started = folder / "own.log"

    def up() -> bool:
        if server.poll() is not None:
            pytest.fail(f"fail2ban-server ended: {server.communicate()}")
        return started.exists() and "Jail 'shop' started" in started.read_text()

    wait_until(up, "fail2ban-server has started the jail")
    return through


def _mounted(folders: dict[Path, str]) -> Through:
    binds = " && ".join(f"mount --bind '{here}' {there}" for here, there in folders.items())
    # the settings of the tests' own interpreter are not for programs that are written in Python too
    script = f'{binds} && unset PYTHONPATH PYTHONWARNINGS PYTHONDONTWRITEBYTECODE && exec "$@"'
    return ("unshare", "--mount", "--propagation=private", "sh", "-c", script, "sh")
