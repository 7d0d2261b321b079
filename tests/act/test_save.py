"""Saving a report: two new private files, never over others, and one line when it fails."""

from __future__ import annotations

import json
import stat
from pathlib import Path

import pytest
from msgspec.structs import replace

from porttui.act.save import name, save
from porttui.model.report import ReportTarget
from porttui.model.target import Target
from porttui.model.watch import Timeline
from porttui.reading.glance import glance_of
from tests import reports

STEM = "porttui-127.0.0.1-5173-20251122-140211"


def test_markdown_and_json_with_the_timeline(tmp_path: Path) -> None:
    report = reports.ipv6_only()
    told = save(replace(report, timeline=Timeline().add(glance_of(report))), (tmp_path,))
    assert told == f"Saved: {tmp_path / STEM}.md and .json"
    read = json.loads((tmp_path / f"{STEM}.json").read_bytes())
    assert read["verdict"]["code"] == "ipv6-only-listener"
    assert read["timeline"]["lines"][0]["looks"] == 1
    markdown = (tmp_path / f"{STEM}.md").read_text()
    assert "The server listens on IPv6 only" in markdown
    assert "14:02:11  refused  1 look" in markdown
    assert {stat.S_IMODE(path.stat().st_mode) for path in tmp_path.iterdir()} == {0o600}


def test_no_file_is_written_over(tmp_path: Path) -> None:
    (tmp_path / f"{STEM}.json").write_text("mine")
    assert save(reports.ipv6_only(), (tmp_path,)) == f"Saved: {tmp_path / STEM}-2.md and .json"
    assert (tmp_path / f"{STEM}.json").read_text() == "mine"
    assert sorted(path.name for path in tmp_path.iterdir()) == [f"{STEM}-2.json", f"{STEM}-2.md", f"{STEM}.json"]


def test_a_link_that_waits_there_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / f"{STEM}.md").symlink_to(tmp_path / "elsewhere")
    save(reports.ipv6_only(), (tmp_path,))
    assert not (tmp_path / "elsewhere").exists()


def test_where_the_first_folder_cannot_be_written_the_second_is_used(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    told = save(reports.ipv6_only(), (tmp_path / "file" / "folder", tmp_path / "state"))
    assert told == f"Saved: {tmp_path / 'state' / STEM}.md and .json"


def test_a_failure_is_told_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    told = save(reports.ipv6_only(), (tmp_path / "file" / "folder",))
    assert told.startswith("Not saved: ")
    assert told.endswith("not a directory")
    assert "\n" not in told


@pytest.mark.parametrize(
    ("host", "shown"), [("::1", "1"), ("../../etc/x", "etc_x"), ("fe80::1%eth0", "fe80_1_eth0"), ("…", "host")]
)
def test_a_name_holds_nothing_of_a_path(host: str, shown: str) -> None:
    report = reports.ipv6_only()
    target = ReportTarget.of(Target(input=host, host=host, port=80), ())
    assert name(replace(report, target=target)) == f"porttui-{shown}-80-20251122-140211"
