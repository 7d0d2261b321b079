"""Connection tracking: whether NAT can be at work at all, and where it has led a connection."""

from __future__ import annotations

from porttui.observe.linux.conntrack import Ends, tracked, translated
from tests.observe.netns import NOBODY, become, in_namespace, needs_root, sh


@needs_root
def test_nothing_is_tracked_without_a_rule_that_needs_it() -> None:
    def work() -> tuple[bool | None, bool | None, Ends | None]:
        before = tracked((4, 6))
        sh("nft add table inet t", "nft add chain inet t c { type nat hook output priority -100 ; }")
        sh("nft add rule inet t c tcp dport 1 redirect to :2")
        after = tracked((4, 6))
        become(NOBODY)
        return before, after, translated("127.0.0.1", 9, "127.0.0.1", 40000)

    assert in_namespace(work) == (False, True, None)
