"""Who starts a process again when it ends, worked out for the signal that ends it; and how the user does so.

systemd decides by the way in which the main process ended (systemd.service(5), Restart=, table 1): SIGTERM is a clean
end, SIGKILL is not. Docker knows only the exit code, and a program chooses its own on SIGTERM (docker run, --restart).
"""

from __future__ import annotations

from porttui.model.base import Value
from porttui.model.facts import Ancestor, Facts, Process
from porttui.reading import engines, kin, seen, words
from porttui.reading.acts import Act

_AFTER_CLEAN = {"always", "on-success"}
_AFTER_SIGNAL = {"always", "on-failure", "on-abnormal", "on-abort"}
_NEVER = {"no", "on-watchdog"}


class Return(Value, frozen=True, kw_only=True):
    """Whether an ended process comes back."""

    returns: bool | None
    """None: not known, or it depends on what the program does."""
    text: str
    """One or two sentences: "not by itself; to start it, in pts/2:  npm run dev"."""
    by: str = ""
    """Who would start it again: "systemd", "docker", "podman", "the kubelet", "pm2"; empty for nobody that was seen."""
    start: tuple[str, ...] = ()
    """The command that starts it again; () when not known."""


def comes_back(facts: Facts, process: Process, act: Act) -> Return:
    """Tell who starts a process again after STOP or KILL.

    Args:
        facts: everything that was seen.
        process: which is to end.
        act: STOP or KILL; RESUME and PAUSE end nothing and give an empty text.
    """
    if not act.ends:
        return Return(returns=False, text="")
    return (
        _by_relatives(process, act)
        or _by_socket(facts, process)
        or _by_container(process, act)
        or _by_unit(process, act)
        or _by_others(facts, process)
    )


def service(process: Process) -> str | None:
    """Return the systemd unit that stands for this process alone; None when it is in none, or only lives in one.

    What a person starts over SSH may lie in the unit of sshd, where no session has a scope of its own (pam_systemd(8)):
    to stop that unit would lock the person out.
    """
    typed = any(kin.is_interactive_shell(each) for each in process.ancestors)
    return None if typed else process.unit


def unit_command(process: Process, verb: str) -> tuple[str, ...]:
    """Return `systemctl VERB UNIT` for the systemd that has the unit; () when the process has no service."""
    unit = service(process)
    if unit is None:
        return ()
    return ("systemctl", *(("--user",) if process.manager == "user" else ()), verb, unit)


def _by_relatives(process: Process, act: Act) -> Return | None:
    """Ask the ancestors: the master of a worker, a keeper, a watcher of files."""
    above = kin.master(process)
    if above is not None:
        text = f"yes: {above.name}, pid {above.pid}, starts another worker at once. To end the server, end that one"
        return Return(returns=True, text=text, by=above.name)
    keeper = kin.keeper(process)
    if keeper is not None:
        return _by_keeper(keeper, act)
    watcher = kin.watcher(process)
    if watcher is not None:
        name = _tool(watcher)
        text = f"when a file changes: {name}, pid {watcher.pid}, watches and starts it again"
        return Return(returns=None, text=text, by=name, start=watcher.argv)
    return None


def _by_keeper(keeper: Ancestor, act: Act) -> Return:
    name = next(iter(kin.names(keeper) & kin.KEEPERS.keys()))
    if name == "supervisord" and act is Act.STOP:  # autorestart=unexpected, and the exit code is the program's choice
        text = f"perhaps: {name} starts it again unless its settings call this end expected (autorestart)"
        return Return(returns=None, text=text, by=name)
    stop = kin.KEEPERS[name]
    return Return(
        returns=True, text=f"yes, most likely: {name} starts it again. To end it for good:  {stop} NAME", by=name
    )


def _by_socket(facts: Facts, process: Process) -> Return | None:
    """See whether systemd holds the same socket: then it starts the service for the next client (systemd.socket(5))."""
    if process.pid == 1 or not facts.host.systemd:
        return None
    shared = [row for row in seen.rows(facts) if row.state == "LISTEN" and {1, process.pid} <= set(row.pids)]
    if not shared:
        return None
    text = f"yes: systemd keeps {words.at(shared[0])} open and starts it again for the next client"
    return Return(returns=True, text=text, by="systemd")


def _by_container(process: Process, act: Act) -> Return | None:
    if not process.container:
        return None
    engine, start = engines.engine(process), engines.start(process)
    program = process.engine or "docker"
    if engine.keeper:
        text = f"perhaps: {engine.keeper} starts it again unless its pod says otherwise (restartPolicy)"
        return Return(returns=None, text=text, by=engine.keeper)
    if process.restart is None:
        text = f"not known: it runs in {engines.named(process)}, whose restart policy could not be read"
        return Return(returns=None, text=text, by="the container's engine")
    policy = process.restart.partition(":")[0]
    if process.main_pid not in (None, process.pid):
        text = f"not known: pid {process.main_pid} is the container's first process and may start another"
        return Return(returns=None, text=text, by="the container")
    if policy in ("always", "unless-stopped") or (policy == "on-failure" and act is Act.KILL):
        text = f"yes: {program} starts the container again (restart policy {process.restart})"
        return Return(returns=True, text=text, by=program, start=start)
    if policy == "on-failure":
        text = f"perhaps: {program} starts the container again if the program ends with an error (on-failure)"
        return Return(returns=None, text=text, by=program, start=start)
    return Return(
        returns=False, text=f"not by itself: the container ends. To start it:  {kin.command(start)}", start=start
    )


def _by_unit(process: Process, act: Act) -> Return | None:
    start = unit_command(process, "start")
    if not start:
        return None
    again = f"To start it:  {kin.command(start)}"
    if process.main_pid not in (None, process.pid):
        text = f"not known: pid {process.main_pid} is the main process of {process.unit} and may start another"
        return Return(returns=None, text=text, by=process.unit or "")
    if process.restart is None:
        text = f"not known: systemd does not tell whether it starts {process.unit} again. {again}"
        return Return(returns=None, text=text, by="systemd", start=start)
    if process.restart in _NEVER:
        text = f"not by itself: systemd leaves {process.unit} ended (Restart={process.restart}). {again}"
        return Return(returns=False, text=text, start=start)
    if process.restart in (_AFTER_CLEAN if act is Act.STOP else _AFTER_SIGNAL):
        text = f"yes: systemd starts {process.unit} again (Restart={process.restart})"
        return Return(returns=True, text=text, by="systemd", start=start)
    if act is Act.KILL:  # on-success
        text = f"not by itself: for systemd this is a failure (Restart={process.restart}). {again}"
        return Return(returns=False, text=text, start=start)
    if "java" in kin.names(process):  # the JVM ends with 143 on SIGTERM, which is an error unless SuccessExitStatus=143
        text = f"perhaps: Java ends with an error code on SIGTERM, and systemd has Restart={process.restart}. {again}"
        return Return(returns=None, text=text, by="systemd", start=start)
    text = f"not by itself: for systemd this is a clean end (Restart={process.restart}). {again}"
    return Return(returns=False, text=text, start=start)


def _by_others(facts: Facts, process: Process) -> Return:
    """Judge by the parent alone: a shell with a script may loop, launchd may keep it alive, a terminal does nothing."""
    start = kin.starting(process)
    parent = kin.parent(process)
    launchers = kin.launchers(process)
    top = launchers[-1] if launchers else None
    above = _above(process, top) if top else parent
    if above is not None and kin.is_shell(above) and not kin.is_interactive_shell(above):
        text = f"perhaps: {above.name}, pid {above.pid}, started it from a script and may start it again"
        return Return(returns=None, text=text, by=f"{above.name}, pid {above.pid}", start=start)
    if facts.os == "macos" and not process.terminal and parent is not None and parent.pid == 1:
        text = "not known: launchd starts it again if its job says so (KeepAlive)"
        return Return(returns=None, text=text, by="launchd", start=start)
    if not process.ancestors:
        return Return(returns=None, text="not known: what started it could not be seen", start=start)
    if above is not None and not _starts_nothing_again(above):
        text = f"not known: {above.name}, pid {above.pid}, started it and may start it again"
        return Return(returns=None, text=text, by=f"{above.name}, pid {above.pid}", start=start)
    if not start:
        return Return(returns=False, text="not by itself; start it the way you did")
    place = f", in {process.terminal}" if process.terminal else ""
    folder = f", in {process.cwd}" if not place and process.cwd and process.cwd != "/" else ""
    text = f"not by itself; to start it{place or folder}:  {kin.command(start)}"
    return Return(returns=False, text=text, start=start)


def _starts_nothing_again(parent: Ancestor) -> bool:
    """Tell whether a parent only lets its children be: a shell, a terminal, a login, init for orphans."""
    idle = kin.TERMINALS | kin.LOGINS | kin.SHELLS | {"systemd", "init", "explorer.exe", "cron", "crond"}
    return parent.pid == 1 or bool(kin.names(parent) & idle)


def _above(process: Process, ancestor: Ancestor) -> Ancestor | None:
    """Return the parent of an ancestor."""
    index = process.ancestors.index(ancestor)
    return process.ancestors[index - 1] if index else None


def _tool(ancestor: Ancestor) -> str:
    """Name a watcher of files by its own name where it has one, else by its program's."""
    return next(iter(sorted(kin.names(ancestor) & kin.WATCHERS)), ancestor.name)
