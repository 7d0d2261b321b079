"""Rules against the kernel: a ruleset is loaded, connections are really made, and each is compared with its judgement.

Two namespaces tied by a pair of interfaces: this machine with its servers, asked as root and as nobody, and a
neighbour. `Kernel.try_nft` and `Kernel.try_iptables` load a ruleset and count; a wrong verdict is kept with the rules.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any, Literal, Self

from porttui.firewall.iptables_save import from_ipset, from_save
from porttui.firewall.journey import judge
from porttui.firewall.nft_json import devices_of, from_json
from porttui.firewall.packet import Packet, World
from porttui.firewall.ruleset import Ruleset
from tests.system import people
from tests.system.people import Person
from tests.system.random_rules import DEVICE, HERE, PORT_OF_IT, PORTS, THERE
from tests.system.stage import Namespace

Backend = Literal["nft", "legacy"]
_PROBER = str(Path(__file__).with_name("prober.py"))
_WAITS = (0.2, 1.0)
"""Seconds after which silence is taken for a drop; where something else was judged, it is tried again with patience."""
_CLIENTS = (32768, 60999)
_TABLES = ("filter", "mangle", "nat", "raw")
_WORLD = World(
    addresses=frozenset({"127.0.0.1", "::1", *HERE}),
    networks=(("lo", "127.0.0.0/8"), ("lo", "::1/128"), (DEVICE, "10.231.9.0/24"), (DEVICE, "fd00:9::/64")),
    kinds=((DEVICE, "bridge"),),
    complete=True,
)
_TRACKED = "net.netfilter.nf_conntrack_tcp_timeout"
_LIMITS = (
    *("net.ipv4.icmp_ratelimit=0", "net.ipv6.icmp.ratelimit=0", "net.ipv4.tcp_fin_timeout=1"),
    *(
        f"{_TRACKED}_{state}=1"
        for state in ("time_wait", "close", "fin_wait", "close_wait", "last_ack", "syn_sent", "syn_recv")
    ),
    f"{_TRACKED}_established=2",
)
"""Without them a neighbour gets six ICMP errors and then silence (icmp(7)), and a connection of the ruleset before is
still known."""


@dataclass(frozen=True)
class Sender:
    """Somebody who connects."""

    here: bool
    uid: int

    @property
    def targets(self) -> list[tuple[str, int]]:
        """Where to: every port of every address that can be reached."""
        hosts = ("127.0.0.1", HERE[0], "::1", HERE[1]) if self.here else HERE
        return [(host, port) for host in hosts for port in PORTS]

    def packet(self, host: str, port: int, own: int) -> Packet:
        """Return the first packet of a connection; `own` is the client's port, or 0 where that is not known."""
        six = ":" in host
        source = (own, own) if own else (32768, 60999)
        common: dict[str, Any] = {"destination_port": (port, port), "source_port": source, "destination": host}
        if self.here:
            return Packet(family=6 if six else 4, source=host, own=True, uid=self.uid, gid=self.uid, oif="lo", **common)
        return Packet(family=6 if six else 4, source=THERE[six], iif=DEVICE, **common)


@dataclass
class Count:
    """What was compared so far."""

    rulesets: int = 0
    refused: int = 0
    """Rulesets that the kernel, or nft, did not take."""
    probes: int = 0
    unknown: int = 0
    wrong: list[str] = field(default_factory=list)
    why: Counter[str] = field(default_factory=Counter)
    """What was not understood, how often."""
    seen: Counter[str] = field(default_factory=Counter)
    """What became of the connections: a test in which all are accepted proves nothing."""


class _Prober:
    """A process that connects when it is told to."""

    def __init__(self, stage: Namespace, person: Person) -> None:
        self._process = subprocess.Popen(
            [*people.enter(person, stage.pid), sys.executable, "-I", "-S", _PROBER],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self._read()

    def ask(self, targets: list[tuple[str, int, int]], wait: float) -> None:
        """Begin; `answers` returns what came of it."""
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps({"targets": targets, "wait": wait}) + "\n")
        self._process.stdin.flush()

    def answers(self) -> list[str]:
        """Return what became of each connection."""
        told: list[str] = json.loads(self._read())
        return told

    def close(self) -> None:
        """End it."""
        self._process.communicate()

    def _read(self) -> str:
        assert self._process.stdout is not None
        return self._process.stdout.readline()


class Kernel:
    """This machine and its neighbour. Use it in a with statement."""

    def __init__(self) -> None:
        self.count = Count()
        self._stage, self._near = Namespace(), Namespace()
        self._probers: dict[Sender, _Prober] = {}
        self._port = _CLIENTS[0]

    def __enter__(self) -> Self:
        try:
            self._set_up()
        except BaseException:
            self.close()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """End everything."""
        for prober in self._probers.values():
            prober.close()
        self._probers.clear()
        self._near.close()
        self._stage.close()

    def _set_up(self) -> None:
        self._stage.__enter__()
        self._near.__enter__()
        here = f"ip addr add {HERE[0]}/24 dev {DEVICE} && ip -6 addr add {HERE[1]}/64 dev {DEVICE} nodad"
        bridge = f"ip link add {DEVICE} type bridge && ip link set {PORT_OF_IT} master {DEVICE}"
        pair = f"ip link add {PORT_OF_IT} type veth peer name far0 && ip link set far0 netns {self._near.pid}"
        up = f"ip link set {PORT_OF_IT} up && ip link set {DEVICE} up"
        self._stage.run("sh", "-c", f"{pair} && {bridge} && {here} && {up}")
        there = f"ip addr add {THERE[0]}/24 dev far0 && ip -6 addr add {THERE[1]}/64 dev far0 nodad"
        self._near.run("sh", "-c", f"{there} && ip link set far0 up")
        for each in (self._stage, self._near):
            each.run("sysctl", "-qw", *_LIMITS)
        ports = map(str, PORTS)
        server = self._stage.popen(sys.executable, "-I", "-S", _PROBER, "--serve", "0.0.0.0", "::", *ports)
        assert server.stdout is not None
        assert server.stdout.readline() == "ready\n"
        self._probers = {
            Sender(here=True, uid=0): _Prober(self._stage, Person.ROOT),
            Sender(here=True, uid=65534): _Prober(self._stage, Person.NOBODY),
            Sender(here=False, uid=0): _Prober(self._near, Person.ROOT),
        }

    def try_nft(self, text: str) -> bool:
        """Load a ruleset of nft, connect, compare; return False where nft does not take it."""
        loaded = self._load(("nft", "-f", "-"), f"flush ruleset\n{text}")
        if not loaded:
            return False
        devices = devices_of(self._stage.run("nft", "-a", "-t", "list", "ruleset"))
        self._compare(from_json(self._stage.run("nft", "-j", "list", "ruleset"), devices=devices), text)
        return True

    def try_iptables(self, backend: Backend, four: str, six: str, sets: str = "") -> bool:
        """Load rules of iptables and ip6tables, connect, compare; return False where they are not taken."""
        for program, text in ((f"iptables-{backend}-restore", four), (f"ip6tables-{backend}-restore", six)):
            rest = "".join(f"*{table}\nCOMMIT\n" for table in _TABLES if f"*{table}\n" not in text)
            if program.startswith("iptables") and sets and not self._load(("ipset", "-exist", "restore"), sets):
                return False
            if not self._load((program,), text + rest):
                return False
        saved = self._stage.run(f"iptables-{backend}-save") + self._stage.run(f"ip6tables-{backend}-save")
        ruleset = from_save(saved)
        if sets:
            ruleset = ruleset.plus(from_ipset(self._stage.run("ipset", "save")))
        self._compare(ruleset, sets + saved)
        return True

    def clear(self, backend: Backend) -> None:
        """Remove all rules."""
        if backend == "nft":
            self._stage.run("nft", "flush", "ruleset")
            return
        accept = ":INPUT ACCEPT\n:FORWARD ACCEPT\n:OUTPUT ACCEPT\n"  # a policy that is not named stays
        empty = "".join(f"*{table}\n{accept if table == 'filter' else ''}COMMIT\n" for table in _TABLES)
        for program in ("iptables-legacy-restore", "ip6tables-legacy-restore"):
            self._stage.run(program, given=empty)

    def _load(self, program: tuple[str, ...], text: str) -> bool:
        done = subprocess.run(
            [*people.enter(Person.ROOT, self._stage.pid), *program],
            input=text,
            text=True,
            capture_output=True,
            check=False,
        )
        if done.returncode != 0:
            self.count.refused += 1
        return done.returncode == 0

    def _compare(self, ruleset: Ruleset, text: str) -> None:
        self.count.rulesets += 1
        different = self._different(ruleset, _WAITS[0], first=True)
        if different:
            different = self._different(ruleset, _WAITS[1], first=False)
        if different:
            self.count.wrong.append("\n".join((text, *different)))

    def _different(self, ruleset: Ruleset, wait: float, *, first: bool) -> list[str]:
        """Connect from everywhere at once, and return what was judged otherwise."""
        asked = {sender: [(*each, self._own_port(sender)) for each in sender.targets] for sender in self._probers}
        for sender, prober in self._probers.items():
            prober.ask(asked[sender], wait)
        judged = {sender: [_judged(ruleset, sender, *each) for each in asked[sender]] for sender in self._probers}
        different = []
        for sender, prober in self._probers.items():
            for (host, port, _), (verdict, unknown), real in zip(
                asked[sender], judged[sender], prober.answers(), strict=True
            ):
                if first:
                    self._note(verdict, unknown, real, port)
                if verdict not in {"unknown", real}:
                    different.append(f"{sender} to {host} {port}: judged {verdict}, and it is {real}")
        return different

    def _own_port(self, sender: Sender) -> int:
        """Return the next port for a client of this machine, where porttui knows it; of a neighbour's it does not."""
        if not sender.here:
            return 0
        self._port = self._port + 1 if self._port < _CLIENTS[1] else _CLIENTS[0]
        return self._own_port(sender) if self._port in PORTS else self._port

    def _note(self, verdict: str, unknown: tuple[str, ...], real: str, port: int) -> None:
        count = self.count
        count.probes += 1
        led = real.startswith("accept") and real != f"accept:{port}"
        count.seen["redirect" if led else real.partition(":")[0]] += 1
        if verdict == "unknown":
            count.unknown += 1
            count.why.update(unknown)


def _judged(ruleset: Ruleset, sender: Sender, host: str, port: int, own: int) -> tuple[str, tuple[str, ...]]:
    """Return what the rules do, as the prober tells it: "accept:8080" with the port that answers."""
    judgement = judge(ruleset, sender.packet(host, port, own), _WORLD, server_uid=0)
    if judgement.verdict == "accept":
        return f"accept:{port}", ()
    if judgement.verdict.startswith("redirect:") and judgement.redirect is not None:
        return f"accept:{judgement.redirect[1]}", ()
    return judgement.verdict, judgement.unknown
