"""The people of the system tests: root, and uid 65534, who may look at almost nothing.

`nobody` has to run the same interpreter and the same checkout as root, but both may lie under a folder that only its
owner may enter (a home of mode 0700). So a private mount namespace is made once a test session, in which every such
folder is covered by an empty tmpfs of mode 755, with the needed subtrees mounted back at their old paths
(mount_namespaces(7)). Nothing outside of that namespace changes, and the kernel removes it with its last process.
"""

from __future__ import annotations

import enum
import functools
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).resolve().parents[2]
TOOLS = ("unshare", "nsenter", "setpriv", "ip", "nft", "env")
"""Programs that the stage is made of: util-linux, iproute2, nftables, coreutils."""


_TIED = ("setpriv", "--pdeathsig=KILL")
"""What is staged dies with the process that staged it, even when that is killed (PR_SET_PDEATHSIG(2const))."""


class Person(enum.Enum):
    """Somebody who runs a program on the stage; the value is the uid and the gid."""

    ROOT = 0
    NOBODY = 65534
    OTHER = 65533
    """Neither root nor nobody: whose servers nobody may not look into."""


@functools.cache
def missing() -> str:
    """Return why faults cannot be staged here, in a few words; empty when they can."""
    if sys.platform != "linux":
        return "network namespaces are a thing of Linux"
    absent = [tool for tool in TOOLS if find(tool) is None]
    if absent:
        return f"not installed: {', '.join(absent)}"
    flags = ("--net",) if os.geteuid() == 0 else ("--user", "--map-root-user", "--net")
    done = subprocess.run(["unshare", *flags, "true"], capture_output=True, text=True, check=False)
    return done.stderr.strip() if done.returncode else ""


def find(tool: str) -> str | None:
    """Return the path of a program, also when it lies where only root's PATH goes; None when it is not installed."""
    return shutil.which(tool, path=f"{os.environ.get('PATH', os.defpath)}:/usr/sbin:/sbin")


def enter(person: Person, holder: int) -> list[str]:
    """Return the words to put before a command, so that a person runs it in a network namespace.

    Args:
        person: who runs it.
        holder: pid of a process that lives in the network namespace.

    Returns:
        A command line that ends where the command begins. The command dies with its parent.
    """
    if os.geteuid() != 0:  # one's own user namespace has one user only, so servers of OTHER are one's own
        if person is Person.NOBODY:
            pytest.skip("only root can run programs as another user")
        return ["nsenter", f"--target={holder}", "--user", "--preserve-credentials", "--net", *_TIED]
    network, *mounts = namespaces(person, holder)
    if person is Person.ROOT:
        return ["nsenter", f"--net={network}", *_TIED]
    user = [f"--reuid={person.value}", f"--regid={person.value}", "--clear-groups", "--inh-caps=-all"]
    return ["nsenter", f"--net={network}", *(f"--mount={each}" for each in mounts), *_TIED, *user]


def become(person: Person) -> list[str]:
    """Return the words to put before a command, so that a person runs it in the network of this machine."""
    if person.value == os.geteuid() or os.geteuid() != 0:
        return []
    user = [f"--reuid={person.value}", f"--regid={person.value}", "--clear-groups", "--inh-caps=-all"]
    return ["nsenter", f"--mount=/proc/{mounts()}/ns/mnt", "setpriv", *user]


def namespaces(person: Person, holder: int) -> list[str]:
    """Return the files of the namespaces that root enters for a person: the network's, and what nobody may read in."""
    network = f"/proc/{holder}/ns/net"
    return [network] if person is Person.ROOT else [network, f"/proc/{_mounts().pid}/ns/mnt"]


def close() -> None:
    """End the process that holds the mount namespace, if there is one."""
    if _mounts.cache_info().currsize:
        holder = _mounts()
        _mounts.cache_clear()
        holder.communicate()


def mounts() -> int:
    """Return the pid of the process that holds the mount namespace in which nobody can run porttui."""
    return _mounts().pid


@functools.cache
def _mounts() -> subprocess.Popen[bytes]:
    """Start the process that holds the mount namespace; it ends when its standard input does, at the latest with us."""
    script = [sys.executable, "-I", "-S", str(Path(__file__).with_name("mounts.py")), *map(str, _needed())]
    holder = subprocess.Popen(
        ["unshare", "--mount", "--propagation=private", *script], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    assert holder.stdout is not None
    if holder.stdout.readline() != b"ready\n":
        holder.communicate()
        pytest.fail("no mount namespace could be made for uid 65534")
    return holder


def _needed() -> list[Path]:
    """List the folders without which the interpreter does not start: its own, its environment's, the checkout."""
    folders = [CHECKOUT, Path(sys.prefix), Path(sys.base_prefix), Path(sys.base_prefix).resolve()]
    program = Path(sys.executable)
    while program.is_symlink():  # every hop of python -> python3 -> /opt/.../python3.11
        folders.append(program.parent)
        program = program.parent / program.readlink()
    return list(dict.fromkeys(folders))
