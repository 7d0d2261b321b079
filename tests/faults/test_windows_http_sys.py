"""windows-http-sys: pid 4 listens."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from porttui.diagnose import diagnose
from porttui.faults.fault import CannotTell, RuledOut
from porttui.faults.windows_http_sys import FAULT
from porttui.model import facts as f
from tests import worlds as w
from tests.faults.by_code import BY_CODE

_WORLD = BY_CODE["windows-http-sys"]


@pytest.mark.parametrize("error", ["EADDRINUSE", "EACCES"])
def test_the_kernel_has_the_port(error: str) -> None:
    assert isinstance(_WORLD.binds, tuple)
    facts = replace(
        _WORLD,
        binds=tuple(replace(each, error=error) for each in _WORLD.binds),
        sockets=w.sockets(w.listener("0.0.0.0", port=80, pids=(4,))),
    )
    report = diagnose(facts)
    assert report.verdict.code == "windows-http-sys"
    assert report.verdict.confidence == "likely"
    assert "port 80" in report.verdict.summary
    assert report.also == ()
    first = report.remedies[0].steps
    assert first[0].argv == ("netsh", "http", "show", "servicestate", "view=requestq")
    assert first[1].argv == ("Stop-Service", "-Name", "W3SVC")
    assert not any(step.argv and step.argv[0] == "Stop-Process" for way in report.remedies for step in way.steps)


def test_a_program_has_the_port() -> None:
    facts = replace(
        _WORLD,
        binds=(f.BindTry(address="0.0.0.0", port=80, reuse_address=False, error="EADDRINUSE"),),
        sockets=w.sockets(w.listener("0.0.0.0", port=80, pids=(812,))),
        processes=(w.node(pid=812, name="nginx.exe"),),
    )
    assert diagnose(facts).verdict.code == "port-taken"
    assert isinstance(FAULT.check(facts), RuledOut)


def test_file_sharing_is_the_kernels_own() -> None:
    target = replace(_WORLD.asked.target, port=445)
    binds = (f.BindTry(address="0.0.0.0", port=445, reuse_address=False, error="EACCES"),)
    rows = w.sockets(w.listener("0.0.0.0", port=445, pids=(4,)))
    facts = replace(_WORLD, asked=replace(_WORLD.asked, target=target), binds=binds, sockets=rows)
    assert isinstance(FAULT.check(facts), RuledOut)


def test_without_the_tables_it_cannot_be_told() -> None:
    hidden = f.Unseen(what="socket tables", reason="failed", how_to_see="netstat -ano")
    assert isinstance(FAULT.check(replace(_WORLD, sockets=hidden)), CannotTell)


def test_pid_4_elsewhere_is_anything() -> None:
    assert isinstance(FAULT.check(replace(_WORLD, os="linux")), RuledOut)
