"""A small look, without a connection: who and where, addresses, settings, what localhost leads to, who listens."""

from __future__ import annotations

import datetime as dt
import os

from msgspec.structs import replace

from porttui.model.facts import Facts, Sockets
from porttui.model.target import Asked
from porttui.observe import bounds
from porttui.observe.name import look_up
from porttui.observe.parts import Part
from porttui.observe.platform import Platform
from porttui.observe.talk.proxies import environment_facts

_SECONDS = 1.0
"""How long a resolver may take to say what localhost is."""


def look_around(asked: Asked, platform: Platform) -> Facts:
    """Look at what the lessons tell of a machine. Nothing is connected to, bound or changed.

    Args:
        asked: the target that stands as the example; its port's connections are read besides all listeners.
        platform: the eyes to use.

    Returns:
        Facts that are not `done`: what a diagnosis needs besides is None. A part that fails is told in `failures`.
    """
    name = Part("name", lambda: look_up(asked.target.host, _SECONDS), beside=True)
    asks = platform.os != "linux"  # other systems are asked by programs, which take their time
    sockets = Part("sockets", lambda: platform.sockets(asked.target.port), beside=asks)
    interfaces = Part("interfaces", platform.interfaces, beside=asks)
    sysctls = Part("kernel settings", platform.sysctls, beside=asks)
    facts = Facts(
        at=dt.datetime.now().astimezone(),
        os=platform.os,
        asked=asked,
        privileges=platform.privileges(),
        host=platform.host(),
        environment=environment_facts(os.environ),
        name=name.wait(),
        interfaces=interfaces.wait(),
        sysctls=sysctls.wait() or {},
        sockets=sockets.wait(),
    )
    rows = facts.sockets.rows if isinstance(facts.sockets, Sockets) else ()
    pids = sorted({pid for row in rows for pid in row.pids})[: bounds.MOST_PROCESSES]
    owners = Part("processes", lambda: platform.processes(pids))
    facts = replace(facts, processes=owners.wait())
    failed = [part for part in (name, sockets, interfaces, sysctls, owners) if part.failure is not None]
    return replace(
        facts,
        failures=tuple(part.failure for part in failed if part.failure is not None),
        failure_details=tuple(part.details for part in failed),
    )
