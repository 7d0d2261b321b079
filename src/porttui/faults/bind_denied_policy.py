"""A policy denies the bind.

A server takes its port with bind(2). Ports below a limit are reserved (see privileged-port); above it everybody may
bind, unless a policy under which the program runs forbids it: a filter of seccomp, a Landlock sandbox, SELinux, which
gives each type of server its own ports, AppArmor, or an eBPF program of the cgroup. Then bind(2) fails at once with
"permission denied" (EACCES) or "operation not permitted" (EPERM), although the port is free and high.

It comes about when a service is moved to another port on a machine with SELinux: nginx on 8888 is refused, since
http_port_t lists 80, 443, 8008, 8443 and a few more. Or a systemd unit says SocketBindDeny=any, a snap has no plug
network-bind, a sandbox lets a tool connect and not listen.

How porttui knows: it tried to bind the port itself and was denied; the port is not below the limit
(net.ipv4.ip_unprivileged_port_start), or porttui has the capability for low ports; and it looks at what confines it
(Seccomp and NoNewPrivs in /proc/self/status, /proc/self/attr/current, its cgroup). Only porttui's own bind counts:
start it where the server is started.

What looks the same and is not: privileged-port (EACCES, below the limit and without the capability), port-taken (the
error is EADDRINUSE), addr-not-available (EADDRNOTAVAIL), windows-excluded-range (Windows says "access denied" to a port
of a range that it has reserved), connect-denied-policy (the same policies, when a client connects).

To fix it, allow the port where the policy is made, or take a port that it allows. On Linux:
`semanage port -a -t http_port_t -p tcp 8888` for SELinux (`semanage port -l` lists what is allowed),
SocketBindAllow=tcp:8888 by `systemctl edit NAME`, the profile under /etc/apparmor.d,
`snap connect NAME:network-bind`. On macOS it is the App Sandbox of the program (com.apple.security.network.server);
on Windows see windows-excluded-range.

To keep it from coming back, write the port and its permission down together: in the unit, or as a module of SELinux's
policy that is installed with the server.
"""

from __future__ import annotations

from porttui.faults.fault import Fault, Found, Outcome, RuledOut, Stop
from porttui.faults.shared import bind_errors, not_the_bind
from porttui.model.address import endpoint
from porttui.model.facts import Facts
from porttui.model.report import Confidence, Evidence, Remedy, Step
from porttui.model.target import Question
from porttui.reading import evidence, policy, seen, words
from porttui.remedies import free_port
from porttui.remedies import policy as ways

_SYSCTL = "net.ipv4.ip_unprivileged_port_start"
_USUAL_START = 1024


def check(facts: Facts) -> Outcome:
    """Find it when a bind was denied, and not because the port is a reserved one."""
    first = not_the_bind(facts)
    if first is not None:
        return first
    error = _error(facts)
    if error is None:
        return RuledOut(because="no bind was denied")
    port = facts.asked.target.port
    text = facts.sysctls.get(_SYSCTL, "")
    start = int(text) if text.isdigit() else _USUAL_START
    may = "net_bind_service" in facts.privileges.capabilities
    if error == "EACCES" and port < start and not may:
        return RuledOut(because=f"port {port} is below {start}, where ports are reserved")
    found = policy.suspects(facts, error)
    certain = error == "EPERM" or bool(found)
    word = words.ERRNO_WORDS.get(error, error)
    address = next(each.address for each in seen.binds_that_count(facts) if each.error == error)
    who = f", probably {found[0].words}" if found else ""
    limit = Evidence(text=f"{_SYSCTL}\t{start}\tthe port is not below it", source="sysctl")
    return Found(
        summary=f"{'A' if certain else 'Probably a'} policy forbids porttui to bind {endpoint(address, port)} "
        f"({word}){who}.",
        gloss="The port is free, and no reserved one: what confines this program denies it.",
        confidence=Confidence.CERTAIN if certain else Confidence.LIKELY,
        evidence=(*evidence.binds(facts), *((limit,) * (port >= start)), *(each.shown for each in found)),
    )


def _error(facts: Facts) -> str | None:
    """Return the error that denied a bind. EACCES means other things on Windows, and low ports alone on macOS."""
    if bind_errors(facts, "EPERM"):
        return "EPERM"
    return "EACCES" if facts.os == "linux" and bind_errors(facts, "EACCES") else None


def remedies(facts: Facts) -> tuple[Remedy, ...]:
    """See the policy, allow it, take another port."""
    found = policy.suspects(facts, _error(facts) or "EPERM")
    other = (free_port.another_port(facts),) if facts.free_ports else ()
    return (*ways.ways(facts, found, "bind"), *other)


FAULT = Fault(
    code="bind-denied-policy",
    step=Step.BIND,
    stop=Stop.ROUTE,
    title="A policy denies the bind",
    explanation=__doc__,
    check=check,
    remedies=remedies,
    questions=(Question.BIND,),
)
