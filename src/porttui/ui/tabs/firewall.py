"""Tab 5: the packet's way, what firewalls did to this connection, what was read and what was not."""

from __future__ import annotations

from typing import ClassVar

from porttui.model.facts import FirewallBackend
from porttui.model.report import Report, Status, Step
from porttui.reading.seen import target_is_local
from porttui.reading.words import backend
from porttui.render.sections import how_to_see
from porttui.ui.lines import EMPTY, WIDE, Line, aligned, beside, plain, wrap
from porttui.ui.panels import packet_way
from porttui.ui.tabs.tab import LEFT, Drawing, Tab
from porttui.ui.words import MARKS, place

_VERDICTS = {
    "accept": "accept: the connection may pass",
    "drop": 'drop: nothing comes back, and the client waits until it gives up ("timed out")',
    "reset": 'reset: the client is told "refused"',
    "unknown": "not known: neither what was read nor how the connection ended decides it",
}


class FirewallTab(Tab):
    """What firewalls do to this connection."""

    KEYS: ClassVar = ("fix", "recheck", "copy", "target", "back", "help", "quit")

    def copied(self) -> str:
        """Return the command that would show rules that were not read."""
        report = self.shown.report
        backends = report.firewall.backends if report and report.firewall else ()
        shows = (how_to_see(one.unseen, report) for one in backends if one.unseen is not None and report is not None)
        return next((text for text in shows if text), "")

    def hint(self, *, narrow: bool) -> str:
        """Say what to do next."""
        if self.shown.report is None or self.shown.looking:
            return "nothing to do; the look goes on"
        if self.copied():
            return (
                "c copies what shows the rules"
                if narrow
                else "c copies the command that shows the rules that were not read"
            )
        return "1 shows the diagnosis"

    def draw(self, width: int, height: int) -> Drawing:  # noqa: ARG002
        """Draw the way, the verdict, and what was read."""
        report = self.shown.report
        if report is None:
            return Drawing([Line(" Looking.")])
        left = LEFT if width >= WIDE else width
        rows = plain(wrap(_sentence(report), left - 1, " "))
        way = packet_way(report, left - 1)
        title = f"The packet's way, from {place(self.shown.who)} to {report.target.text}"
        rows += [
            EMPTY,
            *plain(wrap(title, left - 1, " ")),
            *way[1:],
            EMPTY,
            *plain(_verdict(report, left)),
        ]
        read = _read(report, width - LEFT - 2 if width >= WIDE else width - 1)
        if width >= WIDE:
            return Drawing(beside(rows, read, LEFT, width))
        return Drawing([*rows, EMPTY, *read])


def _sentence(report: Report) -> str:
    if report.verdict.step is Step.FIREWALL:
        return report.verdict.summary
    step = next(step for step in report.steps if step.name is Step.FIREWALL)
    theirs = "; this refusal is not theirs" if "not theirs" in step.summary else ""
    return {
        Status.PASS: "No firewall stops this connection.",
        Status.WARN: f"A firewall lets this connection pass, with a catch: {step.summary}.",
        Status.FAIL: f"A firewall stops this connection: {step.summary}.",
        Status.SKIPPED: f"Not looked at: {step.summary}.",
        Status.UNSEEN: f"What the rules say can't be seen{theirs}.",
        Status.LOOKING: "Looking.",
    }[step.status]


def _verdict(report: Report, width: int) -> list[str]:
    firewall = report.firewall
    rows: list[str] = []
    if firewall is not None:
        told = _verdict_words(firewall.verdict)
        if firewall.verdict == "accept" and any(one.unseen is not None for one in firewall.backends):
            told = "not read; to judge by what happened, the packets got through"
        rows += wrap(told, width - 1, " Rule    ")
        if firewall.rule is not None:
            rule = firewall.rule
            handle = f", handle {rule.handle}" if rule.handle is not None else ""
            rows += wrap(rule.text, width - 1, " " * 11)
            rows += wrap(f"table {rule.table}, chain {rule.chain}{handle} ({rule.backend})", width - 1, " " * 11)
    attempts = [one for one in report.facts.attempts or () if one.role == "asked"]
    for one in attempts:
        told = f"{one.address}: {one.outcome} after {one.ms:.1f} ms"
        if one.icmp is not None:
            told += f", ICMP type {one.icmp.type} code {one.icmp.code} from {one.icmp.sender or 'an unknown sender'}"
        rows += wrap(told, width - 1, " Tried   " if one is attempts[0] else " " * 9)
    if not attempts:
        rows += [" Tried   no connection was tried"]
    return rows


def _verdict_words(verdict: str) -> str:
    if verdict.startswith("reject:"):
        _, version, kind, code = (*verdict.split(":"), "", "", "")[:4]
        name = "ICMPv6" if version == "icmp6" else "ICMP"
        return f"reject: the client is told no with {name} type {kind} code {code}"
    return _VERDICTS.get(verdict, verdict)


def _read(report: Report, width: int) -> list[Line]:
    backends = report.facts.firewall
    if backends is None:
        return plain([" What was read", "   nothing: firewalls were not looked at for this question"])
    cells = [_backend(one, report) for one in backends]
    rows: list[str] = [" What was read"]
    for (_, _, text), line in zip(cells, aligned(cells, gap=2), strict=True):
        rows += wrap(text, width, "   " + line[: len(line) - len(text)])
    if not backends:
        rows.append("   no firewall is known on this system")
    if not target_is_local(report.facts):
        between = "a firewall of the network in between: can't see from here"
        rows += wrap(between, width, f"   {MARKS[Status.UNSEEN][0]}  ")
    return plain(rows)


def _backend(one: FirewallBackend, report: Report) -> tuple[str, str, str]:
    status, text = backend(one)
    how = how_to_see(one.unseen, report) if one.unseen is not None else ""
    return MARKS[status][0], one.name, f"{text}: {how}" if how else text
