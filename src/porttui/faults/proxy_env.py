"""A proxy variable captures the request, and a direct connection works.

HTTP_PROXY, HTTPS_PROXY and ALL_PROXY tell programs to send their requests to a proxy instead of to the server, and
many programs do so even for localhost, unless NO_PROXY names it. A proxy that is down, or that knows nothing of
your machine's localhost, then answers for a server that works: "connection refused" of the proxy, 403, 502, 503.

It comes about on company machines and in containers, where the variables are set for everybody. Programs differ:
curl does not take HTTP_PROXY in capitals, Node takes none of them by itself, Python's httpx and requests take all,
and a NO_PROXY of localhost does not cover 127.0.0.1.

How porttui knows: the environment names a proxy that applies to the target; asked directly, the server answers;
asked through the proxy, it does not.

What looks the same and is not: nothing-listening (the server itself is down), http-server-error (the server itself
answers with an error).

To keep it from coming back, set NO_PROXY=localhost,127.0.0.1,::1 where the proxy variables are set.
"""

from __future__ import annotations

from porttui.faults.fault import CannotTell, Fault, Found, Outcome, RuledOut, Stop
from porttui.model.facts import Exchange, Facts, Proxy, Unseen
from porttui.model.report import Evidence, Remedy, RemedyStep, Risk, Step
from porttui.reading import evidence, seen, words
from porttui.remedies import service


def check(facts: Facts) -> Outcome:
    """Find it when a proxy applies, the direct way works, and the way through the proxy does not."""
    if facts.proxies is None or (facts.exchanges is None and not facts.done):
        return CannotTell(because="the proxy variables were not looked at yet")
    proxy = _applying(facts)
    if proxy is None:
        return RuledOut(because="no proxy variable applies to the target")
    if not seen.opened(facts):
        return RuledOut(because="a direct connection does not work either")
    direct = seen.exchanges(facts)
    if direct and not any(_works(each) for each in direct):
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
    return Found(
        summary=f"{proxy.variable} sends the request to the proxy {proxy.url}, which fails; "
        f"{words.asked_endpoint(facts)} itself works.",
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
    explains=("http-server-error", "http-client-error"),
)
