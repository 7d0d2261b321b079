"""Small parts of a report that stand on several screens."""

from __future__ import annotations

import pytest

from porttui.diagnose import diagnose
from porttui.ui import panels
from tests import worlds as w


@pytest.mark.parametrize(
    ("owner_by", "told"), [("descriptor", "node, pid 4121, dev"), ("command", "probably node, pid 4121, dev")]
)
def test_a_process_that_only_probably_holds_the_port_is_called_so(owner_by: str, told: str) -> None:
    facts = w.world(sockets=w.sockets(w.listener(owner_by=owner_by)), processes=(w.node(),), attempts=(w.opened(),))
    assert panels.who(w.node(), diagnose(facts)) == told
