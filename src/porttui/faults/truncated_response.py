"""The answer ends before its announced length.

An HTTP server says beforehand how long its answer will be (Content-Length), or sends it in chunks of which the last
is marked as the last. When the connection ends before that, the client holds a piece of something and knows it:
half a script, a picture cut off, a download that has to be thrown away. The status may well be 200, because it was
sent before anybody knew. Name, port, protocol and request are all right; something broke while the body was under
way.

It comes about when the program dies or is killed in the middle of an answer (out of memory, a worker's time limit,
an exception in a generator that streams); when Content-Length is counted wrongly, as of the file before it was
compressed or rewritten; and when a proxy cannot store what it passes on, which is the everyday case: nginx whose
user may not write to its proxy_temp folder sends the first 64 kB of every large answer and no more. curl says "(18)
transfer closed with outstanding read data remaining", Chrome ERR_CONTENT_LENGTH_MISMATCH or
ERR_INCOMPLETE_CHUNKED_ENCODING, httpx "peer closed connection without sending complete message body".

How porttui knows: it read the body until the connection ended, counted the bytes, and holds them against what was
announced; or the connection ended in the middle of the headers, or was reset in place of an orderly end. It does so
only when the server ended the connection, not when porttui itself stopped reading, which it does after 64 kB or one
second.

What looks the same and is not: a body that is merely slow, or a stream of events that never ends, is healthy;
http-server-error (a whole answer that tells of an error), accept-then-close (not one byte of an answer comes),
upstream-dead-502 (the proxy knew of the trouble before it began to answer).

To fix it, read the log of the server at the time of the request: `journalctl -u NAME` on Linux with systemd,
`docker logs NAME` for a container, the terminal that it runs in on macOS and Windows. Behind nginx look for
"Permission denied" or "upstream prematurely closed connection" in its error.log. If nothing is logged and the
number of bytes is always the same, let the framework count: take the line that sets Content-Length out of your
code.

To keep it from coming back, leave the length to the library, give workers more time than your slowest answer takes,
and let a test compare a large download with the file that it came from.
"""

from __future__ import annotations

import re

from porttui.faults.fault import CannotTell, Fault, Found, Outcome, RuledOut, Stop
from porttui.faults.shared import not_the_probe
from porttui.model.facts import Exchange, Facts, HttpAnswer
from porttui.model.report import Evidence, Remedy, RemedyStep, Risk, Step
from porttui.reading import evidence, redirects, seen, words
from porttui.remedies import look_into, service

_BAD_CHUNK = r"(?i)chunk header|chunk ext|illegal|malformed"
"""What h11 says of a body that breaks the rules of HTTP, which is another thing than one that ends too soon."""


_ENDED = r"(?i)disconnected|connection reset|ECONNRESET"
"""What is said of a connection that the server has ended."""


def check(facts: Facts) -> Outcome:
    """Find it when the connection ended before the body did."""
    first = not_the_probe(facts)
    if first is not None:
        return first
    answered = _answers(facts)
    headless = _headless(facts)
    if headless is not None and not answered:
        return _found(facts, headless, _interim(headless), headless.error)
    if not answered:
        return RuledOut(because="the port does not answer HTTP")
    broken = _broken(facts)
    if broken is None or broken.http is None:
        if any(each.http is not None and not each.http.complete for each in answered):
            return CannotTell(because="the body breaks the rules of HTTP, so its length is not known")
        return RuledOut(because="the answer came whole, as far as porttui read it")
    return _found(facts, broken, _lengths(broken.http), broken.http.broke)


def _found(facts: Facts, broken: Exchange, came: str, broke: str) -> Found:
    listener = seen.accepting(facts, broken.address, broken.port)
    name = words.subject(facts, listener) if listener else "The server"
    return Found(
        summary=f"{name} on port {broken.port} ends its answer too soon: {came}.",
        gloss="The status was sent before the trouble began, so it may say 200; what follows it is not whole.",
        evidence=(
            *evidence.exchanged((broken,)),
            *redirects.told(facts),
            Evidence(text=f"{'body' if broken.http else 'headers'}\t{came}\t{broke}".rstrip("\t"), source="GET"),
            *(evidence.listening(facts, (listener,)) if listener else ()),
        ),
    )


def _answers(facts: Facts) -> list[Exchange]:
    return [each for each in redirects.heard(facts) if each.http is not None and each.protocol == "http"]


def _broken(facts: Facts) -> Exchange | None:
    return next(
        (e for e in _answers(facts) if e.http and not e.http.complete and not re.search(_BAD_CHUNK, e.http.broke)), None
    )


def _headless(facts: Facts) -> Exchange | None:
    """Return an answer whose end came before that of its headers."""
    return next(
        (
            each
            for each in seen.exchanges(facts)
            if each.protocol == "http"
            and each.http is None
            and each.sent in {"http", "https"}
            and each.data.startswith("HTTP/")
            and re.search(_ENDED, each.error)
        ),
        None,
    )


def _interim(begun: Exchange) -> str:
    status = re.match(r"HTTP/\d\.\d (1\d\d)", begun.data)
    return f"HTTP {status[1]} came, and no answer after it" if status else "in the middle of its headers"


def _lengths(answer: HttpAnswer) -> str:
    announced = answer.header("content-length")
    came = answer.received or 0
    if announced is None and "chunked" not in (answer.header("transfer-encoding") or "").lower():
        return f"{words.count(came, 'byte')} came, and then the connection broke"
    if announced is None:
        return f"{words.count(came, 'byte')} came, and no last chunk"
    return f"{came} of {announced} bytes came"


def remedies(facts: Facts) -> tuple[Remedy, ...]:
    """Read the log; then mend what counts the length, or what breaks."""
    broken = _broken(facts) or _headless(facts)
    listener = seen.accepting(facts, broken.address, broken.port) if broken else None
    owner = next(iter(seen.owners(facts, listener)), None) if listener else None
    name = words.plain_name(facts, listener) if listener else "the server"
    return (
        Remedy(
            title="Find out what broke off, in the log",
            risk=Risk.SAFE,
            cost="safe, only looks",
            proof=service.proof(facts),
            steps=(
                look_into.what_it_wrote(facts, listener),
                RemedyStep(
                    text="A proxy in between? Look in its log for: prematurely closed connection, or Permission denied"
                ),
                RemedyStep(text="Mend what it names, and ask again"),
            ),
        ),
        Remedy(
            title="Let the server count the length itself",
            risk=Risk.RESTARTS,
            cost=f"restarts {name}",
            proof=service.proof(facts),
            steps=(
                RemedyStep(text="Nothing in the log? In your code, take out the line that sets Content-Length"),
                service.start_again(facts, listener, owner, name),
            ),
        ),
    )


FAULT = Fault(
    code="truncated-response",
    step=Step.PROBE,
    stop=Stop.PROTOCOL,
    title="The answer ends before its announced length",
    explanation=__doc__,
    check=check,
    remedies=remedies,
)
