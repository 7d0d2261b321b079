"""`porttui firewall` on rules that are really loaded: the rule is named, and the real connection stands beside it."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.system.people import Person
from tests.system.stage import ADDRESS, Namespace


class Told:
    """What one call said."""

    def __init__(self, stage: Namespace, *words: str, person: Person = Person.ROOT) -> None:
        done = stage.porttui("firewall", *words, person=person)
        self.status, self.text, self.stderr = done.returncode, done.stdout, done.stderr

    @property
    def json(self) -> dict[str, Any]:
        told: dict[str, Any] = json.loads(self.text)
        return told


_BLOCKS = {
    "drop": "drop",
    "reject with tcp reset": "reset",
    "reject with icmp admin-prohibited": "reject:icmp:3:13",
}


@pytest.mark.parametrize("statement", _BLOCKS)
@pytest.mark.parametrize("hook", ["input", "output"])
def test_the_rule_is_named_and_agrees_with_the_connection(hook: str, statement: str) -> None:
    with Namespace() as stage:
        server = stage.listen()
        stage.filter(hook, "tcp dport 9 drop", f"tcp dport {server.port} {statement}")
        told = Told(stage, f"127.0.0.1:{server.port}", "--json").json
    assert told["verdict"] == _BLOCKS[statement]
    assert told["rule"]["text"] == f"tcp dport {server.port} {statement}"
    assert (told["rule"]["table"], told["rule"]["chain"], told["rule"]["position"]) == ("inet stage", hook, 2)
    assert told["tried"]["agrees"] is True
    assert told["tried"]["verdict"] == _BLOCKS[statement]
    assert told["path"][0]["hook"] == hook


def test_the_first_line_is_the_answer() -> None:
    with Namespace() as stage:
        server = stage.listen()
        stage.filter("input", f'tcp dport {server.port} reject with tcp reset comment "block [/dev] \\e[31m ports"')
        told = Told(stage, f"127.0.0.1:{server.port}")
        handle = Told(stage, f"127.0.0.1:{server.port}", "--json").json["rule"]["handle"]
    first = told.text.splitlines()[0]
    assert first == (
        f"FAULT  127.0.0.1:{server.port}  a firewall rule answers with a TCP reset: inet stage input, handle {handle}"
    )
    assert "The two agree." in told.text
    assert told.status == 1
    assert "\x1b" not in told.text


def test_without_rules_it_is_accepted() -> None:
    with Namespace(lan=True) as stage:
        server = stage.listen()
        told = Told(stage, str(server.port))
        unheard = Told(stage, str(server.port), "--from", "10.231.8.2")
    assert (unheard.text.startswith("OK "), unheard.status) == (True, 0)
    assert f"nothing listens at {ADDRESS}:{server.port}, so it would still fail" in unheard.text
    assert "nothing listens" not in told.text
    assert told.text.startswith(f"OK  localhost:{server.port}  no rule blocks it\n")
    assert told.status == 0


def test_nobody_is_told_what_could_not_be_read_and_what_the_connection_shows() -> None:
    with Namespace() as stage:
        server = stage.listen()
        stage.filter("input", f"tcp dport {server.port} reject with tcp reset")
        told = Told(stage, f"127.0.0.1:{server.port}", person=Person.NOBODY)
        facts = Told(stage, f"127.0.0.1:{server.port}", "--json", person=Person.NOBODY)
        other = stage.listen()
        opened = Told(stage, f"127.0.0.1:{other.port}", person=Person.NOBODY)
    assert opened.text.startswith(
        f"OK  127.0.0.1:{other.port}  it opens, so no rule stops it; the rules could not be read"
    )
    assert opened.status == 0
    assert f"porttui check 127.0.0.1:{server.port}" in told.text
    assert "porttui check" not in opened.text
    assert (told.status, facts.status) == (3, 3)
    assert told.text.startswith("UNKNOWN  ")
    assert "needs root" in told.text.splitlines()[0]
    assert "  sudo " in told.text
    assert f"firewall --uid 65534 127.0.0.1:{server.port}" in told.text  # rules may ask who sends, and root is another
    assert facts.json["verdict"] == "unknown"
    assert facts.json["rule"] is None
    assert (facts.json["tried"]["verdict"], facts.json["tried"]["side"]) == ("reset", "in")
    assert "the connection shows: reset on its way in." in told.text
    assert [each["needs_root"] for each in facts.json["unseen"]] == [True]


def test_another_user_and_another_machine_are_judged_and_not_tried() -> None:
    with Namespace(lan=True) as stage:
        server = stage.listen(address="0.0.0.0")
        stage.nft(
            "table inet stage {\nchain output {\ntype filter hook output priority 0;\nmeta skuid 1000 drop\n}\n"
            "chain input {\ntype filter hook input priority 0;\nip saddr 10.231.8.77 drop\niifname docker0 drop\n}\n}"
        )
        target = f"{ADDRESS}:{server.port}"
        ours, theirs = Told(stage, target, "--json").json, Told(stage, target, "--uid", "1000", "--json").json
        far, banned, docked = (
            Told(stage, target, *words, "--json").json
            for words in (
                ("--from", "10.231.8.2"),
                ("--from", "10.231.8.77"),
                ("--from", "10.231.8.2", "--iif", "docker0"),
            )
        )
        looped = Told(stage, f"127.0.0.1:{server.port}", "--from", "10.231.8.77", "--json").json
        own = Told(stage, target, "--from", ADDRESS, "--json").json
        mixed = Told(stage, target, "--from", "::1")
    assert (ours["verdict"], ours["tried"]["agrees"]) == ("accept", True)
    assert (theirs["verdict"], theirs["rule"]["text"], theirs["tried"]) == ("drop", "meta skuid 1000 drop", None)
    assert (far["verdict"], far["interface"], far["tried"], far["here"]) == ("accept", "lan0", None, False)
    assert (banned["verdict"], banned["rule"]["text"]) == ("drop", "ip saddr 10.231.8.77 drop")
    assert (docked["verdict"], docked["rule"]["text"]) == ("drop", 'iifname "docker0" drop')
    assert docked["notes"] == ["this machine has no interface docker0 now"]
    assert (looped["verdict"], looped["address"]) == ("drop", ADDRESS)
    assert (own["verdict"], own["here"]) == ("accept", True)
    assert "the target has no IPv6 address" in mixed.text.splitlines()[0]
    assert (far["listening"], own["listening"]) == (True, True)


def test_a_redirect_that_is_let_through_is_no_fault() -> None:
    with Namespace() as stage:
        server = stage.listen()
        port = stage.free_port()
        stage.nft(
            "table ip stage {\nchain output {\ntype nat hook output priority -100;\n"
            f"tcp dport {port} redirect to :{server.port}\n}}\n}}"
        )
        told = Told(stage, f"127.0.0.1:{port}")
        facts = Told(stage, f"127.0.0.1:{port}", "--json").json
    assert told.status == 0
    assert facts["verdict"] == f"redirect:127.0.0.1:{server.port}"
    assert facts["redirect"] == ["127.0.0.1", server.port]
    assert facts["tried"]["agrees"] is True
    assert told.text.startswith(f"OK  127.0.0.1:{port}  a rule leads it to 127.0.0.1:{server.port}: ip stage output, ")


@pytest.mark.parametrize("backend", ["nft", "legacy"])
def test_iptables_names_the_position(backend: str) -> None:
    with Namespace() as stage:
        server = stage.listen()
        for words in ("--dport 9 -j DROP", f"--dport {server.port} -m comment --comment mine -j DROP"):
            stage.run(f"iptables-{backend}", "-A", "INPUT", "-p", "tcp", *words.split())
        told = Told(stage, f"127.0.0.1:{server.port}", "--json").json
    assert told["verdict"] == "drop"
    assert told["rule"]["position"] == 2
    assert told["rule"]["backend"] == {"nft": "iptables", "legacy": "iptables-legacy"}[backend]
    assert told["rule"]["text"].startswith(f"-A INPUT -p tcp -m tcp --dport {server.port} -m comment ")
    assert told["tried"]["agrees"] is True


def test_a_block_that_no_rule_tells_is_believed() -> None:
    """The reverse path filter is no firewall; what is read lets the packet through, and it does not come through."""
    with Namespace() as stage:
        server = stage.listen()
        stage.run("ip", "rule", "add", "to", "127.0.0.1", "prohibit", "pref", "1")
        stage.run("ip", "rule", "add", "lookup", "local", "pref", "2")
        stage.run("ip", "rule", "del", "pref", "0")
        told = Told(stage, f"127.0.0.1:{server.port}")
    assert "The two agree" not in told.text
    assert "That alone does not tell what the rules did." in told.text


def test_interface_and_user_of_no_use_are_usage_errors() -> None:
    with Namespace() as stage:
        for words in (
            ("--from", "web.example"),
            ("--uid", "x"),
            ("--uid", "1", "--iif", "eth0"),
            ("--ruleset", "/nowhere"),
        ):
            told = Told(stage, "80", *words)
            assert told.status == 2
            assert told.stderr.startswith("porttui: ")
            assert "xample" in told.stderr


def test_what_stops_a_rules_own_answer_is_named_though_the_rule_asks_a_set() -> None:
    """The answer goes to a port of which nobody knows by itself whether it is in the set."""
    with Namespace() as stage:
        server = stage.listen()
        stage.nft(
            "table ip first {\nset bad {\ntype inet_service\nflags interval\n"
            f"elements = {{ {server.port}, 20-29 }}\n}}\nchain sub {{\ntcp dport @bad reject with tcp reset\n}}\n"
            "chain out {\ntype filter hook output priority -10;\noifname lo jump sub\n}\n}\n"
            "table inet second {\nchain in {\ntype filter hook input priority 0; policy drop;\n"
            "ct state established accept\n}\n}"
        )
        told = Told(stage, f"127.0.0.1:{server.port}", "--json").json
    assert (told["verdict"], told["rule"]) == ("drop", None)
    assert (told["policy"]["table"], told["policy"]["chain"]) == ("inet second", "in")
    assert [(each["hook"], each["way"]) for each in told["path"]][-1] == ("input", "refusal")
