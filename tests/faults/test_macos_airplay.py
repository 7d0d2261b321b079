"""macos-airplay: ControlCenter on 5000 and 7000."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from porttui.diagnose import diagnose
from porttui.faults.fault import CannotTell, RuledOut
from porttui.faults.macos_airplay import FAULT
from porttui.model import facts as f
from tests import worlds as w
from tests.faults.by_code import BY_CODE

_BIND = BY_CODE["macos-airplay"]


def _asked(*exchanges: f.Exchange, name: str = "ControlCenter", port: int = 5000) -> f.Facts:
    """Return the look of a client that asked a Mac for http://localhost:5000/."""
    return w.world(
        "::1", port, scheme="http", os="macos", sysctls={}, firewall=(),
        sockets=w.sockets(w.listener("::", port=port)), processes=(w.node(name=name),),
        attempts=(w.opened("::1", port),), exchanges=exchanges,
    )  # fmt: skip


def _answer(**headers: str) -> f.Exchange:
    return replace(w.http(403, **headers), address="::1", port=5000)


def test_a_server_that_cannot_start() -> None:
    report = diagnose(_BIND)
    assert report.verdict.code == "macos-airplay"
    assert report.verdict.confidence == "likely"
    assert report.verdict.summary.startswith("Probably AirPlay Receiver")
    assert "AirDrop & Handoff" in report.remedies[0].steps[0].text


def test_a_client_that_meets_it() -> None:
    report = diagnose(_asked(_answer(server="AirTunes/775.3.1")))
    assert report.verdict.code == "macos-airplay"
    assert any("AirTunes" in each.text for each in report.verdict.evidence)
    assert report.also == ()


def test_its_header_is_enough_where_the_program_is_not_seen() -> None:
    facts = replace(_asked(_answer(server="AirTunes/775.3.1")), processes=(), sockets=f.Unseen(
        what="socket tables", reason="needs root", how_to_see="lsof", needs_root=True
    ))  # fmt: skip
    assert diagnose(facts).verdict.code == "macos-airplay"


def test_lsof_shortens_the_name() -> None:
    assert diagnose(replace(_BIND, processes=(w.node(name="ControlCe"),))).verdict.code == "macos-airplay"


def test_a_program_of_ones_own_on_5000() -> None:
    report = diagnose(replace(_BIND, processes=(w.node(name="python3.12"),)))
    assert report.verdict.code == "port-taken"
    assert isinstance(FAULT.check(replace(_BIND, processes=(w.node(name="python3.12"),))), RuledOut)


def test_a_403_of_a_server_of_ones_own() -> None:
    assert diagnose(_asked(_answer(server="Werkzeug/3.0"), name="python3.12")).verdict.code == "http-client-error"


def test_a_holder_that_cannot_be_seen_is_not_guessed() -> None:
    assert isinstance(outcome := FAULT.check(replace(_BIND, processes=())), CannotTell)
    assert outcome.unseen[0].how_to_see.startswith("lsof")


@pytest.mark.parametrize("os", ["linux", "windows", "other"])
def test_elsewhere_there_is_no_airplay(os: f.Os) -> None:
    assert isinstance(FAULT.check(replace(_BIND, os=os)), RuledOut)
