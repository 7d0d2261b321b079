"""client-emfile: porttui runs with all of its descriptors in use."""

from __future__ import annotations

import sys

import pytest

from tests.system.expect import EVERYBODY, expect_fault, expect_healthy
from tests.system.people import Person
from tests.system.stage import Namespace

pytestmark = [pytest.mark.system, EVERYBODY]

_LEAKS = """
import contextlib, io, os, resource, runpy, sys
free, limit, port = int(sys.argv[1]), 40, int(sys.argv[2])
arguments = sys.argv[sys.argv.index("porttui"):]
from porttui.cli.main import main
for target in (f"http://127.0.0.1:{port}/", "127.0.0.1:1"):  # loads what it needs: no module can be opened later
    sys.argv = ["porttui", "check", target, "--json"]
    with contextlib.suppress(SystemExit), contextlib.redirect_stdout(io.TextIOWrapper(io.BytesIO())):
        main()
resource.setrlimit(resource.RLIMIT_NOFILE, (limit, limit))
held = []
with contextlib.suppress(OSError):
    while True:
        held.append(os.open("/dev/null", os.O_RDONLY))
for one in held[len(held) - free:]:
    os.close(one)
sys.argv = arguments
sys.exit(main())
"""
"""A program that leaks descriptors until `free` are left, and then asks as `porttui check` does."""


def _leaking(free: int, port: int) -> tuple[str, ...]:
    return (sys.executable, "-c", _LEAKS, str(free), str(port), "--")


def test_no_descriptor_is_left(person: Person) -> None:
    with Namespace() as stage:
        server = stage.listen(port=stage.free_port(), person=Person.OTHER)
        asked = f"127.0.0.1:{server.port}"
        answer = stage.check(asked, "--settle=0", person=person, through=_leaking(0, server.port))
    expect_fault(answer, "client-emfile", "path", server.port, person, named="descriptor")
    assert answer.verdict["confidence"] == "certain", answer
    assert "'ulimit', '-n'" in str(answer.report["remedies"]), answer


def test_a_hosts_file_that_cannot_be_opened_is_not_called_empty(person: Person) -> None:
    """With one descriptor some calls fail and some do not."""
    with Namespace() as stage:
        server = stage.listen(port=stage.free_port(), person=Person.OTHER)
        port = server.port + 1000  # so far away that nobody takes it for the server
        answer = stage.check(f"localhost:{port}", "--settle=0", person=person, through=_leaking(1, server.port))
    assert answer.code in {"client-emfile", "nothing-listening", "undetermined"}, answer


def test_enough_of_them_are_enough(person: Person) -> None:
    with Namespace() as stage:
        server = stage.listen(port=stage.free_port(), person=Person.OTHER)
        asked = f"http://127.0.0.1:{server.port}/"
        answer = stage.check(asked, "--settle=0", person=person, through=("prlimit", "--nofile=64:64"))
    expect_healthy(answer, person)
