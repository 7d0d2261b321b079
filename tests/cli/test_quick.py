"""The quick way of `who` and `sockets` says what the whole way says, and each command imports what it needs alone."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest

from tests.cli.run import SECONDS, environment, listener
from tests.observe.netns import needs_root
from tests.servers import HTTP_OK, Script, answers
from tests.system.people import Person
from tests.system.stage import Namespace, wait_until

HEAVY = {
    "argparse", "asyncio", "click", "ctypes", "decimal", "httpcore", "httpx", "inspect", "msgspec", "pathlib", "psutil",
    "rich", "selectors", "socket", "ssl", "subprocess", "textual", "textwrap", "typing_extensions", "urllib.parse",
    "uuid",
    "encodings.idna", "porttui.observe.linux.doing", "porttui.remedies.firewall", "porttui.remedies.network",
}  # fmt: skip
"""What costs as much as a quarter of the start of Python, or more; and parts of porttui that few answers need."""
_PROGRAMS = {"selectors", "socket", "subprocess", "textwrap", "urllib.parse"}
"""What comes along with a parser of options and with pathlib."""
_SCRIPT = """
import sys
from porttui.__main__ import main
try:
    main()
except SystemExit:
    pass
print(*sys.modules, file=sys.stderr)
"""


def imported(*argv: str) -> set[str]:
    """Return the heavy packages that a command has imported when it ends."""
    done = subprocess.run(
        [sys.executable, "-c", _SCRIPT, *argv],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        timeout=SECONDS,
        check=False,
        env=environment(PYTHONWARNINGS=None),
    )
    assert done.stdout
    return HEAVY & set(done.stderr.decode().splitlines()[-1].split())


@needs_root
def test_the_quick_way_says_what_the_whole_way_says() -> None:
    with Namespace() as stage:
        server = stage.serve(port := stage.free_port(), sys.executable, "-m", "http.server", str(port))
        other = stage.listen(address="::1")
        shared = stage.listen(person=Person.OTHER)
        stage.crowd(shared.port, 2)
        stage.accepted(shared.port, 2)
        python = (sys.executable, "-m", "porttui")
        for each in (server, other, shared):
            quick = stage.run(*python, "who", str(each.port))
            assert f"pid      {each.pid} " in quick
            assert quick == stage.run(*python, "who", f":{each.port}")
        listed = stage.run(*python, "sockets")
        for words in ((), ("all",), ("all", "tcp")):  # ":" keeps every row
            assert stage.run(*python, "sockets", *words) == stage.run(*python, "sockets", *words, ":")
        assert len(listed.splitlines()) == 4

        def imported_here(*words: str) -> set[str]:
            modules = stage.run(sys.executable, "-c", _SCRIPT.replace(", file=sys.stderr", ""), *words)
            return HEAVY & set(modules.splitlines()[-1].split())

        assert imported_here("sockets") == set()
        # it takes the whole way while a namespace of another test goes, or has the same port; ctypes: setns(2)
        wait_until(lambda: imported_here("who", str(port)) <= {"ctypes"}, "the quick way of who")


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (("check", "127.0.0.1:9", "--no-http"), {"ctypes", "msgspec"}),
        (("check", "127.0.0.1:9", "--json"), {"ctypes", "msgspec"}),
        (("sockets", "--json"), {"argparse", "ctypes", "msgspec", "pathlib", *_PROGRAMS}),
        (("explain", "port-taken"), {"argparse", "msgspec", "pathlib", *_PROGRAMS}),  # names its labs
        (("--version",), set()),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else "",
)
def test_nothing_heavy_is_imported_that_a_command_does_not_use(words: tuple[str, ...], expected: set[str]) -> None:
    assert imported(*words) <= expected


def test_a_healthy_server_is_asked_without_httpx() -> None:
    with Script(answers(HTTP_OK)) as server:
        assert not imported("check", f"http://127.0.0.1:{server.port}/") & {"asyncio", "httpcore", "httpx", "psutil"}


def test_without_root_the_whole_way_is_gone() -> None:
    with listener() as port:
        argv = [sys.executable, "-m", "porttui", "sockets", str(port), "--json"]
        done = subprocess.run(argv, capture_output=True, timeout=SECONDS, check=True, env=environment())
    assert [row["pids"] for row in json.loads(done.stdout)] == [[os.getpid()]]
