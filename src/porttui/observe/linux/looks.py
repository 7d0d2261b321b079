"""Repeated looks at Linux's socket tables; what stays the same from look to look is not read again."""

from __future__ import annotations

import datetime as dt
import os
import time
from collections.abc import Collection, Hashable, Iterable, Sequence
from typing import TYPE_CHECKING

from porttui.model.table import Columns, Owners, Source, Table
from porttui.observe.linux import dump
from porttui.observe.linux.dump import Dump
from porttui.observe.linux.holders import Holders
from porttui.observe.linux.programs import program_name
from porttui.observe.linux.texts import Texts

if TYPE_CHECKING:
    from porttui.model.facts import Process, Socket, Unseen
    from porttui.observe.linux.namespaces import Neighbours
    from porttui.observe.linux.sock_diag import DiagRow

_WAIT = ("LISTEN", "BOUND", "UNCONN")
_GUESSED_FOR = 10
"""For so many looks a guess at an owner is kept."""


class LinuxLooks:
    """Looks at the tables, one after the other; see `porttui.observe.snapshots.Snapshots`."""

    def __init__(  # noqa: PLR0913  the choices of one look
        self,
        protocols: Collection[str],
        *,
        waiting: bool = False,
        port: int = 0,
        owners: bool = True,
        namespaces: bool = False,
        described: bool = False,
    ) -> None:
        """Say what is looked at; the arguments are those of `Snapshots`."""
        self._protocols, self._states, self._port = protocols, dump.WAITING if waiting else dump.EVERY, port
        self._wants_owners, self._describes = owners, described
        self.namespaces = namespaces
        """Whether the next look is also at the listeners of other network namespaces."""
        self._holders = Holders()
        self._texts = Texts()
        self._names: dict[int, tuple[int, str]] = {}
        """Programs by pid, each with the number that another process of this pid would not have."""
        self._described: dict[int, tuple[int, Process]] = {}
        self._users: dict[int, str] = {}
        self._guesses: dict[Hashable, Socket] = {}
        self._looks = 0
        self.source = "netlink"
        """Where the tables are from: "netlink", or "proc" where the kernel refuses that."""

    def take(self) -> Table:
        """Make one look.

        Raises:
            OSError: neither sock_diag nor /proc/net can be read.
        """
        began = time.perf_counter()
        rows = self._read()
        around = self._look_around()
        if self._wants_owners:
            rows = self._with_holders(rows, around)
        self._add_neighbours(rows, around)
        columns = rows.columns(self._texts)
        held = self._holders.pids
        pids = [held.get(inode, ()) for inode in rows.inodes]
        known = self._complete(rows, columns, pids) if self._wants_owners else dict(rows.ready)
        names = self._programs({pid for each in set(pids) for pid in each})
        owners = Owners(
            pids=pids,
            names=names,
            users=self._user_names(set(rows.uids)),
            labels={row: _label(each, names) for row, each in known.items() if each.owner_by != "descriptor"},
            services={row: _service(each) for row, each in known.items() if each.unit or each.container},
            processes=self._descriptions(names) if self._describes else {},
        )
        self._looks += 1
        source = Source(
            at=dt.datetime.now().astimezone(),
            ms=round((time.perf_counter() - began) * 1000, 3),
            source=self.source,
            total=len(rows),
            unseen=(*(around.unseen if around else ()), *self._unseen(rows, pids, known)),
            elsewhere=around is not None,
        )
        return Table(columns, owners, source, lambda row: _whole(rows, columns, owners, known.get(row), row))

    def _read(self) -> Dump:
        """Read the tables: by sock_diag, else by /proc/net; each table of sock_diag is a module that may be missing."""
        rows = Dump()
        for protocol in ("tcp", "udp"):
            if protocol not in self._protocols:
                continue
            try:
                udp_waiting = protocol == "udp" and self._states == dump.WAITING
                rows.read(protocol, dump.UNCONNECTED if udp_waiting else self._states, self._port)
            except OSError:
                from porttui.observe.linux import proc_net

                if protocol == "tcp":
                    self.source = "proc"
                read = proc_net.read_tcp if protocol == "tcp" else proc_net.read_udp
                rows.add(row for row in read() if self._asked_for(row))
        rows.drop_doubles()
        if "unix" in self._protocols and not self._port:
            rows.add(_unix_listeners())
        return rows

    def _asked_for(self, row: Socket) -> bool:
        waits = row.state in ("UNCONN", "LISTEN") or self._states != dump.WAITING
        return waits and self._port in (0, row.port, row.peer_port)

    def _look_around(self) -> Neighbours | None:
        if not self.namespaces:
            return None
        from porttui.observe.linux import namespaces

        return namespaces.look_around({self._port} if self._port else None)

    def _with_holders(self, rows: Dump, around: Neighbours | None) -> Dump:
        """Find the holders; rows that vanished meanwhile, which is why nobody holds them, are left out."""
        other = {row.inode or 0 for each in around.found for row in each.rows} if around else set()
        unknown = self._holders.update(set(rows.inodes) | other) - other
        if self._holders.denied:  # of the sockets of others it cannot be told
            own = os.geteuid()
            unknown = {inode for inode, uid in zip(rows.inodes, rows.uids, strict=True) if uid == own} & unknown
        if not unknown:
            return rows
        still = unknown.intersection(self._read().inodes)
        if still and self._looks:
            self._holders.search(still)
        gone = unknown - still
        if gone:
            rows.keep([row for row, inode in enumerate(rows.inodes) if inode not in gone])
        return rows

    def _add_neighbours(self, rows: Dump, around: Neighbours | None) -> None:
        if not around or not around.found:
            return
        from porttui.observe.linux import namespaces
        from porttui.observe.linux.owners import Held

        held = Held(self._holders.pids, self._holders.denied, self._holders.cut)
        for each in around.found:
            rows.add(row for row in namespaces.with_owners(each, held) if row.protocol in self._protocols)

    def _complete(self, rows: Dump, columns: Columns, pids: list[tuple[int, ...]]) -> dict[int, Socket]:
        """Fill in the pids that are known otherwise, and return the values that were made for that, by row."""
        known = {row: _held(each, pids[row]) for row, each in rows.ready.items()}
        for row, each in known.items():
            pids[row] = each.pids
        nameless = [row for row in rows.waiting if not pids[row] and rows.inodes[row]]
        nameless += [row for row, each in known.items() if _may_be_guessed(each)]
        if nameless:
            from porttui.observe.linux.sock_diag import DiagRow, inet_row

            found = [
                DiagRow(known[row]) if row in known else inet_row(rows.protocols[row], rows.waiting[row])
                for row in nameless
            ]
            guesses = self._guess([columns.identities[row] for row in nameless], found)
            for row, guess in zip(nameless, guesses, strict=True):
                known[row], pids[row] = guess, guess.pids
        return known

    def _guess(self, identities: list[Hashable], rows: list[DiagRow]) -> Iterable[Socket]:
        """Name the processes that probably hold sockets, which is dear and therefore kept for a while."""
        if self._looks % _GUESSED_FOR == 0 or any(each not in self._guesses for each in identities):
            from porttui.observe.linux import owners

            guessed = owners.with_owners(rows, owners.Held({}, self._holders.denied, self._holders.cut))
            self._guesses = dict(zip(identities, guessed, strict=True))
        return [self._guesses[each] for each in identities]

    def _programs(self, pids: set[int]) -> dict[int, str]:
        """Return the names of processes; they are read again when the process was looked at again."""
        known, changed, folder = self._names, self._holders.changed, self._holders.folder
        self._names = {}
        for pid in pids:
            number = folder(pid)
            before = known.get(pid)
            if before is None or before[0] != number or pid in changed:
                name = program_name(pid)
                before = (number, name) if name is not None else None
            if before is not None:
                self._names[pid] = before
        return {pid: name for pid, (_, name) in self._names.items()}

    def _descriptions(self, names: dict[int, str]) -> dict[int, Process]:
        from porttui.observe.linux.process import brief

        known, self._described = self._described, {}
        for pid, name in names.items():
            number = self._holders.folder(pid)
            before = known.get(pid)
            if before is None or before[0] != number or before[1].name != name:
                process = brief(pid, name)
                before = (number, process) if process is not None else None
            if before is not None:
                self._described[pid] = before
        return {pid: process for pid, (_, process) in self._described.items()}

    def _user_names(self, uids: set[int]) -> dict[int, str]:
        missing = uids - self._users.keys()
        if missing:
            from porttui.observe.linux.proc import user_name

            self._users |= {uid: user_name(uid) or str(uid) for uid in missing}
        return self._users

    def _unseen(self, rows: Dump, pids: list[tuple[int, ...]], known: dict[int, Socket]) -> tuple[Unseen, ...]:
        found: list[Unseen] = []
        if self.source == "proc":
            from porttui.observe.linux.unseen import not_in_proc

            found.append(not_in_proc("sock_diag is denied here"))
        count = pids.count(()) - rows.inodes.count(0)  # nobody holds those without an inode
        count += sum(1 for each in known.values() if each.pids and each.owner_by != "descriptor")
        if not count or not self._wants_owners:
            return tuple(found)
        from porttui.observe.linux.unseen import unseen_owners

        how = "ss -lntup" if self._states == dump.WAITING else "ss -antup"
        return (*found, unseen_owners(count, how, denied=bool(self._holders.denied), cut=self._holders.cut))


def _held(row: Socket, pids: tuple[int, ...]) -> Socket:
    """Write those that hold it into a ready row."""
    if not pids:
        return row
    from msgspec.structs import replace

    return replace(row, pids=pids, owner_by="descriptor")


def _may_be_guessed(row: Socket) -> bool:
    """Tell whether somebody unknown waits there; for other namespaces and unix sockets nothing is guessed."""
    waits = row.protocol != "unix" and row.state in _WAIT
    return waits and row.owner_by is None and row.namespace is None and bool(row.inode)


def _label(row: Socket, names: dict[int, str]) -> str:
    from porttui.reading.columns import program_named

    return program_named(row, next((names[pid] for pid in row.pids if pid in names), None))


def _service(row: Socket) -> str:
    from porttui.reading.columns import service

    return service(row)


def _unix_listeners() -> Sequence[Socket]:
    from porttui.observe.linux import proc_net, sock_diag

    try:
        return sock_diag.unix_listeners()
    except OSError:
        return proc_net.read_unix_listeners()


def _whole(rows: Dump, columns: Columns, owners: Owners, known: Socket | None, row: int) -> Socket:
    """Make one row into a value."""
    from msgspec.structs import replace

    if known is None and row in rows.waiting:
        from porttui.observe.linux.sock_diag import inet_row

        known = inet_row(rows.protocols[row], rows.waiting[row]).socket
    value = known or rows.value(row, columns.addresses[row], columns.peers[row])
    if value.uid is not None:
        value = replace(value, user=owners.users.get(value.uid))
    return _held(value, owners.pids[row]) if value.owner_by is None else value
