from __future__ import annotations

import json
import subprocess

import pytest
from msgspec.structs import replace

from porttui.model.facts import Interface, Unseen
from porttui.observe.linux import interfaces as interfaces_linux
from porttui.observe.linux.interfaces import linux_interfaces
from porttui.observe.linux.netlink import NoNetlinkError
from tests.observe.netns import as_both, become, in_namespace, needs_root, sh


@needs_root
@as_both
def test_a_namespace_shows_its_own_interfaces(uid: int) -> None:
    def work() -> tuple[Interface, ...] | Unseen:
        sh("ip link add lan0 type veth peer name lan1", "ip link set lan0 addrgenmode none up")
        sh("ip addr add 198.51.100.1/24 dev lan0", "ip addr add 198.51.100.9 peer 203.0.113.1 dev lan0")
        sh("ip addr add fe80::77/64 dev lan0 nodad")
        become(uid)
        return linux_interfaces()

    found = in_namespace(work)
    assert not isinstance(found, Unseen)
    known = {interface.name: interface for interface in found}
    assert known.keys() == {"lo", "lan0", "lan1"}
    lo = Interface(name="lo", up=True, loopback=True, addresses=("127.0.0.1", "::1"))
    assert known["lo"] == replace(lo, networks=("127.0.0.0/8", "::1/128"))
    assert known["lan0"].addresses == ("198.51.100.1", "198.51.100.9", "fe80::77%lan0")
    assert known["lan0"].loopback is False
    assert known["lan1"] == Interface(name="lan1", up=False, kind="veth")


@needs_root
def test_a_loopback_that_was_never_up_is_down_and_bare() -> None:
    assert in_namespace(linux_interfaces, loopback=False) == (Interface(name="lo", up=False, loopback=True),)


@needs_root
def test_agrees_with_iproute2() -> None:
    shown = json.loads(subprocess.run(["ip", "-j", "address"], capture_output=True, check=True).stdout)
    found = linux_interfaces()
    assert not isinstance(found, Unseen)
    assert {one.name: {address.partition("%")[0] for address in one.addresses} for one in found} == {
        link["ifname"]: {info["local"] for info in link["addr_info"]} for link in shown
    }


def test_netlink_that_is_denied_is_unseen_and_not_a_machine_without_interfaces(monkeypatch: pytest.MonkeyPatch) -> None:
    def denied(*_args: object, **_kwargs: object) -> None:
        raise NoNetlinkError(1, "denied")

    monkeypatch.setattr(interfaces_linux, "ask", denied)
    found = linux_interfaces()
    assert isinstance(found, Unseen)
    assert "EPERM" in found.reason
