"""The words for what was seen."""

from __future__ import annotations

import pytest

from porttui.model.facts import FirewallBackend, Unseen
from porttui.model.report import Status
from porttui.reading import words

_NEEDS_ROOT = Unseen(what="nftables rules", reason="needs root", how_to_see="nft list ruleset", needs_root=True)


@pytest.mark.parametrize(
    ("fields", "status", "text"),
    [
        ({"installed": False, "unseen": _NEEDS_ROOT}, Status.UNSEEN, "can't see, needs root"),
        ({"installed": False, "rules": 7}, Status.PASS, "read, 7 rules"),
        ({"installed": True, "rules": 1, "active": True}, Status.PASS, "read, 1 rule, switched on"),
        ({"installed": True, "rules": 0}, Status.PASS, "read, no rules"),
        ({"installed": False}, Status.SKIPPED, "not installed"),
        ({"installed": True, "active": False}, Status.SKIPPED, "installed, switched off"),
        ({"installed": True, "active": True}, Status.PASS, "installed, switched on"),
    ],
)
def test_a_firewall_is_never_called_absent_when_its_rules_are_there_or_cannot_be_read(
    fields: dict[str, object], status: Status, text: str
) -> None:
    assert words.backend(FirewallBackend(name="nftables", **fields)) == (status, text)  # type: ignore[arg-type]
