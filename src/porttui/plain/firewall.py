"""What the firewall does with the connection, from here and from another machine."""

from __future__ import annotations

from porttui.model.answer import FirewallAnswer, Sender
from porttui.model.facts import FirewallBackend
from porttui.model.report import Report
from porttui.model.target import Question
from porttui.observe import this_platform
from porttui.observe.asking import ask_here
from porttui.plain.looking import Case
from porttui.plain.talk import Keys
from porttui.reading import words
from porttui.reading.sender import EXAMPLE, sender_of
from porttui.remedies.rule import past
from porttui.render.firewall import answer_text
from porttui.render.lines import shell_command
from porttui.render.marks import STATUS_MARKS
from porttui.render.rules_asked import asked_lines
from porttui.render.sections import how_to_see

_KEYS: Keys = (
    (EXAMPLE, "whether a connection from that machine would get through"),
    ("all", "every chain and rule that was asked for the answer above, and which firewalls were read"),
    ("enter", "back"),
)


_ASK = "The address of another machine: would it get through? all: every rule that was asked. Enter goes back."


def firewall(case: Case, typed: str = "") -> None:
    """Tell the packet's way through the rules, and that of other machines that are named.

    Args:
        case: the target under way.
        typed: the address of another machine to begin with; empty for this one.
    """
    talk, report = case.talk, case.report
    if report is None:
        talk.tell("Nothing was looked at yet.")
        return
    if report.question is Question.BIND:
        talk.tell("No rule can keep a server from starting. b asks why a client can't connect.")
        return
    answer: FirewallAnswer | None = None
    while True:
        every = typed.lower() == "all" and answer is not None
        sender = sender_of(report.facts, typed) if typed and not every else None
        if answer is not None and every:
            _tell_all(case, answer)
        elif isinstance(sender, str):
            talk.tell(f"{sender}.")
        else:
            asked = Sender(address=sender.address, interface=sender.interface) if sender is not None else Sender()
            answer = ask_here(report.facts.asked, asked, this_platform(), past)
            _tell_answer(case, answer)
        typed = talk.ask(_ASK, _KEYS)
        if typed in ("", "b"):
            return


def _tell_answer(case: Case, answer: FirewallAnswer) -> None:
    """Tell an answer; commands stay in one piece, or go on below as a shell takes them."""
    argvs = (step.argv for way in answer.remedies for step in way.steps)
    commands = {shell_command(argv) for argv in argvs if argv is not None}
    posix = case.report is None or case.report.facts.os != "windows"
    case.talk.say("")
    for line in answer_text(answer, width=case.talk.width).splitlines():
        command = line.strip()
        if command in commands:
            case.talk.typed(command, line[: len(line) - len(line.lstrip())], shell=posix)
        else:
            case.talk.say(line)


def _tell_all(case: Case, answer: FirewallAnswer) -> None:
    """Tell every rule that was asked for an answer, and what was read of each firewall."""
    talk, report = case.talk, case.report
    unread = "; ".join(dict.fromkeys(f"{each.what}: {each.reason}" for each in answer.unseen))
    if answer.path:
        talk.say("", "Every rule that was asked, in the packet's order", *asked_lines(answer.path, talk.width))
        talk.tell(f"Not among them, as it could not be read: {unread}." * bool(unread))
    elif unread or answer.verdict == "unknown":
        talk.tell(f"Which rules are asked can't be told. {unread}".strip())
    else:
        talk.tell("No chain of any firewall is asked.")
    backends = report.facts.firewall if report is not None else None
    if report is not None and backends is not None:
        talk.say("", "What was read")
        talk.table([_backend(each, report) for each in backends] or [("no firewall is known on this system",)])


def _backend(one: FirewallBackend, report: Report) -> tuple[str, str, str]:
    status, text = words.backend(one)
    how = how_to_see(one.unseen, report) if one.unseen is not None else ""
    return STATUS_MARKS[status].word, one.name, f"{text}: {how}" if how else text
