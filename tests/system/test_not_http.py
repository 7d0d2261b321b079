"""not-http: the port answers in another protocol, and http:// was asked for."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.system import tunnel
from tests.system.expect import EVERYBODY, expect_fault, expect_healthy
from tests.system.people import Person
from tests.system.stage import Namespace, Server

pytestmark = [pytest.mark.system, EVERYBODY]


def _redis(stage: Namespace, folder: Path, port: int) -> Server:
    where = ("--port", str(port), "--bind", "127.0.0.1", "--dir", str(folder), "--save", "")
    return stage.serve(port, "redis-server", *where)


def test_redis_is_named(person: Person, tmp_path: Path) -> None:
    with Namespace() as stage:
        port = stage.free_port()
        _redis(stage, tmp_path, port)
        answer = stage.check(f"http://127.0.0.1:{port}/", person=person)
        meant = stage.check(f"redis://127.0.0.1:{port}", person=person)
    expect_fault(answer, "not-http", "probe", port, person)
    assert "redis" in answer.verdict["summary"].lower(), answer
    expect_healthy(meant, person)


@pytest.mark.parametrize(
    ("banner", "name"),
    [
        ("SSH-2.0-OpenSSH_9.2p1 Debian-2", "ssh"),
        ("220 mail.example ESMTP Postfix", "smtp"),
        ("220 (vsFTPd 3.0.3)", "ftp"),
    ],
)
def test_a_banner_names_the_protocol(person: Person, banner: str, name: str) -> None:
    with Namespace() as stage:
        server = stage.listen("--do=banner", f"--text={banner}", person=Person.OTHER)
        answer = stage.check(f"http://127.0.0.1:{server.port}/", person=person)
    expect_fault(answer, "not-http", "probe", server.port, person)
    assert name in answer.verdict["summary"].lower(), answer


def test_the_proxy_of_ssh_is_named(person: Person, tmp_path: Path) -> None:
    with Namespace() as stage:
        server = tunnel.start_sshd(stage, tmp_path)
        tunnel.ssh(stage, tmp_path, server, port := stage.free_port(), "-D", f"{port}")
        answer = stage.check(f"http://127.0.0.1:{port}/", "--timeout=1.5", person=person)
        bare = stage.check(f"127.0.0.1:{port}", "--timeout=1.5", person=person)
    expect_fault(answer, "not-http", "probe", port, person)
    assert "SOCKS" in answer.verdict["summary"], answer
    expect_healthy(bare, person)


_MONGODB = "It looks like you are trying to access MongoDB over HTTP on the native driver port.\r\n"


def test_mongodb_that_answers_in_http_is_named(person: Person) -> None:
    """What mongod writes: a whole HTTP answer with status 200 (mongo, src/mongo/transport)."""
    with Namespace() as stage:
        server = stage.listen(f"--text={_MONGODB}", person=Person.OTHER)
        answer = stage.check(f"http://127.0.0.1:{server.port}/", person=person)
        bare = stage.check(f"127.0.0.1:{server.port}", person=person)
    expect_fault(answer, "not-http", "probe", server.port, person)
    expect_healthy(bare, person)
    for told in (answer, bare):
        assert "MongoDB" in told.verdict["summary"], told
    assert "mongosh" in str(answer.report["remedies"]), answer
