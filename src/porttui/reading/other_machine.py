"""What can be told from here of a connection that another machine refused, or did not answer."""

from __future__ import annotations

from porttui.model.address import same_address
from porttui.model.facts import Attempt, Facts, Neighbour
from porttui.model.report import Evidence
from porttui.model.target import Question
from porttui.reading import evidence, seen, words
from porttui.reading.packets import ip_counter, moved


def failed(facts: Facts) -> Attempt | None:
    """Return the attempt that another machine refused or did not answer; None when it failed otherwise, or opened."""
    attempts = seen.asked_attempts(facts)
    if facts.asked.question is not Question.CONNECT or not attempts or seen.opened(facts):
        return None
    first = attempts[0]
    alike = all(each.outcome == first.outcome and each.icmp is None for each in attempts)
    if not alike or first.outcome not in {"ECONNREFUSED", "timeout"} or first.immediate:
        return None
    kept = first.transmits_counted and ip_counter(first, "OutTransmits") < first.tries  # by a rule of this machine
    near = any(seen.is_local(facts, each.address) or _is_container(facts, each.address) for each in attempts)
    inside = any(each.pid == 0 for each in facts.far_ends or ())  # a namespace of this machine has the address
    return None if kept or near or inside else first


def summary(attempt: Attempt) -> str:
    """Tell what happened, and where its cause is to be seen."""
    who, lasted = f"{attempt.address}, another machine", words.duration(attempt.ms)
    if attempt.outcome == "timeout":
        return f"No answer in {lasted} from {who}; the cause can only be seen there, or on the way."
    return f"Refused after {lasted} by {who}; the cause can only be seen there."


def gloss(facts: Facts, attempt: Attempt) -> str:
    """Tell what is known of the way there and of the other machine, and what it mostly is."""
    if attempt.outcome == "timeout":
        known = _neighbour(facts, attempt)
        left = "The packets left, and no answer followed" if _left(attempt) else "No answer came"
        if known is not None and known.state == "REACHABLE":  # it has answered to ARP just now (ip-neighbour(8))
            return f"{left}, though that machine is on: mostly a firewall there drops them."
        return f"{left}: mostly a firewall there or on the way drops them, or that machine is off."
    mostly = f"mostly nothing listens on port {attempt.port} there, or only on 127.0.0.1; or a firewall refuses."
    if _left(attempt) and not moved(attempt, "Tcp.OutRsts"):
        return f"The refusal came from there, so packets get there and back: {mostly}"
    return f"M{mostly[1:]}"


def told(facts: Facts, attempt: Attempt) -> tuple[Evidence, ...]:
    """Quote that the packets left, and what the neighbour table and the routes say."""
    known = _neighbour(facts, attempt)
    text = f"left\t{attempt.address}\t{words.count(attempt.tries, 'first packet')}, by an interface other than loopback"
    left = (Evidence(text=text, source="/proc/net/dev"),) if _left(attempt) else ()
    near = (
        (Evidence(text=f"neighbour\t{known.address}\t{known.state}, on {known.interface}", source="ip neighbour"),)
        if known
        else ()
    )
    return (*left, *near, *evidence.ways(facts, attempt.address))


def _is_container(facts: Facts, address: str) -> bool:
    """Tell whether an address is behind a bridge of Docker, Podman or Kubernetes, by its name: nobody logs in there."""
    route = seen.route(facts, address)
    return route is not None and (route.interface or "").startswith(("docker", "br-", "podman", "cni"))


def _left(attempt: Attempt) -> bool:
    """Tell whether the first packets were counted where they left this machine."""
    counted = attempt.transmits_counted and attempt.devices_counted
    sent = min(ip_counter(attempt, "OutTransmits"), attempt.burst.get("Dev.Outside", 0))
    return counted and sent >= attempt.tries


def _neighbour(facts: Facts, attempt: Attempt) -> Neighbour | None:
    """Return what the neighbour table says of the target itself, when it is on a network of this machine."""
    found = facts.neighbours if isinstance(facts.neighbours, tuple) else ()
    return next((each for each in found if same_address(each.address, attempt.address)), None)
