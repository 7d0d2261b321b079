"""Addresses of a table, which become text when somebody reads them, each one once."""

from __future__ import annotations

import _socket as socket  # see netlink
from collections.abc import Iterator, Sequence
from typing import overload

_MAPPED = b"\0" * 10 + b"\xff\xff"
_MOST = 200_000
"""More addresses than this are not remembered from look to look."""


class Texts(dict["bytes | str", str]):
    """Addresses as text by their bytes, each written once; what is text already, the path of a unix socket, stays."""

    def __missing__(self, raw: bytes | str) -> str:
        if isinstance(raw, str):
            return raw
        if len(raw) == 4:
            text = socket.inet_ntop(socket.AF_INET, raw)
        elif raw.startswith(_MAPPED):  # the IPv4 side of a dual-stack socket (RFC 4291, 2.5.5.2)
            text = socket.inet_ntop(socket.AF_INET, raw[12:])
        elif raw:
            text = socket.inet_ntop(socket.AF_INET6, raw)
        else:
            text = ""
        if len(self) >= _MOST:
            self.clear()
        self[raw] = text
        return text


class Addresses(Sequence[str]):
    """A column of addresses that are written when they are read."""

    def __init__(self, raw: list[bytes | str], scopes: dict[int, str], texts: Texts) -> None:
        """Keep what is needed to write them.

        Args:
            raw: four or sixteen bytes, or a text.
            scopes: the interface of link-local IPv6 addresses, by row.
            texts: what was written already.
        """
        self._raw, self._scopes, self._texts = raw, scopes, texts

    def __len__(self) -> int:
        return len(self._raw)

    @overload
    def __getitem__(self, row: int) -> str: ...
    @overload
    def __getitem__(self, row: slice) -> list[str]: ...
    def __getitem__(self, row: int | slice) -> str | list[str]:
        if isinstance(row, slice):
            return [self[each] for each in range(*row.indices(len(self._raw)))]
        text = self._texts[self._raw[row]]
        scope = self._scopes.get(row if row >= 0 else len(self._raw) + row)
        return f"{text}%{scope}" if scope else text

    def __iter__(self) -> Iterator[str]:
        if self._scopes:
            return (self[row] for row in range(len(self._raw)))
        return map(self._texts.__getitem__, self._raw)
