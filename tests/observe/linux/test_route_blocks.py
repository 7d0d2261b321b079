"""The entries of the routing policy that refuse, read from a real kernel."""

from __future__ import annotations

import pytest

from porttui.model.facts import RouteBlock
from porttui.observe.linux.route_blocks import linux_route_blocks
from tests.observe.netns import as_both, become, in_namespace, needs_root, sh

pytestmark = needs_root


def _staged(uid: int, *commands: str, address: str = "10.20.0.5") -> tuple[RouteBlock, ...]:
    def work() -> object:
        sh(*commands)
        become(uid)
        return linux_route_blocks([address])

    found = in_namespace(work)
    assert isinstance(found, tuple)
    return found


@as_both
@pytest.mark.parametrize("kind", ["blackhole", "unreachable", "prohibit", "throw"])
def test_a_route_that_refuses_is_read(uid: int, kind: str) -> None:
    found = _staged(uid, f"ip route add {kind} 10.20.0.0/16", "ip route add blackhole 10.30.0.0/16")
    assert found == (RouteBlock(by="route", kind=kind, destination="10.20.0.0/16"),)


@as_both
def test_the_most_exact_entry_comes_first(uid: int) -> None:
    found = _staged(uid, "ip route add blackhole 10.0.0.0/8", "ip route add prohibit 10.20.0.0/24 table 77")
    assert [(each.destination, each.table) for each in found] == [("10.20.0.0/24", "77"), ("10.0.0.0/8", "main")]


@as_both
def test_a_rule_is_read_with_its_conditions(uid: int) -> None:
    found = _staged(
        uid,
        "ip rule add priority 9 to 10.20.0.0/16 uidrange 1000-2000 prohibit",
        "ip rule add priority 10 ipproto tcp dport 80-90 blackhole",
        "ip rule add priority 11 ipproto udp dport 80 blackhole",
        "ip rule add priority 12 fwmark 7 unreachable",
        "ip rule add priority 13 lookup 77",
    )
    assert [(each.priority, each.uids, each.ports, each.partial) for each in found] == [
        (9, (1000, 2000), None, False),
        (10, None, (80, 90), False),
        (12, None, None, True),
    ]


@as_both
def test_ipv6_has_entries_of_its_own(uid: int) -> None:
    found = _staged(uid, "ip -6 route add prohibit 2001:db8::/32", address="2001:db8::5")
    assert found == (RouteBlock(by="route", kind="prohibit", destination="2001:db8::/32"),)


def test_there_is_none() -> None:
    assert _staged(0, "ip rule add priority 9 lookup 77") == ()
