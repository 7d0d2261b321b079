"""What the bounds of a look left out, told as unseen."""

from __future__ import annotations

from porttui.model.facts import Facts, Unseen

MOST_ADDRESSES = 8
"""Addresses of one name that are looked at."""
MOST_PROCESSES = 32
"""Processes on one port that are described."""
MOST_ELSEWHERE = 128
"""Processes on other ports that are looked at, whether they are the program that the port stands for."""


def addresses_left_out(facts: Facts) -> tuple[Unseen, ...]:
    """Tell of the addresses of the target's name that are not looked at."""
    more = len(facts.name.addresses) - MOST_ADDRESSES if facts.name else 0
    return _left_out(more, "address", "addresses", f"of {facts.asked.target.host}", MOST_ADDRESSES)


def processes_left_out(count: int, port: int) -> tuple[Unseen, ...]:
    """Tell of the processes on the port that are not described, of `count` in all."""
    return _left_out(count - MOST_PROCESSES, "process", "processes", f"on port {port}", MOST_PROCESSES)


def settings_left_out(facts: Facts) -> tuple[Unseen, ...]:
    """Tell of the network interfaces whose kernel settings were not read: they are where others' were."""
    if "net.ipv4.conf.all.rp_filter" not in facts.sysctls or not isinstance(facts.interfaces, tuple):
        return ()
    names = [each.name.replace(".", "/") for each in facts.interfaces]
    missing = [name for name in names if f"net.ipv4.conf.{name}.rp_filter" not in facts.sysctls]
    if not missing:
        return ()
    what = f"kernel settings of {len(missing)} interface{'s' * (len(missing) != 1)}"
    how = f"sysctl net.ipv4.conf.{missing[0]} net.ipv6.conf.{missing[0]}"
    return (Unseen(what=what, reason="not among those that are read", how_to_see=how),)


def _left_out(more: int, one: str, many: str, where: str, bound: int) -> tuple[Unseen, ...]:
    if more <= 0:
        return ()
    what = f"{more} more {one if more == 1 else many} {where}"
    return (Unseen(what=what, reason=f"only {bound} are looked at", how_to_see=""),)
