"""Policies that deny porttui's own calls: which of them may be the one, by what porttui is told of itself."""

from __future__ import annotations

from porttui.model.base import Value
from porttui.model.facts import Facts
from porttui.model.report import Evidence

_UNCONFINED = ("", "unconfined", "kernel")


class Policy(Value, frozen=True, kw_only=True):
    """A policy that may have denied a call."""

    kind: str
    """"seccomp", "landlock", "selinux", "apparmor", "cgroup"."""
    words: str
    """Inside a sentence: "a seccomp filter"."""
    shown: Evidence
    """What speaks for it."""


def suspects(facts: Facts, error: str) -> tuple[Policy, ...]:
    """Return the policies that may have denied a call with an error, those that are known to be at work first.

    A filter of seccomp(2) may choose any error. Landlock, SELinux and AppArmor say EACCES; an eBPF program of a cgroup
    says EPERM, and nothing that porttui may read tells of it, so that it is what is left when there is no filter.
    """
    mine = facts.privileges
    found: list[Policy] = []
    if mine.seccomp:
        found.append(_policy("seccomp", "a seccomp filter", f"Seccomp\t{mine.seccomp}", "/proc/self/status"))
    if error == "EACCES" and mine.selinux:
        text = f"SELinux\tenforcing\t{mine.label or 'context not told'}"
        found.append(_policy("selinux", "SELinux", text, "/sys/fs/selinux/enforce"))
    elif error == "EACCES" and mine.selinux is None and not mine.label.startswith(_UNCONFINED[1:]) and mine.label:
        name = mine.label.partition(" ")[0]
        shown = f"AppArmor\t{mine.label}"
        found.append(_policy("apparmor", f"the AppArmor profile {name}", shown, "/proc/self/attr/current"))
    if error == "EACCES" and mine.no_new_privs and not mine.seccomp:
        text = "NoNewPrivs\t1\tas Landlock asks for, and no seccomp filter"
        found.append(_policy("landlock", "a Landlock sandbox", text, "/proc/self/status"))
    if error == "EPERM" and not mine.seccomp and facts.os == "linux":
        text = f"cgroup\t{mine.cgroup or 'not told'}\tno seccomp filter, so a program of it has to be"
        found.append(_policy("cgroup", "an eBPF program of its cgroup", text, "/proc/self/cgroup"))
    return tuple(found)


def _policy(kind: str, words: str, text: str, source: str) -> Policy:
    return Policy(kind=kind, words=words, shown=Evidence(text=text, source=source))


def unit(facts: Facts) -> str | None:
    """Return the systemd service in which porttui itself runs, None when it runs in none."""
    names = [part for part in facts.privileges.cgroup.split("/") if part.endswith(".service")]
    return names[-1] if names and not names[-1].startswith("user@") else None
