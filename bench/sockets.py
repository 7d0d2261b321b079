"""How long the lists of sockets take, beside ss and lsof, and how time and memory grow with the sockets.

Seconds say little: they are those of this machine, today. So each line is measured in turns, in one go, and told as a
ratio. All of it happens on a farm of real sockets on 200 processes, as root in a network namespace of its own.

    python bench/sockets.py [ROUNDS]
    python bench/sockets.py --compare [ROUNDS]      row by row with ss and lsof while sockets come and go
"""

from __future__ import annotations

import json
import os
import shutil
import statistics
import subprocess
import sys
import time
from pathlib import Path

from farm import Farm, alone, farm

ROOT = Path(__file__).resolve().parents[1]
ENVIRONMENT = {
    **{name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"},
    "PYTHONPATH": str(ROOT / "src"),
}
"""An installed program is compiled."""
_NOBODY = ("setpriv", "--reuid=65534", "--regid=65534", "--clear-groups")
SIZES = (100, 1_000, 10_000, 50_000)
_GROWTH = """
import resource, sys, time
from porttui.observe.linux.dump import Dump
from porttui.observe.linux.holders import Holders
from porttui.observe.linux.looks import LinuxLooks
from porttui.render import listing
def taken(work):
    began = time.process_time()
    done = work()
    return done, 1e3 * (time.process_time() - began)
def peak():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
before = peak()
rows = Dump()
_, kernel = taken(lambda: rows.read("tcp"))
holders = Holders()
_, owners = taken(lambda: holders.update(set(rows.inodes)))
del rows, holders
looks = LinuxLooks(("tcp",))
table, whole = taken(looks.take)
_, again = taken(looks.take)
cells = listing.cells_of(table, states=True)
head = listing.head(states=True)
_, text = taken(lambda: listing.table_text(head, map(cells, listing.by_place(table, range(len(table))))))
print(len(table), kernel, owners, whole, again, text, peak() - before)
"""


def main() -> int:
    """Measure, and print."""
    alone()
    words = [word for word in sys.argv[1:] if word != "--compare"]
    rounds = int(words[0]) if words else 0
    if "--compare" in sys.argv:
        return _compare(rounds or 10)
    parts = []
    for size in SIZES:
        with farm(size) as grown:
            if size > SIZES[0]:
                _ratios(size, grown, rounds or (5 if size > 10_000 else 15))
            argv = (sys.executable, "-c", _GROWTH)
            runs = [subprocess.run(argv, env=ENVIRONMENT, capture_output=True, check=True, text=True) for _ in range(3)]
            told = [[float(word) for word in run.stdout.split()] for run in runs]
            parts.append([statistics.median(values) for values in zip(*told, strict=True)])
    _growth(parts)
    return 0


def _ratios(size: int, grown: Farm, rounds: int) -> None:
    installed = Path(sys.executable).with_name("porttui")
    porttui = (str(installed),) if installed.exists() else (sys.executable, "-m", "porttui")
    port = str(grown.ports[len(grown.ports) // 2])
    commands: dict[str, tuple[str, ...]] = {
        "who": (*porttui, "who", port),
        "lsof who": ("lsof", "-nP", f"-iTCP:{port}", "-sTCP:LISTEN"),
        "sockets": (*porttui, "sockets", "all", "tcp"),
        "ss": ("ss", "-tanp"),
        "lsof": ("lsof", "-nP", "-iTCP"),
        "pass": (sys.executable, "-c", "pass"),
    }
    wall: dict[str, list[float]] = {name: [] for name in commands}
    for argv in commands.values():
        _seconds(argv)
    for _ in range(rounds):
        for name, argv in commands.items():
            wall[name].append(_seconds(argv))

    def ratio(one: str, other: str) -> str:
        each = sorted(mine / theirs for mine, theirs in zip(wall[one], wall[other], strict=True))
        return f"{statistics.median(each):.2f} ({each[len(each) // 4]:.2f} to {each[3 * len(each) // 4]:.2f})"

    print(
        f"{size} connected sockets, {len(grown.pids)} processes, {rounds} rounds in turns; median ratio of wall time:"
    )
    print(f"  who PORT, all holders / lsof -nP -iTCP:PORT -sTCP:LISTEN   {ratio('who', 'lsof who')}")
    print(f"  sockets all tcp / ss -tanp                                 {ratio('sockets', 'ss')}")
    print(f"  sockets all tcp / lsof -nP -iTCP                           {ratio('sockets', 'lsof')}")
    print(f"  who PORT / python -c pass                                  {ratio('who', 'pass')}", flush=True)


def _seconds(argv: tuple[str, ...]) -> float:
    begun = time.perf_counter()
    subprocess.run(argv, stdin=subprocess.DEVNULL, capture_output=True, env=ENVIRONMENT, check=False)
    return time.perf_counter() - begun


def _growth(parts: list[list[float]]) -> None:
    """Print how the parts of one look grow, as multiples of the smallest farm, and which part is the largest."""
    names = ("kernel's table", "owners (/proc/PID/fd)", "whole look", "next look", "as text")
    print("\nIn one process, CPU; microseconds a socket, the extra memory at its peak, and what takes most of a look:")
    print(f"{'sockets':>8}" + "".join(f"{name:>24}" for name in names) + f"{'bytes a socket':>16}   dominated by")
    for count, *times, memory in parts:
        shares = {"owners": times[1] / times[2], "the kernel's table": times[0] / times[2]}
        most = max(shares, key=lambda name: shares[name])
        line = "".join(f"{1e3 * each / count:>24.1f}" for each in times)
        print(f"{count:>8.0f}{line}{1024 * memory / count:>16.0f}   {most} ({100 * shares[most]:.0f} %)")


def _compare(rounds: int) -> int:
    """Compare the tables as root and as an ordinary user; the exit code says whether they are the same."""
    against = (sys.executable, str(ROOT / "tests/system/against.py"), str(rounds))
    wrong = 0
    with farm(1_000, restless=4):
        for user, before in (("root", ()), ("uid 65534", _NOBODY)):
            if before and (os.geteuid() != 0 or not shutil.which("setpriv")):
                continue
            done = subprocess.run((*before, *against), env=ENVIRONMENT, capture_output=True, text=True, check=True)
            told = json.loads(done.stdout)
            wrong += told["count"]
            print(f"{user}: {told['rows']} rows in {rounds} looks and as many repeated ones; wrong: {told['count']}")
            print("".join(f"  {problem}\n" for problem in told["problems"]), end="")
    return int(wrong > 0)


if __name__ == "__main__":
    sys.exit(main())
