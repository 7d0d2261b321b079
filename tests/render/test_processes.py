"""A process in words, and as a small part of several screens."""

from __future__ import annotations

import pytest

from porttui.diagnose import diagnose
from porttui.render import processes
from porttui.ui import panels
from tests import worlds as w


@pytest.mark.parametrize(
    ("owner_by", "told"), [("descriptor", "node, pid 4121, dev"), ("command", "probably node, pid 4121, dev")]
)
def test_a_process_that_only_probably_holds_the_port_is_called_so(owner_by: str, told: str) -> None:
    facts = w.world(sockets=w.sockets(w.listener(owner_by=owner_by)), processes=(w.node(),), attempts=(w.opened(),))
    assert processes.who(w.node(), diagnose(facts)) == told


def test_a_program_that_hands_connections_on_is_shown_with_its_far_end() -> None:
    tunnel = w.node(name="ssh", argv=("ssh", "-N", "-L", "8080:db:5432", "bastion"))
    facts = w.world(sockets=w.sockets(w.listener()), processes=(tunnel,), attempts=(w.opened(),))
    assert processes.far_end(tunnel, diagnose(facts)) == "db:5432 as bastion sees it"
    rows = [str(line) for line in panels.process(diagnose(facts), 100)]
    assert any("leads to" in row and "db:5432" in row for row in rows)
    assert processes.far_end(w.node(), diagnose(facts)) == ""
