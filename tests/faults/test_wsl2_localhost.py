"""wsl2-localhost: asked in Linux for what Windows has, and the other way round."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec.structs import replace

from porttui.diagnose import diagnose
from porttui.faults.fault import CannotTell, RuledOut
from porttui.faults.wsl2_localhost import FAULT
from porttui.model import facts as f
from tests import worlds as w
from tests.faults.by_code import BY_CODE

_LINUX = BY_CODE["wsl2-localhost"]
_GATEWAY = "172.28.16.1"


def _host(**fields: Any) -> f.Facts:
    return replace(_LINUX, host=replace(_LINUX.host, **fields))


def _windows(
    *exchanges: f.Exchange, relay: str = "127.0.0.1", name: str = "wslrelay.exe", open_: bool = True
) -> f.Facts:
    facts = w.world(
        scheme="http", os="windows", sysctls={}, firewall=(),
        sockets=w.sockets(w.listener(relay)), processes=(w.node(name=name, argv=()),),
        attempts=(w.opened() if open_ else replace(w.refused(), burst={}),), exchanges=exchanges,
    )  # fmt: skip
    return replace(facts, host=f.Host(name="devbox", release="10.0.22631"))


def test_windows_has_what_localhost_in_linux_has_not() -> None:
    report = diagnose(_LINUX)
    assert report.verdict.code == "wsl2-localhost"
    assert report.verdict.confidence == "likely"
    assert report.verdict.summary.startswith("Probably")
    assert _GATEWAY in report.verdict.summary
    assert report.remedies[0].proof == f"{_GATEWAY}:8080"
    assert report.remedies[1].steps[0].edit is not None
    assert "networkingMode=mirrored" in report.remedies[1].steps[0].edit.text
    assert report.remedies[1].steps[1].argv == ("wsl", "--shutdown")


def test_when_windows_has_it_neither_nothing_listens_and_the_doubt_is_told() -> None:
    for tried in ((), (replace(w.refused(_GATEWAY), role="elsewhere"),)):
        facts = replace(_LINUX, attempts=(w.refused(), *tried))
        report = diagnose(facts)
        assert report.verdict.code == "nothing-listening"
        assert any(each.what == "the ports of Windows" for each in report.unseen)


@pytest.mark.parametrize(
    "facts",
    [
        _host(wsl=False, release="6.1.0-18-amd64"),
        _host(release="4.4.0-19041-Microsoft"),
        replace(_LINUX, interfaces=(f.Interface(name="loopback0", up=True, addresses=()),)),
        replace(_LINUX, sockets=w.sockets(w.listener("::1"))),
        replace(_LINUX, attempts=(w.silent(), replace(w.opened(_GATEWAY), role="elsewhere"))),
    ],
    ids=["no WSL", "WSL1", "mirrored", "something listens", "not refused"],
)
def test_what_only_looks_like_it(facts: f.Facts) -> None:
    assert isinstance(FAULT.check(facts), RuledOut)
    assert diagnose(facts).verdict.code != "wsl2-localhost"


def test_another_address_than_localhost_was_asked() -> None:
    assert _LINUX.name is not None
    facts = replace(_LINUX, name=replace(_LINUX.name, addresses=("192.168.4.20",)))
    assert isinstance(FAULT.check(facts), RuledOut)


def test_from_windows_the_relay_takes_the_connection_and_closes_it() -> None:
    report = diagnose(_windows(w.said(outcome="closed"), w.said("tls", "reset")))
    assert report.verdict.code == "wsl2-localhost"
    assert "wslrelay" in report.verdict.summary
    assert ("wsl", "--shutdown") in [step.argv for way in report.remedies for step in way.steps]


def test_from_windows_the_relay_listens_for_the_other_family() -> None:
    report = diagnose(_windows(relay="::1", open_=False))
    assert report.verdict.code == "wsl2-localhost"
    assert "[::1]:8080" in report.verdict.summary


def test_from_windows_an_answer_through_the_relay_is_healthy() -> None:
    assert diagnose(_windows(w.http(200))).verdict.code == "healthy"


def test_from_windows_another_program_has_the_port() -> None:
    facts = _windows(w.said(outcome="closed"), name="node.exe")
    assert isinstance(FAULT.check(facts), RuledOut)


def test_before_the_connection_it_cannot_be_told() -> None:
    assert isinstance(FAULT.check(replace(_LINUX, attempts=None)), CannotTell)
