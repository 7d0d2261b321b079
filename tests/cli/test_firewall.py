"""`porttui firewall --ruleset`: the answer on saved rules, as text, JSON and exit code."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from tests.cli.run import porttui

_DATA = Path(__file__).parents[1] / "data" / "firewall"
_UFW = (
    *("--ruleset", str(_DATA / "json/30_ufw_enabled.json")),
    *("--ruleset", str(_DATA / "iptables/30_ufw_enabled.iptables-save")),
)
_NEIGHBOUR = ("--from", "10.231.8.2", "--iif", "uxf0")


def test_the_text_begins_with_the_answer_and_names_the_rule() -> None:
    done = porttui("firewall", "10.231.8.1:3000", *_NEIGHBOUR, *_UFW)
    lines = done.stdout.decode().splitlines()
    assert done.returncode == 1
    assert done.stderr == b""
    assert lines[0] == (
        "FAULT  10.231.8.1:3000  a firewall rule answers with a TCP reset: ip filter ufw-user-input, rule 6"
    )
    assert "  rule   -A ufw-user-input -p tcp -m tcp --dport 3000 -j REJECT --reject-with" in lines
    # A path is one word: longer than the line it stands alone, whole, so that it can be copied.
    assert [line for line in lines[1:] if len(line) > 80 and len(line.split()) > 1] == []
    assert "  in     table ip filter, chain ufw-user-input, rule 6, in nft handle 116" in lines
    assert lines[-1] == "  verdict  reset   exit 1"
    assert done.stdout.isascii()


@pytest.mark.parametrize(("port", "verdict", "code"), [(22, "accept", 0), (443, "unknown", 3), (8080, "drop", 1)])
def test_the_json_holds_what_the_contract_says(port: int, verdict: str, code: int) -> None:
    done = porttui("firewall", f"10.231.8.1:{port}", *_NEIGHBOUR, *_UFW, "--json")
    told = json.loads(done.stdout)
    assert (told["verdict"], done.returncode) == (verdict, code)
    assert {"verdict", "rule", "path", "unknown", "redirect", "schema"} <= set(told)
    assert bool(told["unknown"]) == (verdict == "unknown")
    assert told["path"][0]["stops"]


def test_a_policy_is_told_as_such() -> None:
    done = porttui("firewall", "10.231.8.1:8080", *_NEIGHBOUR, *_UFW)
    assert done.stdout.decode().splitlines()[0] == (
        "FAULT  10.231.8.1:8080  a chain's policy drops it: ip filter INPUT, policy drop"
    )


def test_localhost_is_both_its_addresses_and_the_blocked_one_leads(tmp_path: Path) -> None:
    rules = tmp_path / "rules"
    rules.write_text("*filter\n:INPUT ACCEPT [0:0]\n-A INPUT -d ::1/128 -p tcp -m tcp --dport 80 -j DROP\nCOMMIT\n")
    told = json.loads(porttui("firewall", "80", "--ruleset", str(rules), "--json").stdout)
    assert (told["verdict"], told["address"]) == ("drop", "::1")
    assert [each["judged"]["verdict"] for each in told["addresses"]] == ["accept", "drop"]


def test_rules_come_from_stdin_too() -> None:
    text = b"*filter\n:INPUT DROP [0:0]\nCOMMIT\n"
    assert porttui("firewall", "10.0.0.1:80", "--ruleset", "-", stdin=text).returncode == 1


def test_another_user_of_that_machine() -> None:
    lockdown = ("--ruleset", str(_DATA / "json/09_output_lockdown.json"))
    assert porttui("firewall", "10.231.8.1:5432", "--uid", "0", *lockdown).returncode == 0
    assert porttui("firewall", "10.231.8.1:5432", "--uid", "65534", *lockdown).returncode == 1


def test_behind_sudo_it_is_told_whom_the_answer_is_about() -> None:
    lockdown = ("10.231.8.1:5432", "--ruleset", str(_DATA / "json/09_output_lockdown.json"))
    told = [porttui("firewall", *lockdown, *more, SUDO_UID="1000").stdout for more in ((), ("--uid", "0"))]
    assert [b"you are uid 1000: --uid 1000 asks for you" in text for text in told] == [os.geteuid() == 0, False]


def test_saved_rules_that_hang_on_the_interface_say_how_to_tell_it(tmp_path: Path) -> None:
    rules = tmp_path / "rules"
    rules.write_text("*filter\n:INPUT DROP [0:0]\n-A INPUT -i eth0 -p tcp -j ACCEPT\nCOMMIT\n")
    words = ("10.0.0.1:80", "--from", "10.0.0.2", "--ruleset", str(rules))
    assert b"--iif NAME tells it" in porttui("firewall", *words).stdout
    assert porttui("firewall", *words, "--iif", "eth0").returncode == 0


@pytest.mark.parametrize(
    "text", ["", '{"nftables": [', "[" * 50_000, "table inet t {\n}\n", "*filter\n:INPUT ACCEPT", "\x1b[31m"]
)
def test_what_is_no_ruleset_is_unknown_with_a_reason(tmp_path: Path, text: str) -> None:
    rules = tmp_path / "rules"
    rules.write_text(text)
    done = porttui("firewall", "10.0.0.1:80", "--ruleset", str(rules))
    assert done.returncode == 3
    assert done.stderr == b""
    assert done.stdout.startswith(b"UNKNOWN  10.0.0.1:80  what the rules do cannot be told: ")


def test_a_file_that_is_too_large_is_unknown(tmp_path: Path) -> None:
    rules = tmp_path / "rules"
    with rules.open("wb") as file:
        file.write(b"*filter\n:INPUT ACCEPT [0:0]\n")
        file.truncate(24_000_001)
    done = porttui("firewall", "10.0.0.1:80", "--ruleset", str(rules))
    assert done.returncode == 3
    assert b" is larger than 24 MB" in done.stdout


def test_loopback_is_not_asked_from_elsewhere() -> None:
    told = json.loads(porttui("firewall", "8080", *_NEIGHBOUR, *_UFW, "--json").stdout)
    assert told["verdict"] == "drop"
    assert told["address"] == ""
    assert "127.0.0.1 is not reached from elsewhere: asked of any address of that machine" in told["notes"]


@pytest.mark.parametrize(
    "words",
    [
        (),
        ("80", "--from", "web.example"),
        ("80", "--uid", "root"),
        ("80", "--uid", "1", "--iif", "eth0"),
        ("80", "--ruleset", "/nonexistent/rules"),
        ("80", "--ruleset", "/"),
        ("web.example:80", *_UFW),
        ("10.0.0.1:80", "--from", "fd00::2", *_UFW),
    ],
)
def test_a_usage_error_is_one_line_with_an_example(words: tuple[str, ...]) -> None:
    done = porttui("firewall", *words)
    lines = done.stderr.decode().splitlines()
    assert (done.returncode, done.stdout, len(lines)) == (2, b"", 1)
    assert "xample" in lines[0]
