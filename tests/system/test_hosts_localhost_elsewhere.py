"""hosts-localhost-elsewhere: the hosts file leads localhost to an address of the network."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.system.expect import EVERYBODY, expect_fault
from tests.system.hosts import with_hosts
from tests.system.people import Person
from tests.system.stage import Namespace

pytestmark = [pytest.mark.system, EVERYBODY]


def test_it_leads_elsewhere(person: Person, open_folder: Path) -> None:
    with Namespace() as stage:
        server = stage.listen(person=Person.OTHER)
        through = with_hosts(open_folder, "192.0.2.1 localhost\n", person)
        answer = stage.check(f"localhost:{server.port}", person=person, through=through)
    expect_fault(answer, "hosts-localhost-elsewhere", "name", server.port, person)
    assert "192.0.2.1" in answer.verdict["summary"], answer
