"""The session that porttui runs in, as the environment tells it."""

from __future__ import annotations

import pytest

from porttui.model.facts import Privileges
from porttui.observe.session import with_sudo_user


@pytest.mark.parametrize("told", ["", "0", "dev", "-1", "1 0", "\u0661", "4294967295", "1" * 40])
def test_what_is_no_user_is_nobody_who_ran_sudo(told: str) -> None:
    root = Privileges(user="root", uid=0)
    assert with_sudo_user(root, {"SUDO_UID": told, "SUDO_USER": "dev"}) == root


def test_who_ran_sudo_is_known_to_root_only_and_the_name_is_made_printable() -> None:
    told = {"SUDO_UID": "1000", "SUDO_USER": "dev\x1b[2J"}
    who = with_sudo_user(Privileges(user="root", uid=0), told)
    assert who.sudo_uid == 1000
    assert who.sudo_user.startswith("dev")
    assert "\x1b" not in who.sudo_user
    www = Privileges(user="www-data", uid=33)
    assert with_sudo_user(www, told) == www
