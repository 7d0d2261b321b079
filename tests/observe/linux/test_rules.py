"""The rules of all firewalls, as the kernel has them."""

from __future__ import annotations

from typing import Any

from porttui.firewall.packet import Packet, World
from porttui.model.facts import Unseen
from porttui.observe.linux.privileges import linux_privileges
from porttui.observe.linux.rules import Rules, linux_rules
from tests.observe.netns import NOBODY, become, in_namespace, needs_root, sh


def _led(rules: Rules | Unseen, port: int) -> Any:
    assert isinstance(rules, Rules)
    here: dict[str, Any] = {"source": "127.0.0.1", "destination": "127.0.0.1", "own": True, "oif": "lo", "uid": 0}
    packet = Packet(family=4, source_port=(40000, 50000), destination_port=(port, port), **here)
    judged = rules.judge(packet, World(addresses=frozenset({"127.0.0.1"}), complete=True))
    return judged.redirect, judged.led_by and judged.led_by.chain.backend


@needs_root
def test_nat_of_every_backend_is_read() -> None:
    def work() -> tuple[Any, Any]:
        sh("iptables-legacy -t nat -A OUTPUT -p tcp --dport 83 -j REDIRECT --to-ports 8083")
        alone = linux_rules(linux_privileges())
        sh(
            "nft add table ip t",
            "nft add chain ip t c { type nat hook output priority -100 ; }",
            "nft add rule ip t c tcp dport 81 redirect to :8081",
            "iptables -t nat -A OUTPUT -p tcp --dport 82 -j REDIRECT --to-ports 8082",
        )
        read = linux_rules(linux_privileges())
        led = [_led(alone, 83), *(_led(read, port) for port in (81, 82, 83))]
        become(NOBODY)
        return led, linux_rules(linux_privileges())

    by_root, by_nobody = in_namespace(work)
    older = (("127.0.0.1", 8083), "iptables-legacy")
    assert by_root == [older, (("127.0.0.1", 8081), "nftables"), (("127.0.0.1", 8082), "iptables"), older]
    assert isinstance(by_nobody, Unseen)
    assert by_nobody.needs_root


@needs_root
def test_a_table_of_iptables_is_known_also_where_nft_tells_all_of_it() -> None:
    """It is changed with iptables; a table of nft that has the names of one is not."""

    def work() -> list[list[tuple[str, str]]]:
        sh(
            "iptables -A INPUT -i lo -s 127.0.0.0/8 -p tcp --dport 81:83 -j DROP",
            "iptables -P OUTPUT DROP",
            "nft add table ip6 filter",
            "nft add chain ip6 filter INPUT { type filter hook input priority 0 ; }",
            "nft add rule ip6 filter INPUT tcp dport 84 drop",
        )
        made = linux_rules(linux_privileges())
        sh("nft add rule ip filter INPUT fib daddr type local tcp dport 85 counter drop")
        mixed = linux_rules(linux_privileges())
        assert isinstance(made, Rules)
        assert isinstance(mixed, Rules)
        return [
            [(chain.backend, rule.text) for chain in read.ruleset.chains for rule in chain.rules or ()]
            for read in (made, mixed)
        ]

    made, mixed = in_namespace(work)
    assert made == [
        ("iptables", "-A INPUT -s 127.0.0.0/8 -i lo -p tcp -m tcp --dport 81:83 -j DROP"),
        ("nftables", "tcp dport 84 drop"),
    ]
    assert {backend for backend, _ in mixed} == {"nftables"}, mixed
