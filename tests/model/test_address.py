from __future__ import annotations

import pytest

from porttui.model.address import is_loopback, parse_ip


@pytest.mark.parametrize("name", ["127.0.0.1%x.example", "127.0.0.1%25lo", "127.0.0.1%"])
def test_what_begins_as_an_ipv4_address_is_a_name_when_a_scope_follows(name: str) -> None:
    """A server may redirect to it; taken for this machine's address, it would be sent to a name server."""
    assert parse_ip(name) is None
    assert not is_loopback(name)


def test_an_ipv6_address_may_have_a_scope() -> None:
    assert str(parse_ip("fe80::1%eth0")) == "fe80::1"
    assert is_loopback("::1%lo")
