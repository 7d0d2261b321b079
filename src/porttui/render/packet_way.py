"""The packet's way, drawn in text: name -> address -> route -> firewall -> socket -> process.

The same picture everywhere: with what was found at each stop of a report, or only with the stop at which a fault
makes the packet end.
"""

from __future__ import annotations

from typing import NamedTuple

from porttui.faults.fault import Fault, Stop
from porttui.model.facts import Route, Unseen
from porttui.model.report import Report, Severity, Status, Step
from porttui.model.target import Question
from porttui.reading import seen, words
from porttui.render.marks import STATUS_MARKS
from porttui.render.sections import how_to_see

NAMES = ("name", "address", "route", "firewall", "socket", "process")
"""The stops in the order in which a packet meets them."""
_PLACE = {
    Stop.ADDRESS: "name",
    Stop.ROUTE: "route",
    Stop.OUTPUT: "firewall",
    Stop.INTERFACE: "route",
    Stop.INPUT: "firewall",
    Stop.NAT: "firewall",
    Stop.LISTENER: "socket",
    Stop.ACCEPT: "socket",
    Stop.PROTOCOL: "process",
}
"""Where in the drawing a fault has its place; those after which the packet arrived have none."""
_REACHED = (Status.PASS, Status.WARN)


class PacketStop(NamedTuple):
    """One stop of the drawing."""

    name: str
    status: Status
    text: str
    """What was found there, a few words."""


def place_of(fault: Fault) -> str | None:
    """Return the stop of the drawing at which a fault ends the packet's way; None when it ends at none."""
    ends = fault.severity is Severity.FAULT and Question.CONNECT in fault.questions
    return _PLACE.get(fault.stop) if ends else None


def stops(report: Report) -> tuple[PacketStop, ...]:
    """Return the six stops with what was found there; behind the one that failed nothing was reached."""
    from porttui.faults.catalogue import fault_of  # the screen is drawn before

    found = (_name(report), _address(report), _route(report), _firewall(report), _socket(report), _process(report))
    fault = fault_of(report.verdict.code)
    dead = place_of(fault) if fault is not None else None
    if dead is None:
        return found
    at = NAMES.index(dead)
    if dead == "name" and report.verdict.step is not Step.NAME:  # the name is right, and the request goes to a proxy
        at = NAMES.index("address")
        led = found[at]._replace(text=f"not {found[at].text}: the request goes to a proxy")
        found = (found[0], led, *found[2:])
    return tuple(_dead(one, index - at) for index, one in enumerate(found))


def _dead(one: PacketStop, behind: int) -> PacketStop:
    """Return a stop as it is to a packet that died: before, at, or behind that place."""
    if behind == 0:
        return one._replace(status=Status.FAIL)
    if behind < 0:
        return one._replace(status=Status.WARN) if one.status is Status.FAIL else one
    if one.status is Status.UNSEEN or one.name == "address":
        return one
    text = f"not reached; {one.text}" if one.status in _REACHED and one.text else "not reached"
    return one._replace(status=Status.SKIPPED, text=text)


def stop_row(one: PacketStop) -> tuple[str, str, str]:
    """Return a stop as cells: its name, its state in the word of all views, and what was found.

    >>> stop_row(PacketStop("route", Status.PASS, "lo: it stays on devbox"))
    ('route', 'ok', 'lo: it stays on devbox')
    """
    return one.name, STATUS_MARKS[one.status].word, one.text


def row(dead: str | None = None) -> str:
    """Return the six stops in one line, the one at which the packet dies in brackets; ASCII, 57 columns or 59."""
    return " -> ".join(f"[{name}]" if name == dead else name for name in NAMES)


def _name(report: Report) -> PacketStop:
    name = report.facts.name
    if name is None:
        return PacketStop("name", _not_yet(report), "not looked up")
    if name.literal:
        return PacketStop("name", Status.SKIPPED, "none: an address was asked for")
    if not name.addresses:
        return PacketStop("name", Status.FAIL, words.nowhere(name))
    source = ", by the hosts file" if isinstance(name.hosts, tuple) and name.hosts else ""
    return PacketStop("name", Status.PASS, f"{name.host}{source}")


def _address(report: Report) -> PacketStop:
    addresses = seen.addresses(report.facts)
    if not addresses:
        status = _not_yet(report) if report.facts.name is None else Status.SKIPPED
        return PacketStop("address", status, "none")
    more = f" and {len(addresses) - 2} more" if len(addresses) > 2 else ""
    return PacketStop("address", Status.PASS, f"{', then '.join(addresses[:2])}{more}")


def _route(report: Report) -> PacketStop:
    routes = report.facts.routes
    if routes is None:
        return PacketStop("route", _not_yet(report), "not looked at")
    if isinstance(routes, Unseen):
        return PacketStop("route", Status.UNSEEN, f"{routes.reason}: {how_to_see(routes, report)}".removesuffix(": "))
    routes = tuple(each for each in routes if each.destination in seen.addresses(report.facts))
    if not routes:
        return PacketStop("route", Status.SKIPPED, "no address to ask about")
    return PacketStop("route", *_route_words(routes[0], report))


def _route_words(route: Route, report: Report) -> tuple[Status, str]:
    if route.error or route.kind not in ("local", "unicast"):
        return Status.WARN, route.error or route.kind
    if route.kind == "local":
        return Status.PASS, f"{route.interface or 'local'}: it stays on {words.machine(report.facts)}"
    gateway = f", by {route.gateway}" if route.gateway else ""
    return Status.PASS, f"{route.interface or 'an interface'}{gateway}"


def _firewall(report: Report) -> PacketStop:
    step = next(one for one in report.steps if one.name is Step.FIREWALL)
    return PacketStop("firewall", step.status, step.summary)


def _socket(report: Report) -> PacketStop:
    step = next(one for one in report.steps if one.name is Step.LISTENER)
    if step.status is Status.FAIL and report.asked:
        return PacketStop("socket", step.status, f"nobody at {report.asked[0].endpoint}")
    return PacketStop("socket", step.status, step.summary)


def _process(report: Report) -> PacketStop:
    step = next(one for one in report.steps if one.name is Step.PROBE)
    return PacketStop("process", step.status, step.summary or "not reached")


def _not_yet(report: Report) -> Status:
    return Status.UNSEEN if report.facts.done else Status.LOOKING
