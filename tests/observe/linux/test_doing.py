"""What processes do: spinning, sleeping, and out of descriptors."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from porttui.observe.linux.doing import linux_doing

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")


@contextmanager
def _python(code: str) -> Iterator[int]:
    started = subprocess.Popen(
        [sys.executable, "-I", "-S", "-c", f"print(1, flush=True)\n{code}"], stdout=subprocess.PIPE
    )
    try:
        assert started.stdout is not None
        started.stdout.readline()
        yield started.pid
    finally:
        started.kill()
        started.communicate()


def test_a_spinning_program_wants_the_processor_all_of_the_time() -> None:
    with _python("while True: pass") as pid:
        (doing,) = linux_doing([pid])
    assert doing.state == "R"
    if Path("/proc/self/schedstat").exists():
        assert doing.busy is not None
        assert doing.busy > 0.5, "also where others leave it little"


def test_a_sleeping_program_wants_nothing() -> None:
    with _python("import time; time.sleep(60)") as pid:
        (doing,) = linux_doing([pid])
    assert doing.state == "S"
    assert doing.cpu_percent is not None
    assert doing.cpu_percent < 20
    assert doing.open_files is not None
    assert 3 <= doing.open_files < (doing.open_files_limit or 0) <= (doing.open_files_most or 0)
    if os.geteuid() == 0:
        assert any("nanosleep" in each for each in doing.waits or ()), doing


def test_who_is_gone_is_left_out() -> None:
    with _python("pass") as pid:
        pass
    assert linux_doing([pid]) == ()
