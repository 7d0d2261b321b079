"""emfile-queue: the server has no file descriptor left, and clients wait in the accept queue."""

from __future__ import annotations

import pytest

from tests.system import troubled
from tests.system.expect import EVERYBODY, expect_fault, expect_healthy
from tests.system.people import Person
from tests.system.stage import Namespace

pytestmark = [pytest.mark.system, EVERYBODY]
_FILES = 32
_FEW = 12
"""As few as asyncio can do with: a full queue lets only some clients in a second in."""


def test_asyncio_is_out_of_files(person: Person) -> None:
    with Namespace() as stage:
        server = troubled.asyncio_server(stage, files=_FILES)
        troubled.use_up_files(stage, server, _FILES)
        answer = stage.check(f"http://127.0.0.1:{server.port}/", "--timeout=1.6", person=person)
    expect_fault(answer, "emfile-queue", "probe", server.port, person)
    assert str(server.pid) in answer.verdict["summary"], answer
    assert f"{_FILES} of {_FILES}" in answer.verdict["summary"], answer
    commands = [step["argv"] or [] for way in answer.report["remedies"] for step in way["steps"]]
    assert ["prlimit", "--pid", str(server.pid), "--nofile=65536:65536"] in commands, answer


def test_it_is_the_cause_of_a_full_queue(person: Person) -> None:
    with Namespace() as stage:
        server = troubled.asyncio_server(stage, files=_FEW, backlog=2)
        troubled.use_up_files(stage, server, _FEW)
        stage.crowd(server.port, 4)
        answer = stage.check(f"http://127.0.0.1:{server.port}/", "--timeout=1.6", person=person)
    expect_fault(answer, "emfile-queue", "probe", server.port, person)


def test_the_way_out_is_one(person: Person) -> None:
    with Namespace() as stage:
        server = troubled.asyncio_server(stage, files=_FILES)
        troubled.use_up_files(stage, server, _FILES)
        stage.run("prlimit", "--pid", str(server.pid), "--nofile=4096:", person=Person.OTHER)
        expect_healthy(stage.check(f"http://127.0.0.1:{server.port}/", person=person), person)


def test_a_server_that_spins_for_want_of_files_is_out_of_files(person: Person) -> None:
    with Namespace() as stage:
        server = troubled.small_server(stage, "threads", files=_FILES)
        troubled.use_up_files(stage, server, _FILES)
        answer = stage.check(f"http://127.0.0.1:{server.port}/", "--timeout=1.6", person=person)
    expect_fault(answer, "emfile-queue", "probe", server.port, person)
