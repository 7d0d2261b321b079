"""The one kind of value that porttui passes around."""

from __future__ import annotations

import msgspec


class Value(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=False):
    """A frozen, slotted record that is written to JSON and read back unchanged."""
