"""Plays a lab through, then starts it again and waits to be killed; run by the tests as root and as an ordinary user.

Prints two lines of JSON: what was seen, and the processes of the second time.
"""

from __future__ import annotations

import json
import os
import sys
import threading
import time
from pathlib import Path

from porttui.labs.registry import BY_NAME
from porttui.labs.stage import Stage


def _pids(stage: Stage) -> list[int]:
    """Return what was started, and what that has started."""
    own = [server.pid for server in stage.started]
    children = [Path(f"/proc/{pid}/task/{pid}/children") for pid in own]
    return own + [int(pid) for path in children if path.exists() for pid in path.read_text().split()]


def _runs(pid: int) -> bool:
    """Whether a process has not ended; one that init has not yet asked about has."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


def main() -> None:
    """Play the lab that the command line names."""
    lab = BY_NAME[sys.argv[1]]
    if why := lab.missing():
        print(json.dumps({"missing": why}), flush=True)  # noqa: T201
        return
    with Stage(private=lab.private, mounts=lab.mounts) as stage:
        scene = lab.start(stage)
        before = lab.look(stage, scene)
        lab.solve(stage, scene)
        until = time.monotonic() + 20
        while not (after := lab.look(stage, scene)).solved and time.monotonic() < until:
            time.sleep(0.05)
        first = _pids(stage)
    until = time.monotonic() + 20
    while (left := [pid for pid in first if _runs(pid)]) and time.monotonic() < until:
        time.sleep(0.005)  # what a supervisor had started gets its signal a moment later
    seen = {"before": before.solved, "word": before.word, "after": after.solved, "then": after.word}
    print(json.dumps({**seen, "uid": os.getuid(), "processes": len(first), "left": left}), flush=True)  # noqa: T201
    with Stage(private=lab.private, mounts=lab.mounts) as stage:
        lab.start(stage)
        print(json.dumps(_pids(stage)), flush=True)  # noqa: T201
        threading.Event().wait()


if __name__ == "__main__":
    main()
