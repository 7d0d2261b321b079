"""tcp-wrappers: the connection opens, and the program hangs up because of a line in hosts.deny."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.system import people, tunnel
from tests.system.expect import EVERYBODY, expect_fault, expect_healthy, names
from tests.system.hosts import with_files
from tests.system.people import Person
from tests.system.stage import Answer, Namespace

pytestmark = [pytest.mark.system, EVERYBODY]


def _socat(
    person: Person, folder: Path, allow: str, deny: str, *, wrapped: str = ",tcpwrap=echo"
) -> tuple[int, Answer]:
    """Ask for a socat that echoes, where both socat and porttui see these two files."""
    if people.find("socat") is None:
        pytest.skip("socat is not installed")
    files = {"/etc/hosts.allow": allow, "/etc/hosts.deny": deny}
    server, asker = with_files(folder, files, Person.ROOT), with_files(folder, files, person)
    with Namespace() as stage:
        port = stage.free_port()
        place = f"TCP-LISTEN:{port},fork,reuseaddr,bind=127.0.0.1{wrapped}"
        stage.serve(port, *server, "socat", place, "EXEC:cat")
        return port, stage.check(f"127.0.0.1:{port}", "--timeout=1.5", person=person, through=asker)


def test_hosts_deny_turns_everybody_away(person: Person, open_folder: Path) -> None:
    port, answer = _socat(person, open_folder, "# nobody\n", "# by the book\nALL: ALL\n")
    expect_fault(answer, "tcp-wrappers", "probe", port, person)
    assert "ine 2 of /etc/hosts.deny turns 127.0.0.1 away" in answer.verdict["summary"]
    assert names(answer, "ALL: ALL")
    assert "/etc/hosts.allow" in str(answer.report["remedies"][0])


def test_a_line_with_the_word_deny_in_hosts_allow(person: Person, open_folder: Path) -> None:
    port, answer = _socat(person, open_folder, "echo : 127.0.0.0/255.0.0.0 : deny\n", "")
    expect_fault(answer, "tcp-wrappers", "probe", port, person)
    assert "/etc/hosts.allow" in answer.verdict["summary"]


@pytest.mark.parametrize(
    ("allow", "deny"),
    [("echo: 127.\n", "ALL: ALL\n"), ("", "ALL: ALL EXCEPT localhost\n"), ("", "sshd: ALL\n"), ("", "echo: 10.\n")],
)
def test_lines_that_let_the_client_in(person: Person, open_folder: Path, allow: str, deny: str) -> None:
    _, answer = _socat(person, open_folder, allow, deny)
    expect_healthy(answer, person)


def test_sshd_asks_and_hangs_up_after_seconds(person: Person, open_folder: Path, tmp_path: Path) -> None:
    files = {"/etc/hosts.deny": "sshd: 127.0.0.1\n"}
    with Namespace() as stage:
        through = with_files(open_folder, files, Person.ROOT)
        server = tunnel.start_sshd(stage, tmp_path, through=through)
        asker = with_files(open_folder, files, person)
        answer = stage.check(f"ssh://127.0.0.1:{server.port}", "--timeout=1.5", person=person, through=asker)
    expect_fault(answer, "tcp-wrappers", "probe", server.port, person)
    assert names(answer, "sshd")


def test_a_program_that_never_asks_is_not_blamed_on_the_files(person: Person, open_folder: Path) -> None:
    files = {"/etc/hosts.deny": "ALL: ALL\n"}
    with Namespace() as stage:
        server = stage.listen("--do=close", person=Person.OTHER)
        asker = with_files(open_folder, files, person)
        answer = stage.check(f"127.0.0.1:{server.port}", "--timeout=1.5", person=person, through=asker)
    assert answer.code in {"undetermined", "accept-then-close"}, answer
