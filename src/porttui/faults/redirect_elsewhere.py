"""The server redirects to another place, which fails.

The port answers, quickly and correctly: it says "go there", a status from 301 to 308 with an address in the header
Location (RFC 9110, 15.4). The client goes there by itself and fails, and its error names the second address, or
none at all. So people look for the fault at a port that is perfectly well. What fails is the other end of the
redirect: another port, another host name, or https in place of http.

It comes about when a setting for the production server meets a developer's machine. SECURE_SSL_REDIRECT in Django
sends http://localhost:8000 to https://localhost:8000, where runserver speaks plain HTTP only: the browser shows
ERR_SSL_PROTOCOL_ERROR, curl "wrong version number". A BASE_URL or NEXTAUTH_URL still names port 3000, and the
server found that taken and moved to 3001. nginx in a container thinks it is on port 80, and when it adds a slash to
a folder's name it sends http://localhost:8080/shop to http://localhost/shop/, where nothing listens.

How porttui knows: it followed the redirects, five at most and only to addresses of this machine, and quotes each
with what came of it. The first answer was right, and the last place refused, spoke another protocol, showed a
certificate that is not trusted, or closed the connection. Or no client can go there, as the port is above 65535 or
the host is not one: a setting was put together badly. Where the place is merely silent, it says "probably", since an
answer may only be slow. A redirect to another machine is told and not followed.

What looks the same and is not: redirect-loop (the way leads back to where it came from), tls-to-plain (you yourself
asked in https), nothing-listening (the port that you asked is the dead one), http-client-error and
http-server-error (the other place answers, with an error of its own). HSTS and remembered redirects make a browser
go to https without being told to by the server: porttui, which remembers nothing, then finds the port healthy.

To fix it, mend the address that the server sends: `SECURE_SSL_REDIRECT = False` in Django's settings for
development, BASE_URL and the like in the environment of the application, `absolute_redirect off;` in nginx. Or
start what should answer there; `porttui check` with the second address tells why it does not. All of this is the
same on Linux, macOS and Windows. Afterwards try in a private window: browsers keep permanent redirects (301, 308).

To keep it from coming back, redirect to a path alone ("/login") wherever you can, keep settings for production out
of the development profile, and let a test follow the redirect of the front page.
"""

from __future__ import annotations

from porttui.faults.fault import CannotTell, Fault, Found, Outcome, RuledOut, Stop
from porttui.faults.shared import not_redirected
from porttui.model.facts import Exchange, Facts
from porttui.model.report import Confidence, Edit, Remedy, RemedyStep, Risk, Step
from porttui.reading import evidence, redirects, seen, words
from porttui.remedies import service


def check(facts: Facts) -> Outcome:
    """Find it when the last redirect led to another place on this machine, and failed there."""
    hops = not_redirected(facts)
    if not isinstance(hops, tuple):
        return hops
    final, done = hops[-1], redirects.end(facts)
    fails = redirects.failure(facts)
    if fails is None and done is None:
        return CannotTell(because="it redirects to where porttui does not follow")
    if fails is None and done is not None:
        return RuledOut(because=f"the redirect leads to an answer: {words.answer(done)}")
    if not redirects.leaves(facts):
        return RuledOut(because="it redirects to another page of the same server")
    certain = done is None or done.outcome != "silent"
    asked = words.asked_endpoint(facts)
    told = tuple(each for each in seen.exchanges(facts) if redirects.is_first(facts, each))
    return Found(
        summary=f"{'' if certain else 'Probably '}{asked} works, but sends you to {redirects.short(final)}: {fails}.",
        gloss="A redirect makes the client go on by itself; its error is about the second address.",
        confidence=Confidence.CERTAIN if certain else Confidence.LIKELY,
        evidence=(*evidence.exchanged(told), *redirects.told(facts)),
    )


def remedies(facts: Facts) -> tuple[Remedy, ...]:
    """Let the server send another address, or mend the place that it sends to."""
    final, done = redirects.last(facts), redirects.end(facts)
    if final is None or redirects.failure(facts) is None:
        return ()
    send = _send_another(facts, done)
    if done is None:
        return (send,)
    mend = _mend_the_place(facts, final.url, done)
    return (send, mend) if _to_tls_on_a_plain_port(done) else (mend, send)


def _to_tls_on_a_plain_port(done: Exchange | None) -> bool:
    return done is not None and done.sent == "https" and done.tls is None and done.outcome != "refused"


def _send_another(facts: Facts, done: Exchange | None) -> Remedy:
    listener = next((s for a in seen.addresses(facts) if (s := seen.accepting(facts, a)) is not None), None)
    name = words.plain_name(facts, listener) if listener is not None else "the server"
    first = next((each for each in seen.exchanges(facts) if each.http is not None), None)
    server = (first.http.header("server") if first and first.http else "") or ""
    if done is not None and "nginx" in server and done.sent == (first.sent if first else ""):
        step = RemedyStep(
            text="In nginx's settings, so that it redirects by path alone",
            edit=Edit(file="the server block", text="absolute_redirect off;"),
        )
    elif _to_tls_on_a_plain_port(done):
        step = RemedyStep(
            text="In the settings for development (Django's here; force_ssl in Rails, requires-channel in Spring)",
            edit=Edit(file="settings.py", text="SECURE_SSL_REDIRECT = False"),
        )
    else:
        step = RemedyStep(
            text="Find the setting that names that address (BASE_URL, PUBLIC_URL, NEXTAUTH_URL, ROOT_URL, siteurl) and "
            f"let it name {words.asked_endpoint(facts)}"
        )
    return Remedy(
        title="Let it redirect to an address that works",
        risk=Risk.RESTARTS,
        cost=f"restarts {name}",
        proof=service.proof(facts),
        steps=(step, RemedyStep(text=f"Start {name} again, so that it reads the new setting")),
        note="Browsers remember permanent redirects (301, 308): try in a private window afterwards.",
    )


def _mend_the_place(facts: Facts, url: str, done: Exchange) -> Remedy:
    why = "Let porttui say why that address fails"
    ask = RemedyStep(
        text=f"Start what should answer there. {why}" if done.outcome == "refused" else why,
        where=words.machine(facts),
        argv=("porttui", "check", url),
    )
    return Remedy(
        title="Mend the place that it redirects to",
        risk=Risk.SAFE,
        cost="safe to look",
        proof=service.proof(facts),
        steps=(ask,),
    )


FAULT = Fault(
    code="redirect-elsewhere",
    step=Step.PROBE,
    stop=Stop.PROTOCOL,
    title="The server redirects to another place, which fails",
    explanation=__doc__,
    check=check,
    remedies=remedies,
)
