"""What holds for all tests."""

from __future__ import annotations

import compileall
import os
import subprocess
import sys
from collections.abc import Generator
from pathlib import Path

import pytest

_TESTS = Path(__file__).parent
_SRC = _TESTS.parent / "src"

_NOTHING_IS_SKIPPED = bool(os.environ.get("CI")) and hasattr(os, "geteuid") and os.geteuid() == 0
"""In CI, as root, everything that tests need can be installed, so a skipped test is one that nobody ever runs."""


def pytest_configure(config: pytest.Config) -> None:
    """Compile porttui once, before the workers start.

    The tests start it more than a thousand times, often as somebody who may not write into this checkout or with
    PYTHONDONTWRITEBYTECODE; each of these starts would compile every module anew, and take half as long again.
    """
    if not os.access(_TESTS.parent, os.W_OK):
        _remember_no_examples()
    if not hasattr(config, "workerinput"):
        compileall.compile_dir(_SRC, quiet=2)
        if getattr(config.option, "numprocesses", None) and config.args == config.getini("testpaths"):
            _collect_once()


def _remember_no_examples() -> None:
    """Let hypothesis keep in memory what it would write into this checkout; that it cannot is a warning otherwise."""
    import hypothesis

    hypothesis.settings.register_profile("somebody else's checkout", database=None)
    hypothesis.settings.load_profile("somebody else's checkout")


def _collect_once() -> None:
    """Let pytest write down what it makes of the asserts of all test files, which is most of the work of collecting.

    Each worker collects everything; they begin together, so that without this each would do the whole of it.
    """
    variables = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    words = [sys.executable, "-m", "pytest", "--collect-only", "--quiet", "-p", "no:cacheprovider"]
    folders = sorted(each for each in _TESTS.iterdir() if each.is_dir())
    halves = [[_TESTS / "system"], [each for each in folders if each.name != "system"]]
    both = [
        subprocess.Popen([*words, *map(str, half)], env=variables, cwd=_TESTS.parent, stdout=subprocess.DEVNULL)
        for half in halves
    ]
    for one in both:
        one.wait()  # what cannot be collected is told by the run itself


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Turn a skip into a failure where nothing may be skipped."""
    report = yield
    if _NOTHING_IS_SKIPPED and report.skipped and not hasattr(report, "wasxfail"):
        report.outcome = "failed"
        report.longrepr = f"skipped, which does not count in CI: {report.longrepr}"
    return report


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report(
    collector: pytest.Collector,
) -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    """Turn a skipped file into a failure where nothing may be skipped."""
    report = yield
    if _NOTHING_IS_SKIPPED and report.outcome == "skipped":
        report.outcome = "failed"
        report.longrepr = f"skipped, which does not count in CI: {report.longrepr}"
    return report
