"""other-netns: the listener is in another network namespace, as in a container that publishes nothing."""

from __future__ import annotations

import pytest

from tests.system.expect import EVERYBODY, expect_fault
from tests.system.people import Person
from tests.system.stage import Namespace

pytestmark = [pytest.mark.system, EVERYBODY]


def test_it_listens_in_another_namespace(person: Person) -> None:
    with Namespace() as stage, Namespace() as container:
        server = container.listen(address="0.0.0.0", port=stage.free_port(), person=Person.OTHER)
        answer = stage.check(f"127.0.0.1:{server.port}", person=person)
    expect_fault(answer, "other-netns", "listener", server.port, person)
