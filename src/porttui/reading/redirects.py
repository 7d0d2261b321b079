"""Where the target's answer sends its client, and whether that ends well."""

from __future__ import annotations

from itertools import pairwise
from typing import Literal

from porttui.model.facts import Exchange, Facts, Hop
from porttui.model.report import Evidence
from porttui.reading import seen, words

_NOT_ASKED = {
    "elsewhere": "another machine: not asked",
    "again": "asked before",
    "bound": "not asked: five redirects were followed",
    "time": "not asked: the time was over",
    "unreadable": "not asked: no address to ask",
    "impossible": "no client can ask for it",
}
_FLAWS = {"port": "the port in it is not a number from 1 to 65535", "host": "the host in it is not a valid one"}


def hops(facts: Facts) -> tuple[Hop, ...]:
    """Return the redirects, in their order; () when there is none, or nobody looked."""
    return facts.redirects or ()


def last(facts: Facts) -> Hop | None:
    """Return the last redirect."""
    return hops(facts)[-1] if hops(facts) else None


def end(facts: Facts) -> Exchange | None:
    """Return what came of the last redirect; None when there is none, or porttui did not go there."""
    final = last(facts)
    return final.exchange if final else None


def heard(facts: Facts) -> tuple[Exchange, ...]:
    """Return what was said with the target, and at the end of its redirects."""
    done = end(facts)
    return (*seen.exchanges(facts), *((done,) if done is not None else ()))


def is_first(facts: Facts, exchange: Exchange) -> bool:
    """Tell whether an exchange is the one whose redirects were followed."""
    return exchange is next((each for each in seen.exchanges(facts) if each.http is not None), None)


def repeats(facts: Facts) -> Hop | None:
    """Return the redirect that leads back to where a client was already, with the same cookies."""
    final = last(facts)
    return final if final is not None and final.stopped == "again" else None


def grows(facts: Facts) -> Hop | None:
    """Return the last redirect when each led to a longer URL of the same kind (see `longer`), without an end."""
    return last(facts) if longer(facts) is not None else None


def longer(facts: Facts) -> Literal["query", "path"] | None:
    """Tell what grew with each redirect, to the last that was followed: the query of one path, or the path.

    The path must grow by the same piece each time, at one of its ends: "/login/", "/login/login/" ...
    """
    final = last(facts)
    if final is None or final.stopped != "bound":
        return None
    urls = [each.url for each in hops(facts)][1:]
    if not all(len(a) < len(b) for a, b in pairwise(urls)):
        return None
    if len({url.partition("?")[0] for url in urls}) == 1:
        return "query"
    from urllib.parse import urlsplit  # hardly ever needed, and this file is read for every look

    parts = [urlsplit(url) for url in urls]
    paths = [each.path for each in parts]
    behind = {b.removeprefix(a) if b.startswith(a) else "" for a, b in pairwise(paths)}
    before = {b.removesuffix(a) if b.endswith(a) else "" for a, b in pairwise(paths)}
    grown = any(len(added) == 1 and "" not in added for added in (behind, before))
    return "path" if grown and len({(each.scheme, each.netloc) for each in parts}) == 1 else None


def failure(facts: Facts) -> str | None:
    """Tell in what way the last redirect fails: a clause; None when it works, or porttui did not go there."""
    final = last(facts)
    if final is not None and final.stopped == "impossible":
        return _FLAWS.get(final.flaw, "no client can go there")
    done = end(facts)
    if done is None:
        return None
    port = done.port
    if done.outcome == "refused":
        return "the connection is refused" if "refused" in done.error.lower() else "no connection opens"
    if done.sent == "https" and done.protocol == "http" and done.tls is None:
        return f"port {port} speaks plain HTTP, not HTTPS"
    if done.tls is not None and done.tls.trusted is False:
        return "the certificate is not accepted"
    if done.tls is not None and done.tls.alert:
        return f"the TLS handshake ends with the alert {done.tls.alert}"
    if done.outcome == "silent":
        return f"no answer came in {words.duration(done.ms)}"
    if done.outcome in {"closed", "reset"}:
        how = "closed" if done.outcome == "closed" else "reset"
        return f"the connection is {how} without an answer"
    if done.http is None or done.protocol != "http":
        other = done.protocol not in {None, "http"}
        return f"the port speaks {words.protocol(done.protocol)}" if other else "the answer breaks the rules of HTTP"
    return None


def leaves(facts: Facts) -> bool:
    """Tell whether the last redirect leads to another address, port or scheme than the target's, or to none at all."""
    final = last(facts)
    if final is not None and final.stopped == "impossible":
        return True
    done = end(facts)
    first = next((each for each in seen.exchanges(facts) if each.http is not None), None)
    if done is None or first is None:
        return False
    return (done.sent, done.address, done.port) != (first.sent, first.address, first.port)


def ends_well(facts: Facts) -> bool:
    """Tell whether nothing is known against the way on which the client is sent."""
    if repeats(facts) is not None or grows(facts) is not None or failure(facts) is not None:
        return False
    done = end(facts)
    return done is None or done.http is None or (done.http.status < 400 and done.http.complete)


def place(facts: Facts, exchange: Exchange) -> str:
    """Name what answered: the target as host and port, or the URL to which it redirects."""
    final = last(facts)
    redirected = final is not None and final.exchange is exchange
    return short(final) if final is not None and redirected else words.asked_endpoint(facts)


def in_short(facts: Facts, first: Exchange) -> str:
    """Tell the answer and what came of the redirects in a few words: "HTTP 302, then HTTP 200"."""
    if repeats(facts) is not None:
        return f"{words.answer(first)}, in a circle"
    if grows(facts) is not None:
        return f"{words.answer(first)}, without an end"
    done = end(facts)
    final = last(facts)
    if final is not None and final.stopped == "impossible":
        return f"{words.answer(first)}, to nowhere"
    if done is None or final is None:
        return f"{words.answer(first)}, to elsewhere" if final and final.stopped == "elsewhere" else words.answer(first)
    fails = failure(facts)
    return f"{words.answer(first)}; there, " + (fails or words.answer(done))


def note(facts: Facts) -> str:
    """Tell in one sentence where porttui did not follow; empty when it went to the end."""
    final = last(facts)
    if final is None or final.stopped is None:
        return ""
    if final.stopped == "elsewhere":
        return f"It redirects to {_short(final.url)}, on another machine; porttui does not follow it there."
    if final.stopped in {"bound", "time"}:
        return f"It redirects on, to {_short(final.url)}; porttui followed {len(hops(facts)) - 1} times and stopped."
    return f"It redirects to {_short(final.url)}, which porttui cannot ask for."


def told(facts: Facts) -> tuple[Evidence, ...]:
    """Quote the redirects."""
    return tuple(
        Evidence(
            text=f"HTTP {hop.status}\tto {_short(hop.url)}\t"
            + (_NOT_ASKED[hop.stopped] if hop.stopped else _came(hop)),
            source="redirect",
        )
        for hop in hops(facts)
    )


def _came(hop: Hop) -> str:
    if hop.exchange is None:
        return ""
    more = f", {hop.exchange.error}" if hop.exchange.error and hop.exchange.http is None else ""
    return f"{words.answer(hop.exchange)}{more}"


def _short(url: str, limit: int = 70) -> str:
    return url if len(url) <= limit else url[: limit - 3] + "..."


def short(hop: Hop) -> str:
    """Return a redirect's URL, shortened for a sentence."""
    return _short(hop.url, 60)
