"""Where redirects lead: hop by hop, as a browser goes, and never to another machine.

The way ends at an answer that does not redirect, at a place that was asked before, at a hop that fails, after five
hops, or where another machine would have to be asked; that one is told and not asked, and no resolver is asked for it.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator
from typing import Literal
from urllib.parse import urldefrag, urljoin, urlsplit

from porttui.model.facts import Exchange, Hop, HttpAnswer
from porttui.model.printable import printable
from porttui.model.secrets import without_password
from porttui.observe.talk.wire import Call, FateReader

MOST_HOPS = 5
REDIRECTS = frozenset({301, 302, 303, 307, 308})
"""Statuses by which a client is sent on (RFC 9110, 15.4); 300 and 304 carry no such order."""
_PORTS = {"http": 80, "https": 443}
_LONGEST = 999
"""Characters of a Location; a longer one was cut (`HttpAnswer.headers`)."""
_LEAST = 0.05
"""Seconds below which nothing more is begun."""
_COOKIES = 20
_NO_HOST = re.compile(r"[\x00-\x20\x7f#/<>?@^|\\]")
"""What no host name has: the "forbidden host code points" of the URL standard (WHATWG, 3.1), but for the colon of
IPv6 addresses, brackets, which are looked at apart, and the per cent sign, which may begin an escape."""
AddressesOf = Callable[[str], tuple[str, ...]]
"""Host -> its addresses on this machine; () when it is another machine, or would have to be looked up."""
Stopped = Literal["elsewhere", "again", "bound", "time", "unreadable", "impossible"]
Flaw = Literal["port", "host", ""]


def follow(
    first: Exchange, url: str, addresses_of: AddressesOf, *, timeout: float, fate: FateReader | None = None
) -> Iterator[Hop]:
    """Go where an answer sends its client.

    Args:
        first: the target's answer.
        url: what it answered, as an absolute URL.
        addresses_of: where hosts are.
        timeout: seconds that all hops together may take.
        fate: how to look up the server's side of a silent connection.

    Yields:
        Each hop as it ends; nothing when the answer redirects nowhere.
    """
    deadline = time.monotonic() + timeout
    walk = _Walk(addresses_of, fate)
    answer: Exchange | None = first
    count = 0
    while answer is not None and answer.http is not None and (location := location_of(answer.http)) is not None:
        walk.note(url, answer.http)
        status = answer.http.status
        try:
            url = urldefrag(urljoin(url, location)).url
        except ValueError:
            url = location
        left = deadline - time.monotonic()
        flaw = flaw_of(url)
        stopped = walk.why_not(url) or ("bound" if count == MOST_HOPS else "time" if left < _LEAST else None)
        answer = walk.go(url, left) if stopped is None else None
        shown = printable(without_password(url), 1000)
        yield Hop(status=status, url=shown, stopped=stopped, flaw=flaw, exchange=answer)
        count += 1


def location_of(answer: HttpAnswer) -> str | None:
    """Return where an answer sends its client; None when it sends it nowhere."""
    return answer.header("location") if answer.status in REDIRECTS else None


def flaw_of(url: str) -> Flaw:
    """Tell by which part no client can ask for an http or https URL; empty when one can, and for other schemes.

    A port is a number of 16 bits (RFC 9293, 3.1), and to port 0 nothing can connect. A URL with an empty host is
    invalid (RFC 9110, 4.2.1).
    """
    try:
        parts = urlsplit(url)
    except ValueError:  # brackets that hold no IPv6 address
        return "host" if re.match(r"(https?:)?//", url, re.IGNORECASE) else ""
    if parts.scheme not in _PORTS or not parts.netloc or len(url) > _LONGEST or "\\" in url:
        return ""  # browsers take "http:///path" and a backslash for a slip of the pen, and mend it
    if not parts.hostname or _NO_HOST.search(parts.hostname):
        return "host"
    try:
        return "port" if parts.port == 0 else ""
    except ValueError:
        return "port"


class _Walk:
    """What was asked so far, and the cookies that were given on the way, as a browser keeps them."""

    def __init__(self, addresses_of: AddressesOf, fate: FateReader | None) -> None:
        self._addresses_of = addresses_of
        self._fate = fate
        self._asked: set[tuple[str, tuple[str, ...]]] = set()
        self._cookies: dict[str, dict[str, str]] = {}
        """By host and name; they are shared by all ports of a host (RFC 6265, 8.5)."""

    def note(self, url: str, answer: HttpAnswer) -> None:
        """Remember that a URL was asked with the cookies of then, and keep those that came with its answer."""
        self._asked.add((url, self._names(url)))
        kept = self._cookies.setdefault(_host(url), {})
        for header, value in answer.headers:
            name, equals, rest = value.partition("=")
            if header == "set-cookie" and equals and (name in kept or len(kept) < _COOKIES):
                kept[name.strip()] = rest.partition(";")[0].strip()

    def why_not(self, url: str) -> Stopped | None:
        """Tell why a URL is not asked for; None when it can be."""
        if flaw_of(url):
            return "impossible"
        try:
            parts = urlsplit(url)
            port = parts.port or _PORTS.get(parts.scheme)
        except ValueError:
            return "unreadable"
        if port is None or not parts.hostname or len(url) > _LONGEST or "\\" in url:
            return "unreadable"
        if not self._addresses_of(parts.hostname):
            return "elsewhere"
        # The same place with the same cookies answers the same. Their values may be new each time: a session's number.
        return "again" if (url, self._names(url)) in self._asked else None

    def go(self, url: str, seconds: float) -> Exchange:
        """Ask for a URL that `why_not` lets pass, at the first address of its host that opens."""
        from porttui.observe.talk.http import get
        from porttui.observe.talk.request import Way

        parts = urlsplit(url)
        port = parts.port or _PORTS[parts.scheme]
        cookie = "; ".join(f"{name}={value}" for name, value in self._cookies.get(_host(url), {}).items())
        deadline = time.monotonic() + seconds
        for address in self._addresses_of(_host(url)):
            call = Call(address=address, port=port, role="redirect", fate=self._fate)
            done = get(call, url, max(_LEAST, deadline - time.monotonic()), Way(cookie=cookie))
            if done.outcome != "refused":
                break
        return done

    def _names(self, url: str) -> tuple[str, ...]:
        return tuple(sorted(self._cookies.get(_host(url), {})))


def _host(url: str) -> str:
    return urlsplit(url).hostname or ""
