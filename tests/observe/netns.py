"""Private network namespaces for the tests of this package: a forked child enters one, and reports through a pipe.

Forked, not started: an ordinary user may not be able to start this interpreter, but a child that has already imported
everything can become one.
"""

from __future__ import annotations

import ctypes
import encodings.idna  # noqa: F401 - a child that has become an ordinary user may not be able to import what it needs
import os
import pickle
import socket
import subprocess
import sys
import tempfile
import traceback
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import pytest

T = TypeVar("T")

_CLONE_NEWNET = 0x40000000
_CLONE_NEWNS = 0x00020000
NOBODY = 65534

needs_root = pytest.mark.skipif(
    sys.platform != "linux" or os.geteuid() != 0, reason="needs root on Linux to make a network namespace"
)
as_both = pytest.mark.parametrize("uid", [0, NOBODY], ids=["root", "nobody"])


def sh(*lines: str) -> None:
    """Run commands, each of which must succeed."""
    for line in lines:
        subprocess.run(line.split(), check=True, capture_output=True)


def nft(rules: str) -> None:
    """Load an nftables ruleset."""
    subprocess.run(["nft", "-f", "-"], input=rules.encode(), check=True)


def tcp_rule(hook: str, rule: str) -> str:
    """Return a ruleset with one rule at one hook."""
    return f"table inet t {{\n chain c {{ type filter hook {hook} priority 0; policy accept;\n  {rule}\n }}\n}}\n"


def listen(address: str = "127.0.0.1", backlog: int = 8, port: int = 0) -> socket.socket:
    """Return a listening socket on a port that the kernel chose."""
    server = socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET)
    server.bind((address, port))
    server.listen(backlog)
    return server


def free_port(address: str = "127.0.0.1") -> int:
    """Return a port on which nothing listens."""
    with socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET) as probe:
        probe.bind((address, 0))
        return int(probe.getsockname()[1])


def become(uid: int) -> None:
    """Give up root for good, when `uid` is another user."""
    if uid:
        os.setgroups([])
        os.setresgid(uid, uid, uid)
        os.setresuid(uid, uid, uid)


def in_namespace(work: Callable[[], T], *, loopback: bool = True, files: dict[str, bytes] | None = None) -> T:
    """Run `work` in a child process in a new network namespace and return what it returns.

    Args:
        work: its result must be picklable.
        loopback: bring lo up first.
        files: what existing files hold for the child alone: {"/etc/hosts": b"..."}.

    Raises:
        AssertionError: with the child's traceback, when it failed.
    """
    return _forked(lambda: _enter(loopback, files or {}), work)


def in_child(work: Callable[[], T]) -> T:
    """Run `work` in a child process in the same namespace."""
    return _forked(lambda: None, work)


def _enter(loopback: bool, files: dict[str, bytes]) -> None:
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.unshare(_CLONE_NEWNET | (_CLONE_NEWNS if files else 0)) != 0:
        raise OSError(ctypes.get_errno(), "unshare")
    if files:
        sh("mount --make-rprivate /")
    for path, content in files.items():
        with tempfile.NamedTemporaryFile() as copy:  # the mount outlives the name
            copy.write(content)
            copy.flush()
            Path(copy.name).chmod(0o644)
            sh(f"mount --bind {copy.name} {path}")
    if loopback:
        sh("ip link set lo up")


def _forked(enter: Callable[[], None], work: Callable[[], T]) -> T:
    reading, writing = os.pipe()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # Python 3.12 warns of a fork beside threads
        child = os.fork()
    if child == 0:
        os.close(reading)
        _report(writing, enter, work)
    os.close(writing)
    with open(reading, "rb") as pipe:  # noqa: PTH123
        data = pipe.read()
    os.waitpid(child, 0)
    assert data, "the child died without a word"
    good, result = pickle.loads(data)  # noqa: S301
    assert good, result
    answer: T = result
    return answer


def _report(writing: int, enter: Callable[[], None], work: Callable[[], Any]) -> None:
    """Do the work, write the result and leave, without running the parent's exit handlers."""
    try:
        enter()
        told = pickle.dumps((True, work()))
    except BaseException:  # noqa: BLE001
        told = pickle.dumps((False, traceback.format_exc()))
    with open(writing, "wb") as pipe:
        pipe.write(told)
    os._exit(0)
