"""A row of a socket table says the same in every list."""

from __future__ import annotations

import pytest

from porttui.model.facts import Unseen
from porttui.reading import columns
from tests import worlds as w

NAMES = {4121: w.node(user="dev")}


@pytest.mark.parametrize("owner_by", ["cgroup", "command", "elimination"])
def test_a_probable_owner_is_in_brackets_and_its_pid_is_not_told(owner_by: str) -> None:
    row = w.listener(owner_by=owner_by)
    assert (columns.program(row, NAMES), columns.pid(row)) == ("(node)", "?")
    assert columns.PROBABLE in columns.signs([row], NAMES, ())


def test_an_owner_that_was_seen_stands_plain() -> None:
    row = w.listener()
    assert (columns.program(row, NAMES), columns.pid(row), columns.signs([row], NAMES, ())) == ("node", "4121", ())


@pytest.mark.parametrize("state", ["TIME_WAIT", "FIN_WAIT2", "CLOSE_WAIT"])
def test_what_the_kernel_alone_holds_is_not_unseen(state: str) -> None:
    row = w.listener(state=state, pids=(), owner_by=None, inode=0, uid=None, user=None)
    assert (columns.program(row, {}), columns.pid(row), columns.user(row, {})) == ("-", "-", "-")
    assert columns.signs([row], {}, ()) == ()


def test_the_reason_for_a_question_mark_is_the_one_that_the_look_gave() -> None:
    row = w.listener(pids=(), owner_by=None)
    held = Unseen(what="owners of 1 socket", reason="no process here holds them", how_to_see="")
    other = Unseen(what="unix sockets", reason="something else", how_to_see="")
    assert columns.signs([row], {}, (other, held)) == ("? can't see: no process here holds them",)


def test_who_can_reach_it() -> None:
    assert columns.reached_by(w.listener("0.0.0.0", device="eth0")) == "network, by eth0"
    assert columns.reached_by(w.listener("::1")) == "this machine"
    assert columns.reached_by(w.listener(peer="10.0.0.2", peer_port=9)) == "10.0.0.2:9"
