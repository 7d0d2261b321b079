"""The timeline: equal looks are one line."""

from __future__ import annotations

import datetime as dt

from porttui.model.watch import MOST_LINES, Glance, Timeline

AT = dt.datetime(2025, 11, 22, 14, 2, 11, tzinfo=dt.UTC)


def look(second: int, word: str = "refused", listener: str = "only [::1]:5173 listens") -> Glance:
    return Glance(at=AT + dt.timedelta(seconds=second), code="ipv6-only-listener", word=word, listener=listener)


def test_equal_looks_are_one_line_with_their_number() -> None:
    timeline = Timeline()
    for second in range(20):
        timeline = timeline.add(look(second))
    timeline = timeline.add(look(51, listener="nothing listens"))
    assert [str(line) for line in timeline.lines] == [
        "14:02:11  refused  20 looks  only [::1]:5173 listens",
        "14:03:02  refused  1 look  nothing listens",
    ]
    assert timeline.lines[0].last == AT + dt.timedelta(seconds=19)


def test_a_session_of_days_keeps_the_newest_lines() -> None:
    timeline = Timeline()
    for second in range(MOST_LINES + 7):
        timeline = timeline.add(look(second, word=str(second % 2)))
    assert len(timeline.lines) == MOST_LINES
    assert timeline.dropped == 7
    assert timeline.lines[-1].first == AT + dt.timedelta(seconds=MOST_LINES + 6)
