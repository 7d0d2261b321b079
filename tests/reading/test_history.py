"""Lives of listeners, read from a history."""

from __future__ import annotations

import datetime as dt

from msgspec.structs import replace

from porttui.faults import crash_loop, server_starting
from porttui.faults.fault import CannotTell, Found, RuledOut
from porttui.model import facts as f
from porttui.reading import history
from tests import worlds as w


def moment(second: int, *pairs: tuple[int, int], address: str = "127.0.0.1") -> f.Moment:
    """Return a moment with listeners of (inode, pid); pid 0: it could not be seen."""
    at = w.AT + dt.timedelta(seconds=second)
    rows = tuple(
        w.listener(address, inode=inode, pids=(pid,) if pid else (), owner_by="descriptor" if pid else None)
        for inode, pid in pairs
    )
    processes = tuple(w.node(pid, started=w.AT) for _, pid in pairs if pid)
    return f.Moment(at=at, until=at, listeners=rows, processes=processes, outcome="open" if pairs else "ECONNREFUSED")


def seen_as(*moments: f.Moment) -> f.Facts:
    return w.world(history=moments)


def test_a_gap_ends_a_life() -> None:
    facts = seen_as(moment(0, (1, 10)), moment(1), moment(2, (2, 11)))
    first, second = history.lives(facts)
    assert (first.pids, first.came, first.went) == (frozenset({10}), None, w.AT + dt.timedelta(seconds=1))
    assert (second.pids, second.came, second.went) == (frozenset({11}), w.AT + dt.timedelta(seconds=2), None)


def test_a_new_socket_between_two_readings_is_a_new_life() -> None:
    assert len(history.lives(seen_as(moment(0, (1, 10)), moment(1, (2, 11))))) == 2


def test_workers_that_overlap_are_one_life() -> None:
    facts = seen_as(moment(0, (1, 10)), moment(1, (1, 10), (2, 11)), moment(2, (2, 11)), moment(3, (2, 11), (3, 12)))
    assert [life.pids for life in history.lives(facts)] == [{10, 11, 12}]


def test_where_workers_were_seen_side_by_side_only_a_moment_without_any_is_an_end() -> None:
    seen = (moment(0, (1, 10)), moment(1, (1, 10), (2, 11)), moment(2, (2, 11)))
    missed = seen_as(*seen, moment(3, (3, 12)), moment(4, (4, 13)))
    assert [life.pids for life in history.lives(missed)] == [{10, 11, 12, 13}]
    closed = seen_as(*seen, moment(3), moment(4, (4, 13)))
    assert [life.pids for life in history.lives(closed)] == [{10, 11}, {13}]


def test_listeners_at_other_addresses_do_not_count() -> None:
    assert history.lives(seen_as(moment(0), moment(1, (1, 10), address="::1"))) == ()


def test_a_loop_needs_two_ends_and_another_process_each_time() -> None:
    once = seen_as(moment(0, (1, 10)), moment(1), moment(2, (2, 11)))
    twice = seen_as(moment(0, (1, 10)), moment(1), moment(2, (2, 11)), moment(3))
    itself = seen_as(moment(0, (1, 10)), moment(1), moment(2, (2, 10)), moment(3))
    assert isinstance(crash_loop.check(once), RuledOut)
    assert isinstance(crash_loop.check(twice), Found)
    assert isinstance(crash_loop.check(itself), RuledOut)


def test_a_loop_of_programs_that_cannot_be_seen_is_only_likely() -> None:
    outcome = crash_loop.check(seen_as(moment(0, (1, 0)), moment(1), moment(2, (2, 0)), moment(3)))
    assert isinstance(outcome, Found)
    assert outcome.confidence == "likely"
    assert outcome.summary.startswith("Probably a program")


def test_a_life_that_was_over_before_its_owner_was_read_takes_nothing_from_the_others() -> None:
    missed = (moment(0, (1, 10)), moment(1), moment(2, (2, 0)), moment(3))
    loop = crash_loop.check(seen_as(*missed, moment(4, (3, 11)), moment(5)))
    assert isinstance(loop, Found)
    assert loop.confidence == "certain"
    itself = crash_loop.check(seen_as(*missed, moment(4, (3, 10)), moment(5)))
    assert isinstance(itself, RuledOut)


def test_a_program_that_is_only_guessed_to_hold_the_port_excludes_no_loop() -> None:
    """A supervisor has the command line of the servers that it forks, and is taken for each of them."""
    seen = (moment(0, (1, 10)), moment(1), moment(2, (2, 10)), moment(3))
    guessed = (
        replace(each, listeners=tuple(replace(row, owner_by="command") for row in each.listeners)) for each in seen
    )
    assert isinstance(crash_loop.check(seen_as(*guessed)), CannotTell)


def test_a_port_that_opens_once_is_a_server_that_was_starting() -> None:
    opens = seen_as(moment(0), moment(2, (1, 10)))
    assert isinstance(server_starting.check(opens), Found)
    assert isinstance(crash_loop.check(opens), RuledOut)


def test_a_server_that_was_there_is_not_called_starting() -> None:
    assert isinstance(server_starting.check(seen_as(moment(0, (1, 10)))), RuledOut)
    assert isinstance(server_starting.check(seen_as(moment(0), moment(1, (1, 10)), moment(2))), RuledOut)


def test_an_old_owner_rules_both_out_without_watching() -> None:
    old = w.node(started=w.AT - dt.timedelta(hours=1))
    facts = w.world(sockets=w.sockets(w.listener()), processes=(old,), attempts=(w.opened(),))
    for fault in (crash_loop, server_starting):
        outcome = fault.check(facts)
        assert isinstance(outcome, RuledOut)
        assert "runs since" in outcome.because
    young = replace(facts, processes=(replace(old, started=w.AT),))
    assert not isinstance(crash_loop.check(young), RuledOut)
