"""undetermined: it fails, and nothing on this machine tells why; porttui says so and does not guess."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.system.expect import EVERYBODY, expect_undetermined
from tests.system.nat import translate
from tests.system.people import Person
from tests.system.stage import Answer, Namespace
from tests.system.tls_server import serve_tls, trusting

pytestmark = [pytest.mark.system, EVERYBODY]


def test_packets_leave_and_nothing_comes_back(person: Person) -> None:
    with Namespace(lan=True) as stage:
        # A neighbour is known, so that ARP does not fail, but no interface has its address: frames are lost on the way.
        stage.run("ip", "neighbour", "add", "10.231.8.77", "lladdr", "02:00:00:00:00:77", "dev", "lan0")
        answer = stage.check("10.231.8.77:8443", "--timeout=2", person=person)
    expect_undetermined(answer, person)
    assert answer.verdict["confidence"] != "certain", answer
    assert "another machine" in answer.verdict["summary"], answer
    assert ["porttui", "check", "10.231.8.77:8443"] in _commands(answer), "to be asked on the other machine"


def test_a_rule_leads_it_to_where_nothing_answers(person: Person) -> None:
    """Who reads the rules is told where it goes and where to look next; what happens there is not seen here."""
    with Namespace() as stage, Namespace() as other:
        stage.join(other, "10.231.9.1", "10.231.9.2")
        other.filter("input", "tcp dport 8000 drop")
        port = stage.free_port()
        translate(stage, "output", f"tcp dport {port} dnat to 10.231.9.2:8000")
        answer = stage.check(f"10.231.9.1:{port}", "--timeout=1.2", "--settle=0", person=person)
    expect_undetermined(answer, person)
    if person is Person.ROOT:
        assert "sends this elsewhere, to 10.231.9.2:8000, and nothing answers there" in answer.verdict["summary"], (
            answer
        )
        assert answer.report["remedies"][0]["steps"][0]["argv"] == ["porttui", "check", "10.231.9.2:8000"], answer
        assert answer.steps["firewall"] == "warn", answer


def test_another_machine_refuses(person: Person) -> None:
    with Namespace() as stage, Namespace() as other:
        stage.join(other, "10.231.9.1", "10.231.9.2")
        stage.run("ip", "route", "add", "10.231.10.0/24", "via", "10.231.9.2")
        other.run("sysctl", "-w", "net.ipv4.ip_forward=1")  # no namespace of this machine has the address behind it
        other.filter("forward", "meta l4proto tcp reject with tcp reset")
        answer = stage.check("10.231.10.5:80", person=person)
    expect_undetermined(answer, person)
    assert "another machine" in answer.verdict["summary"], answer
    assert any(each["text"].startswith("left") for each in answer.verdict["evidence"]), answer
    commands = _commands(answer)
    assert ["porttui", "check", "10.231.10.5:80"] in commands, "to be asked on the other machine"
    assert ["ssh", "-N", "-L", "8080:127.0.0.1:80", "10.231.10.5"] in commands, "a port that everybody may have here"


def test_a_server_that_turns_down_the_name_in_tls(person: Person, open_folder: Path) -> None:
    """What the alert proves is told in place of a bare "unknown", by name, by address, and for the port alone."""
    with Namespace() as stage:
        port, _ = serve_tls(stage, open_folder, more="ssl_reject_handshake on;")
        named = stage.check(f"https://localhost:{port}/", person=person)
        numbered = stage.check(f"127.0.0.1:{port}", person=person)
    for answer in (named, numbered):
        expect_undetermined(answer, person)
        assert "turned down the TLS handshake: alert unrecognized_name" in answer.verdict["summary"], answer
        assert "-servername" in str(answer.report["remedies"]), answer
    assert 'does not know the name "localhost"' in named.verdict["gloss"], named
    assert "for an address, TLS sends none" in numbered.verdict["gloss"], numbered


def test_a_server_without_a_common_cipher_suite(person: Person, open_folder: Path) -> None:
    with Namespace() as stage:
        _, pair = serve_tls(stage, open_folder)
        port = stage.free_port()
        files = ("-cert", str(pair.certificate), "-key", str(pair.key), "-cipher", "ECDHE-RSA-AES128-GCM-SHA256")
        stage.serve(port, "openssl", "s_server", "-quiet", "-tls1_2", "-accept", f"127.0.0.1:{port}", *files)
        answer = stage.check(f"https://127.0.0.1:{port}/", person=person, environment=trusting(pair))
    expect_undetermined(answer, person)
    assert "alert handshake_failure" in answer.verdict["summary"], answer
    assert "no cipher suite that both take" in answer.verdict["gloss"], answer


def _commands(answer: Answer) -> list[list[str]]:
    return [step["argv"] for way in answer.report["remedies"] for step in way["steps"]]
