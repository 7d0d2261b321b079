"""What the TUI leaves behind: last words on stdout, talk on stderr, and the exit code of the last result."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pytest
from msgspec.structs import replace

from porttui.cli.tui import exit_code, finish
from porttui.model.facts import Unseen
from porttui.ui.app import Ended
from tests import reports


def test_a_fault(capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    assert finish(Ended(report=reports.ipv6_only())) == 1
    out, err = capfdbinary.readouterr()
    assert out.startswith(b"FAULT  127.0.0.1:5173  The server listens on IPv6 only")
    assert err == b""


def test_proven_fixed_is_0_and_tells_what_is_still_to_do(capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    ended = Ended(report=reports.healthy(), before=reports.ipv6_only(), todo=("in vite.config.js:  server: {}",))
    assert finish(ended) == 0
    lines = capfdbinary.readouterr().out.decode().splitlines()
    assert lines[0].startswith("FIXED  127.0.0.1:3000")
    assert lines[-1] == "  to do  in vite.config.js:  server: {}"


def test_nothing_was_asked(capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    assert finish(Ended()) == 0
    assert capfdbinary.readouterr() == (b"", b"")


def test_a_look_that_porttui_failed_at_in_part_is_4_as_with_check(capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    report = reports.ipv6_only()
    failures = (Unseen(what="routes", reason="porttui failed here: ValueError", how_to_see=""),)
    broken = replace(report, facts=replace(report.facts, failures=failures))
    assert finish(Ended(report=broken)) == 4
    assert capfdbinary.readouterr().err == b"porttui: could not look at the routes: porttui failed here: ValueError\n"


def test_a_failure_names_what_was_done_and_the_file_with_the_details(
    capfdbinary: pytest.CaptureFixture[bytes], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    error = ZeroDivisionError("boom\x1b[31m")
    error.add_note("looking at 127.0.0.1:80")
    assert finish(Ended(report=reports.ipv6_only(), failure=error)) == 4
    out, err = capfdbinary.readouterr()
    assert out.startswith(b"FAULT")
    assert err.startswith(b"porttui: failed while looking at 127.0.0.1:80: ZeroDivisionError: boom")
    assert b"\x1b" not in err
    assert f"the details are in {tmp_path}".encode() in err
    assert b"Traceback" not in err


def test_a_signal_is_told_as_the_shell_does() -> None:
    assert exit_code(Ended(report=reports.ipv6_only(), signal=15)) == 143
