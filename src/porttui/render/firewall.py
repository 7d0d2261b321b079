"""The answer of `porttui firewall` as plain text: the first line is the whole answer and can be grepped."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from porttui.model.address import endpoint
from porttui.model.answer import FirewallAnswer, JudgedAddress, Tried
from porttui.model.rules import HookPassed, RuleStop
from porttui.reading import rule_words, rules
from porttui.render.lines import ascii_text, columns, paragraph, shell_command

_BOLD_RED = "\x1b[1;31m"
_PLAIN = "\x1b[0m"
_WIDTH = 80
_WAYS = {
    "there": "The packet's way",
    "back": "The server's answer, on its way back",
    "refusal": "The rule's answer, on its way back",
}


class Commands(NamedTuple):
    """How to go on."""

    again: Sequence[str] = ()
    """How porttui was called, for root to run."""
    check: Sequence[str] = ()
    """What looks at the whole connection; () where that is not this user's own."""


_NONE = Commands()


def answer_text(
    answer: FirewallAnswer,
    *,
    commands: Commands = _NONE,
    exit_code: int | None = None,
    colour: bool = False,
    width: int = _WIDTH,
) -> str:
    """Return the answer as lines, each with its end.

    Args:
        answer: what to tell.
        commands: to go on with.
        exit_code: told at the end when not None.
        colour: print the word FAULT bold and red.
        width: columns of the terminal; the first line and commands are left whole.
    """
    blocks = [
        [ascii_text(f"{_word(answer.verdict)}  {answer.target}  {_headline(answer)}")],
        columns(_rows(answer), width),
        *_ways(answer, width),
        _each_address(answer, width),
        _not_understood(answer, width),
        _unseen(answer, commands.again, width),
        [line for note in answer.notes for line in paragraph(f"Note: {note}.", width)],
        *([] if commands.check else [_past(answer, width)]),
        _next(answer, commands.check, width),
        columns([("verdict", answer.verdict + (f"   exit {exit_code}" if exit_code is not None else ""))], width),
    ]
    text = "\n\n".join("\n".join(block) for block in blocks if block) + "\n"
    return re.sub(r"^FAULT\b", f"{_BOLD_RED}FAULT{_PLAIN}", text) if colour else text


def _word(verdict: str) -> str:
    if verdict == "unknown":
        return "UNKNOWN"
    return "OK" if _passes(verdict) else "FAULT"


def _passes(verdict: str) -> bool:
    return verdict == "accept" or verdict.startswith("redirect:")


def _headline(answer: FirewallAnswer) -> str:
    """Return the answer in one sentence."""
    decides = answer.rule or answer.policy
    by = rule_words.short_place(decides) if decides is not None else ""
    by += f", {decides.word}" if isinstance(decides, RuleStop) else ""
    said = _doing(answer.verdict)
    if answer.tried is not None and answer.tried.agrees is False:
        return f"{said}, as the connection shows; the rules that were read say otherwise"
    unread = _unread(answer)
    if answer.tried is not None and unread:
        return f"{_shown(answer.tried)}; {unread}"
    if answer.verdict == "unknown":
        return "what the rules do cannot be told" + (f": {answer.unknown[0]}" if answer.unknown else "")
    if answer.rule is None and answer.policy is None and _passes(answer.verdict):
        return said if answer.redirect else "no rule blocks it"
    if answer.policy is not None and answer.verdict == "drop":
        said = "a chain's policy drops it"
    return f"{said}: {by}" if by else said


def _unread(answer: FirewallAnswer) -> str:
    """Tell why the rules do not decide; empty where they do."""
    lead = next((each.judged for each in answer.addresses if each.tried is answer.tried), None)
    if lead is None or lead.verdict != "unknown":
        return ""
    if answer.unseen and lead.unknown == (f"{answer.unseen[0].what}: {answer.unseen[0].reason}",):
        return f"the rules could not be read: {answer.unseen[0].reason}"
    return "not all of the rules is understood" + (f": {lead.unknown[0]}" if lead.unknown else "")


def _shown(tried: Tried) -> str:
    """Tell what a connection alone shows."""
    return "it opens, so no rule stops it" if tried.opened else tried.text


def _doing(verdict: str) -> str:
    """Tell what becomes of the packet."""
    if verdict.startswith("redirect:"):
        return f"a rule leads it to {verdict.removeprefix('redirect:')}"
    if verdict.startswith("reject:"):
        _, kind, number, code = verdict.split(":")
        name = "ICMP" if kind == "icmp" else "ICMPv6"
        return f"a firewall rule answers with {name} type {number} code {code}"
    return {
        "accept": "the rules let it through",
        "drop": "a firewall rule drops it",
        "reset": "a firewall rule answers with a TCP reset",
    }.get(verdict, "what the rules do cannot be told")


def _rows(answer: FirewallAnswer) -> list[tuple[str, str]]:
    rows = [("from", _sender(answer)), ("to", _target(answer))]
    if answer.rulesets:
        rows.append(("rules", f"of {', '.join(answer.rulesets)}"))
    if answer.rule is not None:
        rows.append(("rule", answer.rule.text))
        also = answer.rule.handle if answer.rule.backend == "iptables" else None
        in_nft = f", in nft handle {also}" if also is not None else ""
        rows.append(("in", f"{rule_words.place(answer.rule)}{in_nft} ({answer.rule.backend})"))
    elif answer.policy is not None:
        stop = answer.policy
        rows.append(("rule", f"none: {stop.word} of table {stop.table}, chain {stop.chain} ({stop.backend})"))
    for rule in answer.then:
        rows.append(("behind it", rule.text))
        rows.append(("in", f"{rule_words.place(rule)} ({rule.backend})"))
    if answer.redirect is not None:
        rows.append(("led to", endpoint(*answer.redirect)))
    if answer.tried is not None:
        rows.append(("tried", answer.tried.text))
        rows.append(("", _agreement(answer)))
    if answer.listening is False and _passes(answer.verdict):
        place = endpoint(*answer.redirect) if answer.redirect else _target(answer)
        rows.append(("server", f"nothing listens at {place}, so it would still fail; the verdict is that of the rules"))
    return rows


def _agreement(answer: FirewallAnswer) -> str:
    tried = answer.tried
    if tried is None or tried.agrees is None:
        if tried is not None and _unread(answer):
            return _by_itself(tried)
        if answer.redirect is not None and answer.verdict.startswith("redirect:"):
            return f"What it met where it is led, at {endpoint(*answer.redirect)}, is not for these rules to say."
        return "That alone does not tell what the rules did."
    if tried.agrees:
        return "The two agree."
    judged = next((each.judged.verdict for each in answer.addresses if each.tried is tried), "something else")
    return f"Reality differs: by the rules that were read it is {judged}. The connection is believed."


def _by_itself(tried: Tried) -> str:
    if tried.verdict is None:
        return "That alone does not tell what the rules did."
    return f"By itself the connection shows: {tried.verdict}{rules.on_its_way(tried.side)}."


def _sender(answer: FirewallAnswer) -> str:
    if answer.here:
        user = f", as uid {answer.uid}" if answer.uid is not None else ""
        return f"{answer.sender or 'this machine'}, on {'that' if answer.rulesets else 'this'} machine{user}"
    inward = f", coming in by {answer.interface}" if answer.interface else ", by an interface that is not known"
    return f"{answer.sender or 'any address'}{inward}"


def _target(answer: FirewallAnswer) -> str:
    return endpoint(answer.address, answer.port) if answer.address else f"port {answer.port}"


def _ways(answer: FirewallAnswer, width: int) -> Iterator[list[str]]:
    """Yield the way through the hooks, and that of the answer where something had a say there."""
    for way, title in _WAYS.items():
        passed = [each for each in answer.path if each.way == way]
        if not passed or (way != "there" and not any(stop.rule for each in passed for stop in each.stops)):
            continue
        yield [title, *columns(list(_stops(passed)), width)]


def _stops(passed: list[HookPassed]) -> Iterator[tuple[str, ...]]:
    before = ""
    for each in passed:
        for stop in each.stops:
            hook = each.hook if each.hook != before else ""
            before = each.hook
            yield hook, f"{stop.table} {stop.chain}", stop.word, _rule_text(stop)


def _rule_text(stop: RuleStop) -> str:
    if stop.rule is None:
        return ""
    return f"{rule_words.number(stop.rule)}: {stop.rule.text}"


def _each_address(answer: FirewallAnswer, width: int) -> list[str]:
    if len(answer.addresses) < 2:
        return []
    return ["Each address", *columns([_address(each) for each in answer.addresses], width)]


def _address(each: JudgedAddress) -> tuple[str, ...]:
    judged = each.judged
    rule = judged.rule.text if judged.rule is not None else judged.policy.word if judged.policy is not None else ""
    return judged.address or "any", judged.verdict, each.tried.text if each.tried is not None else "", rule


def _not_understood(answer: FirewallAnswer, width: int) -> list[str]:
    """List what was not understood; what could not be read at all is told by `_unseen`."""
    unread = {f"{each.what}: {each.reason}" for each in answer.unseen}
    told = [each for each in answer.unknown if each not in unread]
    title = "Not understood, or not to be known"
    return [title, *(line for each in told for line in paragraph(each, width, "  ", "    "))] if told else []


def _unseen(answer: FirewallAnswer, again: Sequence[str], width: int) -> list[str]:
    if not answer.unseen:
        return []
    rows = [
        (f"{each.what} ({each.reason})", each.how_to_see and f"to see it: {each.how_to_see}") for each in answer.unseen
    ]
    lines = ["Could not be read", *columns(rows, width)]
    if any(each.needs_root for each in answer.unseen) and again:
        lines += ["As root:", f"  sudo {shell_command(again)}"]
    return lines


def _next(answer: FirewallAnswer, check: Sequence[str], width: int) -> list[str]:
    """Name the command that goes on from here: to what lets it through, or to what else is wrong."""
    opened = answer.tried is not None and answer.tried.opened
    if not check or opened:
        return []
    title = "What else it may be" if _passes(answer.verdict) else "What lets it through, step by step"
    if answer.verdict == "unknown":
        title = "What can be told of it all the same"
    return [*paragraph(f"{title}:", width), f"  {shell_command(check)}"]


def _past(answer: FirewallAnswer, width: int) -> list[str]:
    """Tell the ways past what blocks it, each with its steps and how it is taken back."""
    if not answer.remedies:
        return []
    lines = ["What lets it through"]
    for way in answer.remedies:
        lines += paragraph(f"{way.title} ({way.cost})", width, f"  {way.way}  ")
        for number, step in enumerate(way.steps, 1):
            lines += paragraph(step.text, width, f"     {number}. ")
            lines += [f"          {shell_command(step.argv)}"] if step.argv is not None else []
        lines += paragraph(way.note, width, " " * 5)
        lines += paragraph(f"Undo: {way.undo}" if way.undo else "", width, " " * 5)
    return lines
