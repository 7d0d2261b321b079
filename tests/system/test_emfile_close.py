"""emfile-close: the server has no file descriptor left, and closes each connection at once."""

from __future__ import annotations

import pytest

from tests.system import troubled
from tests.system.expect import EVERYBODY, expect_fault
from tests.system.people import Person
from tests.system.stage import Namespace

pytestmark = [pytest.mark.system, EVERYBODY]
_FILES = 48


@pytest.mark.parametrize("target", ["http://127.0.0.1:{port}/", "127.0.0.1:{port}"])
def test_node_is_out_of_files(person: Person, target: str) -> None:
    with Namespace() as stage:
        server = troubled.node_server(stage, files=_FILES)
        troubled.use_up_files(stage, server, _FILES)
        answer = stage.check(target.format(port=server.port), "--timeout=1.6", person=person)
    expect_fault(answer, "emfile-close", "probe", server.port, person)
    assert str(server.pid) in answer.verdict["summary"], answer
