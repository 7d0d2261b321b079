"""Random rulesets, loaded and tried for real: a verdict on rules may be unknown now and then, and never wrong."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, Phase, given, seed, settings

from tests.system.fuzz import Kernel
from tests.system.random_rules import Tables, iptables_tables, nft_rulesets

_MOST_UNKNOWN = 0.03
_SEED = 7_000_001
"""The same rules in every run; bench/firewall_fuzz.py tries others."""
_RANDOMLY = settings(
    database=None,
    deadline=None,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)


@pytest.fixture
def kernel() -> Iterator[Kernel]:
    with Kernel() as one:
        yield one


def _no_wrong_verdict(kernel: Kernel, at_least: int) -> None:
    count = kernel.count
    assert not count.wrong, count.wrong[0]
    assert count.probes >= at_least
    assert count.unknown <= _MOST_UNKNOWN * count.probes, count.why.most_common(5)
    assert min(count.seen[each] for each in ("accept", "drop", "reject", "redirect")) > 0, "it proves nothing"


def test_nft(kernel: Kernel) -> None:
    @seed(_SEED)
    @settings(_RANDOMLY, max_examples=36)
    @given(nft_rulesets())
    def try_one(text: str) -> None:
        kernel.try_nft(text)

    try_one()
    _no_wrong_verdict(kernel, 1000)


@pytest.mark.parametrize("backend", ["nft", "legacy"])
def test_iptables(kernel: Kernel, backend: str) -> None:
    @seed(_SEED)
    @settings(_RANDOMLY, max_examples=16)
    @given(iptables_tables())
    def try_one(tables: Tables) -> None:
        kernel.try_iptables("legacy" if backend == "legacy" else "nft", *tables)

    try_one()
    _no_wrong_verdict(kernel, 500)
