"""Where NAT leads a connection, and by which rule: known, known to be nowhere else, or not known."""

from __future__ import annotations

import pytest

from porttui.firewall.iptables_save import from_save
from porttui.firewall.journey import Judgement
from tests.firewall.rules import DROP, HERE, chain, from_here, nft, port, save

DOCKER = save(
    "-A PREROUTING -m addrtype --dst-type LOCAL -j DOCKER",
    "-A OUTPUT ! -d 127.0.0.0/8 -m addrtype --dst-type LOCAL -j DOCKER",
    "-A DOCKER -i docker0 -j RETURN",
    "-A DOCKER ! -i docker0 -p tcp -m tcp --dport 8080 -j DNAT --to-destination 172.17.0.2:80",
    table="nat",
    chains=("DOCKER",),
)
TO_8080 = "-A OUTPUT -p tcp --dport 80 -j REDIRECT --to-ports 8080"


def _of(judged: Judgement) -> tuple[tuple[str, int] | None, bool]:
    return judged.redirect, judged.redirect_unknown


def test_docker_publishes_for_lan_addresses_and_not_for_loopback() -> None:
    rules = from_save(DOCKER)
    assert _of(from_here(rules, 8080)) == (None, False)
    led = from_here(rules, 8080, HERE)
    assert _of(led) == (("172.17.0.2", 80), False)
    assert led.led_by is not None
    assert led.led_by.rule is not None
    assert led.led_by.rule.text.endswith("--to-destination 172.17.0.2:80")
    assert _of(from_here(rules, 8081, HERE)) == (None, False)


@pytest.mark.parametrize(
    ("line", "to", "number", "place"),
    [
        ("-o lo -p tcp -m multiport --dports 1,5:9 -j REDIRECT --to-ports 7", "127.0.0.1", 6, ("127.0.0.1", 7)),
        ("-d 127.0.0.1/32 -p tcp -j DNAT --to-destination 10.0.0.2", "127.0.0.1", 6, ("10.0.0.2", 6)),
        ("-o eth0 -p tcp --dport 80 -j REDIRECT --to-ports 8080", "127.0.0.1", 80, None),
        ("-p udp --dport 80 -j REDIRECT --to-ports 8080", "127.0.0.1", 80, None),
        ("-d 10.0.0.0/8 -p tcp --dport 80 -j REDIRECT --to-ports 8080", "127.0.0.1", 80, None),
        ("-p tcp --dport 80 -m owner --uid-owner 5 -j REDIRECT --to-ports 8080", "127.0.0.1", 80, None),
        ("-d 127.0.0.0/8 -j ACCEPT", "127.0.0.1", 80, None),
        ("-d 127.0.0.0/8 -j ACCEPT", HERE, 80, ("127.0.0.1", 8080)),
    ],
)
def test_where_a_rule_leads(line: str, to: str, number: int, place: tuple[str, int] | None) -> None:
    last = TO_8080 if line.endswith("ACCEPT") else "-A OUTPUT -p tcp --dport 9 -j RETURN"
    assert _of(from_here(from_save(save(f"-A OUTPUT {line}", last, table="nat")), number, to)) == (place, False)


@pytest.mark.parametrize(
    "first", ["-m string --string x --algo bm -j RETURN", "-p tcp --dport 80 -m string --string x --algo bm -j ACCEPT"]
)
def test_what_is_not_understood_may_lead_anywhere(first: str) -> None:
    assert _of(from_here(from_save(save(f"-A OUTPUT {first}", TO_8080, table="nat")))) == (None, True)


def test_a_lead_is_known_where_the_verdict_is_not() -> None:
    unclear = save("-A INPUT -p tcp -m string --string x --algo bm -j DROP")
    judged = from_here(from_save(save(TO_8080, table="nat") + unclear))
    assert judged.verdict == "unknown"
    assert _of(judged) == (("127.0.0.1", 8080), False)
    assert _of(from_here(from_save(unclear))) == (None, False)
    spread = save("-A OUTPUT -p tcp -j DNAT --to-destination 172.17.0.2-172.17.0.9", table="nat")
    assert _of(from_here(from_save(spread))) == (None, True)


def test_the_rule_that_leads_is_told_beside_the_one_that_drops() -> None:
    led = chain("output", [[port(80), {"redirect": {"port": 8080}}]], type="nat", hook="output", prio=-100)
    judged = from_here(nft(led, chain("input", [[port(8080), DROP]], hook="input")))
    assert judged.verdict == "drop"
    assert judged.led_by is not None
    assert judged.stop is not None
    assert (judged.redirect, judged.led_by.chain.name, judged.stop.chain.name) == (
        ("127.0.0.1", 8080), "output", "input"
    )  # fmt: skip
