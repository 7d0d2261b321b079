"""The clock of this machine, for what is told with a time and is no fact about a target."""

from __future__ import annotations

import datetime as dt


def now() -> dt.datetime:
    """Return the time, with the zone of this machine."""
    return dt.datetime.now().astimezone()
