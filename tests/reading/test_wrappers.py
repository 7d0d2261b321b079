"""TCP wrappers: the rules of hosts_access(5), as tcpdmatch(8) reads them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from porttui.model.facts import AccessLine
from porttui.reading.wrappers import decide, logical_lines


def _lines(allow: str, deny: str) -> tuple[AccessLine, ...]:
    return (*logical_lines("/etc/hosts.allow", allow, 200), *logical_lines("/etc/hosts.deny", deny, 200))


@pytest.mark.parametrize(
    ("allow", "deny", "client", "expected"),
    [
        ("", "", "127.0.0.1", True),
        ("", "ALL: ALL", "127.0.0.1", False),
        ("", "sshd: ALL", "10.0.0.7", False),
        ("", "vsftpd, SSHD : 10.0.0.7", "10.0.0.7", False),
        ("", "vsftpd: ALL", "10.0.0.7", True),
        ("sshd: 10.0.0.", "ALL: ALL", "10.0.0.7", True),
        ("sshd: 10.0.1.", "ALL: ALL", "10.0.0.7", False),
        ("sshd: 10.0.0.0/255.255.255.0", "ALL: ALL", "10.0.0.7", True),
        ("sshd: 10.0.0.0/24", "ALL: ALL", "10.0.0.7", True),
        ("sshd: [fd00::]/8", "ALL: ALL", "fd00::7", True),
        ("sshd: [::1]", "ALL: ALL", "::1", True),
        ("sshd: [::1]", "ALL: ALL", "127.0.0.1", False),
        ("sshd: localhost", "ALL: ALL", "127.0.0.1", True),
        ("sshd: LOCAL", "ALL: ALL", "127.0.0.1", True),
        ("", "ALL: PARANOID", "127.0.0.1", True),
        ("", "ALL: PARANOID", "10.0.0.7", None),
        ("", "ALL: ALL EXCEPT 10.0.0.7", "10.0.0.7", True),
        ("", "ALL: ALL EXCEPT 10. EXCEPT 10.0.0.7", "10.0.0.7", False),
        ("", "ALL EXCEPT sshd: ALL", "10.0.0.7", True),
        ("", "sshd: .example.com", "10.0.0.7", None),
        ("sshd: .example.com", "ALL: ALL", "10.0.0.7", None),
        ("sshd: @office", "ALL: ALL", "10.0.0.7", None),
        ("sshd: /etc/sshd.denyhosts", "", "10.0.0.7", None),
        ("sshd: ALL : deny", "", "10.0.0.7", False),
        ("", "sshd: ALL : allow", "10.0.0.7", True),
        ("sshd: 10.*", "ALL: ALL", "10.0.0.7", True),
        ("", "ALL: ALL : spawn (echo %h) &", "10.0.0.7", False),
        ("nonsense", "neither", "10.0.0.7", True),
    ],
)
def test_who_is_let_in(allow: str, deny: str, client: str, expected: bool | None) -> None:
    assert decide(_lines(allow, deny), "sshd", client).allowed is expected


def test_comments_and_continued_lines() -> None:
    lines = logical_lines("/etc/hosts.deny", "# ALL: ALL\n\nsshd: \\\n 10. \\\n 11.\n#x\nvsftpd: ALL", 200)
    assert [(each.line, each.text.split()) for each in lines] == [(3, ["sshd:", "10.", "11."]), (7, ["vsftpd:", "ALL"])]


@given(st.text(alphabet="ALsh d:,.*?/[]@0123456789\\\n#EXCPT", max_size=120), st.sampled_from(["127.0.0.1", "fe80::1"]))
def test_whatever_the_file_holds_it_is_read(text: str, client: str) -> None:
    decision = decide(logical_lines("/etc/hosts.deny", text, 200), "sshd", client)
    assert decision.allowed or decision.line is not None
