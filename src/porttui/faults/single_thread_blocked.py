"""The server waits for an idle connection.

The simplest servers serve one connection at a time: they take it, wait for its request, answer, close it, and take the
next one. That is fine as long as every client says something as soon as it is connected. One that connects and says
nothing holds the server for itself, and all the others wait behind it in the accept queue, connected and unheard.

It comes about when a browser meets such a server. Chrome and its relatives open a second connection in advance, in
case that it is needed (preconnect), and say nothing on it. With HTTPServer or wsgiref of Python, one sync worker of
gunicorn, or `flask run --without-threads`, that idle connection is taken, and the page that you open next hangs. A
port scanner, a health check that only connects, or a forgotten telnet or psql in another window do the same.

How porttui knows: its own connection lies in the accept queue and is taken by nobody, the server's process is alive,
asleep and uses no processor, and it has accepted as many connections as it has workers, on each of which the client
has not sent a single byte, or had its answer and said no more. The kernel counts the bytes of each connection and
tells them to everybody (tcp_info, tcpi_bytes_received). Root may see besides that the server waits in a read from a
TCP connection.

What looks the same and is not: hung-event-loop (a request was received on the earlier connection, and the server is
busy with it), sigstopped (the process is in state T), busy-loop (it uses a processor), emfile-queue (it has no
descriptor left), handler-hangs (our own request was read). A server with threads or an event loop may have a thousand
idle connections and takes the next one all the same.

To fix it, close the idle connection: the tab or the program that holds it, which `ss -tnp` on Linux,
`lsof -nP -iTCP:PORT` on macOS and `Get-NetTCPConnection` on Windows name; the server goes on at once. To start the
server again helps until the next idle client comes: `systemctl restart`, `docker restart`, or ctrl+c and the same
command.

To keep it from coming back, serve with threads: ThreadingHTTPServer in place of HTTPServer (`python3 -m http.server`
uses it), a ThreadingMixIn for wsgiref, `gunicorn --worker-class gthread --threads 8`, or put nginx in front, which
talks to idle clients itself; and give connections a time limit (timeout on the request handler).
"""

from __future__ import annotations

from porttui.faults.fault import CannotTell, Fault, Found, Outcome, RuledOut, Stop
from porttui.faults.shared import taken_at_last
from porttui.model.address import endpoint
from porttui.model.facts import Facts, Socket
from porttui.model.report import Confidence, Remedy, RemedyStep, Risk, Step
from porttui.reading import evidence, seen, stuck, words
from porttui.remedies import look_into, network, service


def check(facts: Facts) -> Outcome:
    """Find it when every worker of the server sleeps over a connection on which its client says nothing."""
    waiting = taken_at_last(facts)
    if not isinstance(waiting, stuck.Waiting):
        return waiting
    listener = waiting.listener
    doing = stuck.doing(facts, listener)
    if not all(stuck.sleeps(each) for each in doing):
        return RuledOut(because="the server does not merely wait")
    held = stuck.taken(facts, listener)
    if not held:
        return RuledOut(because="no other connection is accepted, so none can occupy the server")
    idle = [row for row in held if stuck.is_idle(row)]
    if any(stuck.is_idle(row) is None for row in held):
        return CannotTell(because="this system does not tell what was received on a connection")
    if len(idle) < len(held):
        return RuledOut(because="on an earlier connection a request was received that is not answered")
    if len(held) != len(doing):
        return RuledOut(
            because=f"{len(held)} idle connections for {len(doing)} workers: it does not serve one at a time"
        )
    if any(stuck.reads(each) is False for each in doing):
        return RuledOut(because="the server does not wait for the bytes of a connection")
    one_thread = all(worker.threads == 1 for worker in stuck.workers(facts, listener))
    read = all(stuck.reads(each) for each in doing)
    if not one_thread and not read:
        return CannotTell(because="the server has several threads, and it cannot be seen what they wait for")
    certain = read and stuck.surely(facts, listener)
    return Found(
        summary=f"{'' if certain else 'Probably '}{stuck.named(facts, listener)} serves one client at a time on port "
        f"{listener.port}, and waits for {_whom(held)}.",
        gloss="The idle client has to speak or to go before the next one is heard.",
        confidence=Confidence.CERTAIN if certain else Confidence.LIKELY,
        evidence=(
            *evidence.held(facts, idle),
            *evidence.doing(facts, doing),
            *evidence.fates(seen.exchanges(facts)),
            *evidence.listening(facts, (listener,)),
            *evidence.connects(facts),
        ),
    )


def _whom(held: tuple[Socket, ...]) -> str:
    if len(held) > 1:
        return f"{len(held)} idle ones"
    return f"an idle one ({endpoint(held[0].peer, held[0].peer_port)})"


def remedies(facts: Facts) -> tuple[Remedy, ...]:
    """Close the idle connection, serve with threads, or start it again."""
    listener = stuck.listener(facts)
    workers = stuck.workers(facts, listener) if listener else ()
    if listener is None or not workers:
        return ()
    name = words.plain_name(facts, listener)
    close = Remedy(
        title="Close the connection that it waits for",
        risk=Risk.SAFE,
        cost="safe",
        proof=service.proof(facts),
        steps=(
            network.see_clients(
                facts, listener.port, f"See which program is connected to port {listener.port} and says nothing"
            ),
            RemedyStep(text="Close it: the browser tab, the program, or the whole browser; the server goes on at once"),
        ),
    )
    threads = Remedy(
        title=f"Let {name} serve several clients at a time",
        risk=Risk.RESTARTS,
        cost=f"{name} has to be started again",
        proof=service.proof(facts),
        steps=(
            RemedyStep(
                text="Serve with threads: ThreadingHTTPServer for HTTPServer, gunicorn --threads 8, flask run without "
                "--without-threads",
            ),
            service.start_again(facts, listener, workers[0], name),
        ),
    )
    return (close, threads, look_into.again(facts, listener, workers[0], name))


FAULT = Fault(
    code="single-thread-blocked",
    step=Step.PROBE,
    stop=Stop.ACCEPT,
    title="The server waits for an idle connection",
    explanation=__doc__,
    check=check,
    remedies=remedies,
    explains=("backlog-full", "backlog-abort", "handler-hangs", "accept-then-close"),
)
