"""Random rulesets for nft and iptables, as text: what people write, in every combination."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from hypothesis import strategies as st

HERE, THERE = ("10.231.9.1", "fd00:9::1"), ("10.231.9.2", "fd00:9::2")
"""The two ends of the pair of interfaces: this machine's, and a neighbour's."""
PORTS = (22, 80, 3000, 5432, 8000, 8001, 8080, 30080, 40000)
"""Ports on which servers listen; the last one may be a client's as well."""
DEVICE, PORT_OF_IT = "near0", "port0"
"""This machine's interface, which is a bridge, and what ties it to the neighbour."""
_UNTRACKED = {"ingress", "egress", "bridge"}
"""Where rules cannot, or not everywhere, ask what connection tracking knows."""

Draw = st.DrawFn
Kinds = dict[str, Callable[[], str]]


def _one_of(draw: Draw, *choices: str) -> str:
    return draw(st.sampled_from(choices))


def _rarely(draw: Draw, times: int) -> bool:
    """Draw what cannot be known: how fast others connected, what a server sets."""
    return draw(st.integers(0, times)) == 0


def _port(draw: Draw) -> str:
    return str(draw(st.sampled_from(PORTS)))


def _port_range(draw: Draw) -> str:
    lows, highs = st.sampled_from((1, 80, 3000, 8000, 8001)), st.sampled_from((1023, 4000, 8080, 40000))
    low, high = sorted(draw(st.tuples(lows, highs)))
    return f"{low}-{high}"


def _port_set(draw: Draw) -> str:
    ports = draw(st.lists(st.sampled_from(PORTS), min_size=1, max_size=4, unique=True))
    return f"{{ {', '.join(map(str, ports))} }}"


_SOURCES4 = (
    *("127.0.0.0/8", "127.0.0.1", HERE[0], THERE[0], "10.231.9.0/24", "10.0.0.0/8", "192.0.2.0/24", "@four"),
    *("{ 127.0.0.1, 10.231.9.2 }", "10.231.9.2-10.231.9.200"),
)
_SOURCES6 = ("::1", HERE[1], THERE[1], "fd00:9::/64", "fd00::/8", "2001:db8::/32", "{ ::1, fd00:9::2 }", "@six")


def _address(draw: Draw, family: str, way: str, sign: str) -> str:
    if family == "ip" or (family in {"inet", "netdev", "bridge"} and draw(st.booleans())):
        return f"ip {way} {sign}{_one_of(draw, *_SOURCES4)}"
    return f"ip6 {way} {sign}{_one_of(draw, *_SOURCES6)}"


# nft.


def _nft_match(draw: Draw, family: str, hook: str) -> str:
    """Return one condition; empty for none."""
    sign = _one_of(draw, "", "", "", "!= ")
    flags = ("tcp flags & (fin|syn|rst|ack) == syn", "tcp flags syn", "tcp flags & ack == 0", "tcp flags ! ack")
    kinds: Kinds = {
        "dport": lambda: f"tcp dport {sign}{_port(draw)}",
        "dport again": lambda: f"tcp dport {sign}{_port(draw)}",
        "dports": lambda: f"tcp dport {sign}{_port_set(draw)}",
        "range": lambda: f"tcp dport {sign}{_port_range(draw)}",
        "compared": lambda: f"tcp dport {_one_of(draw, '<', '>', '<=', '>=')} {_port(draw)}",
        "saddr": lambda: _address(draw, family, "saddr", sign),
        "daddr": lambda: _address(draw, family, "daddr", sign),
        "mark": lambda: f"meta mark {sign}{_one_of(draw, '0x1', '0x2', '0x0')}",
        "nothing": lambda: "",
        "l4proto": lambda: f"meta l4proto {sign}{_one_of(draw, 'tcp', 'tcp', 'udp', '{ tcp, udp }')}",
        "set": lambda: f"tcp dport {sign}@ports",
        "flags": lambda: _one_of(draw, *flags),
        "sport": lambda: f"tcp sport {sign}{_one_of(draw, '1024-65535', '1-1023', '32768-60999', '22')}",
        "concat": lambda: f"meta l4proto . th dport {{ tcp . {_port(draw)}, udp . 53, tcp . {_port(draw)} }}",
        "pairs": lambda: _pairs(draw, family),
        "masked": lambda: _masked(draw, family),
    }
    if _rarely(draw, 7):
        kinds["dscp"] = lambda: _dscp(draw, family, sign)
    if hook in _UNTRACKED:
        kinds["protocol"] = lambda: f"meta protocol {_one_of(draw, 'ip', 'ip6')}"
    else:
        kinds |= _nft_tracked(draw, sign)
    if hook in {"input", "prerouting"}:
        names = ("lo", DEVICE, "near*")
        kinds["iif"] = lambda: f'iifname {sign}"{_one_of(draw, *names)}"'
        kinds["iif number"] = lambda: f'iif {sign}"{_one_of(draw, *names[:2])}"'
        kinds["iifs"] = lambda: f'iifname {{ "lo", "{_one_of(draw, DEVICE, "eth0")}" }}'
        kinds["fib way back"] = lambda: f"fib saddr . iif oif {_one_of(draw, 'exists', 'missing')}"
    if hook in {"output", "postrouting", "egress"}:
        kinds["oif"] = lambda: f'{_one_of(draw, "oifname", "oif")} {sign}"{_one_of(draw, "lo", DEVICE)}"'
        kinds["uid"] = lambda: f"meta skuid {sign}{_one_of(draw, '0', '65534', '1000-70000')}"
        if _rarely(draw, 9):  # whose group the server is of cannot be seen
            kinds["gid"] = lambda: f"meta skgid {sign}{_one_of(draw, '0', '65534')}"
    return kinds[draw(st.sampled_from(list(kinds)))]()


def _dscp(draw: Draw, family: str, sign: str) -> str:
    kind = "ip6" if family == "ip6" or (family != "ip" and draw(st.booleans())) else "ip"
    return f"{kind} dscp {sign}{_one_of(draw, 'cs0', 'cs1', 'cs6', '{ cs0, af21 }', '0x08-0x0f')}"


def _nft_tracked(draw: Draw, sign: str) -> Kinds:
    """Return conditions on what connection tracking and the routes say."""
    states = (
        *("ct state new", "ct state established,related", "ct state invalid", "ct state untracked"),
        *("ct state { new, established }", "ct state != established"),
    )
    types = ("local", "unicast", "broadcast", "{ local, multicast }")
    return {
        "state": lambda: _one_of(draw, *states),
        "ct mark": lambda: f"ct mark {sign}{_one_of(draw, '0x1', '0x0')}",
        "direction": lambda: f"ct direction {_one_of(draw, 'original', 'reply')}",
        "status": lambda: f"ct status {_one_of(draw, 'dnat', 'snat')}",
        "fib": lambda: f"fib daddr type {sign}{_one_of(draw, *types)}",
        "fib source": lambda: f"fib saddr type {sign}{_one_of(draw, *types)}",
    }


def _pairs(draw: Draw, family: str) -> str:
    """Return a concatenation of address and port, some with prefixes and ranges, or of a named set."""
    if draw(st.booleans()):
        return "ip saddr . tcp dport @pairs" if family != "ip6" else "ip6 saddr . tcp dport @pairs6"
    if family == "ip6":
        return f"ip6 saddr . tcp dport {{ fd00:9::/64 . {_port_range(draw)}, ::1 . {_port(draw)} }}"
    return f"ip saddr . tcp dport {{ 10.231.9.0/24 . {_port_range(draw)}, 127.0.0.1 . {_port(draw)} }}"


def _masked(draw: Draw, family: str) -> str:
    if family == "ip6":
        return "ip6 saddr & ffff:ffff:ffff:ffff:: == fd00:9::"
    return f"ip saddr & 255.255.255.0 == {_one_of(draw, '10.231.9.0', '127.0.0.0')}"


def _nft_rejection(draw: Draw, family: str) -> str:
    words = ["reject", "reject with tcp reset"]
    if family in {"ip", "inet", "netdev"}:
        names = ("host-unreachable", "admin-prohibited", "net-unreachable")
        words += [f"reject with icmp type {name}" for name in names]
    if family in {"ip6", "inet", "netdev"}:
        words += [f"reject with icmpv6 type {name}" for name in ("no-route", "admin-prohibited", "addr-unreachable")]
    if family == "inet":
        names = ("port-unreachable", "host-unreachable", "admin-prohibited")
        words += [f"reject with icmpx type {name}" for name in names]
    return draw(st.sampled_from(words))


def _nft_verdict(draw: Draw, family: str, hook: str, chains: list[str]) -> str:
    kinds = ["accept", "accept", "drop", "return", "counter", "vmap", "namedmap"]
    kinds += [] if hook in _UNTRACKED else ["mark", "ct mark"]
    kinds += [] if hook in {"egress", "bridge", "postrouting"} else ["reject", "reject"]
    kinds += ["jump", "goto"] if chains else []
    kind = draw(st.sampled_from(kinds))
    marks = ("0x1", "0x2", "meta mark | 0x2", "meta mark & 0xfe", "meta mark ^ 0x3", "ct mark")
    if kind == "reject":
        return _nft_rejection(draw, family)
    if kind == "mark":
        return f"meta mark set {_one_of(draw, *marks)}"
    if kind == "ct mark":
        return f"ct mark set {_one_of(draw, '0x1', 'meta mark')}"
    if kind in {"jump", "goto"}:
        return f"{kind} {draw(st.sampled_from(chains))}"
    if kind == "vmap":
        return _vmap(draw, family, hook, chains)
    return "tcp dport vmap @verdicts" if kind == "namedmap" else kind


def _vmap(draw: Draw, family: str, hook: str, chains: list[str]) -> str:
    """Return a map to verdicts by one of several keys, with ranges and with a catch-all."""
    verdicts = ["accept", "drop", "return", "continue"]
    verdicts += [f"{word} {each}" for each in chains for word in ("jump", "goto")]
    to = [draw(st.sampled_from(verdicts)) for _ in range(3)]
    last = draw(st.sampled_from((8000, 8001)))
    maps: Kinds = {
        "ports": lambda: f"tcp dport vmap {{ 22 : {to[0]}, 3000-5432 : {to[1]}, {last} : {to[2]} }}",
        "protocol": lambda: f"meta l4proto vmap {{ tcp : {to[0]}, udp : {to[1]} }}",
        "rest": lambda: f"tcp dport vmap {{ {last} : {to[0]}, 22 : {to[1]}, * : {to[2]} }}",
    }
    if family in {"ip", "inet"}:
        maps["source"] = lambda: f"ip saddr vmap {{ 127.0.0.0/8 : {to[0]}, {HERE[0]} : {to[1]}, {THERE[0]} : {to[2]} }}"
    if hook in {"input", "prerouting"}:
        maps["interface"] = lambda: f'iifname vmap {{ "lo" : {to[0]}, "{DEVICE}" : {to[1]} }}'
    if hook not in _UNTRACKED:
        maps["state"] = lambda: f"ct state vmap {{ established : accept, new : {to[0]}, invalid : {to[1]} }}"
    return maps[draw(st.sampled_from(list(maps)))]()


def _nft_rule(draw: Draw, family: str, hook: str, chains: list[str]) -> str:
    conditions = [_nft_match(draw, family, hook) for _ in range(draw(st.sampled_from((0, 1, 1, 1, 2, 2, 3))))]
    extra = _one_of(draw, "", "", "", "", "counter", 'log prefix "x "', "quota over 10 mbytes", "quota 10 mbytes")
    if hook in {"prerouting", "output"} and _rarely(draw, 24):
        return " ".join(filter(None, (*conditions, "notrack")))
    if hook not in _UNTRACKED and _rarely(draw, 24):
        kind = "ip6" if family == "ip6" or (family != "ip" and draw(st.booleans())) else "ip"
        return " ".join(filter(None, (*conditions, f"{kind} dscp set {_one_of(draw, 'cs1', 'cs6', 'af21')}")))
    if _rarely(draw, 500):
        extra = _one_of(draw, "limit rate 10/minute", "limit rate over 10/second", "limit rate 2 kbytes/second")
    return " ".join(filter(None, (*conditions, extra, _nft_verdict(draw, family, hook, chains))))


_PRIORITIES = {
    "prerouting": (-300, -150, 0, 10),
    "input": (-150, 0, 5, 10),
    "output": (-300, -150, 0, 10),
    "postrouting": (-150, 0, 50),
}


@st.composite
def nft_rulesets(draw: Draw) -> str:
    """Return the text of a whole ruleset."""
    lines = []
    used: set[tuple[str, int]] = set()
    for number in range(draw(st.integers(1, 3))):
        family = _one_of(draw, "inet", "inet", "ip", "ip6")
        lines += [f"table {family} t{number} {{", *_nft_sets(draw)]
        chains: list[str] = []
        hooks = draw(st.lists(st.sampled_from(list(_PRIORITIES)), min_size=1, max_size=3, unique=True))
        hook_of_users = hooks[0]
        for user in range(draw(st.integers(0, 2))):
            name = f"own{user}"
            rules = [_nft_rule(draw, family, hook_of_users, chains) for _ in range(draw(st.integers(0, 3)))]
            lines += [f"chain {name} {{", *rules, "}"]
            chains.append(name)
        for hook in hooks:
            priority = draw(st.sampled_from(_PRIORITIES[hook]))
            while (hook, priority) in used:
                priority += 1
            used.add((hook, priority))
            reach = chains if hook == hook_of_users else []
            policy = _one_of(draw, "accept", "accept", "accept", "drop")
            rules = [_nft_rule(draw, family, hook, reach) for _ in range(draw(st.integers(1, 5)))]
            if policy == "drop" and draw(st.integers(0, 3)):
                rules.insert(0, "ct state established,related accept")
            lines += [f"chain {hook} {{", f"type filter hook {hook} priority {priority}; policy {policy};", *rules, "}"]
        lines += [*_nft_nat(draw, family, number), "}"]
    if draw(st.integers(0, 3)) == 0:
        lines += _nft_device(draw)
    if draw(st.integers(0, 4)) == 0:
        lines += _nft_bridge(draw)
    return "\n".join(lines) + "\n"


def _nft_sets(draw: Draw) -> list[str]:
    verdicts = [draw(st.sampled_from(("accept", "drop", "return"))) for _ in range(3)]
    more = _one_of(draw, "3000-3999", "8000-8001", "8080")
    return [
        *("set ports {", "type inet_service", "flags interval", "auto-merge"),
        *(f"elements = {{ {_port(draw)}, 20000-20100, {more} }}", "}"),
        *("set four {", "type ipv4_addr", "flags interval"),
        *(f"elements = {{ {_one_of(draw, '127.0.0.1', '127.0.0.0/8', '10.231.9.2-10.231.9.9')}, 192.0.2.0/24 }}", "}"),
        *("set six {", "type ipv6_addr"),
        *(f"elements = {{ {_one_of(draw, '::1', *HERE[1:], *THERE[1:])}, 2001:db8::1 }}", "}"),
        *("set pairs {", "type ipv4_addr . inet_service", "flags interval"),
        *(f"elements = {{ {_one_of(draw, '127.0.0.1', '10.231.9.0/24')} . {_port_range(draw)} }}", "}"),
        *("set pairs6 {", "type ipv6_addr . inet_service"),
        *(f"elements = {{ {_one_of(draw, '::1', THERE[1])} . {_port(draw)} }}", "}"),
        *("map verdicts {", "type inet_service : verdict", "flags interval"),
        *(f"elements = {{ 80 : {verdicts[0]}, 8000-8080 : {verdicts[1]}, 30080 : {verdicts[2]} }}", "}"),
    ]


def _nft_nat(draw: Draw, family: str, number: int) -> list[str]:
    if draw(st.integers(0, 3)):
        return []
    hook = _one_of(draw, "output", "prerouting", "postrouting", "input")
    ports = draw(st.permutations(PORTS))
    four = family in {"ip", "inet"}
    ip = "" if family == "ip" else "ip "
    if hook in {"output", "prerouting"}:
        rules = [f"tcp dport {ports[0]} redirect to :{ports[1]}"]
        if four and draw(st.booleans()):
            rules.append(f"tcp dport {ports[2]} dnat {ip}to {HERE[0]}:{ports[3]}")
        priority = -100
    else:
        rules = [f"tcp dport {ports[0]} masquerade"] if hook == "postrouting" else []
        rules += [f"tcp dport {ports[1]} snat {ip}to {HERE[0]}"] if four else []
        priority = 100
    return [f"chain nat{hook} {{", f"type nat hook {hook} priority {priority + number};", *rules, "}"]


def _nft_device(draw: Draw) -> list[str]:
    """Return a table of the netdev family, which sees packets before, or after, all others do."""
    device, hook = _one_of(draw, "lo", DEVICE), _one_of(draw, "ingress", "egress")
    rules = [_nft_rule(draw, "netdev", hook, []) for _ in range(draw(st.integers(1, 3)))]
    policy = _one_of(draw, "accept", "accept", "drop")
    head = f'type filter hook {hook} device "{device}" priority 0; policy {policy};'
    return ["table netdev early {", *_nft_sets(draw), "chain first {", head, *rules, "}", "}"]


def _nft_bridge(draw: Draw) -> list[str]:
    """Return a table of the bridge family, which sees what the neighbour sends, and what is sent to it."""
    hook = _one_of(draw, "prerouting", "input", "output", "postrouting")
    rules = [_nft_rule(draw, "bridge", "bridge", []) for _ in range(draw(st.integers(1, 3)))]
    rules += [f'{_one_of(draw, "iifname", "oifname")} "{PORT_OF_IT}" accept'] * draw(st.booleans())
    let_be = ["meta protocol arp accept", "icmpv6 type { nd-neighbor-solicit, nd-neighbor-advert } accept"]
    head = f"type filter hook {hook} priority 0; policy {_one_of(draw, 'accept', 'accept', 'drop')};"
    return ["table bridge between {", *_nft_sets(draw), "chain first {", head, *let_be, *rules, "}", "}"]


# iptables.


class Tables(NamedTuple):
    """What is loaded together."""

    four: str
    """For iptables-restore(8)."""
    six: str
    """For ip6tables-restore(8)."""
    sets: str = ""
    """For ``ipset restore``."""


def _ipt_match(draw: Draw, six: bool, chain: str) -> str:
    no = _one_of(draw, "", "", "", "! ")
    sources = (HERE[1], THERE[1], "fd00::/8", "::1/128") if six else (HERE[0], THERE[0], "10.0.0.0/8", "127.0.0.0/8")
    source = _one_of(draw, *sources)
    between = "fd00:9::1-fd00:9::ff" if six else "10.231.9.2-10.231.9.200"
    states = ("NEW", "RELATED,ESTABLISHED", "INVALID", "NEW,ESTABLISHED", "UNTRACKED")
    many = f"{_port(draw)},{_port(draw)},20000:20100"
    kinds: Kinds = {
        "dport": lambda: f"-p tcp -m tcp {no}--dport {_port(draw)}",
        "range": lambda: f"-p tcp -m tcp {no}--dport {_port_range(draw).replace('-', ':')}",
        "multiport": lambda: f"-p tcp -m multiport {no}--dports {many}",
        "source": lambda: f"{no}-s {source}",
        "destination": lambda: f"{no}-d {source}",
        "between": lambda: f"-m iprange {no}--src-range {between}",
        "state": lambda: f"-m conntrack {no}--ctstate {_one_of(draw, *states)}",
        "status": lambda: f"-m conntrack --ctstate {_one_of(draw, 'DNAT', 'SNAT')}",
        "direction": lambda: f"-m conntrack --ctdir {_one_of(draw, 'ORIGINAL', 'REPLY')}",
        "mark": lambda: f"-m mark {no}--mark {_one_of(draw, '0x1', '0x2/0x2', '0x0')}",
        "connmark": lambda: f"-m connmark {no}--mark {_one_of(draw, '0x2/0x2', '0x0')}",
        "type": lambda: f"-m addrtype {no}--dst-type {_one_of(draw, 'LOCAL', 'UNICAST')}",
        "comment": lambda: '-m comment --comment "a rule -j of mine"',
        "tcp": lambda: "-p tcp",
        "udp": lambda: "-p udp",
        "syn": lambda: f"-p tcp -m tcp {no}--tcp-flags FIN,SYN,RST,ACK SYN",
        "dscp": lambda: _one_of(
            draw, f"-m dscp {no}--dscp 0x08", f"-m dscp {no}--dscp 0x30", f"-m tos {no}--tos 0x00/0x3f"
        ),
        "set": lambda: f"-m set {no}--match-set {_one_of(draw, *_SETS[six])}",
    }
    if not _rarely(draw, 7):
        del kinds["dscp"]
    if _rarely(draw, 500):
        return _one_of(draw, "-m limit --limit 10/minute", "-m quota --quota 2000")
    if chain == "INPUT":
        kinds["in"] = lambda: f"{no}-i {_one_of(draw, 'lo', DEVICE, 'near+')}"
    if chain == "OUTPUT":
        kinds["out"] = lambda: f"{no}-o {_one_of(draw, 'lo', DEVICE)}"
        kinds["owner"] = lambda: f"-m owner {no}--uid-owner {_one_of(draw, '0', '65534', '1000-70000')}"
        if _rarely(draw, 9):
            kinds["group"] = lambda: f"-m owner {no}--gid-owner {_one_of(draw, '0', '65534')}"
    return kinds[draw(st.sampled_from(list(kinds)))]()


_SETS = (
    ("nets4 src", "nets4 dst", "pairs4 src,dst", "some dst", "addresses4 src"),
    ("nets6 src", "pairs6 src,dst", "some dst"),
)
"""Sets and directions, of IPv4 and of IPv6."""


def _sets(draw: Draw) -> str:
    """Return sets for ``ipset -exist restore``; they stay from one ruleset to the next, with other members."""
    members = {
        "nets4 hash:net family inet": [_one_of(draw, "127.0.0.0/8", "10.231.9.2", "10.231.9.0/24"), "192.0.2.0/24"],
        "addresses4 hash:ip family inet": [_one_of(draw, "127.0.0.1", *HERE[:1], *THERE[:1])],
        "pairs4 hash:ip,port family inet": [
            f"{_one_of(draw, '127.0.0.1', THERE[0])},tcp:{_port(draw)}",
            "10.0.0.1,udp:53",
        ],
        "nets6 hash:net family inet6": [_one_of(draw, "::1", "fd00:9::/64", "2001:db8::/32")],
        "pairs6 hash:ip,port family inet6": [f"{_one_of(draw, '::1', THERE[1])},tcp:{_port(draw)}"],
        "some bitmap:port range 0-65535": [_port(draw), _port_range(draw)],
    }
    lines = []
    for head, each in members.items():
        name = head.split()[0]
        lines += [f"create {head}", f"flush {name}", *(f"add {name} {member}" for member in each)]
    return "\n".join(lines) + "\n"


def _ipt_rule(draw: Draw, six: bool, chain: str, users: list[str]) -> str:
    matches = [_ipt_match(draw, six, chain) for _ in range(draw(st.sampled_from((0, 1, 1, 2))))]
    if len(matches) == 2 and set(matches[0].split()) & set(matches[1].split()) - {"!", "-m", "tcp"}:
        matches.pop()  # an option may stand once
    with_port = any("-p tcp" in each for each in matches)
    rejections = (
        ("icmp6-adm-prohibited", "icmp6-addr-unreachable")
        if six
        else ("icmp-host-prohibited", "icmp-admin-prohibited", "icmp-net-unreachable")
    )
    targets = ["ACCEPT", "ACCEPT", "DROP", "RETURN", "REJECT", *users]
    targets.append(f"REJECT --reject-with {_one_of(draw, *rejections)}")
    targets += ["REJECT --reject-with tcp-reset"] if with_port else []
    target = draw(st.sampled_from(targets))
    option = "-g" if target in users and draw(st.integers(0, 3)) == 0 else "-j"
    return " ".join((f"-A {chain}", *dict.fromkeys(matches), option, target))


def _ipt_filter(draw: Draw, six: bool) -> list[str]:
    users = [f"own{number}" for number in range(draw(st.integers(0, 2)))]
    policies = {chain: _one_of(draw, "ACCEPT", "ACCEPT", "ACCEPT", "DROP") for chain in ("INPUT", "OUTPUT")}
    lines = ["*filter", f":INPUT {policies['INPUT']}", ":FORWARD ACCEPT", f":OUTPUT {policies['OUTPUT']}"]
    lines += [f":{user} -" for user in users]
    for number, user in enumerate(users):
        lines += [_ipt_rule(draw, six, user, users[number + 1 :]) for _ in range(draw(st.integers(0, 3)))]
    for chain in ("INPUT", "OUTPUT"):
        if policies[chain] == "DROP" and draw(st.integers(0, 3)):
            lines.append(f"-A {chain} -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT")
        lines += [_ipt_rule(draw, six, chain, users) for _ in range(draw(st.integers(1, 5)))]
    return [*lines, "COMMIT"]


def _ipt_mangle(draw: Draw) -> list[str]:
    """Return marks of packets and of connections."""
    lines = [f"-A OUTPUT -p tcp -m tcp --dport {_port(draw)} -j MARK --set-xmark 0x2/0x2"]
    if draw(st.booleans()):
        lines.append("-A OUTPUT -j CONNMARK --save-mark")
    if draw(st.booleans()):
        lines.append("-A INPUT -j CONNMARK --restore-mark")
    if _rarely(draw, 2):
        target = _one_of(draw, "DSCP --set-dscp 0x08", "TOS --set-tos 0x20/0xff", "TOS --set-tos 0x10/0x1c")
        lines.append(f"-A OUTPUT -p tcp -m tcp --dport {_port(draw)} -j {target}")
    return ["*mangle", *lines, "COMMIT"]


def _ipt_nat(draw: Draw, six: bool) -> list[str]:
    ports = draw(st.permutations(PORTS))
    chain = _one_of(draw, "OUTPUT", "PREROUTING")
    to = f"[{HERE[1]}]:{ports[2]}" if six else f"{HERE[0]}:{ports[2]}"
    target = _one_of(draw, f"REDIRECT --to-ports {ports[1]}", f"DNAT --to-destination {to}")
    lines = [f"-A {chain} -p tcp -m tcp --dport {ports[0]} -j {target}"]
    if draw(st.booleans()):
        target = _one_of(draw, "MASQUERADE", f"SNAT --to-source {HERE[six]}")
        lines.append(f"-A POSTROUTING -p tcp -m tcp --dport {ports[3]} -j {target}")
    return ["*nat", *lines, "COMMIT"]


def _ipt_text(draw: Draw, six: bool) -> str:
    lines = _ipt_filter(draw, six)
    if draw(st.booleans()):
        lines += _ipt_mangle(draw)
    if draw(st.integers(0, 2)) == 0:
        lines += _ipt_nat(draw, six)
    if draw(st.integers(0, 4)) == 0:
        lines += ["*raw", f"-A OUTPUT -p tcp -m tcp --dport {_port(draw)} -j NOTRACK", "COMMIT"]
    return "\n".join(lines) + "\n"


@st.composite
def iptables_tables(draw: Draw) -> Tables:
    """Return tables for iptables and for ip6tables, with the sets that they ask."""
    return Tables(_ipt_text(draw, six=False), _ipt_text(draw, six=True), _sets(draw))
