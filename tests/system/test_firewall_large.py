"""Rulesets as large as they get: 10,000 rules, and a set of 100,000 addresses. How long it takes is in bench/."""

from __future__ import annotations

import json
from pathlib import Path

from porttui.firewall.journey import judge
from porttui.firewall.packet import Packet, World
from porttui.firewall.saved import from_texts
from tests.system.stage import Namespace
from tests.system.test_firewall_command import Told

_RULES, _ELEMENTS = 10_000, 100_000


def _addresses() -> str:
    return ", ".join(f"10.{each >> 16}.{each >> 8 & 255}.{each & 255}" for each in range(_ELEMENTS))


def test_the_last_of_many_rules_is_named_and_a_large_set_is_asked() -> None:
    with Namespace() as stage:
        server = stage.listen()
        others = [port for port in range(1, _RULES + 1) if port != server.port]
        many = "\n".join(f"tcp dport {port} drop" for port in others)
        stage.nft(
            f"table inet large {{\nset bans {{\ntype ipv4_addr\nelements = {{ {_addresses()}, 127.0.0.1 }}\n}}\n"
            f"chain input {{\ntype filter hook input priority 0;\n{many}\ntcp dport {server.port} drop\n"
            "tcp dport 60000 ip saddr @bans drop\n}\n}"
        )
        last = Told(stage, f"127.0.0.1:{server.port}", "--json").json
        banned = Told(stage, "127.0.0.1:60000", "--json").json
        other = Told(stage, "127.0.0.1:60000", "--from", "10.1.134.159", "--iif", "eth9", "--json").json
        absent = Told(stage, "127.0.0.1:60000", "--from", "192.0.2.1", "--iif", "eth9", "--json").json
    assert (last["verdict"], last["rule"]["position"]) == ("drop", len(others) + 1)
    assert (banned["verdict"], banned["rule"]["text"]) == ("drop", "tcp dport 60000 ip saddr @bans drop")
    assert (other["verdict"], absent["verdict"]) == ("drop", "accept")


def test_a_saved_ruleset_of_that_size_is_judged(tmp_path: Path) -> None:
    with Namespace() as stage:
        stage.nft(
            f"table inet large {{\nset bans {{\ntype ipv4_addr\nelements = {{ {_addresses()} }}\n}}\n"
            "chain input {\ntype filter hook input priority 0;\nip saddr @bans drop\n}\n}"
        )
        listed = stage.run("nft", "-j", "list", "ruleset")
    assert len(json.loads(listed)["nftables"]) > 3
    ruleset = from_texts([("listed", listed)])
    world = World(addresses=frozenset({"10.255.0.1"}))

    def verdict(source: str) -> str:
        first = Packet(family=4, source=source, destination="10.255.0.1", destination_port=(80, 80), iif="eth0")
        return judge(ruleset, first, world).verdict

    assert [verdict("10.1.134.159"), verdict("10.1.134.160")] == ["drop", "accept"]
