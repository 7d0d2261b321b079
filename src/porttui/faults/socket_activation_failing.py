"""The port is held for socket activation, and the service behind it fails.

With socket activation it is not the server that listens. An activator does, mostly systemd by a unit such as
web.socket, and starts the server (web.service) when the first client comes; it hands the listening socket over, or
with Accept=yes each single connection. So the port is open although no server runs, which is the point: it costs
nothing until it is needed. But when the server fails to start, the client is connected already, and is cut off:
"connection reset by peer" or "empty reply". The next client starts the server again, which fails again, until systemd
has had enough of it (trigger-limit-hit, start-limit-hit), and closes the port as well.

It comes about when the program of the service was moved or its settings have a mistake, when it does not know how to
take a socket that it is given (LISTEN_FDS) and tries to bind the port itself, which the activator has, or when
Accept=yes stands in the socket unit of a server that wants the listening socket, or the other way round.
cockpit.socket, docker.socket and ssh.socket are the usual ones; systemd-socket-activate does the same by hand.

How porttui knows: before it connected, the holder of the port was an activator (systemd with a .socket unit, or
systemd-socket-activate). Its connections were closed or reset without a byte, and afterwards the listener was gone,
or systemd says that the unit has failed. When each connection has a service of its own, all that is seen is that it
ends without a word, and porttui says "probably".

What looks the same and is not: socket-activation-held (the service runs, and takes no connection: the client waits),
crash-loop (no activator; the port comes and goes by itself), accept-then-close (a server that runs closes the
connection), tcp-wrappers (a rule in hosts.deny turns the client away).

To fix it, read why the service fails: `systemctl status web.service` and `journalctl -u web.service`, then mend that,
and start the socket again with `systemctl restart web.socket`, since it may have been stopped for good. What
systemd-socket-activate starts prints its error in the same terminal. If the activation is not wanted at all,
`systemctl disable --now web.socket` frees the port. macOS starts services by socket, too
(`launchctl print system/LABEL` tells how they ended); Windows does not.

To keep it from coming back, try a new service with `systemd-socket-activate -l 8080 PROGRAM` before it becomes a
unit, and check both units with `systemd-analyze verify`.
"""

from __future__ import annotations

from porttui.faults.fault import CannotTell, Fault, Found, Outcome, RuledOut, Stop
from porttui.faults.shared import not_the_activator
from porttui.model.facts import Activation, Facts
from porttui.model.report import Confidence, Remedy, Step
from porttui.reading import activated, evidence, far, seen
from porttui.remedies import activation


def check(facts: Facts) -> Outcome:
    """Find it when an activator held the port, and whoever connected was cut off."""
    held = not_the_activator(facts)
    if not isinstance(held, Activation):
        return held
    each = activated.each_connection(held)
    failed = activated.failed_units(held) if not each else ()  # of many instances, one may have failed long ago
    cut = bool(far.unanswered(facts))
    ends = [each.outcome for each in seen.exchanges(facts)] + [each.outcome for each in seen.failed(facts)]
    refused = bool(ends) and all(each in {"closed", "reset", "refused", "ECONNREFUSED", "ECONNRESET"} for each in ends)
    if not cut and not refused and not failed:
        return RuledOut(because="the connection was not cut off")
    gone = not held.after
    if gone and not (cut or refused):
        return CannotTell(because="the port was closed, and no connection was cut off")
    if not gone and not failed and not far.unanswered_unasked(facts):
        return CannotTell(because="the service may have ended because of what was said")
    certain = (gone and activated.is_seen(held)) or bool(failed)
    name, service = activated.name(held), activated.service(held)
    what = "the port was closed at the first connection" if gone else "each connection is cut off"
    lead = ("The service" if service == "the service" else service) if certain else f"Probably {service}"
    return Found(
        summary=f"{lead}, which {name} starts for port {held.listener.port}, fails: {what}.",
        gloss="An activator listens in place of a server, and starts the server when the first client comes.",
        confidence=Confidence.CERTAIN if certain else Confidence.LIKELY,
        evidence=(
            *activated.quoted(facts, held),
            *evidence.connects(facts),
            *evidence.exchanged(seen.exchanges(facts)[:3]),
        ),
    )


def remedies(facts: Facts) -> tuple[Remedy, ...]:
    """Read why the service fails, and start the socket again; or do without the activation."""
    held = facts.activation
    if held is None:
        return ()
    return (activation.mend(facts, held), activation.do_without(facts, held))


FAULT = Fault(
    code="socket-activation-failing",
    step=Step.PROBE,
    stop=Stop.PROTOCOL,
    title="The port is held for socket activation, and the service behind it fails",
    explanation=__doc__,
    check=check,
    remedies=remedies,
    explains=("accept-then-close", "crash-loop", "fw-reject-reset"),
)
