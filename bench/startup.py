"""How long porttui takes, beside what one would wait for anyway.

Seconds say little: they are those of this machine, today. So everything is measured in turns, in one go, and told as a
ratio to the start of the interpreter itself, with the runtime dependencies alone installed.
``python bench/startup.py [ROUNDS]``.
"""

from __future__ import annotations

import http.server
import shutil
import socket
import statistics
import subprocess
import sys
import threading
import time

import installed

PYTHON = installed.python()
ENVIRONMENT = installed.environment(PYTHON)
PORTTUI = (PYTHON, "-m", "porttui")
_DEAD, _HEALTHY = "porttui check PORT (dead)", "porttui check URL (healthy)"
_MOST = {_DEAD: 6, _HEALTHY: 12}
"""Ratios to `python -c pass`."""


def main() -> int:
    """Measure, and print one line a command."""
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 15
    subprocess.run(
        (*PORTTUI, "--version"), check=True, stdout=subprocess.DEVNULL, env=ENVIRONMENT
    )  # else failures would be measured
    web = http.server.ThreadingHTTPServer(("127.0.0.1", 0), _Answer)
    threading.Thread(target=web.serve_forever, daemon=True).start()
    dead = installed.dead_port()
    with socket.create_server(("127.0.0.1", 0)) as held:  # bound and listening, so its port is no one else's
        commands = _commands(dead, held.getsockname()[1], f"http://127.0.0.1:{web.server_port}/")
        for argv in commands.values():
            _time(argv)
        seconds: dict[str, list[float]] = {name: [] for name in commands}
        for _ in range(rounds):
            for name, argv in commands.items():
                seconds[name].append(_time(argv))
    base = statistics.median(seconds["python -c pass"])
    print(f"{'command':<34}{'median':>10}{'fastest':>10}{'ratio':>8}   ({rounds} rounds, in turns)")
    for name, times in seconds.items():
        middle = statistics.median(times)
        limit = installed.holds(middle / base, _MOST.get(name))
        print(f"{name:<34}{middle * 1e3:>7.1f} ms{min(times) * 1e3:>7.1f} ms{middle / base:>8.1f}   {limit}".rstrip())
    return 0


class _Answer(http.server.BaseHTTPRequestHandler):
    """A server that is healthy."""

    def do_GET(self) -> None:
        """Say so."""
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *words: object) -> None:
        """Say nothing."""


def _commands(dead: int, taken: int, healthy: str) -> dict[str, tuple[str, ...]]:
    commands = {
        "python -c pass": (PYTHON, "-c", "pass"),
        "porttui --version": (*PORTTUI, "--version"),
        _DEAD: (*PORTTUI, "check", f"127.0.0.1:{dead}"),
        _HEALTHY: (*PORTTUI, "check", healthy),
        "porttui check PORT --no-http": (*PORTTUI, "check", f"127.0.0.1:{dead}", "--no-http"),
        "porttui check PORT --bind": (*PORTTUI, "check", f"127.0.0.1:{taken}", "--bind"),
        "python -c 'import httpx'": (PYTHON, "-c", "import httpx"),
        "python -c 'import textual.app'": (PYTHON, "-c", "import textual.app"),
    }
    if ss := shutil.which("ss"):
        commands["ss -ltnp"] = (ss, "-ltnp")
    return commands


def _time(argv: tuple[str, ...]) -> float:
    begun = time.perf_counter()
    subprocess.run(argv, stdin=subprocess.DEVNULL, capture_output=True, env=ENVIRONMENT, check=False)
    return time.perf_counter() - begun


if __name__ == "__main__":
    sys.exit(main())
