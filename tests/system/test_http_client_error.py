"""http-client-error: the server answers that the request was wrong."""

from __future__ import annotations

import pytest

from tests.system.expect import EVERYBODY, expect_warning
from tests.system.people import Person
from tests.system.stage import Namespace

pytestmark = [pytest.mark.system, EVERYBODY]


@pytest.mark.parametrize("status", [401, 403, 404, 426])
def test_a_program_refuses(person: Person, status: int) -> None:
    with Namespace() as stage:
        server = stage.listen(f"--status={status}", "--text=no", person=Person.OTHER)
        answer = stage.check(f"http://127.0.0.1:{server.port}/", person=person)
    expect_warning(answer, "http-client-error", "probe", server.port, person)
    assert answer.status == 0, answer
    assert str(status) in answer.verdict["summary"], answer


def test_strict_takes_a_warning_for_a_fault(person: Person) -> None:
    with Namespace() as stage:
        server = stage.listen("--status=404", person=Person.OTHER)
        answer = stage.check(f"http://127.0.0.1:{server.port}/", "--strict", person=person)
    expect_warning(answer, "http-client-error", "probe", server.port, person)
    assert answer.status == 1, answer
