"""Runs the app on a sample report in this terminal: `python -m tests.ui.run_sample [--start] [--mouse]`."""

from __future__ import annotations

import sys

import porttui.ui.app  # noqa: F401  # before anything else imports Textual, as the command line does
from porttui.cli.tui import exit_code
from tests import reports
from tests.ui.screen import app_on

if __name__ == "__main__":
    app = app_on(reports.ipv6_only(), start="--start" in sys.argv)
    ended = app.run(mouse="--mouse" in sys.argv) or app.ended()
    sys.exit(exit_code(ended))
