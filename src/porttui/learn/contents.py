"""The lessons in their order: what each is called, where it stands, and which faults show it.

Light on purpose: a report names its lessons without drawing in their text.
"""

from __future__ import annotations

import importlib

from porttui.learn.page import Page
from porttui.model.base import Value
from porttui.model.facts import Facts

EXAMPLE_TARGET = "localhost:62893"
"""What the lessons take for an example where nobody asked about a target: a port that no service is known by."""


class Lesson(Value, frozen=True, kw_only=True):
    """One lesson: `porttui learn TOPIC`."""

    topic: str
    """Stable; letters and hyphens."""
    title: str
    file: str
    """The module in `porttui.learn.lessons` that has a function of the topic's name."""
    codes: tuple[str, ...] = ()
    """The faults that it explains, the nearest first."""

    def page(self, facts: Facts) -> Page:
        """Return its page with the values of a machine.

        Args:
            facts: a look at it, however small; what is missing is told as not seen.
        """
        function = getattr(importlib.import_module(f"porttui.learn.lessons.{self.file}"), self.topic.replace("-", "_"))
        page = function(facts)
        if not isinstance(page, Page):
            raise TypeError(f"{self.topic} made no page")
        return page


LESSONS: tuple[Lesson, ...] = (
    Lesson(
        topic="addresses",
        title="What an IP address is",
        file="addresses",
        codes=("addr-not-available", "stale-address-listener", "route-missing", "route-blocked", "host-down"),
    ),
    Lesson(
        topic="localhost",
        title="localhost is a name",
        file="addresses",
        codes=(
            *("hosts-localhost-missing", "hosts-localhost-elsewhere", "subdomain-localhost", "dns-nxdomain"),
            *("dns-servfail", "dns-resolver-dead", "bind-hostname-elsewhere"),
        ),
    ),
    Lesson(
        topic="two-addresses",
        title="Two addresses for one machine",
        file="addresses",
        codes=("ipv6-only-listener", "ipv4-only-listener", "v6only-wildcard", "ipv6-disabled"),
    ),
    Lesson(
        topic="loopback",
        title="What loopback does with a packet",
        file="addresses",
        codes=("lo-down", "loopback-address-missing", "wsl2-localhost"),
    ),
    Lesson(topic="way", title="The packet's way", file="connections", codes=("undetermined", "healthy")),
    Lesson(
        topic="port",
        title="What a port is",
        file="ports",
        codes=("nothing-listening", "wrong-port", "udp-only", "unix-socket-only"),
    ),
    Lesson(
        topic="ranges",
        title="Which ports are for whom",
        file="ports",
        codes=("ephemeral-collision", "privileged-port", "windows-excluded-range", "ephemeral-exhaustion"),
    ),
    Lesson(
        topic="static-and-dynamic",
        title="Ports that stay, and ports that are lent",
        file="ports",
        codes=("ephemeral-collision", "ephemeral-exhaustion", "self-connect", "wrong-port"),
    ),
    Lesson(
        topic="listen",
        title="bind, listen, accept",
        file="sockets",
        codes=(
            "bound-not-listening",
            "nothing-listening",
            "server-starting",
            "crash-loop",
            "socket-activation-failing",
            "socket-activation-held",
        ),
    ),
    Lesson(
        topic="who-can-reach",
        title="0.0.0.0, ::, or one address",
        file="sockets",
        codes=(
            "listener-loopback-only",
            "listener-other-address",
            "device-bound-listener",
            "v6only-wildcard",
            "shadowed-listener",
            "container-loopback-bind",
        ),
    ),
    Lesson(
        topic="handshake",
        title="How TCP opens a connection",
        file="connections",
        codes=("backlog-full", "backlog-abort", "fw-drop-input", "self-connect", "client-emfile", "conntrack-full"),
    ),
    Lesson(
        topic="answers",
        title="Refused, time-out, reset, empty reply",
        file="connections",
        codes=(
            "accept-then-close",
            "truncated-response",
            "nothing-listening",
            "fw-drop-input",
            "fw-reject-reset",
            "emfile-close",
            "tcp-wrappers",
            "max-connections",
        ),
    ),
    Lesson(
        topic="silence",
        title="Open, and silent",
        file="connections",
        codes=(
            "sigstopped",
            "hung-event-loop",
            "busy-loop",
            "single-thread-blocked",
            "handler-hangs",
            "emfile-queue",
            "backlog-full",
        ),
    ),
    Lesson(
        topic="in-use",
        title="Address already in use",
        file="sockets",
        codes=(
            "port-taken",
            "time-wait",
            "orphan-child-holds-port",
            "leftover-connection",
            "reuseport-shared",
            "macos-airplay",
            "windows-http-sys",
        ),
    ),
    Lesson(
        topic="owner",
        title="Who owns a port, and who may",
        file="sockets",
        codes=(
            "privileged-port",
            "bind-denied-policy",
            "connect-denied-policy",
            "orphan-child-holds-port",
            "macos-local-network-privacy",
        ),
    ),
    Lesson(
        topic="firewall",
        title="Firewalls: accept, drop, reject",
        file="firewalls",
        codes=("fw-drop-input", "fw-drop-output", "fw-reject-icmp", "fw-reject-reset", "conntrack-full"),
    ),
    Lesson(
        topic="translation",
        title="When a rule rewrites the address",
        file="firewalls",
        codes=("nat-redirect-elsewhere", "nat-redirect-dead", "nat-prerouting-only", "dnat-loopback-martian"),
    ),
    Lesson(
        topic="http",
        title="HTTP and HTTPS on a port",
        file="protocols",
        codes=(
            "plain-http-to-tls",
            "tls-to-plain",
            "not-http",
            "http2-only",
            "host-not-allowed",
            "http-client-error",
            "http-server-error",
            "redirect-loop",
            "redirect-elsewhere",
            "truncated-response",
        ),
    ),
    Lesson(
        topic="certificates",
        title="Certificates on localhost",
        file="protocols",
        codes=("cert-self-signed", "cert-expired", "cert-hostname-mismatch", "mtls-required", "tls-version"),
    ),
    Lesson(
        topic="proxies",
        title="Proxies, in front and behind",
        file="protocols",
        codes=("proxy-env", "proxy-protocol-expected", "upstream-dead-502"),
    ),
    Lesson(
        topic="containers",
        title="A container has a localhost of its own",
        file="places",
        codes=(
            "localhost-inside-container",
            "container-loopback-bind",
            "published-wrong-container-port",
            "other-netns",
        ),
    ),
    Lesson(topic="ssh", title="A port brought over by SSH", file="places", codes=("ssh-forward-dead", "proxy-env")),
    Lesson(
        topic="several",
        title="Several services, a port for each",
        file="places",
        codes=("wrong-port", "port-taken", "reuseport-shared", "shadowed-listener"),
    ),
    Lesson(
        topic="safe",
        title="Keeping a local service safe",
        file="places",
        codes=("listener-loopback-only", "host-not-allowed", "mtls-required", "tcp-wrappers"),
    ),
    Lesson(topic="commands", title="The classic commands", file="places", codes=("undetermined", "healthy")),
)
"""From the first to the last; each builds on those before."""
BY_TOPIC = {lesson.topic: lesson for lesson in LESSONS}


def lessons_of(code: str) -> tuple[Lesson, ...]:
    """Return the lessons that explain a fault, the one that it is nearest to first."""
    told = [lesson for lesson in LESSONS if code in lesson.codes]
    return tuple(sorted(told, key=lambda lesson: lesson.codes.index(code)))
