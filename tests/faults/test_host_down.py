"""host-down as other systems tell it, on recorded facts."""

from __future__ import annotations

from msgspec.structs import replace

from porttui.diagnose import diagnose
from porttui.model import facts as f
from porttui.model.report import Confidence
from tests import worlds as w

UNREAD = f.Unseen(what="neighbour table", reason="porttui does not read it on this system", how_to_see="arp -a")
AWAY = "192.168.4.77"


def _world(outcome: str, ms: float, *, os: f.Os = "macos", neighbours: f.Unseen | None = None) -> f.Facts:
    attempt = f.Attempt(address=AWAY, port=8080, outcome=outcome, ms=ms)
    routes = (f.Route(destination=AWAY, kind="unicast", interface="en0"),)
    facts = w.world(AWAY, binds=(), attempts=(attempt,), routes=routes, neighbours=neighbours, os=os)
    return replace(facts, sysctls={})


def test_macos_has_an_error_of_its_own() -> None:
    verdict = diagnose(_world("EHOSTDOWN", 0.2)).verdict
    assert (verdict.code, verdict.confidence) == ("host-down", Confidence.LIKELY)
    assert AWAY in verdict.summary


def test_without_the_neighbour_table_a_time_out_is_not_explained() -> None:
    report = diagnose(_world("timeout", 4000, neighbours=UNREAD))
    assert report.verdict.code == "undetermined"
    assert any(each.what == "neighbour table" for each in report.unseen)


def test_a_time_out_of_half_a_second_says_nothing() -> None:
    failed = (f.Neighbour(address=AWAY, interface="eth0", state="INCOMPLETE"),)
    assert diagnose(replace(_world("timeout", 500, os="linux"), neighbours=failed)).verdict.code == "undetermined"
