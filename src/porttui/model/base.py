"""The one kind of value that porttui passes around."""

from __future__ import annotations

import sys

# msgspec takes typing_extensions where that is installed, and it is: Textual brings it along. It imports inspect, which
# costs as much as the interpreter itself, and what msgspec wants of it has been in typing since Python 3.11.
_HIDDEN = "typing_extensions" not in sys.modules
if _HIDDEN:
    sys.modules["typing_extensions"] = None  # type: ignore[assignment]  # an import of it fails
try:
    import msgspec
finally:
    if _HIDDEN:
        del sys.modules["typing_extensions"]


class Value(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=False):
    """A frozen, slotted record that is written to JSON and read back unchanged."""
