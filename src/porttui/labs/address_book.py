"""A hosts file that leads localhost elsewhere."""

from __future__ import annotations

from porttui.labs.common import LAN, add_lan, page
from porttui.labs.lab import Lab, Look, Scene
from porttui.labs.stage import Stage, StartError, no_private_network

_OWN_FILE = (
    "mount -t tmpfs -o mode=755,size=64k lab /mnt && "
    f"printf '# the hosts of the test network\\n{LAN} localhost page.example\\n' > /mnt/hosts && "
    "chmod 644 /mnt/hosts && mount --bind /mnt/hosts /etc/hosts && umount /mnt"
)
"""Lays another file over /etc/hosts, in the mounts of the lab alone; both are gone with them (mount_namespaces(7))."""
_MEND = "printf '127.0.0.1 localhost\\n::1 localhost\\n' > /etc/hosts"


def _start(stage: Stage) -> Scene:
    add_lan(stage)
    done = stage.run("sh", "-c", _OWN_FILE)
    if done.returncode:
        raise StartError(done.stderr.strip())
    port = page(stage, "--host", "127.0.0.1").port
    page(stage, "--host", "127.0.0.1", "--port", port)
    return Scene(target=f"localhost:{port}", words={"port": port})


def _look(stage: Stage, scene: Scene) -> Look:
    said = stage.ask("localhost", int(scene.words["port"]))
    return Look(solved=said.page == "page", word=said.word)


def _solve(stage: Stage, scene: Scene) -> None:
    stage.run("sh", "-c", _MEND)


def _missing() -> str:
    return no_private_network("mount", mounts=True)


LAB = Lab(
    name="address-book",
    title="The machine next to this one",
    code="hosts-localhost-elsewhere",
    lesson="localhost",
    story="""
        http://127.0.0.1:{port} shows the page, http://{target} is refused. Yesterday somebody set names for a test
        network. (The lab has a network and an /etc/hosts of its own: ! COMMAND sees them, and this machine keeps
        its own.)
    """,
    goal="http://{target} shows the page.",
    hints=(
        "localhost is a name. To which address does it lead? ! getent ahosts localhost",
        "A name is looked up in a file before a name server is asked: ! cat /etc/hosts",
        "localhost stands behind a wrong address. Write the right one: ! echo 127.0.0.1 localhost > /etc/hosts",
    ),
    explanation="""
        Programs ask the system for the addresses of a name, and the system reads /etc/hosts first (hosts(5),
        nsswitch.conf(5)). localhost is to mean the machine itself (RFC 6761, 6.3), and most systems have it in that
        file: one line that is wrong there leads all local programs elsewhere, while 127.0.0.1 goes on working.
    """,
    start=_start,
    look=_look,
    solve=_solve,
    private=True,
    mounts=True,
    missing=_missing,
)
