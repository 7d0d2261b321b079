from __future__ import annotations

from porttui.observe.linux.groups import linux_groups
from tests.observe.netns import as_both, become, in_namespace, needs_root, sh


@needs_root
@as_both
def test_groups_of_interfaces_with_short_and_with_long_names(uid: int) -> None:
    """A bridge of docker has a name of 15 letters, after which the kernel leaves no room before the colon."""

    def work() -> tuple[tuple[str, str], ...]:
        sh("ip link add lan0 type veth peer name br-0123456789ab")
        sh("ip link set lan0 up", "ip link set br-0123456789ab up")
        become(uid)
        return linux_groups()

    found = in_namespace(work)
    for card in ("lo", "lan0", "br-0123456789ab"):
        assert {address for name, address in found if name == card} >= {"224.0.0.1", "ff02::1"}
    assert {name for name, _ in found} == {"lo", "lan0", "br-0123456789ab"}
