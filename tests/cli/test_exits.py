"""Exit codes and failures: each ends in its code and one or two lines, and the details are kept."""

from __future__ import annotations

import errno
import importlib.abc
import re
import sys
from pathlib import Path

import pytest
from msgspec.structs import replace

from porttui.cli import check, exits
from porttui.model import report as r
from porttui.model.facts import Unseen
from porttui.observe.look import Look
from tests import reports


@pytest.mark.parametrize(
    ("severity", "strict", "code"),
    [
        ("ok", False, 0),
        ("ok", True, 0),
        ("warning", False, 0),
        ("warning", True, 1),
        ("fault", False, 1),
        ("unknown", False, 3),
        ("unknown", True, 3),
    ],
)
def test_each_verdict_has_its_code(severity: str, strict: bool, code: int) -> None:
    assert exits.of_report(reports.report_of(severity=r.Severity(severity)), strict=strict) == code


def test_a_part_that_failed_is_a_failure_of_porttui() -> None:
    report = reports.healthy()
    failure = Unseen(what="routes", reason="porttui failed here: KeyError: 1", how_to_see="")
    assert exits.of_report(replace(report, facts=replace(report.facts, failures=(failure,)))) == 4


def test_a_failure_says_what_was_done_and_keeps_the_details(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))

    def broken() -> int:
        with exits.doing("counting sockets"):
            raise KeyError("\x1b[2Jrow")

    assert exits.guarded(broken) == 4
    told = capsys.readouterr().err.splitlines()
    assert told[0].startswith("porttui: failed while counting sockets: KeyError: ")
    assert all(line.isprintable() for line in told)
    path = Path(re.sub(".* in ", "", told[1]))
    assert path.parent == tmp_path
    assert path.stat().st_mode & 0o777 == 0o600
    assert "in broken" in path.read_text()


def test_a_failure_for_want_of_a_descriptor_is_told_in_one_line(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Then no module can be opened either, nor a file for the details; exit code 1 would say that a fault was found."""
    short = OSError(errno.EMFILE, "Too many open files", "diagnose.py")

    class Full(importlib.abc.MetaPathFinder):
        def find_spec(self, *_: object) -> None:
            raise short

    def broken() -> int:
        with exits.doing("looking"):
            raise short

    monkeypatch.delitem(sys.modules, "traceback")
    monkeypatch.setattr("sys.meta_path", [Full()])
    assert exits.guarded(broken) == 4
    assert capsys.readouterr().err == (
        "porttui: failed while looking: OSError: [Errno 24] Too many open files: 'diagnose.py'\n"
    )


def test_ctrl_c_is_130(capsys: pytest.CaptureFixture[str]) -> None:
    def interrupted() -> int:
        raise KeyboardInterrupt

    assert exits.guarded(interrupted) == 130
    assert capsys.readouterr().err == "porttui: interrupted\n"


def test_what_was_seen_before_a_failure_is_still_reported(
    capfdbinary: pytest.CaptureFixture[bytes], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    facts = reports.ipv6_only().facts

    def look(*_: object) -> object:
        yield facts
        raise RuntimeError("the eye is out")

    monkeypatch.setattr("porttui.observe.observe.observe", look)
    assert check.report_on(facts.asked, Look()) == 4
    told = capfdbinary.readouterr()
    assert b"127.0.0.1:5173" in told.out.splitlines()[0]
    assert b"exit 4" in told.out
    assert b"the eye is out" in told.err
