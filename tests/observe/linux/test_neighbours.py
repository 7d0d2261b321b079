"""The neighbour table, read from a real kernel."""

from __future__ import annotations

from porttui.model.facts import Neighbour
from porttui.observe.linux.neighbours import linux_neighbours
from tests.observe.netns import as_both, become, in_namespace, needs_root, sh

pytestmark = needs_root


@as_both
def test_entries_are_read_with_their_state(uid: int) -> None:
    def work() -> object:
        sh(
            "ip link add lan0 type veth peer name lan1",
            "ip addr add 10.231.8.1/24 dev lan0",
            "ip link set lan0 up",
            "ip link set lan1 up",
            "ip neigh add 10.231.8.2 lladdr 02:00:00:00:00:02 dev lan0 nud reachable",
            "ip neigh add 10.231.8.3 lladdr 02:00:00:00:00:03 dev lan0 nud permanent",
            "ip neigh add fd00::2 lladdr 02:00:00:00:00:02 dev lan0 nud stale",
        )
        become(uid)
        return linux_neighbours(["10.231.8.2", "fd00:0::2", "10.231.8.99"])

    assert in_namespace(work) == (
        Neighbour(address="10.231.8.2", interface="lan0", state="REACHABLE"),
        Neighbour(address="fd00::2", interface="lan0", state="STALE"),
    )


def test_there_is_none() -> None:
    assert in_namespace(lambda: linux_neighbours(["10.231.8.2"])) == ()
