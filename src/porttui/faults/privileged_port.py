"""The port is reserved for programs with more rights.

Long ago, a port below 1024 was a promise: only the administrator of a machine could have started what answers there.
Linux still keeps it. To bind one of these "system ports" (RFC 6335) a program needs to be root or to have one
particular right, the capability CAP_NET_BIND_SERVICE; others are told "permission denied", EACCES. Where the limit
lies is a setting, net.ipv4.ip_unprivileged_port_start: usually 1024, 0 in many containers, and sometimes raised.

It comes about when a web server is to stand at port 80 or 443, so that its address needs no number, and is started by
an ordinary user: `npx serve -l 80`, a Node service under its own account, rootless podman with `-p 80:80`. As root it
works, which is why it passes on the developer's machine and fails in the service.

How porttui knows: it tried to bind the port and was told EACCES, the number is below the limit that it read from the
kernel, and this user has not the capability. It can only try as the user who asks; as root the bind succeeds, so ask
as the user who starts the server: `sudo -u www-data porttui check :80 --bind`.

What looks the same and is not: bind-denied-policy (SELinux, AppArmor or a sandbox denies it: EACCES too, and the
number is above the limit or the right is there), port-taken (the error is EADDRINUSE), windows-excluded-range
("access forbidden", 10013: Windows has no such limit at all, but sets whole ranges apart).

To fix it, take a port above 1023 if you can, and let a reverse proxy that was started for it (nginx, Caddy) stand at
80. If it has to be the low number, give the one right and not all of them: `sudo systemctl edit NAME` with
AmbientCapabilities=CAP_NET_BIND_SERVICE under [Service], then `sudo systemctl restart NAME`; or
`sudo setcap cap_net_bind_service=+ep /usr/local/bin/caddy` for a program that is a file of its own (an interpreter
such as node would give it to every script). Or lower the limit for everybody:
`sudo sysctl -w net.ipv4.ip_unprivileged_port_start=80`. macOS lets anybody bind 0.0.0.0:80, but 127.0.0.1:80 takes
`sudo`; on Windows nothing has to be done.

To keep it from coming back, put the right into the unit or the setting into /etc/sysctl.d, where a restart and an
update find it; what `setcap` wrote is lost with the next version of the file.
"""

from __future__ import annotations

from porttui.faults.fault import Fault, Found, Outcome, RuledOut, Stop
from porttui.faults.shared import bind_errors, not_the_bind
from porttui.model.facts import Facts
from porttui.model.report import Confidence, Edit, Evidence, Remedy, RemedyStep, Risk, Step
from porttui.model.target import Question
from porttui.reading import evidence, words
from porttui.remedies import free_port, service

_SYSCTL = "net.ipv4.ip_unprivileged_port_start"
_USUAL_START = 1024


def check(facts: Facts) -> Outcome:
    """Find it when a bind failed with EACCES below the limit and the capability is missing.

    Linux looks at an IPv4 address before the rights, so a bind that failed with EADDRNOTAVAIL would meet it next.
    """
    first = not_the_bind(facts)
    if first is not None:
        return first
    hidden = facts.os == "linux" and bool(bind_errors(facts, "EADDRNOTAVAIL"))
    if not hidden and not bind_errors(facts, "EACCES"):
        return RuledOut(because="no bind was denied")
    if facts.os == "windows":
        return RuledOut(because="Windows has no ports that only an administrator may bind")
    port = facts.asked.target.port
    start = _start(facts)
    if port >= start:
        return RuledOut(because=f"port {port} is not below {start}, where the reserved ports end")
    if "net_bind_service" in facts.privileges.capabilities:
        return RuledOut(because="this user has CAP_NET_BIND_SERVICE")
    user = facts.privileges.user
    raised = f" (usually {_USUAL_START}; somebody has raised it)" if start > _USUAL_START else ""
    setting = (Evidence(text=f"{_SYSCTL}\t{start}{raised}", source="sysctl"),) if _SYSCTL in facts.sysctls else ()
    return Found(
        summary=f"{'Port' if setting else 'Probably port'} {port} is below {start}, "
        f"and user {user} may not take (bind) ports that low.",
        gloss="The low ports are kept for programs that were started with more rights.",
        confidence=Confidence.CERTAIN if setting else Confidence.LIKELY,
        evidence=(*evidence.binds(facts), *setting),
    )


def _start(facts: Facts) -> int:
    text = facts.sysctls.get(_SYSCTL, "")
    return int(text) if text.isdigit() else _USUAL_START


def remedies(facts: Facts) -> tuple[Remedy, ...]:
    """Take a higher port, or give the right to bind a low one."""
    title = f"Start it on port {facts.free_ports[0]}, which everybody may bind" if facts.free_ports else ""
    higher = free_port.another_port(facts, title=title or "Take a port that everybody may bind")
    if facts.os != "linux":
        return higher, _with_more_rights(facts), *free_port.try_port(facts)
    service_way = (_one_right(facts),) if facts.host.systemd else (_with_more_rights(facts),)
    return (
        higher,
        *service_way,
        Remedy(
            title="Let every user bind this port",
            risk=Risk.EXPOSES,
            cost="weakens the whole machine a little",
            proof=service.proof(facts),
            undo=f"sysctl -w {_SYSCTL}={_start(facts)}",
            steps=(
                RemedyStep(
                    text="Lower the limit; it lasts until the next start of the machine",
                    where=words.machine(facts),
                    argv=("sysctl", "-w", f"{_SYSCTL}={facts.asked.target.port}"),
                    needs_root=True,
                ),
            ),
        ),
        *free_port.try_port(facts),
    )


def _with_more_rights(facts: Facts) -> Remedy:
    where = f"a terminal on {words.machine(facts)}"
    return Remedy(
        title="Start it with more rights",
        risk=Risk.EXPOSES,
        cost="the server gets all rights",
        proof=service.proof(facts),
        steps=(RemedyStep(text="Start the server with sudo in front of its command", where=where, needs_root=True),),
        note="A fault in the server is then a fault with all rights: rather take the other port.",
    )


def _one_right(facts: Facts) -> Remedy:
    return Remedy(
        title="Give its service the one right that it needs",
        risk=Risk.RESTARTS,
        cost="restarts the service",
        proof=service.proof(facts),
        steps=(
            RemedyStep(
                text="Type systemctl edit NAME, with the name of your service for NAME, and write",
                where=words.machine(facts),
                edit=Edit(file="the editor that opens", text="[Service]\nAmbientCapabilities=CAP_NET_BIND_SERVICE"),
                needs_root=True,
            ),
            RemedyStep(text="Restart it: systemctl restart NAME", where=words.machine(facts), needs_root=True),
        ),
    )


FAULT = Fault(
    code="privileged-port",
    step=Step.BIND,
    stop=Stop.INPUT,  # bind(2) looks at the address, then at the rights, then at the port
    title="The port is reserved for programs with more rights",
    explanation=__doc__,
    check=check,
    remedies=remedies,
    questions=(Question.BIND,),
)
