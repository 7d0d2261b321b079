"""A place that was typed as plainly as most are: 5173, :5173, localhost:5173, http://127.0.0.1:5173/path.

It is read here without the patterns of `porttui.model.place`, whose making takes as long as a look at the machine.
"""

from __future__ import annotations

from porttui.model.place import Place

_SMALL = "abcdefghijklmnopqrstuvwxyz0123456789"
_IN_NAMES = frozenset(_SMALL + "-.")
_ENDS = frozenset(_SMALL + _SMALL.upper() + "/")
_IN_PATHS = _ENDS | frozenset("-._~")
_PORTS = {"http": 80, "https": 443}


def read_plain(text: str) -> Place | None:
    """Read text that is nothing but a plain place.

    Returns:
        What `porttui.model.place.read_place` returns for it; None where that has to be asked.
    """
    if not text or text[-1] not in _ENDS:
        return None
    first, mark, rest = text.partition("://")
    if not mark:
        host, colon, digits = text.rpartition(":")
        port = _port(digits)
        if port is None or (host and not _is_host(host)):
            return None
        return Place(host=host or None, port=port)
    authority, slash, path = rest.partition("/")
    host, colon, digits = authority.partition(":")
    number = _port(digits) if colon else _PORTS.get(first)
    if first not in _PORTS or number is None or not _is_host(host) or not _IN_PATHS.issuperset(path):
        return None
    return Place(host=host, port=number, scheme=first, path=slash + path or "/") if len(path) < 1000 else None


def _port(text: str) -> int | None:
    plain = text.isascii() and text.isdecimal() and len(text) <= 5 and text[0] != "0"
    return int(text) if plain and int(text) <= 65535 else None


def _is_host(text: str) -> bool:
    """Tell whether it is an IPv4 address or a name in small letters; of numbers there have to be four."""
    if not text or not _IN_NAMES.issuperset(text) or text[0] == "-" or len(text) > 253:
        return False
    labels = text.split(".")
    if all(label.isdecimal() for label in labels):
        return len(labels) == 4 and all(len(label) <= 3 and int(label) <= 255 for label in labels)
    return all(0 < len(label) <= 63 for label in labels)
