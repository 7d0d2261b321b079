"""What can be done to a process, and the question before it is done: what is sent, what is lost, who brings it back."""

from __future__ import annotations

from rich.cells import cell_len

from porttui.model.facts import Process
from porttui.model.report import Report
from porttui.reading.consequences import Consequences
from porttui.render.acting import told
from porttui.render.lines import shell_command
from porttui.render.marks import RISK_WORDS
from porttui.ui.lines import ROW_RULE, WIDE, cut, pad, wrap

_LABEL = 15


def menu(each: tuple[Consequences, ...], choice: int, process: Process, width: int) -> list[str]:
    """Return the four actions, each with its signal, what it does and what it risks."""
    rows = [_rule(f"What to do with {_who(process)}?", width), *[""] * (width >= WIDE)]
    across = min(width, WIDE)  # in a very wide window the eye would not find it at the end of the row
    for index, one in enumerate(each):
        lead = f" {'>' if index == choice else ' '} {index + 1}  {one.act.value:<9}"
        lead += f"{one.signal:<10}" if width >= 60 else ""
        text = f"not done: {one.refused}" if one.refused is not None else one.short
        price = RISK_WORDS[one.risk].partition(" ")[0] if one.refused is None else ""
        if width >= 60 and cell_len(lead) + cell_len(text) + 12 <= across:
            rows.append((pad(lead + text, across - 11) + price).rstrip())
        elif width >= 60:
            first, *more = wrap(text, across - 12, lead)
            rows += [(pad(first, across - 11) + price).rstrip(), *more]
        else:
            rows += wrap(f"{text} ({price})" if price else text, width - 1, lead)
    return rows


def confirmation(found: Consequences, process: Process, report: Report, width: int) -> list[str]:
    """Return the question, which stands on No."""
    rows = [_rule(f"{found.act.capitalize()} {_who(process)}?", width)]
    indent = "   " if width >= 60 else " "
    for label, text in told(found, process, report):
        rows += wrap(text, width - 1, f"{indent}{label:<{_LABEL}}")
    no, yes = " >  No, change nothing", f"    Yes, {found.act.value} it"
    return [*rows, "", f"{no:<27}enter or esc", f"{yes:<27}y"]


def refusal_rows(found: Consequences, process: Process, report: Report, width: int) -> list[str]:
    """Return why porttui does not do it, and what to type for who means it nevertheless."""
    rows = [_rule(f"{found.act.capitalize()} {_who(process)}: porttui does not do this", width)]
    rows += wrap(f"{found.refused}.", width - 1, f"   {'because':<{_LABEL}}")
    if found.instead:
        rows += wrap("in a terminal, if you mean it:", width - 1, f"   {'yourself':<{_LABEL}}")
        rows.append(" " * (_LABEL + 5) + shell_command(found.instead, windows=report.facts.os == "windows"))
    return [*rows, "", f"{' >  Back, nothing was changed':<32}enter or esc"]


def _who(process: Process) -> str:
    return f"{process.name}, pid {process.pid}"


def _rule(title: str, width: int) -> str:
    text = f"{ROW_RULE * 2} {title} "
    return cut(text + ROW_RULE * max(0, width - cell_len(text)), width)
