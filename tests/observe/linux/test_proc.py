from __future__ import annotations

import os
import pwd

from porttui.observe.linux.proc import capability_names, status, uid_and_parent, user_name
from tests.observe.holder import linux_only

pytestmark = linux_only


def test_capability_names() -> None:
    assert capability_names(1 << 10 | 1 << 12) == ("net_bind_service", "net_admin")
    assert "sys_ptrace" in capability_names(1 << 19)
    assert capability_names(0) == ()
    assert capability_names(1 << 40 | 1 << 41) == ("checkpoint_restore", "cap_41")


def test_of_this_process() -> None:
    assert uid_and_parent(os.getpid()) == (os.geteuid(), os.getppid())
    assert status("/proc/self/status")["PPid"] == str(os.getppid())
    assert user_name(os.geteuid()) == pwd.getpwuid(os.geteuid()).pw_name


def test_of_nobody() -> None:
    assert uid_and_parent(1 << 30) == (-1, 0)
    assert status("/proc/1073741824/status") == {}
    assert user_name(4_000_000_000) is None
