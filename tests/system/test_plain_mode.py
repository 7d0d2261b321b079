"""Plain mode as root and as somebody without any rights: found, explained, and proven fixed."""

from __future__ import annotations

import sys

from tests.system.expect import EVERYBODY
from tests.system.people import Person
from tests.system.stage import Namespace

_QUICKLY = """
import sys
from porttui.cli.plain import run
from porttui.model.parse import parse
code = run(parse(sys.argv[1]), every=0.02)
print(sorted({"textual", "rich", "asyncio"} & set(sys.modules)))
sys.exit(code)
"""


@EVERYBODY
def test_a_server_on_ipv6_only_is_found_and_the_way_that_works_is_proven(person: Person) -> None:
    with Namespace() as stage:
        port = stage.listen(address="::1", person=Person.OTHER).port
        argv = (sys.executable, "-c", _QUICKLY, f"http://127.0.0.1:{port}/")
        said = stage.run(*argv, person=person, given="2\n1\nr\n")
    assert f"FAULT  http://127.0.0.1:{port}  The server listens on IPv6 only" in said
    assert f"FIXED  http://[::1]:{port}" in said
    assert said.splitlines()[-1] == "[]"
    if person is Person.NOBODY:
        assert "owners of 1 socket (needs root)" in said
