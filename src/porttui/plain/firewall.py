"""What the firewall does with the connection, from here and from another machine."""

from __future__ import annotations

from porttui.model.answer import Sender
from porttui.model.target import Question
from porttui.observe import this_platform
from porttui.observe.asking import ask_here
from porttui.plain.looking import Case
from porttui.plain.talk import Keys
from porttui.reading.sender import EXAMPLE, sender_of
from porttui.remedies.rule import past
from porttui.render.firewall import answer_text

_KEYS: Keys = ((EXAMPLE, "whether a connection from that machine would get through"), ("enter", "back"))


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
    while True:
        sender = sender_of(report.facts, typed) if typed else None
        if isinstance(sender, str):
            talk.tell(f"{sender}.")
        else:
            asked = Sender(address=sender.address, interface=sender.interface) if sender is not None else Sender()
            answer = ask_here(report.facts.asked, asked, this_platform(), past)
            talk.say("", *answer_text(answer, width=talk.width).splitlines())
        typed = talk.ask("The address of another machine: would it get through? Enter goes back.", _KEYS)
        if typed in ("", "b"):
            return
