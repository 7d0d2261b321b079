"""hosts-localhost-missing: the hosts file has lost its line, or its first line is damaged."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.system.expect import EVERYBODY, expect_fault
from tests.system.hosts import with_hosts
from tests.system.people import Person
from tests.system.stage import Namespace

pytestmark = [pytest.mark.system, EVERYBODY]


@pytest.mark.parametrize("text", ["192.0.2.1 other\n", "\ufeff127.0.0.1 localhost\n"], ids=["lost", "damaged"])
def test_the_line_does_not_count(person: Person, open_folder: Path, text: str) -> None:
    with Namespace() as stage:
        server = stage.listen(person=Person.OTHER)
        through = with_hosts(open_folder, text, person)
        answer = stage.check(f"localhost:{server.port}", person=person, through=through)
    expect_fault(answer, "hosts-localhost-missing", "name", server.port, person, named="localhost")
    why = "no line for it" if "other" in text else r'begins with "\ufeff127.0.0.1", which is no address'
    assert why in answer.verdict["summary"], answer
    assert f"127.0.0.1:{server.port}" in str(answer.report["remedies"][0]), answer
