"""The process behind the port: what is known of it, and what can be done to it after a question."""

from __future__ import annotations

from porttui.act.aftermath import after
from porttui.act.signals import Outcome, send
from porttui.model.facts import Process, Sockets, Unseen
from porttui.model.report import RemedyStep, Report, Severity
from porttui.observe import this_platform
from porttui.observe.inspect import inspect
from porttui.plain.looking import Case
from porttui.reading import acts, columns
from porttui.reading.acts import Act
from porttui.reading.consequences import Consequences, consequences
from porttui.reading.inspected import Inspected
from porttui.render import process_rows
from porttui.render.acting import ACTS, told
from porttui.render.lines import shell_command
from porttui.render.marks import RISK_WORDS
from porttui.render.processes import listening_processes, state_of, who
from porttui.render.sections import how_to_see

_LOG = 8
"""Lines of a log."""


def process(case: Case, wanted: Process | None = None) -> None:
    """Tell of the processes that hold the port, or of another one, and act on one when the user asks for it."""
    report, talk = case.report, case.talk
    if report is None:
        talk.tell("Nothing was looked at yet.")
        return
    found = (wanted,) if wanted is not None else listening_processes(report) or tuple(report.facts.processes or ())[:1]
    if not found:
        _tell_nobody(case, report)
        return
    one = found[0]
    while True:
        inspected = inspect(one, this_platform())
        one = one if inspected.gone else inspected.process
        _tell(case, report, one, inspected)
        if inspected.gone:
            return
        others = "".join(
            f"; {number}: {each.name} {each.pid}" for number, each in enumerate(found, 1) if each.pid != one.pid
        )
        keys = [("a", "resume, stop, kill or pause it, after a question"), ("enter", "back")]
        keys += [(str(number), who(each, report)) for number, each in enumerate(found, 1)] * (len(found) > 1)
        typed = talk.ask(f"a: act on {one.name}, pid {one.pid}{others[:200]}; enter goes back.", keys).lower()
        if typed == "a":
            act(case, one, inspected)
            return
        if not (typed.isdecimal() and 1 <= int(typed) <= len(found)):
            return
        one = found[int(typed) - 1]


def _tell(case: Case, report: Report, one: Process, inspected: Inspected) -> None:
    state = "GONE" if inspected.gone else state_of(one) or "state not seen"
    case.talk.say("")
    case.talk.tell(f"{who(one, report)}: {state}")
    rows = process_rows.rows(one, report, inspected, reasons=True)
    case.talk.table([*rows, *process_rows.log_rows(inspected, report, _LOG)])


def _tell_nobody(case: Case, report: Report) -> None:
    """Tell why no process can be told of."""
    talk, table, port = case.talk, report.facts.sockets, case.asked.target.port
    if not isinstance(table, Sockets):
        talk.tell("The sockets were not seen, so neither was a program.")
        return
    held = [row for row in table.rows if row.port == port and row.state == "LISTEN"]
    if not held:
        talk.tell(f"No program listens on port {port}.")
        return
    talk.tell(f"Who listens on port {port} can't be seen from here.")
    talk.table([(columns.local(row), f"user {columns.user(row, {})}", columns.service(row) or "") for row in held])
    for unseen in table.unseen:
        _tell_unseen(case, report, unseen)


def _tell_unseen(case: Case, report: Report, unseen: Unseen) -> None:
    case.talk.tell(f"Not seen: {unseen.what} ({unseen.reason})")
    how = how_to_see(unseen, report)
    if how:
        case.talk.typed(how, "    ", shell=report.facts.os != "windows")


def act(case: Case, one: Process, inspected: Inspected) -> None:
    """Let the user choose what to do to a process, and do it after a question."""
    report, talk = case.report, case.talk
    if report is None:
        return
    facts, whole = process_rows.facts_about(report, inspected)
    each = tuple(consequences(facts, one, which, whole=whole) for which in ACTS)
    talk.say("")
    talk.tell(f"What to do with {one.name}, pid {one.pid}?")
    talk.table([_menu_row(number, found) for number, found in enumerate(each, 1)])
    keys = [(str(number), found.act.value) for number, found in enumerate(each, 1)]
    typed = talk.ask("1 to 4 asks first, and nothing is sent before a y; enter changes nothing.", keys)
    if not (typed.isdecimal() and 1 <= int(typed) <= len(each)):
        talk.tell("Nothing was changed.")
        return
    _after_a_question(case, one, report, each[int(typed) - 1])


def does_itself(report: Report, step: RemedyStep) -> tuple[Process, Act] | None:
    """Return the process and the act that a step's command stands for, where this user may do it; else None."""
    if step.argv is None or (step.needs_root and not report.facts.privileges.root):
        return None
    for one in report.facts.processes or ():
        for which in ACTS:
            if acts.kill_command(which, one.pid, report.facts.os) == step.argv:
                return one, which
    return None


def do_step(case: Case, one: Process, which: Act) -> bool:
    """Do what the command of a step would do, after the same question; tell whether something was sent."""
    report = case.report
    if report is None:
        return False
    inspected = inspect(one, this_platform())
    if inspected.gone:
        case.talk.tell(f"{one.name}, pid {one.pid}, is gone. Nothing was changed.")
        return False
    facts, whole = process_rows.facts_about(report, inspected)
    return _after_a_question(case, one, report, consequences(facts, inspected.process, which, whole=whole))


def _after_a_question(case: Case, one: Process, report: Report, found: Consequences) -> bool:
    """Ask; do it and tell what came of it after a yes. Return whether something was sent."""
    if found.refused is not None:
        _tell_refused(case, one, report, found)
        return False
    return _confirmed(case, one, report, found) and _do(case, one, found.act)


def _menu_row(number: int, found: Consequences) -> tuple[str, ...]:
    text = f"not done: {found.refused}" if found.refused is not None else f"{found.short} ({RISK_WORDS[found.risk]})"
    return str(number), found.act.value, found.signal, text


def _tell_refused(case: Case, one: Process, report: Report, found: Consequences) -> None:
    talk = case.talk
    talk.tell(f"{found.act.capitalize()} {one.name}, pid {one.pid}: porttui does not do this, because {found.refused}.")
    if found.instead:
        talk.tell("In a terminal, if you mean it:")
        windows = report.facts.os == "windows"
        talk.typed(shell_command(found.instead, windows=windows), "    ", shell=not windows)


def _confirmed(case: Case, one: Process, report: Report, found: Consequences) -> bool:
    """Ask; only y is a yes."""
    talk = case.talk
    talk.say("", f"{found.act.capitalize()} {one.name}, pid {one.pid}?")
    talk.table(told(found, one, report))
    keys = [("y", f"yes, {found.act.value} it"), ("enter", "no, change nothing")]
    yes = talk.ask(f"y and enter: yes, {found.act.value} it; anything else changes nothing.", keys) == "y"
    if not yes:
        talk.tell("Nothing was changed.")
    return yes


def _do(case: Case, one: Process, which: Act) -> bool:
    """Send it, tell what became of the process and of its port, and look again. Return whether it was sent."""
    report, talk = case.report, case.talk
    if report is None or one.started is None:
        talk.tell("Nothing was sent: when it was started is not known, so it could be another process by now.")
        return False
    result = send(one.pid, one.started, which)
    signal = acts.signal_name(which, report.facts.os)
    if result.outcome is not Outcome.SENT:
        why = f": {result.why}" if result.why else ""
        talk.tell(f"{signal} was not sent to pid {one.pid}: {result.outcome.value}{why}.")
        return False
    talk.tell(f"{signal} sent to pid {one.pid} at {result.at:%H:%M:%S}. Looking what becomes of it.")
    talk.tell(after(report.facts, one, which).text)
    ill = case.guide is not None and case.guide.first.verdict.severity in (Severity.FAULT, Severity.UNKNOWN)
    if ill and case.guide is not None and not case.guide.fixed:
        case.watch()
    else:
        case.look_again()
    return True
