"""Who can reach real listeners, with real interfaces and real rules, as root and as an ordinary user."""

from __future__ import annotations

from msgspec.structs import replace

from porttui.model.facts import Sockets
from porttui.observe import this_platform
from porttui.observe.exposed import surroundings
from porttui.reading.exposure import Exposure, exposure
from tests.observe.netns import as_both, become, in_namespace, listen, needs_root, nft, sh

pytestmark = needs_root
RULES = """
table inet guard {{
  chain input {{
    type filter hook input priority 0; policy accept;
    iif lo accept
    iifname "lan0" tcp dport {lan} accept
    tcp dport {{ {lan}, {closed} }} drop
  }}
}}
"""


EYES = this_platform()  # an ordinary user may not be able to import what it needs


@as_both
def test_who_reaches_listeners_behind_a_firewall(uid: int) -> None:
    def work() -> dict[str, Exposure]:
        sh("ip link add lan0 type veth peer name lan1", "ip link add wan0 type veth peer name wan1")
        sh("ip addr add 192.168.7.2/24 dev lan0", "ip addr add 203.0.113.5/24 dev wan0")
        sh(*(f"ip link set {name} up" for name in ("lan0", "lan1", "wan0", "wan1")))
        sh("ip route add default via 203.0.113.1")
        sh("ip route add local 198.51.100.9/32 dev lo")
        servers = {
            "own": listen(),
            "lan": listen("0.0.0.0"),
            "closed": listen("0.0.0.0"),
            "open": listen("0.0.0.0"),
            "route": listen("198.51.100.9"),
        }
        ports = {name: server.getsockname()[1] for name, server in servers.items()}
        nft(RULES.format(**ports))
        become(uid)
        table = EYES.sockets(0)
        assert isinstance(table, Sockets)
        rows = {row.port: row for row in table.rows if row.port in ports.values()}
        around = replace(surroundings(EYES, rows.values()), host=None)  # the test may run in a container
        return {name: exposure(rows[port], around) for name, port in ports.items()}

    told = in_namespace(work)
    reach = {name: (each.reach, each.sure) for name, each in told.items()}
    if uid:
        assert reach == {
            "own": ("machine", True),
            "lan": ("everyone", False),
            "closed": ("everyone", False),
            "open": ("everyone", False),
            "route": ("everyone", False),
        }
        assert "(can't see: needs root)" in told["closed"].who
        return
    assert reach == {
        "own": ("machine", True),
        "lan": ("network", True),
        "closed": ("machine", True),
        "open": ("everyone", True),
        "route": ("everyone", False),
    }
    assert told["lan"].who == "this network: 192.168.7.0/24 (lan0)"
    assert any("keeps out what comes by" in each and "wan0" in each for each in told["lan"].because)
    assert told["closed"].because[0].startswith('the firewall keeps others out: "tcp dport {')
