"""Running porttui against something hostile, and what must hold whatever that was."""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import tempfile
import time
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.cli.run import SRC, environment

TIMEOUT = 1.5
"""What porttui is given as --timeout."""
LATEST = 3 * TIMEOUT + 6
"""Seconds after which it must be over on an idle machine: name, connection and conversation have a time-out each; the
rest is for the start of an interpreter."""
MOST_MEMORY = 160_000_000
"""Bytes; a look at a harmless HTTP server needs about 50 MB, of which httpx and ssl are the most."""
INSIDE = str(Path(__file__).with_name("inside"))


@dataclass(frozen=True)
class Result:
    """What porttui did."""

    status: int
    stdout: bytes
    stderr: bytes
    seconds: float
    processor: float
    """Seconds of a processor that it used."""
    peak: int
    """Bytes of memory at most; 0 where the system does not tell."""

    @property
    def text(self) -> str:
        """Standard output."""
        return self.stdout.decode()

    @property
    def report(self) -> dict[str, Any]:
        """Standard output as the JSON that it is."""
        report: dict[str, Any] = json.loads(self.stdout)
        return report

    @property
    def verdict(self) -> dict[str, Any]:
        """The verdict that leads."""
        verdict: dict[str, Any] = self.report["verdict"]
        return verdict

    @property
    def code(self) -> str:
        """Its code."""
        return str(self.verdict["code"])

    @property
    def exchanges(self) -> list[dict[str, Any]]:
        """What was said to the server, and what came back."""
        exchanges: list[dict[str, Any]] = self.report["facts"]["exchanges"] or []
        return exchanges


def porttui(*argv: str, before: Sequence[str] = (), stdin: bytes | None = None, **changes: str | None) -> Result:
    """Run porttui to its end.

    Args:
        argv: its arguments.
        before: words of a command that runs it.
        stdin: what it can read; nothing when None.
        changes: variables of its environment; None removes one.
    """
    with tempfile.NamedTemporaryFile() as peak:
        inside = {"PYTHONPATH": f"{INSIDE}:{SRC}", "PORTTUI_TEST_PEAK": peak.name}
        begun, used = time.monotonic(), _processor_of_children()
        done = subprocess.run(
            [*before, sys.executable, "-m", "porttui", *argv],
            input=stdin,
            stdin=subprocess.DEVNULL if stdin is None else None,
            capture_output=True,
            timeout=90,
            check=False,
            env=environment(**{**inside, **changes}),
        )
        seconds, processor = time.monotonic() - begun, _processor_of_children() - used
        told = peak.read()
    return Result(done.returncode, done.stdout, done.stderr, seconds, processor, int(told or b"0") * 1024)


def _processor_of_children() -> float:
    spent = resource.getrusage(resource.RUSAGE_CHILDREN)
    return spent.ru_utime + spent.ru_stime


def _busy() -> float:
    """Return how many times longer everything takes here, because other programs run as well."""
    return max(1.0, os.getloadavg()[0] / (os.cpu_count() or 1))


def check(target: str, *options: str, form: str = "--json", memory: int = MOST_MEMORY, **more: Any) -> Result:
    """Ask `porttui check TARGET` with a short time-out, and make sure that it ended as it has to: see `unharmed`."""
    forms = () if form == "text" else (form,)
    result = porttui("check", target, "--timeout", str(TIMEOUT), *forms, *options, **more)
    unharmed(result, form, memory=memory)
    return result


def unharmed(result: Result, form: str = "--json", *, latest: float = LATEST, memory: int = MOST_MEMORY) -> None:
    """Assert that it ended in time, in bounds, with an exit code of the contract, and with clean output."""
    told = f"exit {result.status} after {result.seconds:.1f} s\n{result.stderr.decode(errors='replace')}"
    assert result.status in {0, 1, 3}, told
    assert result.stderr == b"", told
    assert result.stdout, told
    assert result.seconds < latest * _busy(), told
    assert result.peak < memory, f"{result.peak / 1e6:.0f} MB, {told}"
    if form == "text":
        assert result.stdout.isascii()
    harmless(result.stdout)
    if form == "--json":
        agrees(result)
        for text in texts(result.report):
            assert raw(text) == [], ascii(text)


def agrees(result: Result) -> None:
    """Assert that the exit code is the one that the verdict has by contract."""
    severity = result.verdict["severity"]
    assert result.status == {"ok": 0, "warning": 0, "fault": 1, "unknown": 3}[severity]


def harmless(output: bytes) -> None:
    """Assert that a terminal that shows these bytes shows characters and does nothing else."""
    assert raw(output.decode(), allowed="\n") == []


def raw(text: str, allowed: str = "\n\t") -> list[str]:
    """Return the characters of a text that steer a terminal, or that cannot be seen and turn others around."""
    hidden = {"Cc", "Cf", "Cs", "Zl", "Zp"}
    return [ascii(each) for each in text if unicodedata.category(each) in hidden and each not in allowed]


def texts(value: object) -> Iterator[str]:
    """List every text in a report."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for key, each in value.items():
            yield str(key)
            yield from texts(each)
    elif isinstance(value, list):
        for each in value:
            yield from texts(each)
