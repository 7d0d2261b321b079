"""Random rulesets for nft and iptables, as text: what people write, in every combination."""

from __future__ import annotations

from collections.abc import Callable

from hypothesis import strategies as st

HERE, THERE = ("10.231.9.1", "fd00:9::1"), ("10.231.9.2", "fd00:9::2")
"""The two ends of the pair of interfaces: this machine's, and a neighbour's."""
PORTS = (22, 80, 3000, 5432, 8000, 8001, 8080, 30080)
"""Ports on which servers listen."""
DEVICE = "near0"
UIDS = (0, 65534)

Draw = st.DrawFn


def _one_of(draw: Draw, *choices: str) -> str:
    return draw(st.sampled_from(choices))


def _port(draw: Draw) -> str:
    return str(draw(st.sampled_from(PORTS)))


def _port_range(draw: Draw) -> str:
    ends = st.tuples(st.sampled_from((1, 80, 3000, 8000, 8001)), st.sampled_from((1023, 4000, 8080, 40000)))
    low, high = sorted(draw(ends))
    return f"{low}-{high}"


def _port_set(draw: Draw) -> str:
    ports = draw(st.lists(st.sampled_from(PORTS), min_size=1, max_size=4, unique=True))
    return f"{{ {', '.join(map(str, ports))} }}"


def _source4(draw: Draw) -> str:
    return _one_of(draw, "127.0.0.0/8", "127.0.0.1", HERE[0], THERE[0], "10.231.9.0/24", "10.0.0.0/8", "192.0.2.0/24",
                   "{ 127.0.0.1, 10.231.9.2 }", "10.231.9.2-10.231.9.200")  # fmt: skip


def _source6(draw: Draw) -> str:
    return _one_of(draw, "::1", HERE[1], THERE[1], "fd00:9::/64", "fd00::/8", "2001:db8::/32", "{ ::1, fd00:9::2 }")


def _nft_match(draw: Draw, family: str, hook: str) -> str:
    """Return one condition; empty for none."""
    sign = _one_of(draw, "", "", "", "!= ")
    kinds = ["dport", "dport", "dports", "range", "vmapless", "saddr", "daddr", "state", "mark", "nothing", "l4proto",
             "fib", "set", "flags", "sport", "concat"]  # fmt: skip
    kinds += ["iif"] if hook in {"input", "prerouting"} else []
    kinds += ["oif", "uid", "uid"] if hook in {"output", "postrouting"} else []
    kind = draw(st.sampled_from(kinds))
    if kind in {"saddr", "daddr"}:
        four = family == "ip" or (family == "inet" and draw(st.booleans()))
        address = _source4(draw) if four else _source6(draw)
        return f"{'ip' if four else 'ip6'} {kind} {sign}{address}"
    simple: dict[str, Callable[[], str]] = {
        "dport": lambda: f"tcp dport {sign}{_port(draw)}",
        "dports": lambda: f"tcp dport {sign}{_port_set(draw)}",
        "range": lambda: f"tcp dport {sign}{_port_range(draw)}",
        "vmapless": lambda: f"tcp dport {_one_of(draw, '<', '>', '<=', '>=')} {_port(draw)}",
        "state": lambda: _one_of(draw, "ct state new", "ct state established,related", "ct state invalid",
                                 "ct state { new, established }", "ct state != established", "ct state untracked"),
        "mark": lambda: f"meta mark {sign}{_one_of(draw, '0x1', '0x2', '0x0')}",
        "nothing": lambda: "",
        "l4proto": lambda: f"meta l4proto {sign}{_one_of(draw, 'tcp', 'tcp', 'udp', '{ tcp, udp }')}",
        "fib": lambda: f"fib daddr type {sign}{_one_of(draw, 'local', 'unicast', 'broadcast')}",
        "set": lambda: f"tcp dport {sign}@ports",
        "flags": lambda: _one_of(draw, "tcp flags & (fin|syn|rst|ack) == syn", "tcp flags syn", "tcp flags & ack == 0"),
        "sport": lambda: f"tcp sport {sign}{_one_of(draw, '1024-65535', '1-1023', '32768-60999', '22')}",
        "concat": lambda: f"meta l4proto . th dport {{ tcp . {_port(draw)}, udp . 53, tcp . {_port(draw)} }}",
        "iif": lambda: f"{_one_of(draw, 'iifname', 'iif')} {sign}\"{_one_of(draw, 'lo', DEVICE)}\"",
        "oif": lambda: f"{_one_of(draw, 'oifname', 'oif')} {sign}\"{_one_of(draw, 'lo', DEVICE)}\"",
        "uid": lambda: f"meta skuid {sign}{_one_of(draw, '0', '65534', '1000-70000')}",
    }  # fmt: skip
    return simple[kind]()


def _nft_rejection(draw: Draw, family: str) -> str:
    words = ["reject", "reject with tcp reset"]
    if family in {"ip", "inet"}:
        words += [
            f"reject with icmp type {name}" for name in ("host-unreachable", "admin-prohibited", "net-unreachable")
        ]
    if family in {"ip6", "inet"}:
        words += [f"reject with icmpv6 type {name}" for name in ("no-route", "admin-prohibited", "addr-unreachable")]
    if family == "inet":
        words += [
            f"reject with icmpx type {name}" for name in ("port-unreachable", "host-unreachable", "admin-prohibited")
        ]
    return draw(st.sampled_from(words))


def _nft_verdict(draw: Draw, family: str, hook: str, chains: list[str]) -> str:
    kinds = ["accept", "accept", "drop", "return", "mark", "counter"]
    kinds += [] if hook == "postrouting" else ["reject", "reject"]
    kinds += ["jump", "goto", "vmap", "namedmap"] if chains else ["vmap", "namedmap"]
    kind = draw(st.sampled_from(kinds))
    if kind == "reject":
        return _nft_rejection(draw, family)
    if kind == "mark":
        return f"meta mark set {_one_of(draw, '0x1', '0x2', 'meta mark | 0x2', 'meta mark & 0xfe', 'ct mark')}"
    if kind in {"jump", "goto"}:
        return f"{kind} {draw(st.sampled_from(chains))}"
    if kind == "vmap":
        to = [
            draw(st.sampled_from(["accept", "drop", "return", *(f"jump {each}" for each in chains)])) for _ in range(3)
        ]
        return (
            f"tcp dport vmap {{ 22 : {to[0]}, 3000-5432 : {to[1]}, {draw(st.sampled_from((8000, 8001)))} : {to[2]} }}"
        )
    if kind == "namedmap":
        return "tcp dport vmap @verdicts"
    return kind


def _nft_rule(draw: Draw, family: str, hook: str, chains: list[str]) -> str:
    conditions = [_nft_match(draw, family, hook) for _ in range(draw(st.sampled_from((0, 1, 1, 1, 2, 2, 3))))]
    extra = _one_of(draw, "", "", "", "", "counter", 'log prefix "x "', "quota over 10 mbytes", "quota 10 mbytes")
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
    return "\n".join(lines) + "\n"


def _nft_sets(draw: Draw) -> list[str]:
    verdicts = [draw(st.sampled_from(("accept", "drop", "return"))) for _ in range(2)]
    return [
        "set ports {", "type inet_service", "flags interval",
        f"elements = {{ {_port(draw)}, 20000-20100, {_one_of(draw, '3000-3999', '8000-8001', '8080')} }}", "}",
        "map verdicts {", "type inet_service : verdict",
        f"elements = {{ 80 : {verdicts[0]}, 8080 : {verdicts[1]} }}", "}",
    ]  # fmt: skip


def _nft_nat(draw: Draw, family: str, number: int) -> list[str]:
    if draw(st.integers(0, 3)):
        return []
    hook = _one_of(draw, "output", "prerouting")
    ports = draw(st.permutations(PORTS))
    rules = [f"tcp dport {ports[0]} redirect to :{ports[1]}"]
    if family in {"ip", "inet"} and draw(st.booleans()):
        ip = "" if family == "ip" else "ip "
        rules.append(f"tcp dport {ports[2]} dnat {ip}to {HERE[0]}:{ports[3]}")
    return [f"chain nat{hook} {{", f"type nat hook {hook} priority {-100 + number};", *rules, "}"]


# iptables.


def _ipt_match(draw: Draw, six: bool, chain: str) -> str:
    no = _one_of(draw, "", "", "", "! ")
    source = _one_of(
        draw, *((HERE[1], THERE[1], "fd00::/8", "::1/128") if six else (HERE[0], THERE[0], "10.0.0.0/8", "127.0.0.0/8"))
    )
    kinds: dict[str, Callable[[], str]] = {
        "dport": lambda: f"-p tcp -m tcp {no}--dport {_port(draw)}",
        "range": lambda: f"-p tcp -m tcp {no}--dport {_port_range(draw).replace('-', ':')}",
        "multiport": lambda: f"-p tcp -m multiport {no}--dports {_port(draw)},{_port(draw)},20000:20100",
        "source": lambda: f"{no}-s {source}",
        "destination": lambda: f"{no}-d {source}",
        "state": lambda: (
            f"-m conntrack {no}--ctstate {_one_of(draw, 'NEW', 'RELATED,ESTABLISHED', 'INVALID', 'NEW,ESTABLISHED')}"
        ),
        "mark": lambda: f"-m mark {no}--mark {_one_of(draw, '0x1', '0x2/0x2', '0x0')}",
        "type": lambda: f"-m addrtype {no}--dst-type {_one_of(draw, 'LOCAL', 'UNICAST')}",
        "comment": lambda: '-m comment --comment "a rule -j of mine"',
        "tcp": lambda: "-p tcp",
        "udp": lambda: "-p udp",
        "syn": lambda: f"-p tcp -m tcp {no}--tcp-flags FIN,SYN,RST,ACK SYN",
    }
    if chain == "INPUT":
        kinds["in"] = lambda: f"{no}-i {_one_of(draw, 'lo', DEVICE, 'near+')}"
    if chain == "OUTPUT":
        kinds["out"] = lambda: f"{no}-o {_one_of(draw, 'lo', DEVICE)}"
        kinds["owner"] = lambda: f"-m owner {no}--uid-owner {_one_of(draw, '0', '65534', '1000-70000')}"
    return kinds[draw(st.sampled_from(list(kinds)))]()


def _ipt_rule(draw: Draw, six: bool, chain: str, users: list[str]) -> str:
    matches = [_ipt_match(draw, six, chain) for _ in range(draw(st.sampled_from((0, 1, 1, 2))))]
    if len(matches) == 2 and set(matches[0].split()) & set(matches[1].split()) - {"!", "-m", "tcp"}:
        matches.pop()  # an option may stand once
    with_port = any("-p tcp" in each for each in matches)
    targets = ["ACCEPT", "ACCEPT", "DROP", "RETURN", "REJECT", *users]
    names = (
        ("adm-prohibited", "addr-unreachable") if six else ("host-prohibited", "admin-prohibited", "net-unreachable")
    )
    targets += [f"REJECT --reject-with {'icmp6' if six else 'icmp'}-{_one_of(draw, *names)}"]
    targets += ["REJECT --reject-with tcp-reset"] if with_port else []
    target = draw(st.sampled_from(targets))
    option = "-g" if target in users and draw(st.integers(0, 3)) == 0 else "-j"
    return " ".join((f"-A {chain}", *dict.fromkeys(matches), option, target))


@st.composite
def iptables_rulesets(draw: Draw, *, six: bool) -> str:
    """Return a text for iptables-restore(8), or for ip6tables-restore."""
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
    lines.append("COMMIT")
    if draw(st.booleans()):
        ports = draw(st.permutations(PORTS))
        lines += ["*mangle", f"-A OUTPUT -p tcp -m tcp --dport {ports[0]} -j MARK --set-xmark 0x2/0x2", "COMMIT"]
    if draw(st.integers(0, 2)) == 0:
        ports = draw(st.permutations(PORTS))
        chain = _one_of(draw, "OUTPUT", "PREROUTING")
        lines += ["*nat", f"-A {chain} -p tcp -m tcp --dport {ports[0]} -j REDIRECT --to-ports {ports[1]}", "COMMIT"]
    if draw(st.integers(0, 4)) == 0:
        lines += ["*raw", f"-A OUTPUT -p tcp -m tcp --dport {_port(draw)} -j NOTRACK", "COMMIT"]
    return "\n".join(lines) + "\n"
