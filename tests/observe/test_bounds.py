"""A bound that was hit is told."""

from __future__ import annotations

from collections.abc import Iterable

import pytest

from porttui.diagnose import diagnose
from porttui.model.facts import Interface, Name, Process, Sockets
from porttui.model.parse import parse
from porttui.observe import bounds, this_platform
from porttui.observe.look import Look
from porttui.observe.observe import observe
from porttui.observe.platform import Platform
from tests import worlds as w


def test_addresses_over_the_bound() -> None:
    def facts(count: int) -> tuple[str, ...]:
        addresses = tuple(f"10.0.0.{number}" for number in range(count))
        name = Name(host="shop.example", literal=False, addresses=addresses)
        return tuple(each.what for each in bounds.addresses_left_out(w.world("shop.example", name=name)))

    assert facts(8) == ()
    assert facts(9) == ("1 more address of shop.example",)
    assert facts(20) == ("12 more addresses of shop.example",)


def test_settings_of_interfaces_over_the_bound() -> None:
    cards = tuple(Interface(name=name, up=True) for name in ("lo", "eth0.5", "veth9"))
    read = {f"net.ipv4.conf.{name}.rp_filter": "0" for name in ("all", "lo", "eth0/5")}
    (unseen,) = bounds.settings_left_out(w.world(interfaces=cards, sysctls=read))
    assert unseen.what == "kernel settings of 1 interface"
    assert "veth9" in unseen.how_to_see
    assert bounds.settings_left_out(w.world(interfaces=cards[:2], sysctls=read)) == ()
    assert bounds.settings_left_out(w.world(interfaces=cards, sysctls={})) == (), "a system without these settings"


def test_processes_over_the_bound_are_in_the_report(monkeypatch: pytest.MonkeyPatch) -> None:
    many = w.listener("127.0.0.1", 8080, pids=tuple(range(4000, 4040)))
    asked: list[int] = []

    def processes(pids: Iterable[int]) -> tuple[Process, ...]:
        asked.extend(pids)
        return ()

    eyes: Platform = this_platform()
    monkeypatch.setattr(eyes, "sockets", lambda _port: w.sockets(many))
    monkeypatch.setattr(eyes, "processes", processes)
    *_, facts = observe(parse("127.0.0.1:8080"), Look(settle=0, http=False), eyes)
    assert isinstance(facts.sockets, Sockets)
    assert asked == list(range(4000, 4032))
    assert "8 more processes on port 8080" in [each.what for each in diagnose(facts).unseen]
