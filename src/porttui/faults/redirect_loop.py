"""The redirects come back to themselves.

A server may answer "not here, but there" with a status from 301 to 308 and the new address in the header Location
(RFC 9110, 15.4). The client goes there by itself. When the way leads back to an address that was asked before, it
leads round in a circle, and no page ever comes: browsers give up after about twenty rounds. The server is well, the
port is right, and each answer of it is correct; only together they make no sense.

It comes about when two rules send a client to each other. The everyday pair is a proxy that takes the encryption
off and an application that wants HTTPS: the application sees plain HTTP, says "come back by https", the proxy
passes that on again as plain HTTP, and so forth (Django's SECURE_SSL_REDIRECT, force_ssl of Rails, WordPress behind
a proxy). Others are a rule that adds a slash and one that takes it off, a "www." in front and away again, and a
login page that is itself behind the login. Chrome says ERR_TOO_MANY_REDIRECTS, Firefox "isn't redirecting
properly", curl "(47) Maximum (50) redirects followed", httpx TooManyRedirects.

How porttui knows: it followed the redirects as a browser does, keeping the cookies that were set on the way, and
came to an address that it had asked already with the same cookies. It follows five at most, and only on this
machine. When five redirects all led to one path with an ever longer query (a login that puts the login's own
address into "next="), or to a path that grew by the same piece each time (/login/login/, from an address without its
first slash), it says "probably".

What looks the same and is not: redirect-elsewhere (the way ends, at a place that fails), a page that sets a cookie
and sends the client to itself once more (that is followed, and ends), and a circle that only your browser walks: it
remembers permanent redirects (301, 308) for long, so try a private window when porttui reports healthy.

To fix it, look at each redirect by itself: `curl -I http://localhost:8000/` on Linux and macOS, `curl.exe -I` on
Windows. If the way goes between http and https, let the proxy tell the truth:
`proxy_set_header X-Forwarded-Proto $scheme;` in nginx, and let the application believe it: SECURE_PROXY_SSL_HEADER
in Django, `app.set('trust proxy', 1)` in Express, `config.assume_ssl` in Rails. If it goes between two spellings,
take one of the two rules out.

To keep it from coming back, let one place only decide on the scheme, the host name and the slash: the proxy or the
application, and not both; and answer a redirect with 302 until you are sure, since 301 stays in browsers.
"""

from __future__ import annotations

from porttui.faults.fault import CannotTell, Fault, Found, Outcome, RuledOut, Stop
from porttui.faults.shared import not_redirected
from porttui.model.facts import Facts
from porttui.model.report import Confidence, Edit, Remedy, RemedyStep, Risk, Step
from porttui.reading import evidence, redirects, seen, words
from porttui.remedies import manager, service


def check(facts: Facts) -> Outcome:
    """Find it when a redirect leads to where the client was already."""
    hops = not_redirected(facts)
    if not isinstance(hops, tuple):
        return hops
    back, growing = redirects.repeats(facts), redirects.grows(facts)
    if back is None and growing is None:
        final = hops[-1]
        if final.stopped in {"bound", "time"}:
            return CannotTell(because=f"porttui followed {len(hops) - 1} redirects and stopped")
        return RuledOut(because="the redirects come to an end" if final.exchange else "they lead away from here")
    asked = words.asked_endpoint(facts)
    told = tuple(each for each in seen.exchanges(facts) if redirects.is_first(facts, each))
    if back is not None:
        round_trip = "itself" if len(hops) == 1 else f"itself after {len(hops)} redirects"
        summary = f"{asked} redirects to {round_trip}: {redirects.short(back)} was asked before."
    else:
        to = "the same path, with a longer query" if redirects.longer(facts) == "query" else "a longer path"
        summary = f"Probably {asked} redirects without an end: each time to {to}."
    return Found(
        summary=summary,
        gloss="Each answer sends the client on, and no page ever comes.",
        confidence=Confidence.CERTAIN if back is not None else Confidence.LIKELY,
        evidence=(*evidence.exchanged(told), *redirects.told(facts)),
    )


def remedies(facts: Facts) -> tuple[Remedy, ...]:
    """Tell the application the truth about the scheme, or look at each redirect."""
    urls = [hop.url for hop in redirects.hops(facts)]
    changes_scheme = len({url.partition(":")[0] for url in urls} | {facts.asked.target.scheme or "http"}) > 1
    look = _look_at_each(facts)
    return (_tell_the_scheme(facts), look) if changes_scheme else (look, _tell_the_scheme(facts))


def _look_at_each(facts: Facts) -> Remedy:
    curl = "curl.exe" if facts.os == "windows" else "curl"
    where = manager.POWERSHELL if facts.os == "windows" else words.machine(facts)
    urls = list(dict.fromkeys(hop.url for hop in redirects.hops(facts)))[:2]
    steps = tuple(
        RemedyStep(text=f"See where it sends you: the line Location of answer {number}", where=where,
                   argv=(curl, "-I", url))
        for number, url in enumerate(urls, 1)
    )  # fmt: skip
    mend = RemedyStep(
        text="Find the two rules that send to each other (slash, www, http and https, login) and take one of them out"
    )
    return Remedy(
        title="Find the two rules that send to each other",
        risk=Risk.SAFE,
        cost="safe to look",
        proof=service.proof(facts),
        steps=(*steps, mend),
        note="Browsers remember permanent redirects (301, 308): try in a private window afterwards.",
    )


def _tell_the_scheme(facts: Facts) -> Remedy:
    return Remedy(
        title="If a proxy takes the TLS off: let it say so to the application",
        risk=Risk.RESTARTS,
        cost="reloads the proxy, restarts the application",
        proof=service.proof(facts),
        steps=(
            RemedyStep(
                text="In the proxy, nginx for one, beside proxy_pass",
                edit=Edit(file="the location block", text="proxy_set_header X-Forwarded-Proto $scheme;"),
            ),
            RemedyStep(
                text="Let the application believe it: SECURE_PROXY_SSL_HEADER in Django, 'trust proxy' in Express, "
                "config.assume_ssl in Rails, server.forward-headers-strategy in Spring Boot"
            ),
        ),
    )


FAULT = Fault(
    code="redirect-loop",
    step=Step.PROBE,
    stop=Stop.PROTOCOL,
    title="The redirects come back to themselves",
    explanation=__doc__,
    check=check,
    remedies=remedies,
    explains=("redirect-elsewhere",),
)
