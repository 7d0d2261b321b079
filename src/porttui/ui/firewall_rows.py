"""The Firewall tab as rows: the stops of the way, the rule, what was tried, another sender, and what was read."""

from __future__ import annotations

from rich.cells import cell_len

from porttui.model.address import destination, endpoint
from porttui.model.facts import FirewallBackend, Unseen
from porttui.model.report import Report, Status, Step
from porttui.model.rules import HookPassed, Judged, Rule, RuleStop
from porttui.reading import by_user, rule_words, rules, seen, way, words
from porttui.reading.sender import EXAMPLE, Sender
from porttui.reading.way import WayStop
from porttui.render.looking import how_to_look
from porttui.render.sections import how_to_see
from porttui.ui.keymap import key_of
from porttui.ui.lines import EMPTY, NARROW, Line, aligned, cut, pad, plain, stopping, styled, wrap
from porttui.ui.shown import Elsewhere
from porttui.ui.words import MARKS

_NAME, _MEANING = 14, 23
_MOST_MEANING = 32
_TEXT_AT = 5 + _NAME + _MEANING
_RULE_AT = 21
_MOST_UNKNOWN = 3


# The way.


def way_rows(stops: tuple[WayStop, ...], width: int, *, at: int | None = None) -> list[Line]:
    """Draw the stops downwards.

    Args:
        stops: in the order in which the packet meets them.
        width: of the rows.
        at: the stop in focus, of which more is told elsewhere; None: the rule that decides stands under its stop.
    """
    rows: list[Line] = []
    texts = [stop.brief or stop.text if at is not None else stop.text for stop in stops]
    broad = max((cell_len(stop.meaning) + 2 for stop in stops), default=0)
    fits = broad <= _MOST_MEANING and all(5 + _NAME + broad + cell_len(text) < width for text in texts)
    meaning = max(_MEANING, broad) if fits else _MEANING
    for index, (stop, text) in enumerate(zip(stops, texts, strict=True)):
        rows += stopping(_stop_rows(stop, text, width, meaning, in_focus=index == at), index)
        if at is None and stop.decides is not None:
            rows += rule_rows(stop.decides, width, " " * _RULE_AT)
    return rows


def _stop_rows(stop: WayStop, text: str, width: int, cells: int, *, in_focus: bool) -> list[Line]:
    """Draw a stop; its meaning has so many cells when it fits into them."""
    mark = MARKS[stop.status][0]
    before = f" {'>' if in_focus else ' '} "
    after = f" {pad(stop.name, _NAME)}"
    room, text_at = width - 1, 5 + _NAME + cells
    if cell_len(stop.meaning) < cells:
        first, *more = wrap(text, room, " " * text_at)
        after += pad(stop.meaning, cells) + first[text_at:]
    elif 5 + _NAME + cell_len(stop.meaning) + 2 + cell_len(text) <= room:
        after, more = f"{after}{stop.meaning}  {text}", []
    else:  # a long name of a listener takes the row, and what is said of it goes below
        after += cut(stop.meaning, room - _TEXT_AT + _MEANING)
        more = wrap(text, room, " " * _TEXT_AT)
    if stop.status is Status.FAIL:
        return [styled(before, mark, "fail", after), *plain(more)]
    return [Line(before + mark + after), *plain(more)]


def rule_rows(stop: RuleStop, width: int, lead: str) -> list[Line]:
    """Tell the rule, or the policy, that decides: its text, and where it stands."""
    told = stop.rule.text if stop.rule is not None else "no rule names it: the policy of the chain decides"
    if cell_len(lead + told) >= width:
        lead = lead[: max(5, cell_len(lead) - 14)]  # a long rule gets more of the row
    texts = wrap(_with_comment_below(told, width - cell_len(lead)), width - 1, lead)
    rows = [styled(row[: len(lead)], row[len(lead) :], "strong") for row in texts]
    return [*rows, *plain(wrap(rule_words.place(stop), width - 1, lead))]


def _with_comment_below(text: str, room: int) -> str:
    """Set the comment of a rule on a row of its own when both together are too long for one."""
    rule, comment, rest = text.rpartition(' comment "')
    return f"{rule}\n{comment.lstrip()}{rest}" if rule and cell_len(text) >= room else text


def stop_in_full(stop: WayStop, width: int, most: int) -> list[Line]:
    """Tell of one stop every chain that was asked there, each rule of it that had a say, and those without a match.

    Args:
        stop: in focus.
        width: of the rows.
        most: how many rules without a match are shown before each one that had a say.
    """
    rows = [Line(f" At the stop: {stop.name}")]
    if not stop.chains:
        told = stop.text if stop.text != "no chain" else "no chain of any firewall is asked here"
        return [*rows, *plain(wrap(told, width - 1, "   "))]
    names = [f"{one.stops[0].table} {one.stops[0].chain}" for one in stop.chains]
    room = min(max(map(cell_len, names)), width - 25)
    for one, name in zip(stop.chains, names, strict=True):
        last = one.stops[-1]
        decides = stop.decides is not None and last == stop.decides
        mark = MARKS[stop.status if decides else Status.PASS][0]
        told = f"priority {one.priority:<5} policy {one.policy}" if one.policy else rule_words.act(last)
        row = f" {pad(name, room)}   {told}" + ("   the answer" if one.way == "back" else "")
        rows.append(
            styled("   ", mark, "fail", row) if decides and stop.status is Status.FAIL else Line(f"   {mark}{row}")
        )
        rows += _asked_rows(one, width, most)
    return rows


def _asked_rows(one: HookPassed, width: int, most: int) -> list[Line]:
    """Tell each rule that led to the end, in full the one that is it, and before each the others, as many as fit."""
    missed = {each.at: each for each in one.missed}
    led = _led(one)
    others: list[tuple[Rule, str]] = []
    more = 0
    rows: list[Line] = []
    for at, said in enumerate(one.stops):
        if at in missed:
            more += missed[at].more
            others += [(rule, "no match") for rule in missed[at].rules]
        last = at == len(one.stops) - 1
        if not last and at not in led and said.rule is not None:
            others.append((said.rule, "came back"))
            continue
        rows += _other_rows(others, more, width, most)
        others, more = [], 0
        if said.rule is not None:
            word = "returns" if said.word == "return" else "goes on"
            rows += _said_rows(said.rule, width) if last else [Line(_one_row(said.rule, word, width))]
    return rows


def _led(one: HookPassed) -> set[int]:
    """Return which stops jumped to where the end is; other jumps came back without one."""
    led: set[int] = set()
    end = one.stops[-1]
    wanted = end.rule.chain if end.rule is not None else end.chain
    for at in range(len(one.stops) - 2, -1, -1):
        said = one.stops[at]
        if said.rule is not None and said.word in (f"jump {wanted}", f"goto {wanted}"):
            led.add(at)
            wanted = said.rule.chain
    return led | {at for at, said in enumerate(one.stops[:-1]) if said is rules.to_pass(one)}


def _other_rows(others: list[tuple[Rule, str]], more: int, width: int, most: int) -> list[Line]:
    """Tell which rules did not match, or came back, each in a row; of those before them, how many."""
    shown = others[max(0, len(others) - most) :]
    more += len(others) - len(shown)
    words_of_it = "no match" if all(word == "no match" for _, word in others) else "no match, or came back"
    rows = [f"       {words.count(more, 'more rule' if shown else 'rule')}: {words_of_it}"] if more else []
    rows += [_one_row(rule, word, width) for rule, word in shown]
    return [styled("", row, "quiet") for row in rows]


def _one_row(rule: Rule, word: str, width: int) -> str:
    lead = _lead(rule)
    room = width - 13 - cell_len(lead)
    told = rule.text.removeprefix(f"-A {rule.chain} ")
    return f"{lead}{pad(cut(told, room), room)}  {word}"


def _lead(rule: Rule) -> str:
    lead = f"       {rule_words.number(rule):<12}"
    return lead if cell_len(lead) <= 19 else f"{lead.rstrip()}  "


def _said_rows(rule: Rule, width: int) -> list[Line]:
    """Tell the rule at which the way through a chain ends: its text, where it stands, and that it decides."""
    lead = _lead(rule)
    first, *rest = wrap(_with_comment_below(rule.text, width - cell_len(lead)), width - 1, lead)
    rows = [styled(lead, first[len(lead) :], "strong"), *[styled("", row, "strong") for row in rest]]
    which = f"rule {rule.position} of chain {rule.chain}" if rule.position else f"in chain {rule.chain}"
    return [*rows, *plain(wrap(f"{which}: decides", width - 1, " " * cell_len(lead)))]


# Rule and reality.


def verdict_rows(report: Report, judged: Judged, width: int) -> list[Line]:
    """Set the rules beside the real connection, and tell what follows from both."""
    tried = way.tried(report.facts, judged.address)
    rows = wrap(rule_words.judgement(judged), width - 1, " Rule    ")
    for rule in rules.behind(judged):
        rows += wrap(f"{rule.text}; {rule_words.short_place(rule)}", width - 1, " Behind  ")
    for text in judged.unknown[:_MOST_UNKNOWN]:
        rows += wrap(f"not understood: {text}", width - 1, " " * 11)
    if len(judged.unknown) > _MOST_UNKNOWN:
        rows.append(f"{' ' * 11}and {len(judged.unknown) - _MOST_UNKNOWN} more")
    rows += wrap(rules.tried_words(report.facts, tried) if tried else "no connection was tried", width - 1, " Tried   ")
    rows += wrap(rules.conclusion(report.facts, judged, tried), width - 1, " " * 9) if tried else []
    rows += wrap(by_user.note(report.facts), width - 1, " User    ") if by_user.note(report.facts) else []
    for other in _others(report, judged):
        rows += wrap(other, width - 1, " Also    ")
    return plain(rows)


def _others(report: Report, shown: Judged) -> list[str]:
    """Tell in a row each what becomes of the target's other addresses."""
    judged = report.facts.judged if isinstance(report.facts.judged, tuple) else ()
    told = []
    for each in judged:
        if each is not shown:
            tried = way.tried(report.facts, each.address)
            end = f"; tried: {words.outcome(tried)}" if tried else ""
            told.append(f"{endpoint(each.address, each.port)}: {rule_words.judgement(each).partition(':')[0]}{end}")
    return told


# Where the rules were not read.


def unread_rows(report: Report, width: int) -> list[Line]:
    """Tell what the connection itself shows of the rules, and on which side."""
    facts, firewall = report.facts, report.firewall
    attempts = seen.asked_attempts(facts)
    rows: list[str] = []
    if firewall is not None:
        told = rule_words.means(firewall.verdict)
        if firewall.verdict == "accept" and any(one.unseen is not None for one in firewall.backends):
            told = "not read; to judge by what happened, the packets got through"
        rows += wrap(told, width - 1, " Rule    ")
        if firewall.rule is not None:
            rule = firewall.rule
            handle = f", handle {rule.handle}" if rule.handle is not None else ""
            rows += wrap(rule.text, width - 1, " " * 11)
            rows += wrap(f"table {rule.table}, chain {rule.chain}{handle} ({rule.backend})", width - 1, " " * 11)
    for one in attempts:
        told = f"{one.address}: {rules.tried_words(report.facts, one)}"
        rows += wrap(told, width - 1, " Tried   " if one is attempts[0] else " " * 9)
        side = way.side_words(facts, one) if report.verdict.step is Step.FIREWALL else ""
        rows += (
            wrap(f"{side[:1].upper()}{side[1:]}; which rule, only the rules tell.", width - 1, " " * 9) if side else []
        )
    if not attempts:
        rows += [" Tried   no connection was tried"]
    return plain(rows)


# Another sender.


def cannot_ask(report: Report, *, able: bool) -> str:
    """Tell why nothing can be worked out for another sender; empty when it can.

    Args:
        report: what was read.
        able: whether the rules can be asked now.
    """
    judged = report.facts.judged
    if isinstance(judged, Unseen):
        how = how_to_see(judged, report)
        return f"can't tell without the rules: {judged.reason}" + f", {how}" * bool(how)
    if judged is None:
        return "can't tell: the rules were not read for this question"
    return "" if able else "can't tell: this is a record, and its rules can't be asked any more"


def sender_rows(report: Report, judged: Judged, asked: Elsewhere | None, typed: str | None, width: int) -> list[Line]:
    """Return the row to type a sender into, and what was worked out, for windows of one column.

    Args:
        report: what was read.
        judged: what the rules do with this user's own connection.
        asked: the sender, and what was worked out.
        typed: what is being typed; None while nothing is.
        width: of the rows.
    """
    narrow, edit = width < NARROW, key_of("edit")
    title = " And from elsewhere?"
    if typed is not None:
        help_of_it = "" if narrow else "   enter works it out, esc leaves it"
        return plain([title + help_of_it, _typed_row(typed, width, "   ")])
    if asked is None:
        return plain([f"{title}  {edit}" if narrow else f"{title}   {edit} and an address, for example  {EXAMPLE}"])
    again = f"  {edit}" if narrow else f"   {edit} and another address"
    rows = [Line(title + again)]
    told, stop = _worked_out(report, judged, asked)
    if asked.sender is None or not isinstance(asked.judged, Judged):
        return [*rows, *plain(wrap(told, width - 1, f"   {_name(asked, width)}   "))]
    note = "(worked out, not tried)"
    lead = f"   {pad(_name(asked, width), max(14, cell_len(_name(asked, width)) + 3))}"
    one_row = f"{pad(lead + told, 48)}{note}"
    if cell_len(lead + told) < 48 and cell_len(one_row) < width:
        rows.append(Line(one_row))
    elif narrow:
        rows += plain([f"   {_name(asked, width)}", *wrap(f"{told} {note}", width - 1, "     ")])
    else:
        rows += plain(wrap(f"{told} {note}", width - 1, lead))
    inside = "     " if narrow else " " * 17
    rows += rule_rows(stop, width, inside) if stop is not None else []
    return [*rows, *plain(wrap(where_to(report, asked.sender, asked.judged), width - 1, inside))]


def sender_panel(report: Report, judged: Judged, asked: Elsewhere | None, typed: str | None, width: int) -> list[Line]:
    """Return the same as a column of its own, with the stops of that sender's way."""
    rows = [Line(" And from elsewhere?")]
    if typed is not None:
        return [
            *rows,
            Line(_typed_row(typed, width, "   sender  ")),
            EMPTY,
            Line("   enter works it out, esc leaves it"),
        ]
    if asked is None:
        how = f"   sender  none ({key_of('edit')} and an address)"
        return [*rows, Line(how), EMPTY, Line(f"   for example  {EXAMPLE}")]
    rows += [Line(f"   sender  {_name(asked, width - 10)}"), EMPTY]
    told, stop = _worked_out(report, judged, asked)
    if asked.sender is None or not isinstance(asked.judged, Judged):
        return [*rows, *plain(wrap(told, width - 1, "   "))]
    for one in way.judged_way_from(report.facts, asked.sender, asked.judged):
        shown = told if one.status is Status.FAIL and one.chains else one.text
        first, *more = wrap(shown, width - 1, " " * 18)
        after = f" {pad(one.name, 13)}{first[18:]}"
        mark = MARKS[one.status][0]
        rows.append(styled("   ", mark, "fail", after) if one.status is Status.FAIL else Line(f"   {mark}{after}"))
        rows += plain(more)
    if stop is not None:
        rows += rule_rows(stop, width, "     ")
    for text in asked.judged.unknown[:_MOST_UNKNOWN]:
        rows += plain(wrap(f"not understood: {text}", width - 1, "   "))
    told = where_to(report, asked.sender, asked.judged)
    rows += plain(wrap(told, width - 1, "   ")) if told else []
    return [*rows, Line("   Worked out from the rules, not tried.")]


def _typed_row(typed: str, width: int, lead: str) -> str:
    """Return what is typed with the end in sight, where the next letter goes."""
    room = max(1, width - cell_len(lead) - 2)
    while cell_len(typed) > room:
        typed = typed[1:]
    return f"{lead}{typed}_"


def _name(asked: Elsewhere, width: int) -> str:
    return cut(asked.sender.address if asked.sender is not None else asked.typed, max(8, min(39, width - 4)))


def _worked_out(report: Report, own: Judged, asked: Elsewhere) -> tuple[str, RuleStop | None]:
    """Return what becomes of the sender's connection, and what decides it when that is not what decides our own."""
    if asked.problem:
        return asked.problem, None
    judged = asked.judged
    if judged is None:
        return f"{MARKS[Status.LOOKING][0]} being worked out", None
    if isinstance(judged, Unseen):
        how = how_to_look(judged, os=report.facts.os, root=report.facts.privileges.root)
        return f"can't see: {judged.reason}" + f", {how}" * bool(how), None
    if judged.verdict == "unknown":
        return f"not known: {judged.unknown[0] if judged.unknown else 'not all of the rules is understood'}", None
    word = "reject" if judged.verdict.startswith("reject:") else judged.verdict
    if judged.verdict == "accept" or judged.verdict.startswith("redirect:"):
        return "accept" if judged.redirect is None else f"led on to {endpoint(*judged.redirect)}", None
    decider = rules.decided_at(judged)
    stop = decider.stops[-1] if decider is not None else None
    if stop is not None and stop.rule is None:
        same = judged.policy == own.policy
        return f"{word} by the {'same policy' if same else f'policy of {stop.table} {stop.chain}'}", None
    if judged.rule is not None and judged.rule == own.rule:
        return f"{word} by the same rule", None
    return f"{word} by {'another' if own.rule is not None and own.verdict != 'accept' else 'a'} rule", stop


def where_to(report: Report, sender: Sender, judged: Judged) -> str:
    """Tell at which address the sender would ask, when that is another, or when nobody would answer there."""
    facts = report.facts
    passes = judged.verdict == "accept" or judged.verdict.startswith("redirect:")
    there = endpoint(sender.to, sender.port)
    mine = next((each for each in seen.addresses(facts) if sender.to == destination(each).partition("%")[0]), None)
    other = mine is None
    to = judged.redirect or (sender.to, sender.port)
    row = seen.accepting(facts, *to) if seen.is_local(facts, to[0]) else None
    if row is None and seen.sockets_seen(facts) and seen.is_local(facts, to[0]):
        return f"It would ask for {endpoint(*to)}, where nobody listens."
    if passes and row is not None:
        return f"{words.subject(facts, row)} would answer" + (f" at {there}." if other else ".")
    host = words.machine(facts)
    return f"Asked at {there}: {facts.asked.target.host} is for {host} itself." if other else ""


# What was read.


def read_rows(report: Report, width: int) -> list[Line]:
    """List the firewalls with what was read of each, and for the rest what would show it."""
    backends = report.facts.firewall
    if backends is None:
        return plain([" What was read", *wrap("nothing: firewalls were not looked at for this question", width, "   ")])
    cells = [_backend(one, report) for one in backends]
    rows: list[str] = [" What was read"]
    for (_, _, text), line in zip(cells, aligned(cells, gap=2), strict=True):
        rows += wrap(text, width, "   " + line[: len(line) - len(text)])
    if not backends:
        rows.append("   no firewall is known on this system")
    if not seen.target_is_local(report.facts):
        between = "a firewall of the network in between: can't see from here"
        rows += wrap(between, width, f"   {MARKS[Status.UNSEEN][0]}  ")
    return plain(rows)


def _backend(one: FirewallBackend, report: Report) -> tuple[str, str, str]:
    status, text = words.backend(one)
    how = how_to_see(one.unseen, report) if one.unseen is not None else ""
    return MARKS[status][0], one.name, f"{text}: {how}" if how else text
