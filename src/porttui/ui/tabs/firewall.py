"""Tab 5: the packet's way, the rule that decides beside the real connection, and the same for another sender."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

from textual import events

from porttui.model.address import endpoint
from porttui.model.report import Remedy, Report, Status, Step
from porttui.model.rules import Judged
from porttui.reading import rules, seen, way, words
from porttui.reading.way import WayStop
from porttui.render.lines import shell_command
from porttui.render.sections import how_to_see, undo
from porttui.ui import firewall_rows as draw
from porttui.ui.keymap import key_of
from porttui.ui.lines import EMPTY, NARROW, WIDE, Line, beside, left_cells, plain, squeezed, styled, wrap
from porttui.ui.panels import packet_way
from porttui.ui.shown import Shown
from porttui.ui.tabs.tab import Drawing, Tab
from porttui.ui.words import MARKS, command, number

_LONGEST = 60
"""Letters of an address that is typed."""
_MOST_MISSED = 6
"""Rules without a match that are shown before each one that had a say."""


class FirewallTab(Tab):
    """What firewalls do to this connection."""

    KEYS: ClassVar = ("fix", "edit", "recheck", "copy", "bare", "target", "back", "parts", "help", "quit")

    def __init__(self, shown: Shown, **options: Any) -> None:
        super().__init__(shown, **options)
        self.editing = False
        self.typed = ""
        self._moved = False

    def leave(self) -> None:
        """Go out of sight: nobody types here any more."""
        self.editing = False

    def update(self, shown: Shown) -> None:
        """Take over a report; the cursor stands on the stop that decides until the user moves it."""
        if shown.looking:
            self._moved = self.editing = False
        self._follow = shown.elsewhere is not None and shown.elsewhere != self.shown.elsewhere
        self.shown = shown
        if not self._moved:
            self.cursor = self._first_focus()
        self.redraw()

    def move(self, by: int) -> None:
        """Move from stop to stop; scroll where there is no cursor."""
        self._moved = self._moved or self.stops() > 0
        super().move(by)

    def go_to(self, stop: int) -> None:
        """Go to a stop."""
        self._moved = True
        super().go_to(stop)

    def stops(self) -> int:
        """Return the number of stops; only a wide window has room for more about each."""
        return len(self._way()) if self.size.width >= WIDE and self.judged() is not None else 0

    def judged(self) -> Judged | None:
        """Return the judgement that is shown: the first that is not "accept", else the first."""
        report = self.shown.report
        judged = report.facts.judged if report is not None and not self.shown.looking else None
        if not isinstance(judged, tuple) or not judged:
            return None
        return next((each for each in judged if each.verdict != "accept"), judged[0])

    def can(self, action: str) -> bool:
        """Tell whether another sender can be asked about, or a command copied."""
        report = self.shown.report
        if action == "edit":
            may = report is not None and self.judged() is not None and seen.target_is_local(report.facts)
            return may and not self.editing and self._able()
        return super().can(action)

    def _able(self) -> bool:
        return self.around.tui.elsewhere is not None

    def own_keys(self) -> list[tuple[str, str]]:
        """Return the keys of the line in which the sender is typed."""
        return [("enter", "Work it out"), ("esc", "Leave it"), (key_of("leave"), "Quit")] if self.editing else []

    def copied(self) -> str:
        """Return the command that would show rules that were not read, else that of the narrowest change.

        Where nothing but another sender is blocked: the command that tells what lets that through.
        """
        report = self.shown.report
        past = self._past_for_other()
        if past:
            return past
        if self._shows() or report is None or report.verdict.step is not Step.FIREWALL or not report.remedies:
            return self._shows()
        return next((text for step in _narrowest(report).steps if (text := command(step, report))), "")

    def _past_for_other(self) -> str:
        """Return the command that tells what lets the other sender through; empty unless that alone is blocked."""
        report, asked = self.shown.report, self.shown.elsewhere
        if report is None or report.verdict.step is Step.FIREWALL or asked is None or asked.sender is None:
            return ""
        if not isinstance(asked.judged, Judged) or not rules.in_a_row(asked.judged):
            return ""
        sender = asked.sender
        by = ("--iif", sender.interface) if sender.interface else ()
        place = endpoint(sender.to, sender.port)
        return shell_command(("porttui", "firewall", place, "--from", sender.address, *by))

    def _shows(self) -> str:
        report = self.shown.report
        backends = report.firewall.backends if report and report.firewall else ()
        shows = (how_to_see(one.unseen, report) for one in backends if one.unseen is not None and report is not None)
        return next((text for text in shows if text), "")

    def heading(self) -> str:
        """Return the verdict."""
        judged = self.judged()
        if judged is None:
            return ""
        return "reject" if judged.verdict.startswith("reject:") else judged.verdict

    def hint(self, *, narrow: bool) -> str:
        """Say what to do next."""
        report = self.shown.report
        if report is None or self.shown.looking:
            return "nothing to do; the look goes on"
        if self.editing:
            return "enter works it out" if narrow else "type the address of another machine; enter works it out"
        asks = f"; {key_of('edit')} asks the same for another sender" if self.can("edit") else ""
        if report.remedies and report.verdict.step is Step.FIREWALL:
            count, fix = len(_changes(report)), key_of("fix")
            ways = (
                f"{fix}  {number(count)} way{'s' * (count > 1)} to let it through"
                if count
                else f"{fix}  what can be done"
            )
            undone = f", {'each ' * (count > 1)}with its undo" if count else ""
            return ways if narrow else f"{ways}{undone}{asks if self.size.width >= WIDE else ''}"
        if self._past_for_other():
            what = "how to let it through" if narrow else "the command that tells what lets it through"
            return f"{key_of('copy')} copies {what}"
        if self._shows():
            return (
                f"{key_of('copy')} copies what shows the rules"
                if narrow
                else f"{key_of('copy')} copies the command that shows the rules that were not read"
            )
        if asks:
            return (
                f"{key_of('edit')}  another sender"
                if narrow
                else f"{key_of('edit')}  and an address asks the same for another sender"
            )
        return f"{key_of('tab_1')} shows the diagnosis"

    # The sender's line

    def edit(self) -> None:
        """Begin to type a sender; the one before is there to be changed."""
        self.editing = True
        self.typed = self.shown.elsewhere.typed if self.shown.elsewhere is not None else ""
        self._follow = True
        self.redraw()

    def on_key(self, event: events.Key) -> None:
        """Take letters for the address while it is typed."""
        if not self.editing:
            return
        if event.is_printable and event.character is not None:
            self._type(self.typed + event.character)
        elif event.key == "backspace":
            self._type(self.typed[:-1])
        elif event.key == "ctrl+u":
            self._type("")
        elif event.key in ("enter", "escape"):
            self._ended(ask=event.key == "enter")
        else:
            return
        event.stop()
        event.prevent_default()

    def on_paste(self, event: events.Paste) -> None:
        """Take a pasted address while it is typed."""
        if self.editing:
            self._type(self.typed + " ".join(event.text.split()))
            event.stop()

    def _type(self, typed: str) -> None:
        self.typed = "".join(each for each in typed[:_LONGEST] if each.isprintable())
        self._follow = True
        self.redraw()

    def _ended(self, *, ask: bool) -> None:
        self.editing = False
        self._follow = True
        if ask:
            self.around.ask_from(self.typed)
        else:
            self.redraw()
        self.around.refresh_rows()

    # Drawing

    def draw(self, width: int, height: int) -> Drawing:
        """Draw the way, the verdict, another sender, and what was read."""
        report = self.shown.report
        if report is None:
            return Drawing([Line(" Looking.")])
        judged = self.judged()
        if judged is None:
            return self._unread(report, width)
        if width >= WIDE:
            return self._wide(report, judged, width, height)
        rows = plain(wrap(_sentence(report), width - 1, " "))
        if width < NARROW:
            stops = self._way()
            rows += self._narrow_way([stop for stop in stops if stop.decides is not None], width)
            rows += [*draw.verdict_rows(report, judged, width), EMPTY, *self._title(report, judged, width)]
            rows += self._narrow_way(stops, width, brief=True)
        else:
            rows += [EMPTY, *self._title(report, judged, width), *draw.way_rows(self._way(), width), EMPTY]
            rows += draw.verdict_rows(report, judged, width)
        rows += [EMPTY, *(asked := self._sender_rows(report, judged, width))]
        if width >= NARROW:
            rows = squeezed(rows, height)
        focus = (len(rows) - len(asked), len(rows) - 1)
        if width < NARROW or self._shows() or not seen.target_is_local(report.facts):
            rows += [EMPTY, *draw.read_rows(report, width - 1)]
        return Drawing(rows, focus)

    def _sender_rows(self, report: Report, judged: Judged, width: int) -> list[Line]:
        if not seen.target_is_local(report.facts):
            told = f"what others send to another machine does not pass {words.machine(report.facts)}"
            return plain(wrap(told, width - 1, " And from elsewhere?   " if width >= NARROW else " From elsewhere?  "))
        cannot = draw.cannot_ask(report, able=self._able())
        if cannot:
            return plain(
                wrap(cannot, width - 1, " And from elsewhere?   " if width >= NARROW else " From elsewhere?  ")
            )
        typed = self.typed if self.editing else None
        return draw.sender_rows(report, judged, self.shown.elsewhere, typed, width)

    def _wide(self, report: Report, judged: Judged, width: int, height: int) -> Drawing:
        stops = self._way()
        cells = left_cells(width)
        left = [*plain(wrap(_sentence(report), cells - 1, " ")), EMPTY, *self._title(report, judged, cells)]
        start = len(left)
        left += draw.way_rows(stops, cells, at=self.cursor)
        verdict = draw.verdict_rows(report, judged, cells)
        for most in range(_MOST_MISSED, -1, -2):  # as many as leave room for the verdict
            full = draw.stop_in_full(stops[min(self.cursor, len(stops) - 1)], cells, most)
            if len(left) + len(full) + len(verdict) + 2 <= height:
                break
        left += [EMPTY, *full, EMPTY, *verdict]
        room = width - cells - 1
        if not seen.target_is_local(report.facts) or draw.cannot_ask(report, able=self._able()):
            right = [Line(" And from elsewhere?"), *self._why_not(report, room)]
        else:
            typed = self.typed if self.editing else None
            right = draw.sender_panel(report, judged, self.shown.elsewhere, typed, room)
        right += [EMPTY, *draw.read_rows(report, room - 1)]
        if report.verdict.step is Step.FIREWALL and report.remedies:
            right += [EMPTY, *_narrowest_rows(report, room)]
        return Drawing(beside(left, right, cells, width), (start + self.cursor, start + self.cursor))

    def _why_not(self, report: Report, width: int) -> list[Line]:
        if not seen.target_is_local(report.facts):
            told = f"what others send to another machine does not pass {words.machine(report.facts)}"
        else:
            told = draw.cannot_ask(report, able=self._able())
        return plain(wrap(told, width - 1, "   "))

    def _narrow_way(self, stops: Sequence[WayStop], width: int, *, brief: bool = False) -> list[Line]:
        rows: list[Line] = []
        for stop in stops:
            mark = MARKS[stop.status][0]
            first, *more = wrap(f"{stop.name}: {stop.text}", width - 1, "   ")
            fails = stop.status is Status.FAIL
            rows.append(styled(" ", mark, "fail", first[2:]) if fails else Line(f" {mark}{first[2:]}"))
            rows += plain(more)
            rows += draw.rule_rows(stop.decides, width, "     ") if stop.decides is not None and not brief else []
        return rows

    def _unread(self, report: Report, width: int) -> Drawing:
        """Draw what the connection itself shows, where the rules were not read."""
        left = left_cells(width) if width >= WIDE else width
        rows = plain(wrap(_sentence(report), left - 1, " "))
        stops = self._way()
        if width < NARROW:
            rows += self._narrow_way(stops, width) if stops else packet_way(report, width - 1)[1:]
        else:
            rows += [EMPTY, *self._title(report, None, left)]
            rows += draw.way_rows(stops, left) if stops else packet_way(report, left - 1)[1:]
        rows += [EMPTY, *draw.unread_rows(report, left)]
        read = draw.read_rows(report, width - left_cells(width) - 2 if width >= WIDE else width - 1)
        if not self.shown.looking and report.facts.attempts and seen.target_is_local(report.facts):
            read += [
                EMPTY,
                Line(" And from elsewhere?"),
                *self._why_not(report, width - left_cells(width) - 1 if width >= WIDE else width),
            ]
        if width >= WIDE:
            return Drawing(beside(rows, read, left_cells(width), width))
        return Drawing([*rows, EMPTY, *read])

    def _title(self, report: Report, judged: Judged | None, width: int) -> list[Line]:
        who = self.shown.who
        sender = f"{who.privileges.user} on {who.host.name}" if who is not None else "here"
        to = endpoint(judged.address, judged.port) if judged is not None else report.target.text
        return plain(wrap(f"The packet's way, from {sender} to {to}", width - 1, " "))

    def _way(self) -> tuple[WayStop, ...]:
        """Return the stops; () where nothing can be said of them."""
        report = self.shown.report
        if report is None:
            return ()
        judged = self.judged()
        if judged is not None:
            return way.judged_way(report.facts, judged)
        attempts = seen.asked_attempts(report.facts)
        if self.shown.looking or report.facts.os != "linux" or not attempts:
            return ()
        shown = next((each for each in attempts if each.outcome != "open"), attempts[0])
        return way.seen_way(report.facts, shown, by_rule=report.verdict.step is Step.FIREWALL)

    def _first_focus(self) -> int:
        stops = self._way()
        wanted = (Status.FAIL, Status.WARN)
        return next((index for each in wanted for index, stop in enumerate(stops) if stop.status is each), 0)


def _sentence(report: Report) -> str:
    if report.verdict.step is Step.FIREWALL:
        return report.verdict.summary
    step = next(step for step in report.steps if step.name is Step.FIREWALL)
    opened = rules.contradicted(report.facts)
    if opened:
        return f"No firewall stops this connection: {opened}."
    theirs = "; this refusal is not theirs" if "not theirs" in step.summary else ""
    return {
        Status.PASS: "No firewall stops this connection.",
        Status.WARN: f"A firewall lets this connection pass, with a catch: {step.summary}.",
        Status.FAIL: f"A firewall stops this connection: {step.summary}.",
        Status.SKIPPED: f"Not looked at: {step.summary}.",
        Status.UNSEEN: f"What the rules say can't be seen{theirs}.",
        Status.LOOKING: "Looking.",
    }[step.status]


def _narrowest(report: Report) -> Remedy:
    """Return the first way that changes something; the others, and what each costs, stand in tab 2."""
    return next(iter(_changes(report)), report.remedies[0])


def _changes(report: Report) -> tuple[Remedy, ...]:
    """Return the ways that change a rule: what does not only look can be undone, and says how."""
    return tuple(each for each in report.remedies if each.undo)


def _narrowest_rows(report: Report, width: int) -> list[Line]:
    way_in = _narrowest(report)
    title = " The narrowest change (tab 2)" if way_in.undo else " What can be done (tab 2)"
    rows = [title, *wrap(way_in.title, width - 1, f"   {way_in.way}  ")]
    for step in way_in.steps:
        for typed in command(step, report).splitlines():
            rows += wrap(typed, width - 1, " " * 6, " " * 8)
    rows += wrap(f"undo: {undo(way_in, report)}", width - 1, " " * 6, " " * 8) if way_in.undo else []
    return plain([*rows, "   porttui never runs it for you."])
