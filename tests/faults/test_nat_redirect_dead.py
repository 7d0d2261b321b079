"""nat-redirect-dead where the address that a rule leads to is gone: ARP takes longer to fail than a test may."""

from __future__ import annotations

from msgspec.structs import replace

from porttui.diagnose import diagnose
from porttui.model import facts as f
from porttui.model.rules import HookPassed, RuleStop
from tests import worlds as w


def test_a_rule_that_leads_to_an_address_which_nobody_has() -> None:
    """As docker's rules do when a container is gone and they are not."""
    own = "192.168.4.20"
    icmp = f.Icmp(version=4, type=3, code=1, sender=own)
    gone = f.Attempt(address=own, port=8080, outcome="EHOSTUNREACH", ms=3100, icmp=icmp, source=own)
    led = w.redirect(8080, 80, "172.17.0.2", address=own, sender=own)
    facts = w.world(
        own, sockets=w.sockets(w.listener("0.0.0.0")), processes=(w.node(),), attempts=(gone,), judged=(led,)
    )
    verdict = diagnose(facts).verdict
    assert verdict.code == "nat-redirect-dead", verdict
    assert "to 172.17.0.2:80, where nobody answers, although node listens" in verdict.summary


def test_a_loopback_address_that_leaves_as_it_is_tells_nothing_about_the_other_end() -> None:
    """With route_localnet, ARP for 127.0.0.1 fails there, whoever listens behind it."""
    icmp = f.Icmp(version=4, type=3, code=1, sender="127.0.0.1")
    gone = f.Attempt(address="127.0.0.1", port=8080, outcome="EHOSTUNREACH", ms=3100, icmp=icmp, source="127.0.0.1")
    led = w.redirect(8080, 80, "172.17.0.2")
    leaves = replace(led, verdict="redirect:172.17.0.2:80")
    masked = RuleStop(table="ip nat", chain="post", word="masquerade")
    translated = replace(leaves, path=(*leaves.path, HookPassed(hook="postrouting", way="there", stops=(masked,))))
    world = w.world(sockets=w.sockets(), attempts=(gone,), sysctls={"net.ipv4.conf.all.route_localnet": "1"})
    told = [diagnose(replace(world, judged=(each,))).verdict.code for each in (leaves, translated)]
    assert told == ["dnat-loopback-martian", "nat-redirect-dead"]
