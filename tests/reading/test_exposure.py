"""Who can reach a listener, in words, and why it deserves a look. What is unknown never makes the circle smaller."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec.structs import replace

from porttui.model.facts import Host, Interface, Process, Socket, Unseen
from porttui.model.rules import Entry, Judged, Rule, RuleStop
from porttui.reading.exposure import Surroundings, doors, exposure, waits, ways_in
from tests import worlds as w

LO = Interface(name="lo", up=True, loopback=True, addresses=("127.0.0.1", "::1"), networks=("127.0.0.0/8",))
LAN = Interface(
    name="eth0", up=True, addresses=("192.168.4.20", "fe80::4%eth0"), networks=("192.168.4.0/24", "fe80::/64")
)
PUBLIC = Interface(name="eth1", up=True, addresses=("203.0.113.5", "2001:db8::5"), networks=("203.0.113.0/24",))
DOWN = Interface(name="eth2", up=False, addresses=("203.0.113.9",))
NOT_ROOT = Unseen(what="firewall rules", reason="needs root", how_to_see="nft list ruleset", needs_root=True)
DROP = Rule(text="tcp dport 8080 drop", table="inet filter", chain="input")
POLICY = RuleStop(table="inet filter", chain="input", word="policy drop")


def udp(address: str) -> Socket:
    return Socket(protocol="udp", state="UNCONN", address=address, port=5353)


def around(*cards: Interface, entries: tuple[Entry, ...] | Unseen | None = NOT_ROOT, **more: Any) -> Surroundings:
    return Surroundings(interfaces=(LO, *cards), entries=entries, **more)


def entries(row: Socket, verdicts: dict[str, str], *cards: Interface, **fields: Any) -> tuple[Entry, ...]:
    """Return what the rules do at each door of a listener, by its interface."""
    return tuple(
        Entry(
            interface=door.interface,
            judged=Judged(address=door.address, port=row.port, sender="", verdict=verdicts[door.interface], **fields),
        )
        for door in doors(row, (LO, *cards))
    )


@pytest.mark.parametrize(
    ("row", "cards", "word", "who"),
    [
        (w.listener("127.0.0.1"), (LAN, PUBLIC), "this machine", "this machine only"),
        (w.listener("::1"), (LAN, PUBLIC), "this machine", "this machine only"),
        (w.listener("0.0.0.0"), (DOWN,), "this machine", "this machine only"),
        (w.listener("0.0.0.0", device="lo"), (PUBLIC,), "this machine", "this machine only"),
        (w.listener("0.0.0.0"), (LAN,), "this network", "this network: 192.168.4.0/24 (eth0), unless"),
        (w.listener("192.168.4.20"), (LAN, PUBLIC), "this network", "these networks: 192.168.4.0/24 (eth0), 203"),
        (w.listener("0.0.0.0", device="eth0"), (LAN, PUBLIC), "this network", "this network: 192.168.4.0/24 (eth0)"),
        (w.listener("fe80::4%eth0"), (LAN, PUBLIC), "this network", "this network: eth0, unless"),
        (w.listener("::", v6only=True), (LAN,), "this network", "this network: eth0, unless"),
        (w.listener("0.0.0.0"), (LAN, PUBLIC), "everyone", "everyone, unless a firewall keeps them out (can't see: ne"),
        (w.listener("::"), (PUBLIC,), "everyone", "everyone, unless"),
        (w.listener("198.51.100.7"), (LAN,), "nobody", "nobody"),
        (w.listener("127.0.0.1", namespace=7, container="web"), (LAN,), "this machine", "container web only"),
        (w.listener("0.0.0.0", namespace=7, container="web"), (LAN,), "can't see", "can't see: it is in container web"),
        (Socket(protocol="unix", state="LISTEN", path="/run/x"), (PUBLIC,), "this machine", "this machine only"),
        (
            Socket(protocol="udp", state="UNCONN", address="224.0.0.251", port=5353),
            (LAN,),
            "this network",
            "this network",
        ),
        (
            Socket(protocol="udp", state="UNCONN", address="192.168.4.255", port=9),
            (LAN,),
            "this network",
            "this network",
        ),
    ],
)
def test_who_can_reach_it_by_its_address(row: Socket, cards: tuple[Interface, ...], word: str, who: str) -> None:
    found = exposure(row, around(*cards))
    assert (found.word, found.who.startswith(who)) == (word, True), found
    assert found.because
    assert found.beyond == (word not in ("this machine", "nobody"))
    assert not (found.beyond and found.sure), "an unseen firewall leaves it open"


def test_what_the_firewall_says_as_root() -> None:
    row = w.listener("0.0.0.0")
    closed = exposure(row, around(PUBLIC, entries=entries(row, {"eth1": "drop"}, PUBLIC, rule=DROP)))
    assert (closed.reach, closed.sure) == ("machine", True)
    assert closed.because == ('the firewall keeps others out: "tcp dport 8080 drop" in inet filter input',)
    by_policy = exposure(row, around(PUBLIC, entries=entries(row, {"eth1": "drop"}, PUBLIC, policy=POLICY)))
    assert by_policy.because == ("the firewall keeps others out: policy drop in inet filter input",)
    let_in = exposure(row, around(PUBLIC, entries=entries(row, {"eth1": "accept"}, PUBLIC)))
    assert (let_in.reach, let_in.sure, let_in.who) == ("everyone", True, "everyone")
    assert any(each.startswith("no rule here keeps them out; a firewall on the way") for each in let_in.because)


def test_a_firewall_that_opens_one_interface_alone() -> None:
    row = w.listener("0.0.0.0")
    lan_only = entries(row, {"eth0": "accept", "eth1": "drop"}, LAN, PUBLIC)
    found = exposure(row, around(LAN, PUBLIC, entries=lan_only, outward=("eth1",)))
    assert (found.reach, found.sure) == ("network", True)
    assert found.who == "this network: 192.168.4.0/24 (eth0)"
    assert "the firewall keeps out what comes by eth1" in found.because
    # a router: what comes from the internet to its public addresses may come by the private network of its uplink
    routed = exposure(row, around(LAN, PUBLIC, entries=lan_only, outward=("eth0",)))
    assert (routed.reach, routed.sure) == ("everyone", True)


def test_what_the_rules_leave_open_stays_open() -> None:
    row = w.listener("0.0.0.0")
    unclear = entries(row, {"eth1": "unknown"}, PUBLIC, unknown=("ip saddr 10.0.0.0/8",))
    found = exposure(row, around(PUBLIC, entries=unclear))
    assert (found.reach, found.sure) == ("everyone", False)
    assert found.who == 'everyone, unless the firewall keeps them out: it depends on "ip saddr 10.0.0.0/8"'
    led = entries(row, {"eth1": "redirect:172.17.0.2:80"}, PUBLIC, redirect=("172.17.0.2", 80))
    assert "NAT leads them" in exposure(row, around(PUBLIC, entries=led)).who
    assert "not asked" in exposure(row, around(PUBLIC, entries=None)).who
    blind = exposure(row, Surroundings(interfaces=NOT_ROOT))
    assert (blind.reach, blind.sure, blind.beyond) == ("unknown", False, True)


def test_what_a_rule_for_tcp_says_is_not_said_of_udp() -> None:
    row = replace(udp("0.0.0.0"), port=w.listener().port)
    by_tcp = entries(w.listener("0.0.0.0"), {"eth1": "drop"}, PUBLIC, rule=DROP)
    assert exposure(row, around(PUBLIC, entries=by_tcp)).who == "everyone, unless a firewall keeps them out (not asked)"
    by_udp = tuple(replace(each, protocol="udp") for each in by_tcp)
    shut = exposure(row, around(PUBLIC, entries=by_udp, groups=()))
    assert (shut.reach, shut.sure) == ("network", False), "nobody asked about broadcasts yet"
    mdns = around(PUBLIC, entries=by_udp, groups=(("eth1", "224.0.0.251"),))
    many = tuple(
        Entry(
            interface=door.interface,
            protocol="udp",
            judged=Judged(address=door.address, port=row.port, sender="", verdict="drop", rule=DROP),
        )
        for door in ways_in(row, mdns)
    )
    assert (exposure(row, replace(mdns, entries=many)).reach, len(many)) == ("machine", 4)
    let = tuple(
        replace(each, judged=replace(each.judged, verdict="accept")) if each.judged.address == "224.0.0.251" else each
        for each in many
    )
    found = exposure(row, replace(mdns, entries=let))
    assert (found.reach, found.sure) == ("network", True)
    assert found.because[0].endswith("to 224.0.0.251, for one")
    assert found.because[1].startswith("the firewall keeps the rest out")


def test_in_a_container_it_may_be_open_to_more_than_its_network() -> None:
    row = w.listener("0.0.0.0")
    inside = around(LAN, entries=entries(row, {"eth0": "accept"}, LAN), host=Host(name="c", container="docker"))
    found = exposure(row, inside)
    assert (found.reach, found.word, found.wider) == ("network", "network or more", True)
    assert found.who.endswith("or farther: this is a container, whose ports may be published")


def test_what_waits_for_others() -> None:
    assert waits(w.listener())
    assert waits(Socket(protocol="udp", state="UNCONN"))
    assert not waits(Socket(protocol="tcp", state="ESTABLISHED"))
    assert not waits(Socket(protocol="tcp", state="BOUND"))


JDWP = "-agentlib:jdwp=transport=dt_socket,server=y,address=*:5005"


@pytest.mark.parametrize(
    ("row", "process", "protocol", "told"),
    [
        (w.listener(port=6379), w.node(name="redis-server", argv=("redis-server *:6379",)), None, "a database: Redis"),
        (w.listener(port=6379), None, None, "probably a database: port 6379 is that of Redis"),
        (w.listener(port=6379), w.node(), None, None),
        (w.listener(port=9999), None, "redis", "a database: Redis"),
        (w.listener(port=5432), w.node(name="docker-proxy", argv=("docker-proxy",)), None, "probably a database: port"),
        (w.listener(port=9200), w.node(name="java", argv=("java", "org.elasticsearch.x")), None, "a database: Elastic"),
        (w.listener(port=9229), w.node(argv=("node", "--inspect=0.0.0.0:9229", "a.js")), None, "a debugger, by which"),
        (w.listener(port=3000), w.node(argv=("node", "--inspect=0.0.0.0:9229", "a.js")), None, None),
        (w.listener(port=9229), w.node(), None, "probably a debugger, by which"),
        (w.listener(port=5678), w.node(argv=("py", "-m", "debugpy", "--listen", "0:5678")), None, "a debugger, by"),
        (w.listener(port=5005), w.node(name="java", argv=("java", JDWP)), None, "a debugger, by which"),
        (w.listener(port=2375), None, None, "probably for administration: port 2375 is that of Docker, whose API"),
        (w.listener(port=22), w.node(name="sshd", argv=("sshd: /usr/sbin/sshd -D",)), None, "for administration: SSH"),
        (w.listener(port=21), w.node(name="vsftpd", argv=("vsftpd",)), None, "probably not encrypted: port 21"),
        (w.listener(port=8080), w.node(), "http", "not encrypted: it answers in HTTP"),
        (w.listener(port=8080), w.node(), "tls", None),
        (w.listener(port=8080), w.node(uid=0), None, "runs as root"),
        (w.listener(port=8080, owner_by="command"), w.node(uid=0), None, "probably runs as root"),
        (w.listener(port=8080, uid=0, pids=()), None, None, "its socket was made by root"),
        (w.listener(port=8080), w.node(exe_deleted=True), None, "its program was deleted or replaced"),
        (w.listener(port=8080), w.node(exe_deleted=None), None, None),
    ],
)
def test_why_it_deserves_a_look(row: Socket, process: Process | None, protocol: str | None, told: str | None) -> None:
    found = exposure(row, around(PUBLIC), (process,) if process else (), protocol=protocol).reasons
    assert (found[0].text if found else "none")[: len(told or "none")] == (told or "none")
    assert all(each.certain != each.text.startswith("probably") for each in found)
