"""macos-local-network-privacy: neighbours that are denied."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec.structs import replace

from porttui.diagnose import diagnose
from porttui.faults.fault import CannotTell, RuledOut
from porttui.faults.macos_local_network_privacy import FAULT
from porttui.model import facts as f
from tests.faults.by_code import BY_CODE

_NAS = "192.168.4.30"
_WORLD = BY_CODE["macos-local-network-privacy"]


def _with_host(**fields: Any) -> f.Facts:
    return replace(_WORLD, host=replace(_WORLD.host, **fields))


def _with_attempt(**fields: Any) -> f.Facts:
    assert _WORLD.attempts is not None
    return replace(_WORLD, attempts=(replace(_WORLD.attempts[0], **fields),))


def _with_route(**fields: Any) -> f.Facts:
    return replace(_WORLD, routes=(f.Route(**{"destination": _NAS, "kind": "unicast", "interface": "en0", **fields}),))


def test_a_neighbour_is_denied_at_once() -> None:
    report = diagnose(_WORLD)
    assert report.verdict.code == "macos-local-network-privacy"
    assert report.verdict.confidence == "likely"
    assert report.verdict.summary.startswith("Probably macOS")
    assert any("Local Network" in step.text for step in report.remedies[0].steps)


@pytest.mark.parametrize(
    "facts",
    [
        replace(_WORLD, os="linux"),
        _with_host(release="14.7"),
        _with_host(ssh=f.Ssh(client="192.168.4.9", server="192.168.4.20")),
        replace(_WORLD, privileges=f.Privileges(user="root", uid=0, root=True)),
        _with_attempt(outcome="ECONNREFUSED"),
        _with_attempt(ms=3050.0),
        _with_attempt(icmp=f.Icmp(version=4, type=3, code=13, sender=_NAS)),
        _with_route(kind="unreachable"),
        _with_route(kind="", error="ENETUNREACH"),
        _with_route(gateway="192.168.4.1"),
    ],
    ids=[
        "linux",
        "macOS 14",
        "ssh",
        "root",
        "refused",
        "slow",
        "icmp",
        "rejected route",
        "no route",
        "behind a router",
    ],
)
def test_what_only_looks_like_it(facts: f.Facts) -> None:
    assert isinstance(FAULT.check(facts), RuledOut)
    assert diagnose(facts).verdict.code != "macos-local-network-privacy"


@pytest.mark.parametrize("address", ["127.0.0.1", "192.168.4.20", "93.184.215.14", "2606:2800::1"])
def test_this_machine_and_the_internet_are_not_meant(address: str) -> None:
    facts = _with_attempt(address=address)
    assert isinstance(FAULT.check(facts), RuledOut)


def test_without_the_route_it_cannot_be_told() -> None:
    assert isinstance(FAULT.check(replace(_WORLD, routes=())), CannotTell)


@pytest.mark.parametrize("address", ["10.1.2.3", "172.20.0.9", "169.254.7.7", "fe80::1%en0", "fd00:4::30"])
def test_every_kind_of_local_network(address: str) -> None:
    assert _WORLD.name is not None
    facts = replace(
        _with_attempt(address=address),
        routes=(f.Route(destination=address, kind="unicast", interface="en0"),),
        name=replace(_WORLD.name, addresses=(address,)),
    )
    assert diagnose(facts).verdict.code == "macos-local-network-privacy"
