"""What happens when a process gets a signal: what is lost, who ends with it, who brings it back, what is wiser.

Shown before anything is sent. What porttui does not do at all is `refused` (porttui.reading.refused).
"""

from __future__ import annotations

import datetime as dt
from collections import Counter

from porttui.model.address import is_loopback, same_address
from porttui.model.base import Value
from porttui.model.facts import Facts, Process, Socket
from porttui.model.report import Risk
from porttui.reading import acts, engines, kin, seen, words
from porttui.reading.acts import Act
from porttui.reading.comes_back import comes_back, unit_command
from porttui.reading.refused import as_root, refusal

__all__ = ["Act", "Consequences", "connected", "consequences", "listens_on"]

_MOST_NAMED = 3
_ALL = {1: "", 2: "both "}


class Consequences(Value, frozen=True, kw_only=True):
    """All that a confirmation says. A text is one or two plain sentences, or empty."""

    act: Act
    pid: int
    started: dt.datetime | None
    """The identity that is checked again just before sending."""
    refused: str | None
    """Why porttui does not do it; None when it does."""
    instead: tuple[str, ...] = ()
    """The command to type instead when refused."""
    signal: str
    """"SIGTERM"."""
    sends: str
    short: str
    """For the list of actions: "it may save its work first. 2 connections cut."."""
    lose: str
    connections: int | None
    """Established connections to its listeners on the target's port; None when the tables were not seen."""
    also: str = ""
    """Who else ends, or stays, with it."""
    comes_back: str = ""
    returns: bool | None = None
    """Whether it comes back; None when that is not known."""
    start: tuple[str, ...] = ()
    """The command that starts it again."""
    rather: str = ""
    """What is wiser."""
    rather_act: Act | None = None
    rather_argv: tuple[str, ...] = ()
    doubt: str = ""
    """Why it may be the wrong process."""
    risk: Risk


def consequences(facts: Facts, process: Process, act: Act, *, whole: bool = False) -> Consequences:
    """Work out what an act on a process brings about.

    Args:
        facts: everything that was seen; nothing is looked up again.
        process: one that holds a socket, or seems to.
        act: what is to be done.
        whole: the socket tables have the connections to all of its listeners, and not those at the target's port alone.
    """
    refused, instead = refusal(facts, process, act)
    back = comes_back(facts, process, act)
    count = _connections(facts, process, _ending(facts, process, act))
    rather, rather_act, rather_argv = _rather(facts, process, act, returns=back.returns)
    cut = f" {_number(count, 'connection')} cut." if act.ends and count else ""
    return Consequences(
        act=act,
        pid=process.pid,
        started=process.started,
        refused=refused,
        instead=instead,
        signal=acts.signal_name(act, facts.os),
        sends=acts.sends(act, facts.os),
        short=f"{_short(facts, process, act)}.{cut}" + (f" {back.by} starts it again." if back.returns else ""),
        lose=_lose(facts, process, act, whole=whole),
        connections=sum(count.values()) if count is not None else None,
        also=_also(facts, process, act),
        comes_back=back.text,
        returns=back.returns,
        start=back.start,
        rather=rather,
        rather_act=rather_act,
        rather_argv=rather_argv,
        doubt=_doubt(facts, process),
        risk=acts.risk(act, facts.os),
    )


def listens_on(facts: Facts, process: Process) -> tuple[Socket, ...]:
    """Return the TCP listeners that a process holds, or seems to, in every namespace that was seen."""
    rows = seen.rows(facts)
    return tuple(row for row in rows if row.protocol == "tcp" and row.state == "LISTEN" and process.pid in row.pids)


def connected(facts: Facts, process: Process) -> str | None:
    """Tell who is connected to its listeners: "131: 118 from 10.20.0.5, 13 from 10.20.0.6"; None without a look.

    Those whom its workers serve are among them.
    """
    count = _connections(facts, process, kin.children(facts, process))
    if count is None:
        return None
    total, _, rest = _clients(facts, count).partition(" ")
    own = f"{total}{rest.removeprefix('connections').removeprefix('connection')}" if count else "nobody"
    handed = _handed_on(facts, process)
    return f"{own}; {handed}" if handed else own


def _handed_on(facts: Facts, process: Process) -> str:
    """Tell of connections to its listeners that it no longer holds: sshd leaves each to a process of its own.

    Those of others who hold the listeners as well are theirs, and not told.
    """
    listening = listens_on(facts, process)
    ports, serving = {(row.port, row.namespace) for row in listening}, {pid for row in listening for pid in row.pids}
    held = [
        row.pids
        for row in seen.rows(facts)
        if row.protocol == "tcp" and row.state == "ESTABLISHED" and (row.port, row.namespace) in ports
        if row.pids and serving.isdisjoint(row.pids)
    ]
    if not held:
        return ""
    holders = sorted({pid for pids in held for pid in pids})
    named = ", ".join(map(str, holders[:_MOST_NAMED])) + ", ..." * (len(holders) > _MOST_NAMED)
    return f"{_plural(len(held), 'connection')} to its port {'is' if len(held) == 1 else 'are'} held by pid {named}"


def _ending(facts: Facts, process: Process, act: Act) -> tuple[Process, ...]:
    """Return the workers that end with a process: those of a server whose first process is asked to end."""
    return kin.children(facts, process) if act is Act.STOP and kin.names(process) & kin.MASTERS else ()


def _connections(facts: Facts, process: Process, workers: tuple[Process, ...] = ()) -> Counter[str] | None:
    """Count the established connections to its listeners by the address of the client; None without a look.

    Those whose holder is not told, and those that no program has accepted yet, count by the port.
    """
    if not seen.sockets_seen(facts):
        return None
    ports = {(row.port, row.namespace) for row in listens_on(facts, process)}
    pids = {process.pid, *(each.pid for each in workers)}
    return Counter(
        row.peer
        for row in seen.rows(facts)
        if row.protocol == "tcp"
        and row.state == "ESTABLISHED"
        and (row.port, row.namespace) in ports
        and (not row.pids or not pids.isdisjoint(row.pids))
    )


def _lose(facts: Facts, process: Process, act: Act, *, whole: bool) -> str:
    if act is Act.RESUME:
        return "nothing"
    count = _connections(facts, process, _ending(facts, process, act))
    if count is None:
        return "what it listens on, and who is connected, can't be seen"
    listening = listens_on(facts, process)
    clients = _clients(facts, count)
    if not whole and any(row.port != facts.asked.target.port for row in listening):
        clients += f"{', and ' * bool(clients)}whoever is connected on its other ports, which was not looked at"
    if act is Act.PAUSE:
        if not listening:
            return "nothing; it does no work until it is resumed"
        waiting = f". Waiting then: {clients}" if clients else ""
        return f"nothing; but {_places(listening)} answers nobody until it is resumed{waiting}"
    if not listening:
        return "it listens on no port that was seen; what it is doing is cut off"
    others = _sharing(facts, process, listening)
    if others:
        share = f"one of {len(others) + 1} processes that serve {_places(listening)}; the others keep the port"
        return f"{share}, and {clients}" if clients else share
    handed = _handed_on(facts, process)
    if not clients:
        clients = f"; {handed}, and may go on" if handed else "; nobody is connected"
        return f"the only server on {_places(listening)}{clients}"
    return f"the only server on {_places(listening)}, and {clients}" + (f"; {handed}" if handed else "")


def _places(listening: tuple[Socket, ...]) -> str:
    places = list(dict.fromkeys(words.at(row) for row in listening))
    more = f" and {len(places) - _MOST_NAMED} more" if len(places) > _MOST_NAMED else ""
    return ", ".join(places[:_MOST_NAMED]) + more if more else " and ".join(", ".join(places).rsplit(", ", 1))


def _clients(facts: Facts, count: Counter[str]) -> str:
    """Write "131 connections: 118 from 10.20.0.5, 13 from 10.20.0.6"; empty for none."""
    if not count:
        return ""
    total = _number(count, "connection")
    if all(_is_here(facts, peer) for peer in count):
        where = words.machine(facts)
        return f"{total}, {_ALL.get(sum(count.values()), 'all ')}from {where}"
    most = count.most_common(_MOST_NAMED)
    parts = [f"{number} from {words.machine(facts) if _is_here(facts, peer) else peer}" for peer, number in most]
    rest = sum(count.values()) - sum(number for _, number in most)
    return f"{total}: {', '.join(parts)}" + (f" and {rest} from elsewhere" if rest else "")


def _is_here(facts: Facts, address: str) -> bool:
    return is_loopback(address) or any(same_address(address, own) for own in seen.own_addresses(facts))


def _sharing(facts: Facts, process: Process, listening: tuple[Socket, ...]) -> tuple[int, ...]:
    """Return the other processes that hold all of its listeners and do not end with it."""
    below = {each.pid for each in kin.children(facts, process)}
    return tuple(
        pid
        for pid in sorted({pid for row in listening for pid in row.pids} - {1, process.pid} - below)
        if all(pid in row.pids for row in listening) and all(row.owner_by == "descriptor" for row in listening)
    )


def _also(facts: Facts, process: Process, act: Act) -> str:
    """Tell of the relatives: a launcher that waits for it, workers that it has."""
    told = []
    above = kin.launchers(process)
    if act.ends and above:
        told.append(f"{above[0].name}, pid {above[0].pid}, started it and will probably end with it")
    below = kin.children(facts, process)
    if below:
        pids = ", ".join(str(each.pid) for each in below[:_MOST_NAMED])
        who = f"{_plural(len(below), 'process')} below it (pid {pids}{', ...' if len(below) > _MOST_NAMED else ''})"
        if _ending(facts, process, act):
            told.append(f"{who} end with it")
        elif act.ends:
            told.append(f"{who} may stay and keep the port")
        elif act is Act.PAUSE:
            told.append(f"{who} go on, and may answer in its place")
    return "; ".join(told)


def _rather(
    facts: Facts, process: Process, act: Act, *, returns: bool | None
) -> tuple[str, Act | None, tuple[str, ...]]:
    """Return what is wiser: a sentence, the other act, the command."""
    if process.tracer:
        return (
            f"let the debugger go on, pid {process.tracer}: it holds the process, and gets its signals first",
            None,
            (),
        )
    if not act.ends:
        return "", None, ()
    if process.state == "T":
        waiting = sum(row.queue or 0 for row in listens_on(facts, process))
        served = f", and the {waiting} that wait are served" if waiting > 1 else ""
        return f"resume: it removes the cause{served}", Act.RESUME, acts.kill_command(Act.RESUME, process.pid, facts.os)
    if process.container:
        argv = engines.stop(process)
        if not argv:
            return f"stop its container by what runs it ({engines.named(process)})", None, ()
        return f"stop its container:  {kin.command(argv)}", None, argv
    if "docker-proxy" in kin.names(process):
        port = facts.asked.target.port
        return (
            "stop the container whose port it hands on; without it the container goes on, out of reach",
            None,
            ("docker", "ps", "--filter", f"publish={port}"),
        )
    stop = unit_command(process, "stop")
    if stop and returns is not False and process.main_pid in (None, process.pid):
        typed = as_root(facts, stop)
        return f"stop the service, so that it stays ended:  {kin.command(typed)}", None, typed
    if act is Act.KILL and facts.os != "windows":
        return "stop first: it may save its work; kill is for what ignores that", Act.STOP, ()
    return "", None, ()


def _short(facts: Facts, process: Process, act: Act) -> str:
    if act is Act.RESUME:
        return "it goes on where it was" if process.state == "T" else "it is not paused: nothing changes"
    if act is Act.PAUSE:
        return "it is paused already" if process.state == "T" else "it keeps its port and answers nobody"
    if act is Act.KILL or facts.os == "windows":
        waits = "; it waits for a device now, and ends only after that" if process.state == "D" else ""
        return f"ends at once, saves nothing{waits}"
    return "a paused program ends only after it is resumed" if process.state == "T" else "it may save its work first"


def _doubt(facts: Facts, process: Process) -> str:
    """Tell when nobody saw that this process holds the port."""
    listening = listens_on(facts, process)
    how = {
        "command": "its command line names the port",
        "cgroup": "it is in the service or container that has the port",
        "elimination": "no other process seen could have it",
    }
    unsure = [row for row in listening if row.owner_by != "descriptor"]
    if not unsure:
        return ""
    why = how.get(unsure[0].owner_by or "", "that is a guess")
    return f"it was not seen to hold {words.at(unsure[0])}: {why}"


def _number(count: Counter[str] | None, noun: str) -> str:
    return _plural(sum(count.values()) if count else 0, noun)


def _plural(number: int, noun: str) -> str:
    ending = "" if number == 1 else "es" if noun.endswith("s") else "s"
    return f"{number} {noun}{ending}"
