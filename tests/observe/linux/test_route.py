from __future__ import annotations

import pytest

from porttui.model.facts import Route, Unseen
from porttui.observe.linux import route as route_linux
from porttui.observe.linux.netlink import NoNetlinkError
from porttui.observe.linux.route import linux_route
from tests.observe.netns import NOBODY, as_both, become, in_namespace, needs_root, sh


def _lan() -> None:
    sh("ip link add lan0 type veth peer name lan1", "ip link set lan0 up", "ip link set lan1 up")
    sh("ip addr add 198.51.100.1/24 dev lan0", "ip addr add fe80::77/64 dev lan0 nodad")


@needs_root
@as_both
@pytest.mark.parametrize(
    ("address", "route"),
    [
        ("127.0.0.1", Route(destination="127.0.0.1", kind="local", interface="lo", source="127.0.0.1")),
        ("::1", Route(destination="::1", kind="local", interface="lo", source="::1")),
        ("198.51.100.1", Route(destination="198.51.100.1", kind="local", interface="lo", source="198.51.100.1")),
        ("198.51.100.2", Route(destination="198.51.100.2", kind="unicast", interface="lan0", source="198.51.100.1")),
        ("198.51.100.255", Route(destination="198.51.100.255", kind="broadcast", interface="lan0",
                                 source="198.51.100.1")),
        ("203.0.113.9", Route(destination="203.0.113.9", kind="unicast", interface="lan0", source="198.51.100.1",
                              gateway="198.51.100.254")),
        ("192.0.2.1", Route(destination="192.0.2.1", error="ENETUNREACH")),
        ("2001:db8::1", Route(destination="2001:db8::1", error="ENETUNREACH")),
        ("fe80::5%nope", Route(destination="fe80::5%nope", error="ENODEV")),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)  # fmt: skip
def test_the_kernels_answer_is_told(address: str, route: Route, uid: int) -> None:
    def work() -> Route | Unseen:
        _lan()
        sh("ip route add 203.0.113.0/24 via 198.51.100.254")
        become(uid)
        return linux_route(address)

    assert in_namespace(work) == route


@needs_root
@pytest.mark.parametrize("address", ["192.0.2.1", "2001:db8::1"])
@pytest.mark.parametrize(
    ("kind", "error"), [("blackhole", "EINVAL"), ("prohibit", "EACCES"), ("unreachable", "EHOSTUNREACH")]
)
def test_a_blocking_route_is_an_error_by_its_name(address: str, kind: str, error: str) -> None:
    def work() -> Route | Unseen:
        sh(f"ip route add {kind} {address}")
        return linux_route(address)

    assert in_namespace(work) == Route(destination=address, error=error)


@needs_root
def test_a_link_local_address_goes_out_of_its_scope() -> None:
    def work() -> Route | Unseen:
        _lan()
        return linux_route("fe80::5%lan1")

    found = in_namespace(work)
    assert isinstance(found, Route)
    assert (found.interface, found.kind) == ("lan1", "unicast")


@needs_root
def test_a_rule_against_one_user_is_seen_by_that_user_alone() -> None:
    def work() -> tuple[Route | Unseen, Route | Unseen]:
        sh(f"ip rule add uidrange {NOBODY}-{NOBODY} to 127.0.0.9 prohibit priority 0")
        sh("ip rule del priority 0 lookup local", "ip rule add priority 1 lookup local")
        mine = linux_route("127.0.0.9")
        become(NOBODY)
        return mine, linux_route("127.0.0.9")

    mine, theirs = in_namespace(work)
    assert isinstance(mine, Route)
    assert mine.kind == "local"
    assert theirs == Route(destination="127.0.0.9", error="EACCES")


def test_netlink_that_is_denied_is_unseen_and_not_a_prohibited_route(monkeypatch: pytest.MonkeyPatch) -> None:
    def denied(*_args: object, **_kwargs: object) -> None:
        raise NoNetlinkError(13, "denied")

    monkeypatch.setattr(route_linux, "ask", denied)
    assert isinstance(linux_route("127.0.0.1"), Unseen)
