"""The proxies that the environment names, chosen as httpx chooses them, and what one of them answers.

httpx 0.28 takes http_proxy, https_proxy and all_proxy as urllib.request.getproxies does, sorts them with the entries of
no_proxy into patterns, the most specific first, and uses the first that matches the URL. It has no exemption for
loopback addresses. Settings outside the environment (macOS and Windows have some) are not read here.
"""

from __future__ import annotations

import ipaddress
import os
import re
from collections.abc import Collection, Iterator, Mapping

from porttui.model.address import endpoint, is_loopback, parse_ip, same_address
from porttui.model.base import Value
from porttui.model.facts import Exchange, Proxy
from porttui.model.printable import printable
from porttui.model.secrets import without_password
from porttui.model.target import Asked

_SCHEMES = ("http", "https", "all")
_OTHERS = ("SSL_CERT_FILE", "SSL_CERT_DIR")
_PORTS = {"http": 80, "https": 443, "ws": 80, "wss": 443, "ftp": 21}
"""Ports that a URL does not have to name, and that httpx removes from it (RFC 3986, 6.2.3)."""


def environment_facts(env: Mapping[str, str]) -> dict[str, str]:
    """Return the variables that decide where a request goes and whom it trusts, printable, with passwords masked."""
    names = sorted(name for name in env if _proxy_kind(name) in {*_SCHEMES, "no"} or name in _OTHERS)
    return {name: _masked(env[name]) for name in names if env[name]}


def environment_proxies(asked: Asked, env: Mapping[str, str]) -> tuple[Proxy, ...]:
    """List the proxies that the environment names for http, https and all; at most one of them applies.

    Args:
        asked: the target; without a scheme it is taken for http.
        env: the environment.

    Returns:
        One Proxy for each of the three that is set.
    """
    settings = _settings(env)
    chosen = _chosen(asked, settings)
    no_proxy = printable(settings["no"].value) if "no" in settings else ""
    return tuple(
        Proxy(
            variable=settings[kind].variable,
            url=_masked(_with_scheme(settings[kind].value)),
            applies=kind == chosen,
            no_proxy=no_proxy,
        )
        for kind in _SCHEMES
        if kind in settings
    )


def probe_through(
    asked: Asked,
    proxy: Proxy,
    *,
    own_addresses: Collection[str] = (),
    timeout: float = 4.0,
    env: Mapping[str, str] | None = None,
) -> Exchange | None:
    """Send the request through a proxy on this machine.

    Args:
        asked: the target.
        proxy: one that `environment_proxies` returned.
        own_addresses: the addresses of this machine; loopback ones need not be among them.
        timeout: seconds.
        env: where the variable of the proxy is read again, for its password; by default this process's environment.

    Returns:
        What came of it; None when the proxy is on another machine, where nothing is sent, or when it is no HTTP proxy.
    """
    value = (os.environ if env is None else env).get(proxy.variable, "")
    try:
        from urllib.parse import urlsplit

        url = urlsplit(_with_scheme(value))
        port = url.port if url.port is not None else _PORTS.get(url.scheme, 0)  # port 0 is no port left out
    except ValueError:
        return None
    addresses = _own(url.hostname or "", own_addresses)
    if url.scheme not in {"http", "https"} or not addresses:
        return None
    from porttui.observe.talk.http import get
    from porttui.observe.talk.request import Way
    from porttui.observe.talk.wire import Call

    done: Exchange | None = None
    for address in addresses:
        call = Call(address=address, port=port, role="proxy")
        done = get(call, _target_url(asked), timeout, Way(via=url.geturl()))
        if done.outcome != "refused":
            break
    return done


class _Setting(Value, frozen=True, kw_only=True):
    variable: str
    value: str


class _Pattern(Value, frozen=True, kw_only=True):
    """A rule of httpx: scheme, host and port, each of which may be open, and the proxy kind that it leads to."""

    scheme: str = ""
    host: str = ""
    """The host of the rule as it is written, with its leading stars; empty for any."""
    port: int | None = None
    kind: str | None = None
    """None: no proxy."""

    @property
    def rank(self) -> tuple[int, int, int]:
        """The most specific comes first: with a port, then the longer host, then the longer scheme."""
        return (0 if self.port is not None else 1, -len(self.host), -len(self.scheme))

    def matches(self, scheme: str, host: str, port: int | None) -> bool:
        if (self.scheme and self.scheme != scheme) or (self.port is not None and self.port != port):
            return False
        if not self.host:
            return True
        if self.host.startswith("*."):
            return host.endswith(self.host[1:]) and host != self.host[1:]
        if self.host.startswith("*"):
            return host == self.host[1:] or host.endswith(f".{self.host[1:]}")
        return host == self.host


def _proxy_kind(name: str) -> str:
    return name.lower().removesuffix("_proxy") if name.lower().endswith("_proxy") else ""


def _settings(env: Mapping[str, str]) -> dict[str, _Setting]:
    """Read the variables as urllib.request.getproxies_environment does: the lower-case spelling wins.

    An empty lower-case variable switches the upper-case one off. With REQUEST_METHOD set (CGI) HTTP_PROXY is not
    believed, because a client can set it by a header (CVE-2016-1000110).
    """
    found: dict[str, _Setting] = {}
    for name, value in env.items():
        if value and _proxy_kind(name) in {*_SCHEMES, "no"}:
            found[_proxy_kind(name)] = _Setting(variable=name, value=value)
    if "REQUEST_METHOD" in env:
        found.pop("http", None)
    for name, value in env.items():
        kind = _proxy_kind(name)
        if name.endswith("_proxy") and kind in {*_SCHEMES, "no"}:
            if value:
                found[kind] = _Setting(variable=name, value=value)
            else:
                found.pop(kind, None)
    return found


def _chosen(asked: Asked, settings: Mapping[str, _Setting]) -> str | None:
    """Return the kind of proxy that httpx would use for the target, or None."""
    target = asked.target
    scheme = target.scheme or "http"
    port = None if _PORTS.get(scheme) == target.port else target.port
    exceptions = [each.strip() for each in settings["no"].value.split(",")] if "no" in settings else []
    if "*" in exceptions:
        return None
    rules = [_Pattern(scheme="" if kind == "all" else kind, kind=kind) for kind in _SCHEMES if kind in settings]
    rules += _exceptions(exceptions)
    host = _plain_host(target.host)
    return next(
        (rule.kind for rule in sorted(rules, key=lambda rule: rule.rank) if rule.matches(scheme, host, port)), None
    )


def _exceptions(entries: list[str]) -> Iterator[_Pattern]:
    """Turn the entries of no_proxy into rules; httpx._utils.get_environment_proxies."""
    for entry in filter(None, entries):
        if "://" in entry:
            scheme, _, place = entry.partition("://")
            yield _pattern("" if scheme.lower() == "all" else scheme.lower(), place)
        elif _is_network(entry) or entry.lower() == "localhost":
            # A network like 127.0.0.0/8 becomes a URL with a path: only its first address is left.
            yield _pattern("", f"[{entry}]" if ":" in entry else entry)
        else:
            yield _pattern("", f"*{entry}")


def _pattern(scheme: str, place: str) -> _Pattern:
    """Read host and port from the rest of a URL."""
    place = re.split(r"[/?#]", place, maxsplit=1)[0].rpartition("@")[2]
    match = re.fullmatch(r"(\[.*\]|[^:]*)(?::(\d*))?", place)
    if match is None:
        return _Pattern(scheme=scheme, host="\0")  # httpx fails on it; it matches nothing
    port = int(match[2]) if match[2] else None
    host = "" if match[1] == "*" else _plain_host(match[1])
    return _Pattern(scheme=scheme, host=host, port=None if port == _PORTS.get(scheme) else port)


def _is_network(entry: str) -> bool:
    try:
        ipaddress.ip_address(entry.partition("/")[0])
    except ValueError:
        return False
    return True


def _plain_host(host: str) -> str:
    return host.strip("[]").partition("%")[0].lower()


def _with_scheme(value: str) -> str:
    return value if "://" in value else f"http://{value}"


def _target_url(asked: Asked) -> str:
    target = asked.target
    scheme = "https" if target.scheme in {"https", "wss"} else "http"
    host = target.host.partition("%")[0] if parse_ip(target.host) else target.host
    return f"{scheme}://{endpoint(host, target.port)}{target.path}"


def _own(host: str, own_addresses: Collection[str]) -> tuple[str, ...]:
    """Return the addresses of a host when it is surely this machine. No name is sent to a resolver but localhost."""
    if parse_ip(host) is not None:
        local = is_loopback(host) or any(same_address(host, own) for own in own_addresses)
        return (host,) if local else ()
    if host.lower() != "localhost":
        return ()
    import socket

    try:
        found = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
    except OSError:
        return ()
    addresses = dict.fromkeys(str(entry[4][0]) for entry in found)
    return tuple(address for address in addresses if is_loopback(address))


def _masked(value: str) -> str:
    """Hide the password of a URL."""
    return printable(without_password(value))
