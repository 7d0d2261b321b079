"""client-emfile: a look that runs out of descriptors in the middle knows nothing of the target."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from porttui.diagnose import diagnose
from porttui.model import facts as f
from tests import worlds as w


@pytest.mark.parametrize(
    ("error", "code"),
    [("OSError: [Errno 24] Too many open files", "client-emfile"), ("KeyError: 1", "undetermined")],
)
def test_a_server_that_porttui_could_not_talk_to_is_not_called_healthy(error: str, code: str) -> None:
    failed = f.Unseen(what="probe", reason=f"porttui failed here: {error}", how_to_see="")
    silent = w.world(sockets=w.sockets(w.listener()), processes=(w.node(),), attempts=(w.opened(),), exchanges=None)
    assert diagnose(replace(silent, failures=(failed,))).verdict.code == code
