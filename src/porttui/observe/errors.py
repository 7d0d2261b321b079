"""Error numbers by the names that people search for."""

from __future__ import annotations

import errno


def errno_name(error: int | OSError) -> str:
    """Return "ECONNREFUSED" for 111 or for an OSError that carries it; "E?" and the number when it has no name."""
    number = error.errno if isinstance(error, OSError) else error
    if number is None:
        return type(error).__name__
    name = errno.errorcode.get(number, f"E?{number}")
    return name.removeprefix("WSA") if name.startswith("WSAE") else name
