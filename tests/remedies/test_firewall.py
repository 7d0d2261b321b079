"""The ways past a rule that cannot be read: for the side that is known, in the words of what is in charge."""

from __future__ import annotations

from msgspec.structs import replace

from porttui.model.facts import Facts, FirewallBackend, Unseen
from porttui.remedies import firewall
from tests import worlds as w

_UNREAD = (
    FirewallBackend(name="nftables", installed=True),
    FirewallBackend(name="ufw", installed=True, active=True, default_input="DROP"),
)
_FAR = "203.0.113.9"


def _commands(facts: Facts, **fields: bool) -> list[str]:
    ways = firewall.ways(facts, "out", **fields)
    return [" ".join(step.argv or ()) for way in ways for step in way.steps]


def test_what_ufw_may_keep_from_leaving_is_allowed_by_ufw_first() -> None:
    facts = replace(w.world(_FAR, root=False, routes=(), attempts=(w.silent(_FAR),)), firewall=_UNREAD)
    told = _commands(facts)
    assert firewall.ways(facts, "out")[1].title == "Let port 8080 out with ufw, which is active"
    assert f"ufw prepend allow out to {_FAR} port 8080 proto tcp" in told
    assert f"nft -e -a insert rule inet filter output ip daddr {_FAR} tcp dport 8080 accept" in told


def test_what_goes_by_loopback_is_not_for_ufw_to_let_through() -> None:
    facts = replace(w.world(root=False, attempts=(w.silent(),)), firewall=_UNREAD)
    assert not any(command.startswith("ufw") for command in _commands(facts))
    assert "hardly one of ufw's" in firewall.ways(facts, "out")[0].note
    assert "ufw" not in firewall.ways(replace(facts, firewall=_UNREAD[:1]), "out")[0].note


def test_where_the_side_is_not_known_both_hooks_are_named() -> None:
    facts = replace(w.world(root=False, attempts=(w.refused(by_kernel=False),)), firewall=_UNREAD[:1])
    by_nft = firewall.ways(facts, None)[1]
    texts, told = [step.text for step in by_nft.steps], [" ".join(step.argv or ()) for step in by_nft.steps]
    assert "'hook input' or 'hook output'" in texts[0]
    assert told[1:] == [
        "nft -e -a insert rule inet filter input iifname lo tcp dport 8080 accept",
        "nft -e -a insert rule inet filter input iifname lo tcp sport 8080 accept",
        "nft -e -a insert rule inet filter output oifname lo tcp dport 8080 accept",
        "nft -e -a insert rule inet filter output oifname lo tcp sport 8080 accept",
    ]


def test_the_rules_are_shown_by_the_program_that_is_installed() -> None:
    """It is the one that the list of what was not seen names."""
    unread = Unseen(what="iptables rules", reason="needs root", how_to_see="iptables-nft-save", needs_root=True)
    backend = FirewallBackend(name="iptables", installed=True, unseen=unread)
    facts = replace(w.world(root=False, attempts=(w.silent(),)), firewall=(backend,))
    assert [step.argv for step in firewall.ways(facts, "in")[0].steps] == [("iptables-nft-save",)]


def test_a_rule_that_is_put_in_by_nft_tells_the_handle_that_takes_it_out() -> None:
    facts = replace(w.world(root=False, attempts=(w.silent(),)), firewall=_UNREAD[:1])
    undo = firewall.ways(facts, "in")[1].undo
    assert undo == (
        "nft delete rule inet filter input handle NUMBER, with the number behind '# handle' that each of them prints"
    )
