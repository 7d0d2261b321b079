"""JSON: a contract with other programs, and the way back from a file to Facts."""

from __future__ import annotations

from typing import Any

import msgspec

from porttui.model.facts import Facts
from porttui.model.printable import printable
from porttui.model.report import Report

SCHEMA = 1


class FactsError(ValueError):
    """The bytes hold no facts. `str(error)` is one line."""


def report_json(report: Report) -> bytes:
    """Return the report as indented UTF-8 JSON with a line end. Keys are only ever added to what is written here."""
    return lines_of_json(report)


def lines_of_json(value: object) -> bytes:
    """Return any value of porttui as indented UTF-8 JSON with a line end."""
    return msgspec.json.format(msgspec.json.encode(value), indent=2) + b"\n"


def facts_from_json(data: bytes) -> Facts:
    """Read the facts back from a full report or from bare facts.

    Args:
        data: what `porttui check --json` printed, or Facts alone.

    Returns:
        The facts. A file is foreign: control characters in its text are written as escapes.

    Raises:
        FactsError: it is neither.
    """
    try:
        found = msgspec.json.decode(data)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise FactsError(f"this is not JSON: {printable(str(error), 200)}") from error
    if not isinstance(found, dict):
        raise FactsError("this is JSON, and not a report of porttui (a report is an object)")
    schema = found.get("schema", SCHEMA)
    if schema != SCHEMA:
        raise FactsError(f"this report has schema {printable(str(schema), 20)}; this porttui reads schema {SCHEMA}")
    if "facts" not in found and "asked" not in found:
        raise FactsError('this is JSON, and not a report of porttui (it has no "facts")')
    try:
        return msgspec.convert(_printable(found.get("facts", found)), Facts)
    except (msgspec.ValidationError, RecursionError) as error:
        raise FactsError(f"the facts in this file cannot be read: {printable(str(error), 200)}") from error


def _printable(value: Any) -> Any:
    if isinstance(value, str):
        return printable(value, max(1, len(value) * 10))
    if isinstance(value, list):
        return [_printable(each) for each in value]
    if isinstance(value, dict):
        return {printable(key, max(1, len(key) * 10)): _printable(each) for key, each in value.items()}
    return value
