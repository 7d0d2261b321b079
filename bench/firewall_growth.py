"""How the time and the memory of a firewall verdict grow: ``python bench/firewall_growth.py [--rounds N]``.

Rulesets of 100 to 10,000 rules, as nft's JSON and as iptables-save's text, and sets of 100 to 100,000 addresses, are
read and judged, where the last rule, or the last element, decides. All sizes are measured in one run, in turns, so that
the ratios hold on any machine: a growth of 10 for ten times the size is a straight line.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import time
import tracemalloc
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT / "src")]

from porttui.firewall.journey import judge  # noqa: E402 - the checkout comes first
from porttui.firewall.packet import Packet, World  # noqa: E402
from porttui.firewall.ruleset import Ruleset  # noqa: E402
from porttui.firewall.saved import from_texts  # noqa: E402

_WORLD = World(addresses=frozenset({"10.0.0.1"}))
_PORT = 65_000
_PLACE = {"family": "inet", "table": "t"}
_BASE = {"chain": {**_PLACE, "name": "input", "type": "filter", "hook": "input", "prio": 0, "policy": "accept"}}
_FIRST = Packet(
    family=4,
    source="192.0.2.1",
    destination="10.0.0.1",
    destination_port=(_PORT, _PORT),
    source_port=(32768, 60999),
    iif="eth0",
)


def nft_rules(count: int) -> str:
    """Return a listing of so many rules; the last one drops."""
    ports = [*range(1, count), _PORT]
    return json.dumps({"nftables": [_BASE, *(_rule({"protocol": "tcp", "field": "dport"}, each) for each in ports)]})


def saved_rules(count: int) -> str:
    """Return the same as iptables-save writes it."""
    rules = "".join(f"-A INPUT -p tcp -m tcp --dport {each} -j DROP\n" for each in [*range(1, count), _PORT])
    return f"*filter\n:INPUT ACCEPT [0:0]\n{rules}COMMIT\n"


def nft_set(count: int) -> str:
    """Return a listing with a set of so many addresses; the sender is the last one."""
    numbers = range(count - 1)
    members = [f"10.{each >> 16}.{each >> 8 & 255}.{each & 255}" for each in numbers] + ["192.0.2.1"]
    named = {"set": {**_PLACE, "name": "bans", "type": "ipv4_addr", "elem": members}}
    return json.dumps({"nftables": [named, _BASE, _rule({"protocol": "ip", "field": "saddr"}, "@bans")]})


def _rule(payload: dict[str, str], right: object) -> dict[str, object]:
    match = {"match": {"op": "==", "left": {"payload": payload}, "right": right}}
    return {"rule": {**_PLACE, "chain": "input", "handle": 1, "expr": [match, {"drop": None}]}}


_KINDS: dict[str, tuple[Callable[[int], str], tuple[int, ...]]] = {
    "rules of nft": (nft_rules, (100, 1000, 10_000)),
    "rules of iptables-save": (saved_rules, (100, 1000, 10_000)),
    "addresses in a set": (nft_set, (100, 1000, 10_000, 100_000)),
}


def main() -> None:
    """Measure everything and print a table."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--rounds", type=int, default=5)
    rounds = parser.parse_args().rounds
    print(f"{'what':24}{'size':>9}{'read':>11}{'ratio':>8}{'judge':>11}{'ratio':>8}{'memory':>11}{'ratio':>8}")
    for kind, (make, sizes) in _KINDS.items():
        texts = {size: make(size) for size in sizes}
        times: dict[int, list[tuple[float, float]]] = {size: [] for size in sizes}
        for _ in range(rounds):
            for size in sizes:
                times[size].append(_timed(texts[size]))
        before: tuple[float, ...] | None = None
        for size in sizes:
            read, asked = (statistics.median(each) for each in zip(*times[size], strict=True))
            now = (read * 1000, asked * 1000, _memory(texts[size]) / 1_000_000)
            ratios = [f"{new / old:.1f}" for new, old in zip(now, before, strict=True)] if before else ["", "", ""]
            cells = (
                f"{value:9.2f}{unit}{ratio:>8}"
                for value, unit, ratio in zip(now, ("ms", "ms", "MB"), ratios, strict=True)
            )
            print(f"{kind:24}{size:>9}" + "".join(cells))
            before = now


def _timed(text: str) -> tuple[float, float]:
    """Return the seconds of reading and of judging."""
    began = time.perf_counter()
    ruleset = from_texts([("text", text)])
    between = time.perf_counter()
    _dropped(ruleset)
    return between - began, time.perf_counter() - between


def _memory(text: str) -> int:
    """Return the most bytes that were in use at once."""
    tracemalloc.start()
    _dropped(from_texts([("text", text)]))
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return most


def _dropped(ruleset: Ruleset) -> None:
    verdict = judge(ruleset, _FIRST, _WORLD).verdict
    assert verdict == "drop", verdict


if __name__ == "__main__":
    main()
