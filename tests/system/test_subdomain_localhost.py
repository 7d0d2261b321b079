"""subdomain-localhost: a name that only browsers know."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.system.expect import EVERYBODY, expect_fault
from tests.system.hosts import with_hosts
from tests.system.people import Person
from tests.system.stage import Namespace

pytestmark = [pytest.mark.system, EVERYBODY]


def test_only_browsers_know_it(person: Person, open_folder: Path) -> None:
    with Namespace() as stage:
        server = stage.listen(person=Person.OTHER)
        through = with_hosts(open_folder, "127.0.0.1 localhost\n", person)
        answer = stage.check(f"http://shop.localhost:{server.port}/", person=person, through=through)
    expect_fault(answer, "subdomain-localhost", "name", server.port, person, named="shop.localhost")
