"""The look: a plain generator of ever fuller Facts.

The order is that of the questions: who am I and where, what does the name lead to, who holds the port, does the
connection open, what is said on it. What does not wait for something else runs beside it.
"""

from __future__ import annotations

import datetime as dt
import os
import time
from collections.abc import Iterator
from typing import Literal, TypeVar

from msgspec.structs import replace

from porttui.model.address import family, is_wildcard, parse_ip
from porttui.model.facts import (
    Access,
    Attempt,
    BindTry,
    Counters,
    Facts,
    Host,
    Privileges,
    Process,
    Route,
    Socket,
    Sockets,
    Unseen,
)
from porttui.model.failed import details, failure, origin
from porttui.model.target import Asked, Question
from porttui.observe import activators, bounds
from porttui.observe.look import Look
from porttui.observe.no_rules import NoRules, let_through
from porttui.observe.parts import Part
from porttui.observe.platform import Platform, RuleReader
from porttui.observe.session import own_folder, own_pids, with_sudo_user
from porttui.reading import history, meant, nat, near, seen, stuck, wsl

_MOST_ELSEWHERE = 4
_MOST_TALKS = 3
"""How often a server is asked at most, when one of those that share its port ended meanwhile."""
_CROWD = 5
"""Clients of a server from which on it may have no room for more; the smallest instances of databases have 10 or 20."""
_SIDESTEP = 0.4
"""Seconds for an answer from this machine, or from a container on it."""
_FAR_AWAY = "192.0.2.1"
"""An address that no machine has (RFC 5737), to ask the kernel for its default gateway; no packet is sent to it."""
T = TypeVar("T")


def _nothing() -> None:
    """Look at nothing: for a part that has nothing to do with the question."""


def observe(asked: Asked, look: Look | None = None, platform: Platform | None = None) -> Iterator[Facts]:
    """Look at the machine for the sake of one question.

    Args:
        asked: the target and the question.
        look: bounds and choices; the defaults when None.
        platform: the eyes to use; those of this system when None.

    Yields:
        Facts, each fuller than the one before; the last has `done` set. A part that fails is told in
        `Facts.failures`, and the rest goes on.
    """
    from porttui.observe import this_platform  # here, so that a test can bring its own

    return _Observation(asked, look or Look(), platform or this_platform()).run()


class _Observation:
    """One look under way: the facts so far, and the parts that are still looking."""

    def __init__(self, asked: Asked, look: Look, platform: Platform) -> None:
        self.asked = asked
        self.look = look
        self.eyes = platform
        self.target = asked.target
        from porttui.observe.talk.proxies import environment_facts

        self.facts = Facts(
            at=dt.datetime.now().astimezone(),
            os=platform.os,
            asked=asked,
            privileges=Privileges(user="?"),
            host=Host(name="?"),
            environment=environment_facts(os.environ),
            own=own_pids(),
            folder=own_folder(),
            timeout=look.timeout,
        )
        rights, machine = Part("rights of this user", platform.privileges), Part("machine", platform.host)
        who, where = self._end(rights), self._end(machine)
        who = with_sudo_user(who, os.environ) if who is not None else self.facts.privileges
        self._take(privileges=who, host=where or self.facts.host)

    def run(self) -> Iterator[Facts]:
        from porttui.observe.name import look_up

        port = self.target.port
        connects = self.asked.question is Question.CONNECT  # no rule can keep a server from starting
        name = Part("name", lambda: look_up(self.target.host, self.look.timeout), beside=True)
        firewall = Part("firewall", self.eyes.firewall if connects else tuple, beside=connects)
        yield self.facts

        asks = self.eyes.os != "linux"  # other systems are asked by programs, which take their time
        sockets = Part("sockets", lambda: self._sockets(port), beside=asks)
        interfaces = Part("interfaces", self.eyes.interfaces, beside=asks)
        sysctls = Part("kernel settings", self.eyes.sysctls, beside=asks)
        looked_up, cards, settings = self._end(name), self._end(interfaces), self._end(sysctls)
        self._take(name=looked_up, interfaces=cards, sysctls=settings or {})
        self._take(unseen=(*bounds.addresses_left_out(self.facts), *bounds.settings_left_out(self.facts)))
        yield self.facts
        found = self._end(sockets)
        if found is not None:
            self._take(sockets=found[0], processes=found[1])
            self._take(activation=activators.activation(self.facts))
        held = self.facts.processes or ()
        managed = Part("services", lambda: self.eyes.managed(held), beside=bool(held))
        self._take(routes=self._end(Part("routes", self._routes)))
        yield self.facts
        self._take(binds=self._end(Part("bind", self._binds)))
        self._take(free_ports=self._end(Part("free ports", self._free_ports)))
        yield self.facts

        if connects and self.facts.os == "linux":  # the only system whose NAT is told
            # not while a connection is tried: this is traffic, and moves the counters
            self._take(tracked=self._end(Part("connection tracking", self._tracked)))
        read = Part("firewall rules", self.eyes.rules if connects else _nothing, beside=connects)
        if self.asked.question is Question.CONNECT:
            self._take(attempts=self._end(Part("connect", self._attempts, beside=True)) or ())
            self._look_at_the_way()
            yield self.facts
            for _ in self._talks():
                yield self.facts
        told = {each.pid: each for each in self._end(managed) or ()}
        if told:  # those at a far end were found meanwhile, and stay
            self._take(processes=tuple(told.get(each.pid, each) for each in self.facts.processes or ()))
        self._take(processes=(*(self.facts.processes or ()), *(self._end(Part("who answers", self._led_to)) or ())))
        for _ in self._guarded("watch", self._settled()):
            yield self.facts
        answered = any(each.outcome == "answer" for each in seen.exchanges(self.facts))
        if self.facts.activation is not None and self.facts.attempts and not answered:
            self._take(activation=self._end(Part("activator", lambda: activators.afterwards(self.facts, self.eyes))))
        backends, known = self._end(firewall), self._end(read)
        if isinstance(known, Unseen):
            self._take(judged=known)
        elif known is not None:
            self._end(Part("rules", lambda: self._judge(known)))
        self._take(firewall=backends if connects else None, done=True)
        yield self.facts

    def _talks(self) -> Iterator[None]:
        yield from self._asked_and_others()
        yield from self._follow()
        yield from self._look_outside()

    def _asked_and_others(self) -> Iterator[None]:
        before = self.eyes.counters() if self.facts.attempts else {}
        yield from self._guarded("probe", self._talk_to_asked())
        yield from self._guarded("second look", self._look_again(before))
        talks = (self._follow_redirects, self._sidestep, self._talk_elsewhere, self._ask_windows, self._talk_to_proxies)
        for talk in talks:
            yield from self._guarded("probe", talk())

    def _look_again(self, before: Counters) -> Iterator[None]:
        """When a connection brought no answer, see what the server does instead."""
        from porttui.observe.meanwhile import meanwhile

        found = meanwhile(self.facts, self.eyes, before)
        if found is not None:
            self._take(meanwhile=found)
            yield

    def _follow(self) -> Iterator[None]:
        """Look at the far end of a program that only hands connections on, when no answer came through it."""
        if any(each.outcome == "answer" for each in seen.exchanges(self.facts)) or not seen.sockets_seen(self.facts):
            return
        from porttui.observe.follow import follow

        ends = self._end(Part("far end", lambda: follow(self.facts, self.eyes))) or ()
        known = {each.pid for each in self.facts.processes or ()}
        pids = {pid for end in ends for row in end.listeners for pid in row.pids} - known
        more = self.eyes.processes(sorted(pids)[: bounds.MOST_PROCESSES]) if pids else ()
        self._take(access=self._end(Part("access files", self._access)))
        self._take(far_ends=ends, processes=(*(self.facts.processes or ()), *more))
        yield

    def _look_outside(self) -> Iterator[None]:
        """In a container where nothing listens on the port, see whether it is open outside, on the same machine."""
        from porttui.observe.outside import look_outside, worth_it

        if not worth_it(self.facts):
            return
        self._take(outside=self._end(Part("outside", lambda: look_outside(self.facts, self.eyes))))
        yield

    def _access(self) -> Access | Unseen | None:
        listeners = [seen.accepting(self.facts, address) for address in self._addresses]
        return self.eyes.access(each for row in listeners if row for each in seen.owners(self.facts, row))

    def _settled(self) -> Iterator[None]:
        """Watch the port for a while when there is a reason; when it has changed, look again at what it is now."""
        from porttui.observe import settle

        limit = self.look.settle
        if limit is None and self.facts.activation is not None:
            return  # what holds the port is no server that may still be starting
        if limit == 0 or not seen.target_is_local(self.facts) or not seen.sockets_seen(self.facts):
            return
        self._take(starting=settle.starting(self.facts, self.eyes))
        seconds = settle.patience(self.facts, self.eyes) if limit is None else limit
        if not seconds:
            return
        yield
        watched = settle.settle(
            self.facts, self.eyes, seconds, asked_for=limit is not None, connect=self._outcome_of_one
        )
        for moments in watched:
            self._take(history=moments)
            yield
        moments = self.facts.history or ()
        if history.marks(moments[0].listeners) == history.marks(moments[-1].listeners):
            return
        found = self._end(Part("sockets", lambda: self._sockets(self.target.port)))
        if found is not None:
            self._take(sockets=found[0], processes=self.eyes.managed(found[1]))
        self._take(binds=self._end(Part("bind", self._binds)))
        if self.asked.question is Question.CONNECT:
            again = self._end(Part("connect", self._attempts, beside=True)) or ()
            self._take(attempts=again, exchanges=None, redirects=None, meanwhile=None)
            yield
            yield from self._talks()

    def _outcome_of_one(self) -> str | None:
        """Try a connection to each address of the target and tell the best outcome."""
        from porttui.observe.connect import attempts

        if self.asked.question is not Question.CONNECT:
            return None
        tried = attempts(self._addresses, self.target.port, timeout=0.5, counters=self.eyes.counters)
        outcomes = [each.outcome for each in tried]
        return "open" if "open" in outcomes else outcomes[0] if outcomes else None

    def _take(self, **fields: object) -> None:
        self.facts = replace(self.facts, **fields)

    def _end(self, part: Part[T]) -> T | None:
        value = part.wait()
        took = {**self.facts.took, part.what: self.facts.took.get(part.what, 0.0) + round(part.ms, 3)}
        self._take(took=took)
        if part.failure is not None and part.short:
            self._take(unseen=(*self.facts.unseen, part.failure))
        elif part.failure is not None:
            self._failed(part.failure, part.details)
        return value

    def _failed(self, failed: Unseen, where: str) -> None:
        """Tell a failure of porttui's own; several parts may ask the same eye, and one that fails is told once."""
        before = self.facts
        pairs = zip(before.failures, before.failure_details, strict=False)
        told = {(each.reason, origin(text)) for each, text in pairs}
        if (failed.reason, origin(where)) in told:
            return
        self._take(failures=(*before.failures, failed), failure_details=(*before.failure_details, where))

    @property
    def _addresses(self) -> tuple[str, ...]:
        """The addresses asked for, as many as are looked at."""
        name = self.facts.name
        return name.addresses[: bounds.MOST_ADDRESSES] if name else ()

    def _sockets(self, port: int) -> tuple[Sockets | Unseen, tuple[Process, ...]]:
        """Owners are read with the sockets, before the first connect: an activator may start a program by it."""
        sockets, processes = self._owned(port)
        if isinstance(sockets, Unseen) or all(
            each.started is None or each.started < self._before for each in processes
        ):
            return sockets, processes
        # One of them has started meanwhile: its pid may be that of an owner who has ended. If it is, it owns no socket.
        again, _ = self._owned(port)
        owners = {pid for row in again.rows for pid in row.pids} if isinstance(again, Sockets) else set()
        return again, tuple(each for each in processes if each.pid in owners)

    def _owned(self, port: int) -> tuple[Sockets | Unseen, tuple[Process, ...]]:
        """Read the sockets, and describe the processes that hold those on the port."""
        sockets = self.eyes.sockets(port)
        if isinstance(sockets, Unseen):
            return sockets, ()
        rows = [
            row
            for row in sockets.rows
            if near.may_be_meant(row, port) and (row.state != "ESTABLISHED" or row.port == row.peer_port)
        ]
        if not any(row.port == port and row.state == "LISTEN" and row.namespace is None for row in rows):
            # connections alone keep it: who holds them, and who is at their other end
            rows += [row for row in sockets.rows if row.protocol == "tcp" and port in (row.port, row.peer_port)]
        pids = {pid for row in rows for pid in row.pids}
        unseen = bounds.processes_left_out(len(pids), port)
        if unseen:
            sockets = replace(sockets, unseen=(*sockets.unseen, *unseen))
        return sockets, (
            *self.eyes.processes(sorted(pids)[: bounds.MOST_PROCESSES]),
            *self._relatives(sockets, port, pids),
        )

    def _relatives(self, sockets: Sockets, port: int, known: set[int]) -> tuple[Process, ...]:
        """Describe the programs of the service that the port stands for, when they listen farther away."""
        name = meant.service(self.target)
        here = [
            row for row in sockets.rows if row.state == "LISTEN" and row.protocol == "tcp" and row.namespace is None
        ]
        if name is None or any(row.port == port for row in here):
            return ()
        pids = sorted({pid for row in here for pid in row.pids} - known)[: bounds.MOST_ELSEWHERE]
        return tuple(each for each in self.eyes.processes(pids) if meant.serves(each, name))

    @property
    def _before(self) -> dt.datetime:
        """What started before this moment did so before the look; start times are counted in ticks of 10 ms."""
        return self.facts.at - dt.timedelta(seconds=1)

    def _routes(self) -> tuple[Route, ...] | Unseen:
        found = self._ways([address for address in self._addresses if not is_wildcard(address)])
        if isinstance(found, Unseen):
            return found
        foreign = map(self.eyes.route, near.foreign(self.facts))  # the kernel may call them its own
        return (*found, *(route for route in foreign if isinstance(route, Route)))

    def _led_routes(self) -> tuple[Route, ...] | Unseen:
        """Ask for the ways to where rules lead the connections: a container that is gone takes its network along."""
        others = nat.for_others(self.facts)
        leads = [*(nat.deciding(self.facts, address) for address in self._addresses), others and others[1]]
        places = dict.fromkeys(each.address for each in leads if isinstance(each, nat.Lead))
        return self._ways([each for each in places if not seen.is_local(self.facts, each)])

    def _ways(self, addresses: list[str]) -> tuple[Route, ...] | Unseen:
        routes = [self.eyes.route(address) for address in addresses]
        unseen = [route for route in routes if isinstance(route, Unseen)]
        return unseen[0] if unseen else tuple(route for route in routes if isinstance(route, Route))

    def _look_at_the_way(self) -> None:
        """Read what may have kept packets from leaving: entries of the routing policy, machines that do not answer.

        What was read before the packets were sent and may have changed since is read again.
        """
        failed = seen.failed(self.facts)
        refused = [each.address for each in failed if each.immediate and not is_wildcard(each.address)]
        if refused:
            self._take(route_blocks=self._end(Part("routes", lambda: self.eyes.route_blocks(refused))))
        hops = seen.next_hops(self.facts, [each for each in failed if each.outcome in {"EHOSTUNREACH", "timeout"}])
        if any(each.burst.get("Conntrack.Drop") for each in failed):  # how full was the table just then?
            self._take(sysctls=self._end(Part("kernel settings", self.eyes.sysctls)) or self.facts.sysctls)
        if hops:
            self._take(neighbours=self._end(Part("neighbours", lambda: self.eyes.neighbours(hops))))

    def _binds(self) -> tuple[BindTry, ...] | Unseen:
        from porttui.observe.bind import try_binds

        if self.asked.question is Question.BIND:
            return try_binds(self._addresses, self.target.port)
        return try_binds([each for each in self._addresses if seen.is_local(self.facts, each)], self.target.port)

    def _free_ports(self) -> tuple[int, ...] | None:
        """Look for another port where this one is taken or denied; a missing address is no better on another port."""
        tries = self.facts.binds if isinstance(self.facts.binds, tuple) else ()
        bound = any(row.port == self.target.port and row.state == "BOUND" for row in seen.rows(self.facts))
        if not any(each.error in {"EADDRINUSE", "EACCES"} for each in tries):
            return None
        if self.asked.question is not Question.BIND and not bound:
            return None
        from porttui.observe.free import free_ports

        used = {row.port for row in seen.rows(self.facts) if row.state in {"LISTEN", "BOUND"}}
        local = dict.fromkeys(each.address for each in tries)
        return free_ports(self.target.port, local, os=self.facts.os, sysctls=self.facts.sysctls, used=used)

    def _tracked(self) -> bool | None:
        return self.eyes.tracked({family(each) for each in self._addresses})

    def _led_to(self) -> tuple[Process, ...]:
        """Describe the program to which NAT led the connection: it is on another port than the one asked for."""
        known = {each.pid for each in self.facts.processes or ()}
        fates = [each.fate for each in seen.asked_attempts(self.facts) if each.fate is not None and each.fate.to_port]
        rows = [seen.accepting(self.facts, fate.to_address, fate.to_port) for fate in fates]
        pids = {pid for row in rows if row is not None for pid in row.pids}
        return self.eyes.processes(sorted(pids - known)[: bounds.MOST_PROCESSES]) if pids - known else ()

    def _judge(self, rules: RuleReader) -> None:
        """Tell what the rules do with the connections asked about, and with those of others where it counts."""
        nobody = seen.refused(self.facts) and not seen.listeners(self.facts)
        if isinstance(rules, NoRules):
            of_user = None if self.facts.privileges.sudo_uid is None else ()
            self._take(judged=let_through(self.facts, self._addresses), judged_for_user=of_user)
            self._take(judged_elsewhere=() if nobody else None)
            return
        from porttui.observe.judging import judge_asked, judge_for_user, judge_from_elsewhere

        self._take(judged=judge_asked(self.facts, rules, self._addresses))
        self._take(judged_for_user=judge_for_user(self.facts, rules, self._addresses))
        if nobody:
            self._take(judged_elsewhere=judge_from_elsewhere(self.facts, rules))
            self._ask_as_others_do()
        self._take(led_routes=self._led_routes())

    def _ask_as_others_do(self) -> None:
        """Try the address at which others are led on: a rule may lead this machine's own connections to it as well."""
        from porttui.observe.connect import attempts

        found = nat.for_others(self.facts)
        address = found[0].address if found is not None else None
        if address is None or address in self._addresses:
            return
        fate, port = self.eyes.fate, self.target.port
        done = attempts([address], port, timeout=_SIDESTEP, counters=self.eyes.counters, role="elsewhere", fate=fate)
        self._take(attempts=(*(self.facts.attempts or ()), *done))

    def _attempts(self) -> tuple[Attempt, ...]:
        from porttui.observe.connect import attempts

        fate = self.eyes.fate if self.facts.os == "linux" else None  # elsewhere a program would have to be started
        return attempts(
            self._addresses, self.target.port, timeout=self.look.timeout, counters=self.eyes.counters, fate=fate
        )

    def _guarded(self, what: str, talk: Iterator[None]) -> Iterator[None]:
        """Go through a conversation step by step; a failure of porttui ends it, is told, and takes nothing with it."""
        began = time.perf_counter()
        try:
            yield from talk
        except Exception as error:  # noqa: BLE001 - one part failing must not take the others with it; it is told
            self._failed(failure(what, error), details(what, error))
        spent = self.facts.took.get(what, 0.0) + round((time.perf_counter() - began) * 1000, 3)
        self._take(took={**self.facts.took, what: spent})

    def _talk_to_asked(self) -> Iterator[None]:
        if not self.look.http or self.look.proxy == "proxy":
            return
        listeners: list[Socket] = []
        for attempt in seen.asked_attempts(self.facts):
            if attempt.outcome != "open" or attempt.self_connected:
                continue
            listener = seen.accepting(self.facts, attempt.address, attempt.port)
            if listener is not None and listener in listeners:
                continue  # one dual-stack socket behind two addresses answers once
            if listener is not None:
                listeners.append(listener)
            yield from self._talk(attempt.address, attempt.port, "asked", self.look.timeout)

    def _follow_redirects(self) -> Iterator[None]:
        """Go where the target's first answer sends its client, as long as that is this machine."""
        first = next((each for each in seen.exchanges(self.facts) if each.http is not None), None)
        if first is None or self.target.scheme not in {None, "http", "https"}:
            return
        from porttui.observe.talk.redirects import follow

        self._take(redirects=())
        url = f"{first.sent}://{first.host}{self.target.path}"
        hops = follow(first, url, self._here, timeout=self.look.timeout, fate=self.eyes.fate)
        for hop in hops:
            self._take(redirects=(*(self.facts.redirects or ()), hop))
            yield

    def _here(self, host: str) -> tuple[str, ...]:
        """Return the addresses of a host that are this machine's, without asking a resolver."""
        from porttui.observe.hosts_file import hosts_path, lines_naming

        name = self.facts.name
        if parse_ip(host) is not None:
            found: tuple[str, ...] = (host,)
        elif name is not None and host.lower() == self.target.host.lower():
            found = name.addresses
        elif name is not None and (host.lower() == "localhost" or host.lower().endswith(".localhost")):
            found = name.localhost
        else:
            lines = lines_naming(host, hosts_path())
            found = tuple(line.address for line in lines) if isinstance(lines, tuple) else ()
        local = [each for each in found if parse_ip(each) is not None and seen.is_local(self.facts, each)]
        return tuple(dict.fromkeys(local))[: bounds.MOST_ADDRESSES]

    def _sidestep(self) -> Iterator[None]:
        """Ask a loopback address from another address of this machine, when packets to it did not even leave."""
        from porttui.observe.connect import attempts

        fate = self.eyes.fate if self.facts.os == "linux" else None
        for address, source in near.sidesteps(self.facts):
            done = attempts(
                [address],
                self.target.port,
                timeout=_SIDESTEP,
                counters=self.eyes.counters,
                role="sidestep",
                fate=fate,
                source=source,
            )
            self._take(attempts=(*(self.facts.attempts or ()), *done))
            yield

    def _talk_elsewhere(self) -> Iterator[None]:
        """Try the addresses that a remedy may recommend, so that no untried advice is given."""
        from porttui.observe.connect import attempts

        if not seen.asked_attempts(self.facts):
            return
        others = near.beside(self.facts) if seen.opened(self.facts) else meant.worth_trying(self.facts)
        places = [(near.address_to_ask(self.facts, each), each.port) for each in others]
        places += [(address, self.target.port) for address in near.twins_of_loopback(self.facts)]
        fate = self.eyes.fate if self.facts.os == "linux" else None
        for address, port in places[:_MOST_ELSEWHERE]:
            done = attempts([address], port, timeout=1.2, counters=self.eyes.counters, role="elsewhere", fate=fate)
            self._take(attempts=(*(self.facts.attempts or ()), *done))
            yield
            if self.look.http and done[0].outcome == "open":
                yield from self._talk(address, port, "elsewhere", 1.5)

    def _ask_windows(self) -> Iterator[None]:
        """In WSL2 see whether Windows, which is the default gateway there, has what localhost was asked for."""
        from porttui.observe.connect import attempts

        if not wsl.windows_may_have_it(self.facts):
            return
        route = self.eyes.route(_FAR_AWAY)
        if isinstance(route, Unseen) or route.gateway is None or wsl.leads_out_of_a_container(self.facts, route):
            return
        done = attempts([route.gateway], self.target.port, timeout=1.2, counters=self.eyes.counters, role="elsewhere")
        self._take(attempts=(*(self.facts.attempts or ()), *done))
        yield

    def _talk(self, address: str, port: int, role: Literal["asked", "elsewhere"], timeout: float) -> Iterator[None]:
        from porttui.observe.talk.probe import probe

        socket = seen.accepting(self.facts, address, port)
        owner = self._speaks_at(socket) if socket else None
        crowded = socket is not None and len(stuck.taken(self.facts, socket)) >= _CROWD
        earlier = self.facts.exchanges or ()
        for _ in range(_MOST_TALKS):
            before = self._listeners_now(port)
            self._take(exchanges=earlier)
            talk = probe(
                self.asked, address, port, role=role, owner=owner, timeout=timeout, fate=self.eyes.fate, crowded=crowded
            )
            for exchange in talk:
                self._take(exchanges=(*(self.facts.exchanges or ()), exchange))
                yield
            said = (self.facts.exchanges or ())[len(earlier) :]
            if not any(each.outcome in {"closed", "reset"} for each in said):
                return
            now = self._listeners_now(port)
            if not (before - now and before & now):
                return  # else one of those that share the port has ended with the connection: ask the others

    def _speaks_at(self, socket: Socket) -> str | None:
        """Name the program that speaks at a listener; None where it is not known, or only hands connections on.

        What is behind an sshd that opened a port for ssh -R does not greet as an SSH server does.
        """
        from porttui.reading import forwards

        holding = seen.owners(self.facts, socket)
        handed = any(forwards.leading_from(each.argv, socket.port) is not None for each in holding)
        return None if handed else seen.program_of(self.facts, socket)

    def _listeners_now(self, port: int) -> frozenset[history.Mark]:
        rows = self.eyes.listeners(port) if self.facts.os == "linux" else ()  # elsewhere this costs too much
        return frozenset() if isinstance(rows, Unseen) else history.marks(rows)

    def _talk_to_proxies(self) -> Iterator[None]:
        from porttui.observe.talk.proxies import environment_proxies, probe_through

        proxies = environment_proxies(self.asked, os.environ)
        self._take(proxies=proxies)
        if not self.look.http or self.look.proxy == "direct":
            return
        own = seen.own_addresses(self.facts)
        for proxy in (each for each in proxies if each.applies):
            exchange = probe_through(self.asked, proxy, own_addresses=own, timeout=min(2.0, self.look.timeout))
            if exchange is not None:
                self._take(exchanges=(*(self.facts.exchanges or ()), exchange))
                yield
