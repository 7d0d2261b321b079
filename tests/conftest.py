"""What holds for all tests."""

from __future__ import annotations

import compileall
import os
from collections.abc import Generator
from pathlib import Path

import pytest

_SRC = Path(__file__).parents[1] / "src"

_NOTHING_IS_SKIPPED = bool(os.environ.get("CI")) and hasattr(os, "geteuid") and os.geteuid() == 0
"""In CI, as root, everything that tests need can be installed, so a skipped test is one that nobody ever runs."""


def pytest_configure(config: pytest.Config) -> None:
    """Compile porttui once, before the workers start.

    The tests start it more than a thousand times, often as somebody who may not write into this checkout or with
    PYTHONDONTWRITEBYTECODE; each of these starts would compile every module anew, and take half as long again.
    """
    if not hasattr(config, "workerinput"):
        compileall.compile_dir(_SRC, quiet=2)


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
