"""`porttui sockets --exposed` lists what others can reach, and its exit code tells it to scripts."""

from __future__ import annotations

import json
import sys
from typing import Any

import pytest

from tests.system.people import Person
from tests.system.stage import ADDRESS, Namespace

pytestmark = pytest.mark.system


def _exposed(stage: Namespace, *words: str, person: Person = Person.ROOT) -> tuple[int, list[Any]]:
    """Return the exit code and what was listed."""
    done = stage.porttui("sockets", "--exposed", "--json", *words, person=person)
    return done.returncode, json.loads(done.stdout)


def test_what_others_reach_is_listed_and_what_a_firewall_keeps_from_them_is_not() -> None:
    with Namespace(lan=True) as stage:
        stage.run("ip", "addr", "add", "203.0.113.5/24", "dev", "lan0")
        own, blocked = stage.listen(), stage.listen(address="0.0.0.0", port=stage.free_port())
        code, listed = _exposed(stage, "--strict")
        other_code, seen_by_others = _exposed(stage, "--strict", person=Person.NOBODY)
        stage.filter("input", f'iifname != "lo" tcp dport {blocked.port} drop')
        kept_code, kept = _exposed(stage, "--strict")
        bound = stage.listen(address=ADDRESS)
        plain_code, rest = _exposed(stage, "tcp")
    assert (code, [row["port"] for row in listed]) == (1, [blocked.port])
    assert listed[0]["exposure"]["sure"] is True
    assert [reason["kind"] for reason in listed[0]["exposure"]["reasons"]] == ["root"]
    assert (other_code, [row["port"] for row in seen_by_others]) == (3, [blocked.port])
    assert "needs root" in seen_by_others[0]["exposure"]["who"]
    assert (seen_by_others[0]["pids"], seen_by_others[0]["program_certain"]) == ([blocked.pid], False)
    assert (kept_code, kept) == (0, [])
    assert (plain_code, [row["port"] for row in rest]) == (0, [bound.port])
    assert own.port not in {row["port"] for row in (*listed, *rest)}


_SERVERS = """
import select, socket, struct, sys
group, own, *names = sys.argv[1:]
servers = {name: socket.socket(socket.AF_INET, socket.SOCK_DGRAM) for name in names}
for server in servers.values():
    server.bind(("0.0.0.0", 0))
both = socket.inet_aton(group) + socket.inet_aton(own)
servers["group"].setsockopt(socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP, both)
print(*[server.getsockname()[1] for server in servers.values()], flush=True)
came = set()
while "end" not in came:  # what was sent before comes before
    for ready in select.select(list(servers.values()), [], [])[0]:
        ready.recv(9)
        came |= {name for name in names if servers[name] is ready}
print(*sorted(came), flush=True)
"""
_SENDER = """
import socket, sys
with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
    sender.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_IF, socket.inet_aton(sys.argv[1]))
    for word in sys.argv[2:]:
        address, port = word.rsplit(":", 1)
        try:
            sender.sendto(b"x", (address, int(port)))
        except ConnectionRefusedError:
            sender.sendto(b"x", (address, int(port)))  # it told of the one before
"""
_GROUP, _OWN, _OTHER = "239.1.2.3", "10.231.9.1", "10.231.9.2"


def test_datagrams_that_arrive_are_those_of_sockets_that_are_said_to_be_open() -> None:
    """Rules of every kind for UDP, and a real datagram through each from another machine."""
    names = ("open", "dropped", "refused", "tcp-alone", "reset", "other-sender", "mute", "from-53", "group", "end")
    with Namespace() as stage, Namespace() as other:
        stage.join(other, _OWN, _OTHER)
        servers = stage.popen(sys.executable, "-I", "-S", "-c", _SERVERS, _GROUP, _OWN, *names)
        assert servers.stdout is not None
        ports = dict(zip(names, map(int, servers.stdout.readline().split()), strict=True))
        stage.nft(f"""
            table inet stage {{
            chain input {{
            type filter hook input priority 0; policy accept;
            udp dport {ports["dropped"]} drop
            meta l4proto {{ tcp, udp }} th dport {ports["refused"]} reject
            tcp dport {ports["tcp-alone"]} drop
            th dport {ports["reset"]} reject with tcp reset
            ip saddr != 10.231.9.77 udp dport {ports["other-sender"]} drop
            udp sport != 53 udp dport {ports["from-53"]} drop
            ip daddr {{ {_OWN}, 10.231.9.255, 255.255.255.255 }} udp dport {ports["group"]} drop
            }}
            chain output {{
            type filter hook output priority 0; policy accept;
            udp sport {ports["mute"]} drop
            }}
            }}
            """)
        _, listed = _exposed(stage, "udp")
        places = [f"{_OWN}:{ports[name]}" for name in names if name != "end"]
        other.run(
            sys.executable, "-c", _SENDER, _OTHER, *places, f"{_GROUP}:{ports['group']}", f"{_OWN}:{ports['end']}"
        )
        came = set(servers.stdout.readline().split())
    told = {name: row["exposure"] for name in names for row in listed if row["port"] == ports[name]}
    sure = {name for name, each in told.items() if each["sure"]}
    assert came == {"open", "tcp-alone", "reset", "mute", "group", "end"} == sure
    assert set(told) - sure == {"other-sender", "from-53"}, "that depends on who sends, and from which port"
    assert "it depends on" in told["from-53"]["who"]
    assert "all machines of a network at once comes through: to 2" in str(told["group"]["because"])
