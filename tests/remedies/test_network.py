"""On Windows a command is typed into PowerShell, one that takes rights into PowerShell as administrator."""

from __future__ import annotations

import pytest

from porttui.model import facts as f
from porttui.remedies import manager, network
from tests import worlds as w


@pytest.mark.parametrize(
    ("os", "root", "where"),
    [("windows", False, manager.POWERSHELL), ("windows", True, manager.POWERSHELL_AS_ADMINISTRATOR)],
)
def test_where_a_command_is_typed(os: f.Os, root: bool, where: str) -> None:
    do = network.Do("See it", ("netstat", "-ano"), root=root)
    step = network.step(w.world(os=os), linux=do, macos=do, windows=do)
    assert (step.where, step.needs_root) == (where, root)
