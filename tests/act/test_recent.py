"""The targets of before: kept in a file that is private, bounded and foreign."""

from __future__ import annotations

import stat
import subprocess
import sys
from pathlib import Path

import pytest

from porttui.act.recent import MOST, Recent, read_line, usual_path
from porttui.model.parse import parse
from porttui.model.target import Question


def names(recent: Recent) -> list[str]:
    return [str(asked.target) for asked in recent.targets()]


def test_newest_first_each_once_and_ten_at_most(tmp_path: Path) -> None:
    recent = Recent(tmp_path / "state" / "recent")
    for port in (*range(3000, 3012), 3005):
        recent.remember(parse(f"127.0.0.1:{port}"))
    kept = names(Recent(tmp_path / "state" / "recent"))
    assert kept[:2] == ["127.0.0.1:3005", "127.0.0.1:3011"]
    assert len(kept) == len(set(kept)) == MOST


def test_the_question_is_kept(tmp_path: Path) -> None:
    Recent(tmp_path / "recent").remember(parse("8080", Question.BIND))
    assert Recent(tmp_path / "recent").targets()[0].question is Question.BIND


def test_forgotten_is_gone_from_the_file(tmp_path: Path) -> None:
    recent = Recent(tmp_path / "recent")
    recent.remember(parse("127.0.0.1:3000"))
    recent.remember(parse("127.0.0.1:3001"))
    recent.forget(parse("127.0.0.1:3001"))
    assert names(Recent(tmp_path / "recent")) == ["127.0.0.1:3000"]


def test_the_file_is_private_and_holds_no_secrets(tmp_path: Path) -> None:
    path = tmp_path / "recent"
    Recent(path).remember(parse("http://user:hunter2@localhost:3000/login?token=abc#frag"))
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert path.read_text() == "connect http://localhost:3000/login\n"


def test_where_nothing_can_be_written_targets_last_for_this_run(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    recent = Recent(tmp_path / "file" / "recent")
    recent.remember(parse("127.0.0.1:3000"))
    assert names(recent) == ["127.0.0.1:3000"]


def test_a_disk_that_is_full_is_no_error(tmp_path: Path) -> None:
    script = (
        "import resource, sys; from pathlib import Path; from porttui.act.recent import Recent\n"
        "from porttui.model.parse import parse\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (5, 5))\n"
        "recent = Recent(Path(sys.argv[1])); recent.remember(parse('127.0.0.1:3000'))\n"
        "print(recent.targets()[0].target)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, str(tmp_path / "recent")], capture_output=True, text=True, check=True
    )
    assert done.stdout == "127.0.0.1:3000\n"
    assert list(tmp_path.iterdir()) == [], "what could not be written whole is not left behind"


@pytest.mark.parametrize(
    "line",
    [
        "",
        "connect",
        "connect ",
        "dance 127.0.0.1:1",
        "connect 127.0.0.1:99999",
        "connect \x1b[31m127.0.0.1:80",
        "x" * 500,
    ],
)
def test_what_is_no_target_is_left_out(line: str) -> None:
    assert read_line(line) is None


def test_rubbish_in_the_file_is_left_out(tmp_path: Path) -> None:
    path = tmp_path / "recent"
    path.write_bytes(b"\x00\xff\xfe\nconnect 127.0.0.1:3000\n" + b"a" * 100_000)
    assert names(Recent(path)) == ["127.0.0.1:3000"]


def test_the_place_is_the_state_folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    assert usual_path() == tmp_path / "porttui" / "recent"
