"""Rules that programs wrote: the rule is named, and the way past it is a command of that program, which works."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.system import people
from tests.system.expect import expect_fault, expect_healthy
from tests.system.people import Person
from tests.system.private_settings import fail2ban, ufw
from tests.system.remedied import take, take_back, way
from tests.system.stage import ADDRESS, Answer, Namespace, wait_until
from tests.system.test_firewall_command import Told
from tests.system.test_which_rule import named_rule

pytestmark = [pytest.mark.system]
_FIREWALLD = Path(__file__).parents[1] / "data/firewall/firewalld.nft"
"""What firewalld 1.3.3 loads for the zone "public" with some rules, as nft lists it."""


def _proven(stage: Namespace, asked: str, answer: Answer, title: str, through: tuple[str, ...]) -> dict[str, Any]:
    wanted = way(answer, title)
    undone = take(stage, wanted, through=through)
    wait_until(lambda: stage.check(asked, "--timeout=1").code == "healthy", "the way helped", 5.0)
    take_back(stage, undone, through=through)
    wait_until(lambda: stage.check(asked, "--timeout=1").code == answer.code, "it was taken back", 5.0)
    return wanted


def test_ufw_that_lets_nothing_out(tmp_path: Path) -> None:
    with Namespace() as stage, Namespace() as other:
        stage.join(other, "10.231.9.1", "10.231.9.2")
        other.listen(address="10.231.9.2", port=8000)
        through = ufw(tmp_path)
        stage.run(*through, "ufw", "--force", "enable")
        stage.run(*through, "ufw", "default", "deny", "outgoing")
        answer = stage.check("10.231.9.2:8000", "--timeout=1")
        expect_fault(answer, "fw-drop-output", "firewall", 8000)
        rule = named_rule(answer)
        assert (rule["text"], rule["table"], rule["chain"]) == ("policy drop", "ip filter", "OUTPUT"), rule
        _proven(stage, "10.231.9.2:8000", answer, "Allow port 8000 with ufw", through)


def test_a_rule_of_the_user_in_ufw(tmp_path: Path) -> None:
    with Namespace() as stage, Namespace() as other:
        stage.join(other, "10.231.9.1", "10.231.9.2")
        other.listen(address="10.231.9.2", port=8000)
        through = ufw(tmp_path)
        stage.run(*through, "ufw", "--force", "enable")
        stage.run(*through, "ufw", "reject", "out", "8000/tcp")
        answer = stage.check("10.231.9.2:8000", "--timeout=1")
        expect_fault(answer, "fw-reject-reset", "firewall", 8000)
        rule = named_rule(answer)
        assert (rule["table"], rule["chain"], rule["position"]) == ("ip filter", "ufw-user-output", 1), rule
        assert "-j REJECT" in rule["text"], rule
        wanted = _proven(stage, "10.231.9.2:8000", answer, "Allow port 8000 with ufw", through)
    # a rule that allows helps in front of the one that forbids only
    assert wanted["steps"][0]["argv"][:3] == ["ufw", "prepend", "allow"], wanted


def test_ufw_whose_fixed_rules_forgot_loopback(tmp_path: Path) -> None:
    with Namespace() as stage:
        server = stage.listen(person=Person.OTHER)
        through = ufw(tmp_path, forgets_loopback=True)
        stage.run(*through, "ufw", "--force", "enable")
        asked = f"127.0.0.1:{server.port}"
        answer = stage.check(asked, "--timeout=1")
        expect_fault(answer, "fw-drop-input", "firewall", server.port)
        assert named_rule(answer)["chain"] == "INPUT", answer
        _proven(stage, asked, answer, f"Allow port {server.port} with ufw", through)


def _firewalld(stage: Namespace) -> None:
    """Load firewalld's rules, but for the one that lets the machine talk to itself, as somebody has deleted it."""
    lines = _FIREWALLD.read_text().splitlines(keepends=True)
    stage.nft("".join(line for line in lines if 'ifname "lo" accept' not in line))


def test_a_port_that_no_rule_of_firewalld_opens() -> None:
    with Namespace() as stage:
        server = stage.listen(person=Person.OTHER)
        _firewalld(stage)
        answer = stage.check(f"127.0.0.1:{server.port}")
        expect_fault(answer, "fw-reject-icmp", "firewall", server.port)
        rule = named_rule(answer)
        assert (rule["table"], rule["chain"]) == ("inet firewalld", "filter_IN_public"), rule
        assert rule["text"] == "reject with icmpx admin-prohibited", rule
        wanted = way(answer, f"Open port {server.port} in firewalld")
        now, lasting = (step["argv"] for step in wanted["steps"])
        assert now == ["firewall-cmd", "--zone=public", f"--add-port={server.port}/tcp"]
        assert lasting == ["firewall-cmd", "--permanent", "--zone=public", f"--add-port={server.port}/tcp"]
        # this is what firewalld makes of it (fixture: 80 was opened so)
        chain = ("inet", "firewalld", "filter_IN_public_allow")
        stage.run("nft", "add", "rule", *chain, "tcp", "dport", str(server.port), "accept")
        expect_healthy(stage.check(f"127.0.0.1:{server.port}"))


def test_a_port_that_a_rule_of_firewalld_denies() -> None:
    with Namespace() as stage:
        stage.listen(port=3000, person=Person.OTHER)
        _firewalld(stage)
        answer = stage.check("127.0.0.1:3000")
    expect_fault(answer, "fw-reject-icmp", "firewall", 3000)
    assert named_rule(answer)["chain"] == "filter_IN_public_deny", answer
    argv = way(answer, "Open port 3000 in firewalld")["steps"][0]["argv"]
    # opening the port would not help: what denies is asked first, and only a rule of lower priority before it
    assert argv[2].startswith('--add-rich-rule=rule priority="-1" family="ipv4"'), argv


@pytest.mark.parametrize(
    ("action", "table", "chain"),
    [
        ("nftables-multiport", "inet f2b-table", None),
        ("iptables-multiport", "ip filter", "f2b-shop"),
        ("iptables-ipset-proto6", "ip filter", "INPUT"),
    ],
)
def test_a_ban_of_fail2ban(tmp_path: Path, action: str, table: str, chain: str | None) -> None:
    if "ipset" in action and people.find("ipset") is None:
        pytest.skip("ipset is not installed")
    with Namespace(lan=True) as stage:
        server = stage.listen(address=ADDRESS, person=Person.OTHER)
        through = fail2ban(stage, tmp_path, action, server.port)
        asked = f"{ADDRESS}:{server.port}"
        expect_healthy(stage.check(asked))
        stage.run(*through, "fail2ban-client", "set", "shop", "banip", ADDRESS)
        wait_until(lambda: stage.check(asked).code != "healthy", "the ban is there", 5.0)
        answer = stage.check(asked)
        expect_fault(answer, "fw-reject-icmp", "firewall", server.port)
        rule = named_rule(answer)
        assert rule["table"] == table, rule
        assert chain in {None, rule["chain"]}, rule
        _proven(stage, asked, answer, f"Lift the ban of {ADDRESS} in fail2ban's jail shop", through)


def test_a_rule_in_dockers_chain_for_the_users_own() -> None:
    with Namespace() as host, Namespace() as client, Namespace() as inside:
        host.join(client, "10.231.9.1", "10.231.9.2")
        _bridge(host, inside)
        inside.listen(address="172.31.77.2", port=80)
        host.run("sysctl", "-qw", "net.ipv4.ip_forward=1")
        host.run("iptables-restore", given=_DOCKER)
        client_asks = "10.231.9.1:8080"
        assert client.check(client_asks, "--timeout=1").code != "healthy"
        from_there = Told(host, client_asks, "--from", "10.231.9.2")
        assert "What lets it through" in from_there.text
        assert "iptables -I DOCKER-USER 1 -p tcp -s 10.231.9.2" in from_there.text
        told = Told(host, client_asks, "--from", "10.231.9.2", "--json").json
        assert told["verdict"] == "drop", told
        assert (told["rule"]["chain"], told["rule"]["position"]) == ("DOCKER-USER", 1), told
        wanted = told["remedies"][0]
        assert "10.231.9.2 can reach port 8080" in wanted["note"], wanted
        assert wanted["risk"] == "EXPOSES", wanted
        undone = take(host, {**wanted, "steps": [step for step in wanted["steps"] if step.get("argv")]})
        expect_healthy(client.check(client_asks, "--timeout=1"))
        take_back(host, undone)
        assert client.check(client_asks, "--timeout=1").code != "healthy"


def _bridge(host: Namespace, inside: Namespace) -> None:
    """Tie a container to a host by an interface that is named as Docker names its bridge."""
    link = f"ip link add docker0 type veth peer name eth0 netns {inside.pid}"
    host.run("sh", "-c", f"{link} && ip addr add 172.31.77.1/24 dev docker0 && ip link set docker0 up")
    up = "ip addr add 172.31.77.2/24 dev eth0 && ip link set eth0 up && ip route add default via 172.31.77.1"
    inside.run("sh", "-c", up)


_DOCKER = """*nat
:PREROUTING ACCEPT [0:0]
:OUTPUT ACCEPT [0:0]
:DOCKER - [0:0]
-A PREROUTING -m addrtype --dst-type LOCAL -j DOCKER
-A OUTPUT ! -d 127.0.0.0/8 -m addrtype --dst-type LOCAL -j DOCKER
-A DOCKER ! -i docker0 -p tcp -m tcp --dport 8080 -j DNAT --to-destination 172.31.77.2:80
COMMIT
*filter
:FORWARD DROP [0:0]
:DOCKER - [0:0]
:DOCKER-FORWARD - [0:0]
:DOCKER-USER - [0:0]
-A FORWARD -j DOCKER-USER
-A FORWARD -j DOCKER-FORWARD
-A DOCKER -d 172.31.77.2/32 ! -i docker0 -o docker0 -p tcp -m tcp --dport 80 -j ACCEPT
-A DOCKER ! -i docker0 -o docker0 -j DROP
-A DOCKER-FORWARD -o docker0 -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT
-A DOCKER-FORWARD -o docker0 -j DOCKER
-A DOCKER-FORWARD -i docker0 -j ACCEPT
-A DOCKER-USER -s 10.231.9.0/24 -j DROP
COMMIT
"""
"""What Docker 28 makes for -p 8080:80, and a rule of the user's own in DOCKER-USER."""
