"""What stands in the command line of a real server, or of what started it, as a secret stands in no output."""

from __future__ import annotations

import secrets
import subprocess
import sys

import pytest

from porttui.cli.main import main
from porttui.diagnose import diagnose
from porttui.model.target import Asked, Target
from porttui.observe.look import Look
from porttui.observe.observe import observe
from porttui.render.json import report_json
from porttui.render.markdown import report_markdown
from porttui.render.text import report_text
from porttui.ui.shown import Shown
from porttui.ui.tabs.process import ProcessTab
from porttui.ui.tabs.sockets import SocketsTab

_TITLE = "import ctypes; ctypes.CDLL(None).prctl(15, b'x --pass=abcdefg', 0, 0, 0); "
"""Gives the process a name of the kernel's 15 bytes that is the beginning of a title with a password (prctl(2))."""
_SERVER = "import socket; s = socket.create_server(('127.0.0.1', 0)); print(s.getsockname()[1], flush=True); input()"


def test_no_output_shows_a_secret(capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    secret = ["abcdef", *(secrets.token_hex(20) for _ in range(9))]
    argv = (
        *(f"--password={secret[0]}", "--api-key", secret[1], f"PGPASSWORD={secret[2]}", f"amqp://me:{secret[3]}@db/x"),
        *(f"ghp_{secret[4]}", f"eyJhbGciOiJIUzI1NiJ9.{secret[5]}.{secret[6]}"),
        f"-----BEGIN RSA PRIVATE KEY-----\n{secret[7]}\n-----END RSA PRIVATE KEY-----",
    )
    script = 'AUTH_TOKEN="$1"; shift; "$@"; exit'
    started = ("sh", "-c", script, "sh", f"--token={secret[8]}", sys.executable, "-I", "-c", _TITLE + _SERVER, *argv)
    with subprocess.Popen(started, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as child:
        assert child.stdout is not None
        port = int(child.stdout.readline())
        facts = list(observe(Asked(target=Target(input="", host="127.0.0.1", port=port)), Look(http=False, settle=0)))[
            -1
        ]
        main(["who", str(port)])
        main(["who", str(port), "--json"])
        main(["sockets", str(port), "--json"])
        child.communicate(b"\n")
    listed = b"".join(capfdbinary.readouterr()).decode()
    report = diagnose(facts)
    shown = Shown(asked=facts.asked, report=report)
    tabs = [tab(shown) for tab in (ProcessTab, SocketsTab)]
    drawn = [row.text for tab in tabs for width in (40, 80, 120) for row in tab.draw(width, 200).rows]
    told = "\n".join(
        (
            *(listed, report_json(report).decode(), report_markdown(report), report_text(report), *drawn),
            *(tab.copied() for tab in tabs),
        )
    )
    assert "(hidden)" in listed
    assert any("(hidden)" in row for row in drawn), "the command line is shown, without them"
    assert [each for each in secret if each in told.replace("\n", "")] == []
