"""JSON: a contract with other programs, and the way back from a file to Facts."""

from __future__ import annotations

from typing import Any

import msgspec

from porttui.model.facts import Facts
from porttui.model.printable import printable
from porttui.model.report import Report

SCHEMA = 1
_LONGEST = 100_000
"""Characters of a text in a file that hold hidden ones; no fact is as long."""


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
    facts = _part(data)
    try:
        return msgspec.convert(_printable(msgspec.to_builtins(msgspec.json.decode(facts, type=Facts))), Facts)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise FactsError(f"the facts in this file cannot be read: {printable(str(error), 200)}") from error


class _File(msgspec.Struct):
    """What may be a report, or bare facts; what else is in it is passed over, and so takes no memory."""

    schema: msgspec.Raw = msgspec.Raw(b"%d" % SCHEMA)
    facts: msgspec.Raw | msgspec.UnsetType = msgspec.UNSET
    asked: msgspec.Raw | msgspec.UnsetType = msgspec.UNSET


def _part(data: bytes) -> msgspec.Raw | bytes:
    """Return the part of a file that holds the facts; raises FactsError."""
    try:
        msgspec.json.decode(data, type=msgspec.Raw)  # is it JSON, whatever it means?
        file = msgspec.json.decode(data, type=_File)
    except msgspec.ValidationError as error:
        raise FactsError("this is JSON, and not a report of porttui (a report is an object)") from error
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise FactsError(f"this is not JSON: {printable(str(error), 200)}") from error
    schema = bytes(file.schema)
    if schema != b"%d" % SCHEMA:
        raise FactsError(f"this report has schema {printable(schema, 20)}; this porttui reads schema {SCHEMA}")
    if file.facts is not msgspec.UNSET:
        return file.facts
    if file.asked is msgspec.UNSET:
        raise FactsError('this is JSON, and not a report of porttui (it has no "facts")')
    return data


def _printable(value: Any) -> Any:
    if isinstance(value, str):
        return value if value.isascii() and value.isprintable() else printable(value, min(10 * len(value), _LONGEST))
    if isinstance(value, list | tuple):
        return [_printable(each) for each in value]
    if isinstance(value, dict):
        return {_printable(key): _printable(each) for key, each in value.items()}
    return value
