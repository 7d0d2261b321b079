from __future__ import annotations

import os
import pwd
from pathlib import Path

from porttui.model.facts import Privileges
from porttui.observe.linux.privileges import linux_privileges
from tests.observe.netns import NOBODY, become, in_child, needs_root


def test_this_user_has_a_name() -> None:
    found = linux_privileges()
    assert (found.uid, found.user) == (os.geteuid(), pwd.getpwuid(os.geteuid()).pw_name)


@needs_root
def test_nobody_has_no_rights() -> None:
    def work() -> Privileges:
        become(NOBODY)
        return linux_privileges()

    found = in_child(work)
    assert (found.user, found.uid, found.root, found.capabilities) == ("nobody", NOBODY, False, ())


def test_what_confines_this_process_is_told(tmp_path: Path) -> None:
    found = linux_privileges()
    assert found.seccomp in {0, 1, 2}
    assert found.no_new_privs in {True, False}
    assert found.open_files is not None
    assert found.open_files_limit is not None
    assert 0 < found.open_files <= found.open_files_limit
    (tmp_path / "sys/fs/selinux").mkdir(parents=True)
    (tmp_path / "sys/fs/selinux/enforce").write_text("1", "utf-8")
    (tmp_path / "proc/self/attr").mkdir(parents=True)
    (tmp_path / "proc/self/attr/current").write_bytes(b"system_u:system_r:httpd_t:s0\0")
    found = linux_privileges(root=tmp_path)
    assert (found.selinux, found.label) == (True, "system_u:system_r:httpd_t:s0")


@needs_root
def test_a_user_without_an_account_is_a_number() -> None:
    def work() -> Privileges:
        become(60123)
        return linux_privileges()

    assert in_child(work).user == "60123"


@needs_root
def test_root_is_root_only_with_the_capabilities_that_count(tmp_path: Path) -> None:
    status = tmp_path / "status"
    status.write_text("Name:\tx\nCapEff:\t000001ffffffffff\n", "utf-8")
    assert linux_privileges(status).root is True
    status.write_text("Name:\tx\nCapEff:\t00000000a80425fb\n", "utf-8")  # a container's default set
    found = linux_privileges(status)
    assert found.root is False
    assert "net_bind_service" in found.capabilities
    assert "net_admin" not in found.capabilities
