"""A proxy variable captures the request.

A proxy is a machine that makes requests for others. The variables HTTP_PROXY, HTTPS_PROXY and ALL_PROXY tell programs
to send theirs to one, and NO_PROXY lists the hosts that are asked directly. Many programs obey even for localhost,
unless NO_PROXY names it. Then a request that should not leave the machine goes to a proxy that is down, or that looks
for "localhost" on its own machine, and the proxy's error stands where the server's answer should be: "connection
refused", 403, 502, 503.

It comes about when a company sets the variables for everybody, and a developer starts something local: Ollama at
localhost:11434, a test server, the API of a container. curl reaches it and Python does not, since each program has
rules of its own. curl takes http_proxy only in small letters. Node takes none of them unless it is told to. Python's
httpx and requests take all. And a NO_PROXY of `localhost` does not cover 127.0.0.1; `127.0.0.0/8` is understood by
curl and not by httpx.

How porttui knows: it reads the variables of its own environment as httpx does, asks the server directly, and asks once
more through the proxy, when that stands on this machine. Directly the server answers, through the proxy it does not,
or with another error. A proxy elsewhere is not asked, as nothing shall leave the machine: then porttui says that it
could not see. Your program may have been started with other variables than porttui.

What looks the same and is not: nothing-listening (the server is down, asked directly as well), http-server-error and
upstream-dead-502 (the error is of the server, or of its own reverse proxy), http-client-error (a 403 that the server
really means).

To fix it, leave this machine out: `export NO_PROXY=localhost,127.0.0.1,::1` on Linux and macOS, and the same as
no_proxy, as some programs read only small letters; `$env:NO_PROXY = 'localhost,127.0.0.1,::1'` in PowerShell,
`setx NO_PROXY localhost,127.0.0.1,::1` to keep it. To see whether that is all,
`curl --noproxy '*' http://localhost:11434`. A service has an environment of its own: Environment=NO_PROXY=... in its
unit, `environment:` in a compose file.

To keep it from coming back, set NO_PROXY in the same file in which the proxies are set, with the names of this machine
and of the containers in it.
"""

from __future__ import annotations

from porttui.faults.fault import CannotTell, Fault, Found, Outcome, RuledOut, Stop
from porttui.model.facts import Exchange, Facts, Proxy, Unseen
from porttui.model.report import Evidence, Remedy, RemedyStep, Risk, Step
from porttui.reading import evidence, seen, words
from porttui.remedies import service


def check(facts: Facts) -> Outcome:
    """Find it when a proxy applies, the server answers directly, and the way through the proxy fares worse."""
    if facts.proxies is None or (facts.exchanges is None and not facts.done):
        return CannotTell(because="the proxy variables were not looked at yet")
    proxy = _applying(facts)
    if proxy is None:
        return RuledOut(because="no proxy variable applies to the target")
    if not seen.opened(facts):
        return RuledOut(because="a direct connection does not work either")
    direct = seen.exchanges(facts)
    answered = _answered(direct)
    if direct and answered is None:
        return RuledOut(because="the server does not answer directly either")
    through = seen.exchanges(facts, "proxy")
    if not through:
        unseen = Unseen(
            what=f"what the proxy of {proxy.variable} answers",
            reason="it was not asked: it is not on this machine, or it is no HTTP proxy",
            how_to_see=f"curl -x {proxy.url} {facts.asked.target}",
        )
        return CannotTell(because="the proxy was not asked", unseen=(unseen,))
    if any(_works(each) for each in through):
        return RuledOut(because="the request works through the proxy too")
    if any(_same(one, other) for one in through for other in direct):
        return RuledOut(because="the server answers the same directly")
    itself = "itself works" if answered is None or _works(answered) else f"itself answers: {words.answer(answered)}"
    return Found(
        summary=f"{proxy.variable} sends the request to the proxy {proxy.url}, which fails; "
        f"{words.asked_endpoint(facts)} {itself}.",
        gloss="A proxy variable makes programs ask the proxy instead of the server, even for this machine.",
        evidence=(
            Evidence(text=f"{proxy.variable}\t{proxy.url}", source="environment"),
            Evidence(text=f"NO_PROXY\t{proxy.no_proxy or 'not set'}", source="environment"),
            *evidence.exchanged(through),
            *evidence.exchanged(direct),
        ),
    )


def _applying(facts: Facts) -> Proxy | None:
    return next((proxy for proxy in facts.proxies or () if proxy.applies), None)


def _works(exchange: Exchange) -> bool:
    return exchange.outcome == "answer" and (exchange.http is None or exchange.http.status < 400)


def _same(through: Exchange, direct: Exchange) -> bool:
    """Tell whether the proxy only passes on what the server says."""
    return through.http is not None and direct.http is not None and through.http.status == direct.http.status


def _answered(direct: tuple[Exchange, ...]) -> Exchange | None:
    """Return the answer that was got directly; a complaint about something else than the request is none."""
    answers = [each for each in direct if each.outcome == "answer"]
    return next((each for each in answers if each.http is not None or each.protocol not in {None, "http"}), None)


def remedies(facts: Facts) -> tuple[Remedy, ...]:
    """Leave this machine out of the proxy."""
    proxy = _applying(facts)
    kept = [entry for entry in (proxy.no_proxy if proxy else "").split(",") if entry.strip()]
    host = facts.asked.target.host
    wanted = ",".join(
        dict.fromkeys((*kept, "localhost", "127.0.0.1", "::1", *([host] if seen.target_is_local(facts) else [])))
    )
    where = "the terminal, or the service, that starts your program"
    set_it = ("setx", "NO_PROXY", wanted) if facts.os == "windows" else ("export", f"NO_PROXY={wanted}")
    return (
        Remedy(
            title="Leave this machine out of the proxy",
            risk=Risk.SAFE,
            cost="safe",
            proof=service.proof(facts),
            steps=(
                RemedyStep(text="Set NO_PROXY where your program is started", where=where, argv=set_it),
                RemedyStep(
                    text="Some programs read only the small letters: set no_proxy to the same, and start it again"
                ),
            ),
        ),
    )


FAULT = Fault(
    code="proxy-env",
    step=Step.PROBE,
    stop=Stop.ADDRESS,
    title="A proxy variable captures the request",
    explanation=__doc__,
    check=check,
    remedies=remedies,
)
