"""The server rejects the name by which it was asked.

Every HTTP request carries the name that the client typed, in the header Host (RFC 9110, 7.2). Some servers keep a
list of names to which they answer and turn all others away, although the connection, the path and the login are
right. The list is a defence: without it any web page on the internet could let a name of its own point to 127.0.0.1
and read your development server through your own browser (DNS rebinding). IP addresses and localhost are usually on
the list.

It comes about when a server is asked by a new name: an entry in /etc/hosts, a tunnel such as ngrok, a container's
name in a compose file, a proxy that passes the name on. vite answers 403 'Blocked request. This host ("shop.test")
is not allowed', webpack-dev-server and Angular 403 "Invalid Host header", Django 400 with the page DisallowedHost
while DEBUG is on and a bare "Bad Request (400)" when it is off, Rails 403 "Blocked hosts", ASP.NET Core and IIS 400
"Invalid Hostname".

How porttui knows: the answer says so in the words of one of these, or the same request under the name localhost,
which it sends once after a 400, 403 or 421, was answered. Without those words it says "probably", and nothing at
all about nginx, Apache and their like: they serve other pages under other names, so another answer there proves
nothing.

What looks the same and is not: http-client-error (403 and 400 whatever the name is: a login is missing, or the path
is not for you), macos-airplay (403 on port 5000 of a Mac, from AirPlay), cert-hostname-mismatch (the name is wrong
for the certificate, and no request is sent), dns-nxdomain (the name leads nowhere).

To fix it, ask for localhost; or put the name on the list. In vite.config.js:
`server: { allowedHosts: ['shop.test'] }`; in webpack.config.js: `devServer: { allowedHosts: ['shop.test'] }`; in
Django's settings.py: `ALLOWED_HOSTS = ['shop.test']`; in config/environments/development.rb of Rails:
`config.hosts << "shop.test"`. Restart the server after it. It is the same on Linux, macOS and Windows. A proxy in
front can send another name instead: `proxy_set_header Host localhost;` in nginx.

To keep it from coming back, list the names of all your environments in one variable that the settings read. Do not
allow every name (allowedHosts: true, ALLOWED_HOSTS = ['*']): that takes the defence away.
"""

from __future__ import annotations

import re

from msgspec.structs import replace

from porttui.faults.fault import CannotTell, Fault, Found, Outcome, RuledOut, Stop
from porttui.faults.shared import not_the_probe
from porttui.model.address import parse_ip
from porttui.model.base import Value
from porttui.model.facts import Exchange, Facts, HttpAnswer
from porttui.model.report import Confidence, Edit, Evidence, Remedy, RemedyStep, Risk, Step
from porttui.reading import evidence, seen, words
from porttui.remedies import service


class _Kind(Value, frozen=True, kw_only=True):
    """A server that keeps such a list, by the words with which it refuses."""

    title: str
    status: int
    says: str
    """A regular expression, from the beginning of the body."""
    file: str
    setting: str
    """With ``{name}`` to be filled in."""


_KINDS = (
    _Kind(
        title="vite",
        status=403,
        says=r"Blocked request\. This host \(",
        file="vite.config.js",
        setting="server: {{ allowedHosts: ['{name}'] }}",
    ),
    _Kind(
        title="webpack-dev-server",
        status=403,
        says=r"Invalid Host(?:/Origin)? header(?:\\n)?$",
        file="webpack.config.js",
        setting="devServer: {{ allowedHosts: ['{name}'] }}",
    ),
    _Kind(
        title="Django",
        status=400,
        says=r".{0,600}?\bDisallowedHost\b",
        file="settings.py",
        setting="ALLOWED_HOSTS = ['{name}']",
    ),
    _Kind(
        title="Rails",
        status=403,
        says=r".{0,1500}?\bBlocked hosts?:",
        file="config/environments/development.rb",
        setting='config.hosts << "{name}"',
    ),
    _Kind(
        title="ASP.NET Core",
        status=400,
        says=r".{0,600}?Bad Request - Invalid Hostname",
        file="appsettings.json",
        setting='"AllowedHosts": "localhost;{name}"',
    ),
)
_WORDS = r"Blocked request\.[^\\]*|Invalid Host[^\\]*|DisallowedHost[^<]{0,60}|Blocked hosts?:[^<\\]*|Invalid Hostname"
_STATUSES = frozenset({400, 403, 421})
_DJANGO_IN_PRODUCTION = r"(?s).{0,300}?<h1>Bad Request \(400\)</h1>"
_BY_NAME = r"(?i)nginx|openresty|apache|caddy|lighttpd|litespeed|iis|traefik|envoy|haproxy"
"""Servers of many sites, to which another name is another site."""


def check(facts: Facts) -> Outcome:
    """Find it when the answer says so, or another name is answered."""
    first = not_the_probe(facts)
    if first is not None:
        return first
    refused = _refused(facts)
    if refused is None or refused.http is None:
        return RuledOut(because="no answer had the status 400, 403 or 421")
    kind, again = _kind(refused.http), _again(facts)
    name = _name(refused)
    if kind is None and (again is None or again.http is None):
        return CannotTell(because="the request was not repeated under another name")
    works = again is not None and again.http is not None and again.http.status < 400
    if kind is None and not works:
        return RuledOut(because="it answers the same under the name localhost")
    if kind is None and not _keeps_a_list(refused.http):
        return RuledOut(because="it serves other sites under other names, so another answer there proves nothing")
    listener = seen.accepting(facts, refused.address, refused.port)
    program = kind.title if kind else words.plain_name(facts, listener) if listener else "the server"
    told = f"{program} on port {facts.asked.target.port} does not answer to the name {name}"
    more = f"; as localhost it answers HTTP {again.http.status}" if works and again and again.http else ""
    return Found(
        summary=f"{told if kind else f'Probably {told}'}{more}.",
        gloss="The name stands in each request (Host); the server keeps a list of those that it answers to.",
        confidence=Confidence.CERTAIN if kind else Confidence.LIKELY,
        evidence=(
            *evidence.exchanged((refused,)),
            *_quoted(refused, kind),
            *evidence.exchanged((again,) if again else ()),
        ),
    )


def _refused(facts: Facts) -> Exchange | None:
    return next((e for e in seen.exchanges(facts) if e.http is not None and e.http.status in _STATUSES), None)


def _again(facts: Facts) -> Exchange | None:
    """Return the same request under another name."""
    return next((e for e in seen.exchanges(facts, "variant") if e.http is not None and not e.preamble), None)


def _kind(answer: HttpAnswer) -> _Kind | None:
    """Return whose words the answer has. They are matched from its beginning: a page may quote them further down."""
    if (answer.header("server") or "").startswith("Microsoft-HTTPAPI"):
        return None  # http.sys says the same for a port on which no program has registered the name
    return next(
        (each for each in _KINDS if each.status == answer.status and re.match(each.says, answer.body, re.DOTALL)), None
    )


def _keeps_a_list(answer: HttpAnswer) -> bool:
    if re.match(_DJANGO_IN_PRODUCTION, answer.body):
        return True
    return not re.search(_BY_NAME, answer.header("server") or "")


def _name(refused: Exchange) -> str:
    """Return the name that was asked by, without its port."""
    host = refused.host
    return host.rpartition(":")[0] if re.search(r":\d+$", host) and not host.endswith("]") else host


def _quoted(refused: Exchange, kind: _Kind | None) -> tuple[Evidence, ...]:
    if refused.http is None or kind is None:
        return ()
    said = re.search(_WORDS, refused.http.body)
    return (Evidence(text=f"it says\t{words.quoted(said[0] if said else refused.http.body, 90)}", source="GET"),)


def remedies(facts: Facts) -> tuple[Remedy, ...]:
    """Ask by a name that it answers to, or put this one on its list."""
    refused, again = _refused(facts), _again(facts)
    if refused is None or refused.http is None:
        return ()
    kind, name = _kind(refused.http), _name(refused)
    listener = seen.accepting(facts, refused.address, refused.port)
    owners = seen.owners(facts, listener) if listener else ()
    program = kind.title if kind else words.plain_name(facts, listener) if listener else "the server"
    works = again is not None and again.http is not None and again.http.status < 400
    wanted = str(replace(facts.asked.target, host="localhost"))
    allow = Remedy(
        title=f"Let {program} answer to {name}",
        risk=Risk.RESTARTS,
        cost=f"restarts {program}",
        proof=service.proof(facts),
        steps=(
            _on_the_list(kind, name),
            service.start_again(facts, listener, owners[0] if owners else None, program),
        ),
        note="Name this one host: a list that allows every name lets any web page read the server through a browser.",
    )
    ask = Remedy(
        title="Ask for localhost",
        risk=Risk.SAFE,
        cost="safe",
        proof=wanted,
        tried=words.answer(again) if again is not None else None,
        steps=(
            RemedyStep(text="In the program that showed the error, write", where="the program that showed the error",
                       url=wanted),
        ),
    )  # fmt: skip
    here = all(seen.is_local(facts, each) for each in seen.addresses(facts))
    return (ask, allow) if works and here and parse_ip(name.strip("[]")) is None else (allow,)


def _on_the_list(kind: _Kind | None, name: str) -> RemedyStep:
    if kind is None:
        return RemedyStep(
            text=f"Find the list of names in its settings (ALLOWED_HOSTS, allowedHosts, server_name) and add {name}"
        )
    return RemedyStep(text=f"In {kind.file} write", edit=Edit(file=kind.file, text=kind.setting.format(name=name)))


FAULT = Fault(
    code="host-not-allowed",
    step=Step.PROBE,
    stop=Stop.PROTOCOL,
    title="The server rejects the name by which it was asked",
    explanation=__doc__,
    check=check,
    remedies=remedies,
    explains=("http-client-error",),
)
