"""How a user is told to look at what porttui could not see."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from porttui.model.facts import Os, Unseen
    from porttui.model.report import ReportUnseen


def how_to_look(unseen: ReportUnseen | Unseen, *, os: Os, root: bool) -> str:
    """Return the command that would show something, as this user has to type it.

    Args:
        unseen: what was not seen.
        os: the system; Windows has no sudo.
        root: whether the user has full rights already.
    """
    text = unseen.how_to_see
    plain = not text or not unseen.needs_root or root or os == "windows" or text.startswith("sudo ")
    return text if plain else f"sudo {text}"
