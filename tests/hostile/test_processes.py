"""Processes whose names, arguments, directories and users were chosen to confuse whoever reads about them."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.hostile import talks
from tests.hostile.running import check, porttui, raw, texts

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="PR_SET_NAME is a thing of Linux")
_PROCESS = str(Path(__file__).with_name("process.py"))
_NAMES = {
    "escapes": b"\x1b[2J\x1b]0;x\x07",
    "control characters of C1": b"a\x9b31m\xc2\x9b31m\xc2\x85",
    "bidirectional marks": "\u202eevil\u2066\u200f".encode(),
    "markup": b"[/oops][red]",
    "not UTF-8": b"\xff\xfe\xc3(",
    "brackets": b") R 1 1 (",
    "lines": b"a\nUid:\t0\n",
    "blanks": b" ",
    "nothing": b"",
    # What ends a line for str.splitlines and not for the kernel.
    "a Uid without numbers": b"a\x1cUid:",
    "a Uid that is none": b"a\x1cUid:\tx\tx",
    "another's Uid": b"a\x1dUid:\t7\t7",
    "a PPid that is none": b"a\rPPid:\tx",
    "a state": b"a\x0bState:\tT",
    "a tracer": b"\xe2\x80\xa8TracerPid:1",
}


@contextlib.contextmanager
def server(name: bytes, *arguments: bytes, folder: bytes | None = None) -> Iterator[int]:
    """Run process.py and yield its port."""
    command = [sys.executable.encode(), b"-I", b"-S", _PROCESS.encode(), name.hex().encode(), *arguments]
    with subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, cwd=folder) as child:
        assert child.stdout is not None
        try:
            yield int(child.stdout.readline())
        finally:
            child.kill()


@pytest.mark.parametrize("name", _NAMES.values(), ids=_NAMES.keys())
def test_no_name_confuses(name: bytes) -> None:
    with server(name) as port:
        result = check(f"127.0.0.1:{port}", "--no-http", "--settle", "0")
    (listener,) = [row for row in result.report["facts"]["sockets"]["rows"] if row["port"] == port]
    (owner,) = result.report["facts"]["processes"]
    assert listener["pids"] == [owner["pid"]]
    assert owner["uid"] == os.getuid()
    assert owner["state"] in {"S", "R"}
    assert owner["tracer"] == 0
    assert os.getpid() in [each["pid"] for each in owner["ancestors"]]
    assert result.code == "healthy"


@pytest.mark.parametrize("command", ["sockets", "who"])
def test_no_name_writes_on_the_terminal(command: str) -> None:
    with contextlib.ExitStack() as stack:
        ports = [str(stack.enter_context(server(name))) for name in _NAMES.values()]
        argv = ("who", ports[0]) if command == "who" else ("sockets",)
        text = porttui(*argv)
        data = porttui(*argv, "--json")
    assert text.status == 0, text.stderr
    assert raw(text.text, allowed="\n") == []
    assert all(port in text.text for port in ports[:1])
    assert raw(data.text, allowed="\n") == []
    assert [each for value in texts(data.report) for each in raw(value)] == []


@pytest.mark.parametrize("form", ["--json", "text", "--markdown"])
def test_arguments_and_directory(tmp_path: Path, form: str) -> None:
    folder = os.fsencode(tmp_path) + b"/" + talks.NASTY_BYTES.replace(b"/", b"").replace(b"\0", b"")
    Path(os.fsdecode(folder)).mkdir()
    nasty = talks.NASTY_BYTES.replace(b"\0", b"")
    with server(b"x", nasty, b"[/oops]", b"--password=" + nasty, b"x" * 100_000, folder=folder) as port:
        result = check(f"http://127.0.0.1:{port}/", "--bind", "--settle", "0", form=form)
    assert result.status == 1
    if form == "--json":
        (owner,) = result.report["facts"]["processes"]
        assert "[/oops]" in owner["argv"]
        assert r"\x1b[2J" in owner["cwd"]
        assert r"\u202e" in owner["cwd"]
        assert sum(map(len, owner["argv"])) < 10_000


def test_thousands_of_arguments(tmp_path: Path) -> None:
    with server(b"x", *([b"[/oops]"] * 100_000)) as port:
        result = check(f"127.0.0.1:{port}", "--bind", "--settle", "0")
    assert result.code == "port-taken"
