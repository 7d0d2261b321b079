"""Ways past a policy that denies connect(2) or bind(2): see it, allow it, go around it."""

from __future__ import annotations

from typing import Literal

from porttui.model.facts import Facts
from porttui.model.report import Edit, Remedy, RemedyStep, Risk
from porttui.reading import words
from porttui.reading.policy import Policy, unit
from porttui.remedies import manager
from porttui.remedies.service import proof

Call = Literal["connect", "bind"]
_SETTINGS = "SocketBindDeny,SocketBindAllow,IPAddressDeny,RestrictAddressFamilies,SystemCallFilter"


def ways(facts: Facts, found: tuple[Policy, ...], call: Call) -> tuple[Remedy, ...]:
    """Offer to look at the policy, to allow the call, and to ask from outside."""
    if facts.os != "linux":
        return (_outside(facts, call),)
    kinds = [each.kind for each in found]
    allow = [way for kind in kinds for way in _allow(facts, kind, call)]
    return (_see(facts, kinds), *allow[:2], _outside(facts, call))


def _see(facts: Facts, kinds: list[str]) -> Remedy:
    here = words.machine(facts)
    steps = [_LOOKS[kind](here) for kind in kinds if kind in _LOOKS]
    service = unit(facts)
    if service is not None and facts.host.systemd:
        argv = ("systemctl", "show", "-p", _SETTINGS, service)
        steps.append(RemedyStep(text="See what its service forbids", where=here, argv=argv))
    return Remedy(
        title="See what denies it",
        risk=Risk.SAFE,
        cost="safe, only looks",
        proof=proof(facts),
        steps=tuple(steps) or (_status(here),),
    )


def _status(here: str) -> RemedyStep:
    return RemedyStep(
        text="See what confines a program in this place: the lines Seccomp and NoNewPrivs",
        where=here,
        why="Seccomp 2 is a filter; NoNewPrivs 1 with Seccomp 0 is often Landlock",
        argv=("cat", "/proc/self/status"),
    )


def _selinux_log(here: str) -> RemedyStep:
    argv = ("ausearch", "-m", "avc", "-ts", "recent")
    return RemedyStep(text="See what SELinux has denied lately", where=here, argv=argv, needs_root=True)


def _apparmor_log(here: str) -> RemedyStep:
    argv = ("journalctl", "-k", "-g", "DENIED", "--no-pager")
    return RemedyStep(text="See what AppArmor has denied", where=here, argv=argv, needs_root=True)


def _cgroup_programs(here: str) -> RemedyStep:
    argv = ("bpftool", "cgroup", "tree")
    return RemedyStep(text="See the programs of the cgroups", where=here, argv=argv, needs_root=True)


_LOOKS = {
    "seccomp": _status,
    "landlock": _status,
    "selinux": _selinux_log,
    "apparmor": _apparmor_log,
    "cgroup": _cgroup_programs,
}


def _allow(facts: Facts, kind: str, call: Call) -> tuple[Remedy, ...]:
    here, port = words.machine(facts), str(facts.asked.target.port)
    if kind == "selinux":
        argv: tuple[str, ...] = ("setsebool", "-P", "httpd_can_network_connect", "1")
        text, undo = "If it is a web server that connects, allow it that", "setsebool -P httpd_can_network_connect 0"
        if call == "bind":
            argv = ("semanage", "port", "-a", "-t", "http_port_t", "-p", "tcp", port)
            text, undo = "If it is a web server, call the port a web port", f"semanage port -d -p tcp {port}"
        step = RemedyStep(text=text, where=here, argv=argv, needs_root=True)
        return (_remedy(facts, "Allow it in SELinux's policy", (step,), undo),)
    service = unit(facts)
    if service is not None and facts.host.systemd and kind in {"seccomp", "cgroup"}:
        allowed = f"SocketBindAllow=tcp:{port}" if call == "bind" else "IPAddressAllow=localhost"
        edit = Edit(file="the editor that opens", text=f"[Service]\n{allowed}")
        restart = manager.change(facts, service, "restart", "Start the service again")
        step = RemedyStep(text=f"Type systemctl edit {service}, and write", where=here, edit=edit, needs_root=True)
        return (_remedy(facts, "Allow it in the settings of the service", (step, restart), None),)
    step = RemedyStep(text=_PLACES.get(kind, "Allow it in the settings of what confines the program"), where=here)
    return (_remedy(facts, "Allow it where the policy is made", (step,), None),)


_PLACES = {
    "seccomp": "With docker: --security-opt seccomp=PROFILE; with systemd: SystemCallFilter= and "
    "RestrictAddressFamilies=; with flatpak or snap: give it the network",
    "landlock": "In the settings of the program that made the sandbox, allow TCP to this port",
    "apparmor": "In the profile under /etc/apparmor.d write: network inet stream, network inet6 stream; then load it "
    "with apparmor_parser -r",
    "cgroup": "Find who loaded the program: systemd (SocketBindDeny=, IPAddressDeny=), a container runtime, an agent",
}


def _remedy(facts: Facts, title: str, steps: tuple[RemedyStep, ...], undo: str | None) -> Remedy:
    return Remedy(
        title=title, risk=Risk.EXPOSES, cost="weakens the sandbox", proof=proof(facts), undo=undo, steps=steps
    )


def _outside(facts: Facts, call: Call) -> Remedy:
    where = manager.POWERSHELL if facts.os == "windows" else f"a terminal on {words.machine(facts)}, outside of it"
    argv = ("porttui", "check", proof(facts), *(("--bind",) * (call == "bind")))
    step = RemedyStep(text="Ask again from outside of the sandbox", where=where, argv=argv)
    return Remedy(
        title="See whether it works outside of the sandbox",
        risk=Risk.SAFE,
        cost="safe",
        proof=proof(facts),
        steps=(step,),
    )
