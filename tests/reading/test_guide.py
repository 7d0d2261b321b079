"""The guide: proof, restarts, crash loops, and the fault behind the fault."""

from __future__ import annotations

import datetime as dt

from msgspec.structs import replace

from porttui.diagnose import diagnose
from porttui.model import facts as f
from porttui.model.report import Report, Status
from porttui.reading.guide import Guide
from tests import worlds as w
from tests.faults.by_code import BY_CODE

V6_ONLY = BY_CODE["ipv6-only-listener"]
NOBODY = BY_CODE["nothing-listening"]
BUSY = BY_CODE["http-server-error"]


def report(facts: f.Facts, second: float) -> Report:
    return diagnose(replace(facts, at=w.AT + dt.timedelta(seconds=second)))


def works(second: float, pid: int = 4388, port: int = 8080, host: str = "127.0.0.1") -> Report:
    facts = w.world(
        host,
        port,
        sockets=w.sockets(w.listener(host, port, pids=(pid,), inode=pid)),
        processes=(w.node(pid),),
        attempts=(w.opened(host, port),),
        exchanges=(replace(w.http(200), address=host, port=port),),
    )
    return report(facts, second)


def after(guide: Guide, *reports: Report) -> Guide:
    for each in reports:
        guide = guide.seen(each)
    return guide


def test_three_good_looks_with_one_pid_prove_it() -> None:
    guide = Guide.begin(report(V6_ONLY, 0)).pin("B")
    states = []
    for second in (1, 2, 3):
        guide = guide.seen(works(second))
        states.append(guide.state)
    assert states == ["watching", "watching", "proven"]


def test_another_pid_begins_the_count_again() -> None:
    guide = after(Guide.begin(report(V6_ONLY, 0)), works(1, 10), works(2, 10), works(3, 11), works(4, 11))
    assert guide.state == "watching"
    assert guide.seen(works(5, 11)).state == "proven"


def test_nothing_changed() -> None:
    guide = after(Guide.begin(report(V6_ONLY, 0)), report(V6_ONLY, 1), report(V6_ONLY, 2))
    assert guide.state == "unchanged"
    assert [(line.looks, line.glance.listener) for line in guide.timeline.lines] == [(3, "only [::1]:8080 listens")]


def test_the_way_stays_while_the_server_restarts() -> None:
    guide = Guide.begin(report(V6_ONLY, 0)).pin("B")
    for second in range(1, 10):
        guide = guide.seen(report(NOBODY, second))
        assert guide.state == "watching"
        assert guide.pinned is not None
        assert guide.first.verdict.code == "ipv6-only-listener"
    assert after(guide, *(works(second) for second in (10, 11, 12))).state == "proven"


def test_when_nobody_comes_back_the_guide_goes_on_with_that() -> None:
    guide = after(Guide.begin(report(V6_ONLY, 0)).pin("B"), *(report(NOBODY, second) for second in range(1, 12)))
    assert guide.state == "another"
    assert guide.first.verdict.code == "nothing-listening"
    assert guide.solved == ()
    assert guide.pinned is None


def test_another_fault_behind_it_keeps_the_first_as_solved() -> None:
    guide = after(Guide.begin(report(V6_ONLY, 0)).pin("B"), *(report(BUSY, second) for second in (1, 2, 3)))
    assert guide.state == "another"
    assert guide.first.verdict.code == "http-server-error"
    assert [each.verdict.code for each in guide.solved] == ["ipv6-only-listener"]
    proven = after(guide, *(works(second) for second in (4, 5, 6)))
    assert proven.state == "proven"
    assert [each.verdict.code for each in proven.solved] == ["ipv6-only-listener"]


def test_an_error_of_a_moment_is_no_other_fault() -> None:
    guide = after(Guide.begin(report(V6_ONLY, 0)), report(BUSY, 1), works(2), works(3), works(4))
    assert guide.state == "proven"
    assert guide.solved == ()


def test_a_crash_loop_is_never_praised() -> None:
    guide = Guide.begin(report(V6_ONLY, 0)).pin("B")
    praised = []
    second = 0
    for pid in range(100, 120):
        for _ in range(2):
            second += 1
            guide = guide.seen(works(second, pid))
            praised.append(guide.state == "proven")
        second += 1
        guide = guide.seen(report(NOBODY, second))
    assert not any(praised)
    assert guide.pinned is not None


def test_a_loop_that_lives_for_some_looks_is_not_praised_once_it_is_known() -> None:
    guide = Guide.begin(report(V6_ONLY, 0))
    states: list[str] = []
    second = 0
    for pid in range(100, 108):
        for _ in range(6):
            second += 1
            guide = guide.seen(works(second, pid))
        states.append(guide.state)
        second += 1
        guide = guide.seen(report(NOBODY, second))
    assert set(states[2:]) == {"watching"}


def test_a_server_known_to_come_and_go_must_last_long() -> None:
    guide = Guide.begin(report(BY_CODE["crash-loop"], 0))
    assert after(guide, report(NOBODY, 1)).state == "unchanged"
    assert after(guide, *(works(second) for second in range(1, 8))).state == "watching"
    assert after(guide, *(works(second) for second in range(1, 32))).state == "proven"


def test_a_fix_that_breaks_again_is_no_longer_proven() -> None:
    proven = after(Guide.begin(report(V6_ONLY, 0)), works(1), works(2), works(3))
    assert proven.seen(report(V6_ONLY, 4)).state == "unchanged"
    assert proven.seen(report(NOBODY, 4)).state == "watching"


def test_the_proof_is_on_the_target_of_the_way() -> None:
    guide = Guide.begin(report(V6_ONLY, 0)).pin("A")
    assert guide.target == guide.first.remedies[0].proof
    assert guide.target == "localhost:8080"
    elsewhere = after(guide, works(1), works(2), works(3))
    assert elsewhere.state != "proven"
    there = [diagnose(_asked_for("localhost", works(second).facts)) for second in (1, 2, 3)]
    assert after(guide, *there).state == "proven"


def _asked_for(host: str, facts: f.Facts) -> f.Facts:
    return replace(facts, asked=replace(facts.asked, target=replace(facts.asked.target, host=host)))


def test_a_way_that_does_not_exist_changes_nothing_and_none_lets_go() -> None:
    guide = Guide.begin(report(V6_ONLY, 0)).pin("B")
    assert guide.pin("Z") == guide
    assert guide.pin("").pinned is None
    assert guide.pin("").target == "127.0.0.1:8080"


def test_before_and_now_stand_side_by_side() -> None:
    guide = after(Guide.begin(report(V6_ONLY, 0)), works(1), works(2), works(3))
    rows = {row.name: row for row in guide.rows}
    assert list(rows) == ["listener", "path", "probe"]
    assert (rows["listener"].before, rows["listener"].before_status) == ("only [::1]:8080 listens", Status.FAIL)
    assert (rows["listener"].now, rows["listener"].now_status) == ("127.0.0.1:8080, node, pid 4388", Status.PASS)
    assert (rows["path"].before, rows["path"].now) == ("refused in 0.1 ms", "open in 0.1 ms")
    assert (rows["probe"].before, rows["probe"].now) == ("not reached", "HTTP 200")


def test_for_a_server_that_wants_to_start_the_bind_is_compared() -> None:
    guide = Guide.begin(report(BY_CODE["port-taken"], 0))
    free = replace(
        BY_CODE["port-taken"], binds=tuple(replace(each, error=None) for each in _tries()), sockets=w.sockets()
    )
    guide = after(guide, *(report(free, second) for second in (1, 2, 3)))
    rows = {row.name: row for row in guide.rows}
    assert guide.state == "proven"
    assert (rows["bind"].before, rows["bind"].now) == ("address already in use", "free")


def _tries() -> tuple[f.BindTry, ...]:
    tries = BY_CODE["port-taken"].binds
    assert isinstance(tries, tuple)
    return tries


def test_a_broken_look_decides_nothing() -> None:
    unseen = f.Unseen(what="socket tables", reason="gone", how_to_see="")
    unknown = replace(V6_ONLY, sockets=unseen, attempts=(), exchanges=())
    guide = after(Guide.begin(report(V6_ONLY, 0)), *(report(unknown, second) for second in range(1, 20)))
    assert guide.state == "watching"
    assert guide.first.verdict.code == "ipv6-only-listener"


def test_who_held_the_port_is_gone_though_old_connections_are_left() -> None:
    """They are in nobody's way who sets SO_REUSEADDR, as the old server did."""
    left = BY_CODE["time-wait"]
    assert isinstance(left.binds, tuple)
    tries = tuple(replace(each, error=None if each.reuse_address else "EADDRINUSE") for each in left.binds)
    looks = [report(replace(left, binds=tries), second) for second in (1, 2, 3)]
    taken = replace(BY_CODE["port-taken"], sockets=w.sockets(w.listener()))
    assert after(Guide.begin(report(taken, 0)), *looks).state == "proven"
    assert after(Guide.begin(looks[0]), *looks[1:]).state == "unchanged"


def test_old_connections_that_nobody_may_pass_by_are_the_next_fault() -> None:
    looks = [report(BY_CODE["time-wait"], second) for second in range(1, 6)]
    taken = replace(BY_CODE["port-taken"], sockets=w.sockets(w.listener()))
    guide = after(Guide.begin(report(taken, 0)), *looks)
    assert guide.state != "proven"
    assert guide.now.verdict.code == "time-wait"
