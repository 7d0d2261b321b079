"""max-connections: the server itself says that it has too many clients."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.system import postgres, troubled
from tests.system.expect import EVERYBODY, expect_fault, expect_healthy
from tests.system.people import Person
from tests.system.stage import Namespace, wait_until

pytestmark = [pytest.mark.system, EVERYBODY]


@pytest.fixture(scope="module")
def cluster() -> Iterator[tuple[Path, Path]]:
    """Make a database folder once, and return it with the server's program."""
    with tempfile.TemporaryDirectory(prefix="porttui-") as name:
        yield Path(name), postgres.make_cluster(Path(name))


def test_redis_has_too_many_clients(person: Person) -> None:
    with Namespace() as stage:
        port = stage.free_port()
        options = ("--port", str(port), "--bind", "127.0.0.1", "--save", "", "--maxclients", "3")
        server = stage.serve(port, "redis-server", *options, person=Person.OTHER)
        for _ in range(3):
            troubled.connect(stage, port)
        troubled.has_accepted(stage, server, 3)
        answer = stage.check(f"redis://127.0.0.1:{port}", person=person)
        bare = stage.check(f"127.0.0.1:{port}", person=person)
        web = stage.check(f"http://127.0.0.1:{port}", person=person)
    for each in (answer, bare, web):
        expect_fault(each, "max-connections", "probe", port, person)
        assert "max number of clients reached" in each.verdict["summary"], each


@pytest.mark.parametrize(
    "text",
    ["-ERR max number of clients reached", "Exceeded MaxStartups", "421 Too many connections, try again later"],
)
def test_it_is_known_by_its_words(person: Person, text: str) -> None:
    with Namespace() as stage:
        server = stage.listen("--do=banner", f"--text={text}", person=Person.OTHER)
        answer = stage.check(f"127.0.0.1:{server.port}", person=person)
    expect_fault(answer, "max-connections", "probe", server.port, person)


def test_a_redis_with_room_is_healthy(person: Person) -> None:
    with Namespace() as stage:
        port = stage.free_port()
        options = ("--port", str(port), "--bind", "127.0.0.1", "--save", "", "--maxclients", "30")
        server = stage.serve(port, "redis-server", *options, person=Person.OTHER)
        for _ in range(3):
            troubled.connect(stage, port)
        troubled.has_accepted(stage, server, 3)
        answer = stage.check(f"redis://127.0.0.1:{port}", person=person)
    expect_healthy(answer, person)


def _log_in(stage: Namespace, port: int) -> None:
    """Log in to PostgreSQL as its superuser, who may have the reserved slots as well, and stay."""
    troubled.connect(stage, port, "\\x00\\x00\\x00\\x17\\x00\\x03\\x00\\x00user\\x00postgres\\x00\\x00")


@pytest.mark.parametrize("target", ["postgresql://127.0.0.1:{port}/shop", "127.0.0.1:{port}"])
def test_postgresql_has_too_many_clients(person: Person, cluster: tuple[Path, Path], target: str) -> None:
    with Namespace() as stage:
        server = postgres.start_postgres(stage, *cluster)
        empty = stage.check(target.format(port=server.port), person=person)
        for _ in range(postgres.CLIENTS - 1):
            _log_in(stage, server.port)
        wait_until(lambda: postgres.backends(server) >= postgres.CLIENTS - 1, "all but one slot taken")
        reserved = stage.check(target.format(port=server.port), person=person)
        _log_in(stage, server.port)
        wait_until(lambda: postgres.backends(server) >= postgres.CLIENTS, "all slots taken")
        answer = stage.check(target.format(port=server.port), person=person)
    expect_healthy(empty, person)
    expect_healthy(reserved, person)
    assert "slots are reserved" not in str(empty.verdict), empty
    assert "5 clients are connected" in reserved.report["verdict"]["gloss"], reserved
    expect_fault(answer, "max-connections", "probe", server.port, person)
    assert "sorry, too many clients already" in answer.verdict["summary"], answer
