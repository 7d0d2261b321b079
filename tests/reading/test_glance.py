"""A report in one line, and what the socket tables alone can show."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from porttui.diagnose import diagnose
from porttui.model.report import Status
from porttui.model.target import Question
from porttui.reading.glance import glance_of, tables_tell
from tests import worlds as w
from tests.faults.by_code import BY_CODE

LINES = {
    "healthy": ("open, HTTP 200", "127.0.0.1:8080, node, pid 4121", True),
    "nothing-listening": ("refused", "nothing listens", False),
    "ipv6-only-listener": ("refused", "only [::1]:8080 listens", False),
    "http-server-error": ("open, HTTP 500", "127.0.0.1:8080, node, pid 4121", False),
    "cert-expired": ("certificate refused", "127.0.0.1:8080, node, pid 4121", False),
    "sigstopped": ("open, no answer", "127.0.0.1:8080, node, pid 4121", False),
    "backlog-full": ("no answer", "127.0.0.1:8080, node, pid 4121", False),
    "fw-reject-icmp": ("refused, ICMP error", "127.0.0.1:8080, node, pid 4121", False),
    "port-taken": ("address already in use", "0.0.0.0:8080, node, pid 4121", False),
}


@pytest.mark.parametrize("code", LINES)
def test_each_fault_has_its_line(code: str) -> None:
    glance = glance_of(diagnose(BY_CODE[code]))
    assert (glance.word, glance.listener, glance.good) == LINES[code]
    assert glance.code == code


def test_a_restart_has_another_identity() -> None:
    first = w.world(sockets=w.sockets(w.listener()), processes=(w.node(),))
    second = replace(first, sockets=w.sockets(w.listener(pids=(9,), inode=99)), processes=(w.node(9),))
    unseen = replace(first, sockets=w.sockets(w.listener(pids=(), owner_by=None)), processes=())
    again = replace(first, sockets=w.sockets(w.listener(pids=(), owner_by=None, inode=99)), processes=())
    identities = [glance_of(diagnose(facts)).identity for facts in (first, second, unseen, again)]
    assert identities == [("pid 4121",), ("pid 9",), ("inode 88",), ("inode 99",)]


@pytest.mark.parametrize(
    "code",
    ["healthy", "nothing-listening", "ipv6-only-listener", "wrong-port", "listener-loopback-only", "sigstopped",
     "port-taken"],
)  # fmt: skip
def test_what_the_tables_show_needs_no_connection(code: str) -> None:
    assert tables_tell(BY_CODE[code])


@pytest.mark.parametrize(
    "code",
    ["http-server-error", "http-client-error", "not-http", "plain-http-to-tls", "tls-to-plain", "undetermined",
     "fw-reject-reset", "fw-reject-icmp", "fw-drop-input", "fw-drop-output", "backlog-full", "privileged-port",
     "cert-expired", "cert-self-signed"],
)  # fmt: skip
def test_what_they_do_not_show_has_to_be_tried(code: str) -> None:
    assert not tables_tell(BY_CODE[code])


def test_a_name_that_leads_nowhere_is_not_called_bindable() -> None:
    unknown = BY_CODE["dns-nxdomain"]
    to_bind = replace(unknown, asked=replace(unknown.asked, question=Question.BIND), binds=())
    for facts in (to_bind, replace(unknown, binds=())):
        bind = next(step for step in diagnose(facts).steps if step.name == "bind")
        assert (bind.status, bind.summary) == (Status.SKIPPED, "follows from name")


def test_another_machine_has_to_be_asked() -> None:
    far = w.world("203.0.113.9", routes=(), attempts=(w.opened("203.0.113.9"),))
    assert not tables_tell(far)
    assert glance_of(diagnose(far)).listener == "on another machine"


def test_a_free_port_is_shown_by_the_tables() -> None:
    free = w.world(question=Question.BIND)
    assert tables_tell(free)
    assert glance_of(diagnose(free)).word == "free"
