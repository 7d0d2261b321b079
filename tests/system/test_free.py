"""`porttui free` leaves out what would be lost again, and says so where nothing else is left."""

from __future__ import annotations

import json
import sys

import pytest

from tests.system.connections import leave_time_wait
from tests.system.nat import translate
from tests.system.people import Person
from tests.system.stage import Namespace

pytestmark = pytest.mark.system


def _free(stage: Namespace, *words: str, person: Person = Person.ROOT) -> tuple[int, list[int], str]:
    """Return exit code, ports and what was said beside them."""
    done = stage.porttui("free", *words, person=person)
    return done.returncode, [int(line) for line in done.stdout.split() if line.isdecimal()], done.stderr


def test_ports_that_would_be_lost_again_come_last_and_are_told() -> None:
    with Namespace(lan=True) as stage:
        over = leave_time_wait(stage, reuse=True, count=1)
        led, kept, held, source = range(over + 1, over + 5)
        translate(stage, "output", f"tcp dport {led} redirect to :9")
        translate(stage, "prerouting", f"tcp dport {source + 3} dnat to 192.0.2.1:80")
        stage.run("sysctl", "-w", f"net.ipv4.ip_local_reserved_ports={kept}")
        stage.run("sysctl", "-w", f"net.ipv4.ip_local_port_range={source - source % 2} {source - source % 2 + 1}")
        stage.listen(address="127.0.0.1", port=held, person=Person.OTHER)
        asked = f"{over}-{over + 8}"
        first, ports, said = _free(stage, asked, "-n", "2")
        every, all_ports, all_said = _free(stage, asked, "-n", "9")
        _, seen_by_others, _ = _free(stage, f"{led}-{led}", person=Person.NOBODY)
    assert first == 0, said
    assert not {over, led, kept, held, source, source + 3} & set(ports), (ports, said)
    assert said == ""
    assert (every, len(all_ports)) == (1, 8), all_said
    assert held not in all_ports
    assert all_ports[:2] == ports
    for port, why in ((over, "SO_REUSEADDR"), (led, "127.0.0.1:9"), (kept, "reserved"), (source, "source ports")):
        told = [line for line in all_said.splitlines() if line.startswith(f"porttui: {port} is free, but ")]
        assert why in " ".join(told), (port, why, all_said)
    assert f"{source + 3} is free, but a rule leads its connections to 192.0.2.1:80" in all_said
    assert "only 8 of 9 ports" in all_said
    assert seen_by_others == [led]


def test_what_only_root_can_have_is_not_offered_to_others() -> None:
    with Namespace() as stage:
        stage.run("sysctl", "-w", "net.ipv4.ip_unprivileged_port_start=24000")
        code, ports, _ = _free(stage, "--near", "80", person=Person.NOBODY)
        denied = _free(stage, "23000-23001", person=Person.NOBODY)
        chosen = _free(stage, "--near", "80", "--address", "::1", "--address", "127.0.0.1")
        missing = _free(stage, "24000-24100", "--address", "192.0.2.1")
    assert code == 0
    assert ports[0] >= 24000
    assert (denied[0], denied[1]) == (1, [])
    assert "EACCES" in denied[2]
    assert chosen[:2] == (0, [80])
    assert (missing[0], missing[1]) == (1, [])
    assert "cannot listen on 192.0.2.1" in missing[2]


def test_a_free_port_says_in_json_what_was_not_seen() -> None:
    with Namespace() as stage:
        text = stage.run(sys.executable, "-m", "porttui", "free", "--json", person=Person.NOBODY)
    (told,) = json.loads(text)
    assert told["free"] is True
    assert 20_000 <= told["port"] <= 32_767
    assert told["doubts"] == []
    assert all(each["needs_root"] for each in told["unseen"])
