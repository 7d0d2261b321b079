"""A hosts file or a table of users that was made to confuse, in a mount namespace of its own."""

from __future__ import annotations

import os
import random
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.cli.run import listener
from tests.hostile import talks
from tests.hostile.running import MOST_MEMORY, Result, check

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="mount namespaces are a thing of Linux")
_SIZE = 50_000_000
_OWN = ("unshare", "--mount", "--propagation=private") if os.geteuid() == 0 else ("unshare", "--user", "-r", "--mount")


@pytest.fixture(scope="module", autouse=True)
def _needs_a_mount_namespace() -> None:
    done = subprocess.run([*_OWN, "true"], capture_output=True, text=True, check=False)
    if done.returncode:
        pytest.skip(f"no mount namespace: {done.stderr.strip()}")


@pytest.fixture
def port() -> Iterator[int]:
    """A port on which something listens."""
    with listener() as one:
        yield one


def seen_with(file: Path, place: str, target: str, form: str = "--json", memory: int = MOST_MEMORY) -> Result:
    """Ask about a target while a file stands in the place of another."""
    script = 'mount --bind "$1" "$2" && shift 2 && exec "$@"'
    before = (*_OWN, "sh", "-c", script, "sh", str(file), place)
    return check(target, "--no-http", "--settle", "0", form=form, memory=memory, before=before)


_HOSTS = {
    "rubbish": talks.rubbish(4, 100_000),
    "escapes": b"127.0.0.1 localhost " + talks.NASTY_BYTES + b"\n" + talks.NASTY_BYTES + b" localhost\n",
    "an empty file": b"",
    "a null character": b"\x00127.0.0.1 localhost\x00\n",
    "carriage returns": b"127.0.0.1 localhost\r::1 localhost\r",
    "one name a thousand times": b"127.0.0.1 localhost\n" * 1000,
    "a thousand addresses": b"".join(b"127.0.1.%d localhost\n" % (at % 250 + 1) for at in range(1000)),
    "a line of names": b"127.0.0.1" + b" localhost" * 100_000,
}


@pytest.mark.parametrize("text", _HOSTS.values(), ids=_HOSTS.keys())
@pytest.mark.parametrize("form", ["--json", "text"])
def test_a_hosts_file_of_rubbish(text: bytes, form: str, port: int, tmp_path: Path) -> None:
    file = tmp_path / "hosts"
    file.write_bytes(text)
    result = seen_with(file, "/etc/hosts", f"localhost:{port}", form=form)
    if form == "--json":
        name = result.report["facts"]["name"]
        assert name["hosts_path"] == "/etc/hosts"
        assert len(name["hosts"]) <= 50


def _lines() -> bytes:
    line = b"0.0.0.0 advertising-%07d.example\n"
    return b"".join(line % at for at in range(_SIZE // len(line % 0)))


_HUGE: dict[str, Callable[[], bytes]] = {
    "lines": _lines,
    "one line": lambda: b"127.0.0.1 " + b"x" * _SIZE,
    "one line of names": lambda: b"127.0.0.1" + b" example" * (_SIZE // 8),
    "rubbish": lambda: random.Random(5).randbytes(_SIZE),
    "line ends": lambda: b"\n" * _SIZE,
}


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "porttui-test.invalid"])
@pytest.mark.parametrize("make", _HUGE.values(), ids=_HUGE.keys())
def test_a_hosts_file_of_50_mb(make: Callable[[], bytes], host: str, port: int, tmp_path: Path) -> None:
    file = tmp_path / "hosts"
    file.write_bytes(make())
    memory = MOST_MEMORY + 4 * _SIZE  # the C library keeps the line it reads, once for each name it looks up
    result = seen_with(file, "/etc/hosts", f"{host}:{port}", memory=memory)
    if host == "127.0.0.1":
        assert result.code == "healthy"


def test_a_user_with_a_hostile_name(tmp_path: Path) -> None:
    """Who looks, and who owns the server, is a name from a file."""
    file = tmp_path / "passwd"
    name = talks.NASTY_BYTES.translate(None, b":\n\0")
    file.write_bytes(b"%b:x:%d:0::/:/bin/sh\n" % (name, os.geteuid()))
    with listener() as port:
        for form in ("--json", "text"):
            result = seen_with(file, "/etc/passwd", f"127.0.0.1:{port}", form)
            assert r"\x1b[2J" in result.text.replace("\\\\", "\\")
