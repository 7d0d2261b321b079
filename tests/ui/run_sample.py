"""Runs the app on a sample report in the terminal that it is started in, where it looks as porttui itself does.

`python -m tests.ui.run_sample [--start] [--light] [--mouse]`.
"""

from __future__ import annotations

import sys

import porttui.ui.app  # noqa: F401  # before anything else imports Textual, as the command line does
from porttui.cli.tui import exit_code, looks_of
from tests import reports
from tests.ui.screen import app_on

if __name__ == "__main__":
    theme = "light" if "--light" in sys.argv else None
    app = app_on(reports.ipv6_only(), start="--start" in sys.argv, looks=looks_of(theme))
    ended = app.run(mouse="--mouse" in sys.argv) or app.ended()
    sys.exit(exit_code(ended))
