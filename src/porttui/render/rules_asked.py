"""Every chain in which a connection is asked for, as plain text: rules that had a say, and those without a match."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from porttui.model.rules import HookPassed, Missed
from porttui.reading import rule_words, words
from porttui.render.lines import columns, paragraph

_WAYS = {
    "there": "",
    "back": "; the server's answer, on its way back",
    "refusal": "; the rule's answer, on its way back",
}


def asked_lines(path: Sequence[HookPassed], width: int) -> list[str]:
    """Return the chains in the order in which they are asked, each with its rules as far as they were noted.

    Args:
        path: of `FirewallAnswer` or `Judged`.
        width: columns of a line.
    """
    lines: list[str] = []
    for each in path:
        base = each.stops[0]
        policy = f", priority {each.priority}, policy {each.policy}" if each.policy else ""
        title = f"{each.hook}: table {base.table}, chain {base.chain} ({base.backend}){policy}{_WAYS[each.way]}"
        lines += [*paragraph(title, width, rest="  "), *columns(list(_rules(each)), width)]
    return lines


def _rules(passed: HookPassed) -> Iterator[tuple[str, str, str]]:
    """Yield number, what became of it, and text of each rule."""
    missed = {each.at: each for each in passed.missed}
    for at, stop in enumerate(passed.stops):
        if at in missed:
            yield from _missed(missed[at])
        if stop.rule is None:
            yield "", rule_words.act(stop), "the chain's policy, as no rule decided" if "policy" in stop.word else ""
        else:
            yield rule_words.number(stop.rule), rule_words.act(stop), stop.rule.text


def _missed(missed: Missed) -> Iterator[tuple[str, str, str]]:
    if missed.more:
        yield "", "no match", words.count(missed.more, "rule") + " before these" * bool(missed.rules)
    for rule in missed.rules:
        yield rule_words.number(rule), "no match", rule.text
