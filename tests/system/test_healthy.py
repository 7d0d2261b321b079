"""healthy: all is well, and porttui says so."""

from __future__ import annotations

import pytest

from tests.system.expect import EVERYBODY, expect_healthy
from tests.system.people import Person
from tests.system.stage import Namespace

pytestmark = [pytest.mark.system, EVERYBODY]


@pytest.mark.parametrize("address", ["127.0.0.1", "0.0.0.0", "::1", "::"])
def test_a_web_server_answers(person: Person, address: str) -> None:
    with Namespace() as stage:
        server = stage.listen(address=address, person=Person.OTHER)
        asked = "[::1]" if ":" in address else "127.0.0.1"
        answer = stage.check(f"http://{asked}:{server.port}/", person=person)
    expect_healthy(answer, person)
    assert answer.steps["probe"] == "pass", answer
    assert answer.seconds < 4, "an answer is reported at once"


def test_a_bare_port_is_enough(person: Person) -> None:
    with Namespace() as stage:
        server = stage.listen(address="::", person=Person.OTHER)
        expect_healthy(stage.check(str(server.port), person=person), person)


def test_a_free_port_can_be_bound(person: Person) -> None:
    with Namespace() as stage:
        answer = stage.check(f"127.0.0.1:{stage.free_port()}", "--bind", person=person)
    expect_healthy(answer, person)
    assert answer.steps["bind"] == "pass", answer


def test_porttui_leaves_the_port_free(person: Person) -> None:
    with Namespace() as stage:
        port = stage.free_port()
        stage.check(f"0.0.0.0:{port}", "--bind", person=person)
        assert stage.listen("--no-reuse", address="0.0.0.0", port=port).port == port
