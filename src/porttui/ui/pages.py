"""What stands on the pages over the diagnosis: the keys that work here, and the reasons of the answer."""

from __future__ import annotations

from collections.abc import Iterable

from textual.binding import Binding

from porttui.learn.glossary import EVERYDAY, words_in
from porttui.model.report import Report
from porttui.ui.keymap import key_of
from porttui.ui.shown import Shown
from porttui.ui.words import ORDER, faults, place, question, unseen_row

Rows = list[tuple[str, str]]


_MOVING = {
    *("next", "previous", "page_down", "page_up", "first", "last", "next_way", "previous_way"),
    *("next_tab", "previous_tab", "tab_1", "tab_2", "tab_3", "tab_4", "tab_5", "tab_6"),
}
_EVERYWHERE = {"leave", "quit", "suspend", "theme", "palette", "redraw", "mouse", "help"}


def keys(shown: Shown, active: Iterable[Binding], enter: str, problems: tuple[str, ...] = ()) -> Rows:
    """Return target, machine and time, and then each key that does something now.

    Args:
        shown: what the screen shows.
        active: the bindings that are enabled.
        enter: what enter does in this tab; empty for nothing.
        problems: what of the user's settings cannot be used.
    """
    rows = [("", f"{shown.asked.target}, {question(shown.asked.question)}")]
    rows += [("", place(shown.who, long=True))] if shown.who else []
    if shown.report is not None:
        rows.append(("", f"last look {shown.report.at.strftime('%H:%M:%S')}, {shown.report.verdict.code}"))
    rows += [("", each) for each in problems]
    rows.append(("", ""))
    return rows + key_rows(active, enter)


def key_rows(active: Iterable[Binding], enter: str = "") -> Rows:
    """Return each key that does something now, those of the screen first.

    Args:
        active: the bindings that are enabled.
        enter: what enter does where its binding does not say it.
    """
    told: set[str] = set()
    here: Rows = []
    moving: Rows = []
    everywhere: Rows = []
    for binding in active:
        if binding.tooltip and binding.id and binding.id not in told:
            told.add(binding.id)
            text = enter or binding.tooltip if binding.action == "enter" else binding.tooltip
            rows = moving if binding.id in _MOVING else everywhere if binding.id in _EVERYWHERE else here
            rows.append((key_of(binding.id), text))
    parts = ((here, ""), (moving, "To move about"), (everywhere, "Everywhere"))
    return [row for part, title in parts if part for row in ([("", ""), ("", title)] * bool(title) + part)]


def words(text: str, topic: str = "") -> Rows:
    """Return the words of the trade that stand in a text, with what they mean.

    Those of a lesson are in the order of its text. Of a tab those come first that its rows point at, and the words that
    are on every screen behind them.

    Args:
        text: where they are looked for.
        topic: of the lesson that the text is; empty for any other text.
    """
    terms = words_in(text, topic)
    if not topic:
        terms = tuple(sorted(terms, key=lambda term: term.word in EVERYDAY))
    rows = [(term.word, term.meaning) for term in terms]
    return rows or [("", "No word here that the glossary has.")]


def reasons(report: Report) -> Rows:
    """Return every cause that was ruled out, and what was not seen."""
    rows = [
        ("", f"{verdict.summary} ({verdict.code}, {verdict.confidence.value})")
        for verdict in (report.verdict, *report.also)
    ]
    if len(faults(report)) > 1:
        rows = [(name, text) for name, (_, text) in zip(ORDER, rows, strict=False)]
    rows += [("", ""), ("", f"Ruled out: {len(report.ruled_out)}")]
    rows += [(one.code, one.because) for one in report.ruled_out]
    rows += [("", ""), ("", f"Not seen: {len(report.unseen)}")]
    for unseen in report.unseen:
        what, how = unseen_row(unseen, report)
        rows.append((what, how + ("" if unseen.matters else " (cannot change the answer)")))
    return rows
