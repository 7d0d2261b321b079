"""The ways out that several faults share. Pure: facts in, remedies (data) out, for every operating system.

A report offers the remedies of one fault, and all of them together take longer to import than to be asked. So
`from porttui.remedies import service` gives a fault a name for the module, which is imported when something of it is
first used. A file here and in faults/ does nothing for that but to import modules and not what is in them.
"""

from __future__ import annotations

TYPE_CHECKING = False
if not TYPE_CHECKING:  # a type checker finds the modules themselves, and with them each name that is not there

    class _Later:
        """A module of this package, imported at the first use."""

        def __init__(self, name: str) -> None:
            self._name = name

        def __getattr__(self, attribute: str) -> object:
            from importlib import import_module

            return getattr(import_module(self._name), attribute)

    def __getattr__(name: str) -> _Later:
        if name.startswith("_"):
            raise AttributeError(name)
        return _Later(f"{__name__}.{name}")
