"""How often a judgement on random rules is what the kernel does: ``python bench/firewall_fuzz.py [PROBES] [--seed N]``.

With ``--write`` the count goes into the README.

Random rulesets (tests/system/random_rules.py) of nft and of both backends of iptables, IPv4 and IPv6, are loaded in a
network namespace; root, nobody and a neighbour connect for real. Wrong has to be zero, unknown at most 3 %. Takes root.
"""

from __future__ import annotations

import argparse
import datetime as dt
import platform
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "src")]

from hypothesis import HealthCheck, Phase, given, seed, settings  # noqa: E402 - the checkout comes first
from tests.system import people  # noqa: E402
from tests.system.fuzz import Count, Kernel  # noqa: E402
from tests.system.random_rules import Tables, iptables_tables, nft_rulesets  # noqa: E402

_A_ROUND = 40
"""Rulesets of one kind before the next kind has its turn."""
_MOST_UNKNOWN = 0.03
_BEGIN, _END = (
    "<!-- made by `bench/firewall_fuzz.py --write`: begin -->\n",
    "<!-- made by `bench/firewall_fuzz.py --write`: end -->\n",
)


def main() -> int:
    """Compare until so many connections were made, print the count; exit 1 when a verdict was wrong."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("probes", nargs="?", type=int, default=20_000, help="connections to make (default 20000)")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--kinds", default="nft,iptables,iptables-legacy")
    parser.add_argument("--write", action="store_true", help="put the count into the README")
    options = parser.parse_args()
    began = time.monotonic()
    with Kernel() as kernel:
        number = options.seed * 1_000_000
        while kernel.count.probes < options.probes:
            for kind in options.kinds.split(","):
                number += 1
                _randomly(kernel, kind, number)
                print(f"{kernel.count.probes} probes, {len(kernel.count.wrong)} wrong", file=sys.stderr, flush=True)
    people.close()
    count = kernel.count
    for each in count.wrong:
        print(each, end="\n\n")
    print(f"{count.rulesets} rulesets ({count.refused} not taken), {count.probes} connections, {dict(count.seen)}")
    print(f"wrong rulesets: {len(count.wrong)}; unknown: {count.unknown}, {count.unknown / count.probes:.2%}")
    print("not understood:", ", ".join(f"{text} ({times})" for text, times in count.why.most_common(12)) or "nothing")
    print(f"{time.monotonic() - began:.0f} s")
    if options.write:
        _write(count)
    return int(bool(count.wrong) or count.unknown > _MOST_UNKNOWN * count.probes)


def _write(count: Count) -> None:
    """Put one sentence between the README's markers."""
    readme = ROOT / "README.md"
    before, _, rest = readme.read_text(encoding="utf-8").partition(_BEGIN)
    _, end, after = rest.partition(_END)
    if not end:
        raise SystemExit("the README has no place for it")
    told = (
        f"On {dt.date.today().isoformat()}, Linux {platform.release().partition('-')[0]}: {count.rulesets:,} random "
        f"rulesets, {count.probes:,} connections, of which {len(count.wrong)} rulesets were judged wrongly\n"
        f"and {count.unknown / count.probes:.1%} of the connections not at all.\n"
    )
    readme.write_text(f"{before}{_BEGIN}\n{told}\n{_END}{after}", encoding="utf-8")


def _randomly(kernel: Kernel, kind: str, number: int) -> None:
    """Try rulesets of one kind: of nft, of iptables in nft, or of iptables-legacy."""
    bounds = settings(
        max_examples=_A_ROUND,
        deadline=None,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )

    @seed(number)
    @bounds
    @given(nft_rulesets() if kind == "nft" else iptables_tables())
    def one(rules: str | Tables) -> None:
        if isinstance(rules, str):
            kernel.try_nft(rules)
        else:
            kernel.try_iptables("legacy" if kind == "iptables-legacy" else "nft", *rules)

    one()
    kernel.clear("legacy" if kind == "iptables-legacy" else "nft")


if __name__ == "__main__":
    sys.exit(main())
