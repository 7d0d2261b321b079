"""ipv6-disabled where it cannot be staged: kernels without IPv6, programs without it, other systems."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from porttui.diagnose import diagnose
from porttui.model import facts as f
from porttui.model.report import Confidence
from tests.faults.by_code import BY_CODE


def _world(outcome: str, sysctls: dict[str, str], os: f.Os = "linux") -> f.Facts:
    facts = BY_CODE["ipv6-disabled"]
    assert facts.attempts is not None
    return replace(facts, os=os, sysctls=sysctls, attempts=(replace(facts.attempts[0], outcome=outcome),))


def test_a_kernel_without_ipv6_has_no_settings_for_it() -> None:
    verdict = diagnose(_world("EAFNOSUPPORT", {"net.core.somaxconn": "4096"})).verdict
    assert (verdict.code, verdict.confidence) == ("ipv6-disabled", Confidence.CERTAIN)


@pytest.mark.parametrize("value", ["0", "1"])
def test_a_program_that_may_not_use_it_is_another_matter(value: str) -> None:
    """systemd's RestrictAddressFamilies= gives the same error, to one service."""
    settings = {"net.ipv6.conf.lo.disable_ipv6": value, "net.ipv6.conf.all.disable_ipv6": value}
    assert diagnose(_world("EAFNOSUPPORT", settings)).verdict.code != "ipv6-disabled"


@pytest.mark.parametrize("os", ["macos", "windows"])
def test_without_settings_missing_addresses_make_it_likely(os: f.Os) -> None:
    verdict = diagnose(_world("EADDRNOTAVAIL", {}, os)).verdict
    assert (verdict.code, verdict.confidence) == ("ipv6-disabled", Confidence.LIKELY)
    assert verdict.summary.startswith("Probably")


def test_it_is_on_when_the_setting_says_so() -> None:
    settings = {"net.ipv6.conf.lo.disable_ipv6": "0", "net.ipv6.conf.all.disable_ipv6": "0"}
    assert diagnose(_world("EADDRNOTAVAIL", settings)).verdict.code != "ipv6-disabled"
