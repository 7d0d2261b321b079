"""A failure of porttui's own: told as something that was not seen, with the details that its makers need."""

from __future__ import annotations

from porttui.model.facts import Unseen
from porttui.model.printable import printable


def failure(what: str, error: Exception) -> Unseen:
    """Tell a failure of porttui's own as something unseen: the rest of the report still stands.

    Args:
        what: what was being done, as a noun phrase: "routes".
        error: what was raised.
    """
    reason = printable(f"porttui failed here: {type(error).__name__}: {error}", 200)
    return Unseen(what=what, reason=reason, how_to_see="")


def details(what: str, error: BaseException) -> str:
    """Return where an error came from: several lines, each of them printable, for the file that the user may send.

    They are in the facts as well, so in a report that is sent.
    """
    try:
        import traceback  # only when something has failed
    except OSError:  # no file can be opened
        return printable(f"porttui failed at: {what}: {type(error).__name__}: {error}")
    lines = "".join(traceback.format_exception(error)).splitlines()
    told = [printable(line) for line in lines if not line.startswith("Traceback ")]
    return "\n".join((f"porttui failed at: {what}", *told))


def origin(told: str) -> str:
    """Return the line of `details` that says where the error was raised; empty when there is none."""
    return next((line for line in reversed(told.splitlines()) if line.lstrip().startswith('File "')), "")
