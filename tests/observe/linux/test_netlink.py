"""Asking the kernel by netlink."""

from __future__ import annotations

import errno

import pytest

from porttui.model.facts import Unseen
from porttui.observe.linux import netlink
from porttui.observe.linux.interfaces import linux_interfaces
from tests.observe.holder import linux_only

pytestmark = linux_only
_RTM_GETLINK = 18


def test_the_bound_is_told_and_never_taken_for_the_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(netlink, "_DATAGRAMS", 0)
    with pytest.raises(OSError, match="more than 0 answers") as raised:
        list(netlink.ask(_RTM_GETLINK, bytes(16), dump=True))
    assert raised.value.errno == errno.E2BIG
    found = linux_interfaces()
    assert isinstance(found, Unseen)
    assert found.reason == "netlink: E2BIG"


def test_attributes_are_read_back() -> None:
    data = netlink.attribute(3, b"eth0") + netlink.attribute(1, b"x") + netlink.attribute(3, b"later")
    assert netlink.attributes(data) == {3: b"eth0", 1: b"x"}


def test_an_attribute_that_is_cut_off_ends_the_reading() -> None:
    assert netlink.attributes(netlink.attribute(1, b"abcd") + b"\0\0\0\0") == {1: b"abcd"}
