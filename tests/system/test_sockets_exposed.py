"""`porttui sockets --exposed` lists what others can reach, and its exit code tells it to scripts."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any

import pytest

from tests.system import people
from tests.system.people import Person
from tests.system.stage import ADDRESS, Namespace, _environment

pytestmark = pytest.mark.system


def _exposed(stage: Namespace, *words: str, person: Person = Person.ROOT) -> tuple[int, list[Any]]:
    """Return the exit code and what was listed."""
    done = subprocess.run(
        [*people.enter(person, stage.pid), sys.executable, "-m", "porttui", "sockets", "--exposed", "--json", *words],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
        env=_environment(),
        cwd="/",
        timeout=60,
    )
    return done.returncode, json.loads(done.stdout)


def test_what_others_reach_is_listed_and_what_a_firewall_keeps_from_them_is_not() -> None:
    with Namespace(lan=True) as stage:
        stage.run("ip", "addr", "add", "203.0.113.5/24", "dev", "lan0")
        own, blocked = stage.listen(), stage.listen(address="0.0.0.0")
        code, listed = _exposed(stage, "--strict")
        other_code, seen_by_others = _exposed(stage, "--strict", person=Person.NOBODY)
        stage.filter("input", f'iifname != "lo" tcp dport {blocked.port} drop')
        kept_code, kept = _exposed(stage, "--strict")
        bound = stage.listen(address=ADDRESS)
        plain_code, rest = _exposed(stage, "tcp")
    assert (code, [row["port"] for row in listed]) == (1, [blocked.port])
    assert listed[0]["exposure"]["sure"] is True
    assert [reason["kind"] for reason in listed[0]["exposure"]["reasons"]] == ["root"]
    assert (other_code, [row["port"] for row in seen_by_others]) == (3, [blocked.port])
    assert "needs root" in seen_by_others[0]["exposure"]["who"]
    assert (kept_code, kept) == (0, [])
    assert (plain_code, [row["port"] for row in rest]) == (0, [bound.port])
    assert own.port not in {row["port"] for row in (*listed, *rest)}
