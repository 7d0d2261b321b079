"""asyncio without TLS: that takes a twentieth of the whole start to read, and no connection here is made by asyncio.

asyncio is written for a Python without the module ssl, too (asyncio/base_events.py: `ssl = None`). What asks a server
over TLS is httpx, in a thread and without asyncio; it imports ssl as ever.
"""

from __future__ import annotations

import sys


def import_asyncio() -> None:
    """Import asyncio as where there is no ssl, unless one of both is there already."""
    if "asyncio" in sys.modules or "ssl" in sys.modules:
        return
    sys.modules["ssl"] = None  # type: ignore[assignment]  # so says the reference of import: it raises ImportError
    try:
        import asyncio  # noqa: F401
    finally:
        del sys.modules["ssl"]
