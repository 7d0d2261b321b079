"""The first screen and the first verdict: nothing is read or worked out that neither of them shows."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from typing import Any

from porttui.model.parse import parse
from porttui.model.target import Asked
from porttui.ui import live
from tests.cli.run import SRC

_ASKED = parse("127.0.0.1:1")


def test_what_the_first_verdict_does_not_show_is_not_imported() -> None:
    code = (
        "import sys\n"
        "from porttui.ui.terminal.no_tls import import_asyncio\n"
        "import_asyncio()\n"
        "import porttui.ui.app, porttui.ui.screens.diagnosis\n"
        "print(*sys.modules)\n"
        "import asyncio, ssl\n"
        "ssl.create_default_context()\n"
        "asyncio.run(asyncio.sleep(0))\n"
    )
    done = subprocess.run(
        (sys.executable, "-c", code),
        check=True,
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": SRC},
        timeout=60,
    )
    later = {"fix", "sockets", "process", "firewall", "learn"}
    assert not {"ssl", *(f"porttui.ui.tabs.{name}" for name in later)} & set(done.stdout.split())


async def _shown(look: list[str], held: threading.Event | None) -> list[str]:
    """Return what is judged of a look; with `held` it waits for that before its last part."""

    def parts(_: Asked) -> Iterator[Any]:
        yield from look[:-1]
        if held is not None:
            held.wait()
        yield look[-1]

    judged: list[str] = []
    async for report in live.reports(parts, lambda facts: facts, _ASKED):  # type: ignore[arg-type, return-value]
        judged.append(str(report))
        if held is not None:
            held.set()
    return judged


def test_a_look_that_is_over_at_once_is_judged_once() -> None:
    assert asyncio.run(_shown(["a name", "sockets", "an answer"], None)) == ["an answer"]


def test_what_a_slow_look_has_seen_so_far_is_shown_meanwhile() -> None:
    assert asyncio.run(_shown(["a name", "sockets", "an answer"], threading.Event())) == ["sockets", "an answer"]
