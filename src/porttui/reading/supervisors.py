"""Who is in charge of a process, in words: a systemd unit, a container, cron, a terminal of tmux, a login.

The nearest come first: a container's first process may be in a unit of its engine, and a shell in tmux below a login.
"""

from __future__ import annotations

import re

from porttui.model.facts import Ancestor, Process
from porttui.reading import engines, kin
from porttui.reading.comes_back import service

_CRON = frozenset(("cron", "crond", "anacron", "fcron", "atd"))


def supervisors(process: Process) -> tuple[str, ...]:
    """Return who is in charge of a process, each in one phrase; () when nobody was seen.

    Args:
        process: with what its managers told, as far as they were asked (`Platform.managed`).
    """
    found = (_container(process), _unit(process), _keeper(process), _watcher(process), _cron(process), _login(process))
    return tuple(each for each in found if each)


def _container(process: Process) -> str:
    if not process.container:
        return ""
    if process.container_name is None:
        return f"{engines.named(process)} (its engine does not tell its name and image here)"
    image = f"of image {process.image or '?'}" + (f" ({process.image_id})" if process.image_id else "")
    policy = _policy(process, "restart policy ")
    word = f"{engines.engine(process).word} container".lstrip()
    image = image if process.image or process.image_id else "its image is not told here"
    return f"{word} {process.container_name} ({process.container}), {image}{policy}"


def _unit(process: Process) -> str:
    """Tell the unit that stands for it; where a person typed it in, the unit is only that of the person's login."""
    if process.unit is None or service(process) is None:
        return ""
    if process.container and process.container_name:
        return ""  # the unit is the engine's
    whose = f"{process.user or 'the user'}'s own systemd, " if process.manager == "user" else ""
    state = process.unit_state or "state not told"
    return f"{whose}{process.unit}: {state}{_policy(process, 'Restart=')}"


def _policy(process: Process, name: str) -> str:
    """Write what becomes of it when it ends, and how often that was so: ", Restart=on-failure, restarted once"."""
    policy = f", {name}{process.restart}" if process.restart is not None else ""
    if process.restarts is None:
        return policy
    times = {0: "never restarted", 1: "restarted once"}.get(process.restarts, f"restarted {process.restarts} times")
    return f"{policy}, {times}"


def _keeper(process: Process) -> str:
    above = kin.keeper(process)
    return f"{_named(above)}, which starts it again" if above is not None else ""


def _watcher(process: Process) -> str:
    above = kin.watcher(process)
    return f"{_named(above)}, which starts it anew when a file changes" if above is not None else ""


def _cron(process: Process) -> str:
    above = next((each for each in reversed(process.ancestors) if kin.names(each) & _CRON), None)
    return f"a timetable: {_named(above)}" if above is not None else ""


def _login(process: Process) -> str:
    """Tell of the terminal or the login that it was started from; what tmux keeps does not end with a login."""
    terminal = f" ({process.terminal})" if process.terminal else ""
    for each in reversed(process.ancestors):
        names = kin.names(each)
        if names & kin.TERMINALS:
            return f"a terminal of {_named(each)}{terminal}, which stays when its user logs out"
        if names & kin.LOGINS:
            return f"a login by {_plain(each)}{_user(each)}{terminal}, and may end with it"
    return ""


def _user(ancestor: Ancestor) -> str:
    """Read whose login it is from the title of sshd: "sshd: dev@pts/2", "sshd-session: dev [priv]"."""
    found = re.match(r"sshd(?:-session)?: ([\w.-]+)(?:@| |$)", ancestor.argv[0]) if ancestor.argv else None
    return f" of {found[1]}" if found and not found[1].startswith("/") else ""


def _plain(ancestor: Ancestor) -> str:
    return "ssh" if ancestor.name.startswith(("sshd", "dropbear")) else ancestor.name


def _named(ancestor: Ancestor) -> str:
    """Name an ancestor as its kin is known: "tmux, pid 900" for "tmux: server"."""
    known = kin.names(ancestor) & (kin.TERMINALS | kin.KEEPERS.keys() | kin.WATCHERS | _CRON)
    return f"{next(iter(sorted(known)), ancestor.name)}, pid {ancestor.pid}"
