"""The rules of the house that no single part can keep alone."""

from __future__ import annotations

import ast
import csv
import inspect
import json
import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from scripts import docs

import porttui
from porttui.faults.fault import Fault
from porttui.faults.registry import FAULTS
from porttui.render.explanation import OPENINGS, sections, see_also

ROOT = Path(__file__).resolve().parents[1]
_ROWS = (ROOT / "tests/data/codes.tsv").read_text(encoding="utf-8").splitlines()
_CODES = {row["code"]: row for row in csv.DictReader(_ROWS, delimiter="	")}
_OTHER_SYSTEMS = ("macos-", "windows-", "wsl2-")
"""Faults of other systems are tested on facts built by hand, in tests/faults/; the others are staged for real."""

_LEAST_LINES, _MOST_LINES, _COLUMNS = 25, 45, 120
_LEAST_WORDS = 12
_PLACEHOLDER = re.compile(r"\b(TODO|FIXME|TBD|XXX)\b|[Ll]orem ipsum")


def _file(code: str) -> str:
    return code.replace("-", "_")


def test_each_file_of_faults_is_registered_once() -> None:
    files = {path.stem for path in (ROOT / "src/porttui/faults").glob("*.py")}
    helpers = {"__init__", "beginnings", "catalogue", "fault", "registry", "shared"}
    codes = [fault.code for fault in FAULTS]
    assert sorted(map(_file, codes)) == sorted(files - helpers)


def test_each_code_is_of_the_catalogue() -> None:
    assert {fault.code for fault in FAULTS} <= set(_CODES)


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: str(fault.code))
class TestEachFault:
    """What every fault has to bring along."""

    def test_agrees_with_the_catalogue(self, fault: Fault) -> None:
        row = _CODES[fault.code]
        assert (fault.step.value if fault.step else "-") == row["step"]
        assert fault.severity.value == row["severity"]

    def test_is_made_in_the_file_of_its_name(self, fault: Fault) -> None:
        module = inspect.getmodule(fault.check)
        assert module is not None
        assert module.__name__ == f"porttui.faults.{_file(fault.code)}"
        assert fault.explanation == module.__doc__

    def test_is_explained(self, fault: Fault) -> None:
        assert fault.title
        assert not fault.title.endswith(".")

    def test_is_explained_in_the_shape_of_a_page(self, fault: Fault) -> None:
        """One page: what is true, then the parts in their order; a newcomer of any system finds the way out."""
        told = sections(fault)
        lines = fault.text.splitlines()
        assert lines[0] == f"{fault.title}."
        assert fault.text.isascii()
        assert max(map(len, lines)) <= _COLUMNS
        assert not _PLACEHOLDER.search(fault.text)
        if fault.step is None:
            return
        assert _LEAST_LINES <= len(lines) <= _MOST_LINES
        assert [part.name for part in told] == ["what", *(opening.name for opening in OPENINGS)]
        assert all(len(part.text.split()) >= _LEAST_WORDS for part in told), "each part takes a sentence or two"
        part = {each.name: each.text for each in told}
        assert any(each.code in part["look-alikes"] for each in see_also(fault)), "no look-alike that exists is named"
        if not fault.code.startswith(_OTHER_SYSTEMS):
            assert "macOS" in part["fix"], "what is to be done on macOS?"
            assert re.search("Windows|PowerShell", part["fix"]), "what is to be done on Windows?"

    def test_explains_only_codes_that_exist(self, fault: Fault) -> None:
        assert set(fault.explains) <= set(_CODES) - {fault.code}

    def test_is_tested(self, fault: Fault) -> None:
        folder = "faults" if fault.code.startswith(_OTHER_SYSTEMS) else "system"
        assert (ROOT / f"tests/{folder}/test_{_file(fault.code)}.py").exists()


def test_generated_pages_are_fresh() -> None:
    assert docs.stale() == [], "run `make docs`"


def test_versions_agree() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    assert project["tool"]["hatch"]["version"]["path"] == "src/porttui/__init__.py"
    newest = re.search(r"^## (\S+)", (ROOT / "CHANGELOG.md").read_text(encoding="utf-8"), re.MULTILINE)
    assert newest is not None
    assert newest[1] == porttui.__version__


def test_the_readme_names_the_commands_that_exist() -> None:
    done = _porttui("--help")
    offered = re.findall(r"^  porttui (\w+) {2,}", done.stdout, re.MULTILINE)
    told = re.findall(r"^    porttui (\w+) .*? {2,}", (ROOT / "README.md").read_text(encoding="utf-8"), re.MULTILINE)
    assert offered
    assert set(told) == set(offered)


def _porttui(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "porttui", *arguments],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "PYTHONPATH": str(ROOT / "src")},
    )


def test_each_folder_has_its_place_in_the_import_contracts() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    layers, pure, *_ = project["tool"]["importlinter"]["contracts"]
    placed = set(re.findall(r"porttui\.(\w+)", " ".join(layers["layers"])))
    source = ROOT / "src/porttui"
    there = {
        path.name.removesuffix(".py")
        for path in source.iterdir()
        if path.suffix == ".py" or (path / "__init__.py").exists()
    }
    assert there - {"__init__"} <= placed
    looks_at_nothing = {"model", "firewall", "reading", "remedies", "faults", "diagnose"} & there
    assert {f"porttui.{name}" for name in looks_at_nothing} <= set(pure["source_modules"])


def test_each_dependency_is_used_and_explained() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    contributing = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    source = "\n".join(path.read_text(encoding="utf-8") for path in (ROOT / "src").rglob("*.py"))
    for requirement in project["dependencies"]:
        name = re.split(r"[<>=~!\[ ]", requirement)[0]
        assert re.search(rf"^\s*(import|from) {name}\b", source, re.MULTILINE), f"{name} is not used"
        assert f"**{name}**" in contributing, f"CONTRIBUTING.md gives no reason for {name}"


def test_what_is_seen_names_commands_without_sudo() -> None:
    """Whether root is needed is a fact (`Unseen.needs_root`); sudo is added where the command is shown."""
    observers = (ROOT / "src/porttui/observe").rglob("*.py")
    assert [path for path in observers if re.search(r"[\"']sudo ", path.read_text(encoding="utf-8"))] == []


def test_each_import_is_a_dependency() -> None:
    """What a dependency brings along may be gone with its next version."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    declared = {re.split(r"[<>=~!\[ ]", requirement)[0] for requirement in project["dependencies"]}
    imported = {
        name.partition(".")[0]
        for path in (ROOT / "src").rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        for name in _names_imported(node)
    }
    assert imported - set(sys.stdlib_module_names) - {"porttui"} == declared


def _names_imported(node: ast.AST) -> list[str]:
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    return [node.module or ""] if isinstance(node, ast.ImportFrom) else []


def test_the_folders_and_files_that_contributing_tells_of_exist() -> None:
    rows = re.findall(r"^\| .*", (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8"), re.MULTILINE)
    names = {name for row in rows for name in re.findall(r"`(\w+/[\w/]*(?:\.py)?)`", row)}
    assert {"faults/", "observe/", "ui/keys.py"} <= names
    assert [name for name in names - {"faults/CODE.py"} if not (ROOT / "src/porttui" / name).exists()] == []


def test_the_report_is_written_without_what_only_the_screen_needs() -> None:
    script = (
        "import sys\nfrom porttui.__main__ import main\n"
        "try:\n    main()\nexcept SystemExit:\n    pass\n"
        "print(sorted({'textual', 'asyncio', 'click', 'rich'} & set(sys.modules)), file=sys.stderr)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, "check", "127.0.0.1:9", "--json"],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "PYTHONPATH": str(ROOT / "src")},
    )
    assert json.loads(done.stdout)["schema"] == 1
    assert done.stderr.splitlines()[-1] == "[]"


def test_no_file_names_the_place_where_it_was_made() -> None:
    place = rf"(?<![\w}}]){re.escape(str(ROOT))}(?![\w-])"
    foreign = re.compile(rf"{place}|index-url|find-links|pythonhosted\.org")
    folders = ("src", "tests", "scripts", "bench", "docs", "screenshots", ".ci")
    files = [*ROOT.glob("*.*"), ROOT / "Makefile", *(path for folder in folders for path in (ROOT / folder).rglob("*"))]
    told = [
        f"{path} names {found[0]}"
        for path in files
        if path.is_file() and path.suffix != ".pyc" and path != Path(__file__)
        for found in foreign.finditer(path.read_text(encoding="utf-8", errors="replace"))
    ]
    assert told == []
