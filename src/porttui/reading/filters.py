"""The filter for sockets, one language for the lists of the shell and of the screen.

A filter is read once and asked of whole columns, one word after another: what costs least comes first, and each word
looks only at the rows that the words before it have kept.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cache
from typing import TYPE_CHECKING, NamedTuple, Protocol

from porttui.model.table import NOT_SEEN
from porttui.reading.filter_words import NAMED, Kind, Word, read_finished, read_word

if TYPE_CHECKING:
    from porttui.model.address import IPAddress
    from porttui.model.facts import Process, Socket

WORDS = ":5432  node  listen  pid=4121  user=dev  addr=127.0.0.1  !not"
"""Examples of words, for the line below a table."""
_ORDER: tuple[Kind, ...] = (
    "nothing", "all", "protocol", "state", "port", "own port", "pid", "number", "program", "user", "end",
    "address", "text",
)  # fmt: skip
"""Kinds of words by what they cost."""
_OF_OWNERS = frozenset(("pid", "number", "program", "user", "text"))
_OF_PROGRAMS = frozenset(("pid", "program", "text"))
_IN_ADDRESSES = frozenset("0123456789abcdef.:[]%")
"""What an address is written with. A name of an interface may stand behind the percent sign, which a word has then."""
_WAITING = ("LISTEN", "UNCONN")
_HERE = "this machine"
_THERE = "network"
_Test = Callable[[int], bool]


class Columns(Protocol):
    """What a filter reads of a table; row `i` of each is the same socket. `porttui.model.table.Table` has them."""

    @property
    def protocols(self) -> Sequence[str]:
        """The words "tcp", "udp", "unix"."""

    @property
    def states(self) -> Sequence[str]:
        """As `Socket.state`."""

    @property
    def addresses(self) -> Sequence[str]:
        """Own addresses; of unix sockets their paths."""

    @property
    def ports(self) -> Sequence[int]:
        """Own ports; 0 for none."""

    @property
    def peers(self) -> Sequence[str]:
        """Addresses of the other ends; "" for none."""

    @property
    def peer_ports(self) -> Sequence[int]:
        """Ports of the other ends; 0 for none."""

    @property
    def uids(self) -> Sequence[int]:
        """Numbers of the users; -1 where none is told."""

    @property
    def users(self) -> Sequence[str]:
        """As `columns.user`."""

    @property
    def pids(self) -> Sequence[tuple[int, ...]]:
        """All processes that hold the socket, as far as known."""

    @property
    def programs(self) -> Sequence[str]:
        """As `columns.program`."""

    @property
    def services(self) -> Sequence[str]:
        """Unit or container of rows whose owner is only probable; "" for others."""

    @property
    def places(self) -> Mapping[int, str]:
        """Where rows of other network namespaces are."""

    @property
    def names(self) -> Mapping[int, str]:
        """Names of programs by pid."""

    def socket(self, row: int) -> Socket:
        """Return one row with all that is known of it."""


class Filter(NamedTuple):
    """A filter that was read. Made by `read`. Not a `Value`: the quick commands do without msgspec."""

    words: tuple[Word, ...] = ()

    @property
    def mistakes(self) -> tuple[str, ...]:
        """What is wrong with words that no socket can have, a line each: "pid=abc: a pid is a number"."""
        return tuple(word.mistake for word in self.words if word.mistake)

    @property
    def asks_state(self) -> bool:
        """Tell whether a word names a state, or "all" of them."""
        return any(word.kind in ("state", "all") for word in self.words)

    @property
    def asks_owner(self) -> bool:
        """Tell whether a word is about owners, so that rows whose owner is not known may have it, too."""
        return any(word.kind in _OF_OWNERS for word in self.words)

    @property
    def asks_text(self) -> bool:
        """Tell whether a word may be a part of a command line."""
        return any(word.kind == "text" for word in self.words)

    @property
    def asks_elsewhere(self) -> bool:
        """Tell whether a word names another network namespace, "net:4026532281": then it has to be looked at, too."""
        return any(word.kind == "text" and word.value.startswith("net:") and not word.negated for word in self.words)

    def protocols(self) -> frozenset[str]:
        """Return the protocols that words ask for; empty when none does."""
        words = (word for word in self.words if word.kind == "protocol" and not word.negated)
        return frozenset(name for word in words for name in word.value.split())

    def keep(self, table: Columns, lines: Mapping[int, str] | None = None) -> list[int]:
        """Return the rows that have every word, and none that follows a "!", in the order of the table.

        Args:
            table: the columns.
            lines: command lines by pid, as far as they are known; a word may be a part of one.
        """
        return _kept(self.words, table, lines or {})

    def may_fit(self, table: Columns, kept: Iterable[int]) -> list[int]:
        """Return the rows that were not kept only because it cannot be seen which program holds them."""
        certain = [word for word in self.words if word.kind not in _OF_PROGRAMS or word.negated]
        if len(certain) == len(self.words):
            return []
        shown = set(kept)
        return [row for row in _kept(certain, table, {}) if table.programs[row] == NOT_SEEN and row not in shown]


def read(words: str | Iterable[str], *, finished: bool = False) -> Filter:
    """Read a filter, as it was typed or already in words. It never fails: see `Filter.mistakes`.

    Args:
        words: the words.
        finished: nothing is typed any more, so that a field without a value ("port=") is a mistake.

    No socket has two states or two protocols, so several words for them are alternatives.
    """
    each = words.split() if isinstance(words, str) else words
    read_one = read_finished if finished else read_word
    found = [word for word in map(read_one, each) if word is not None]
    for kind in ("state", "protocol"):
        named = [word for word in found if word.kind == kind and not word.negated]
        if len(named) > 1:
            either = named[0]._replace(value=" ".join(word.value for word in named))
            found = [either, *(word for word in found if word not in named)]
    return Filter(words=tuple(found))


def _kept(words: Iterable[Word], table: Columns, lines: Mapping[int, str]) -> list[int]:
    kept = list(range(len(table.ports)))
    for word in sorted(words, key=lambda one: _ORDER.index(one.kind)):
        test = _test(word, table, lines)
        kept = [row for row in kept if test(row) is not word.negated]
    return kept


def _test(word: Word, table: Columns, lines: Mapping[int, str]) -> _Test:
    """Return the question that a word asks of the row with an index."""
    match word.kind:
        case "protocol":
            protocols, named = table.protocols, frozenset(word.value.split())
            return lambda row: protocols[row] in named
        case "state":
            states, wanted = table.states, frozenset(word.value.split())
            return lambda row: states[row] in wanted
        case "port" | "own port" | "number" | "pid":
            return _of_number(word, table)
        case "end" | "address":
            return _of_address(word, table)
        case "user" | "program":
            return _of_owner(word, table)
        case "text":
            return _of_text(word.value, table, lines)
        case "all":
            return lambda _: True
        case "nothing":
            return lambda _: False


def _of_number(word: Word, table: Columns) -> _Test:
    low, high, ports, pids = word.low, word.high, table.ports, table.pids
    if word.kind == "own port":
        return lambda row: low <= ports[row] <= high
    if word.kind == "pid":
        return lambda row: low in pids[row]
    peer_ports = table.peer_ports
    if word.kind == "port":
        return lambda row: low <= ports[row] <= high or low <= peer_ports[row] <= high

    def port_or_pid(row: int) -> bool:
        if low <= ports[row] <= high or low <= peer_ports[row] <= high:
            return True
        return any(low <= pid <= high for pid in pids[row])

    return port_or_pid


def _of_address(word: Word, table: Columns) -> _Test:
    """Compare with both ends; an address is read once, however many rows have it."""
    fits = cache(_address_test(word.value))
    ports, peer_ports, addresses, peers = table.ports, table.peer_ports, table.addresses, table.peers
    if word.kind == "address":
        return lambda row: fits(addresses[row]) or fits(peers[row])
    port = word.low
    takes = _taker(word, table)

    def end(row: int) -> bool:
        own = ports[row] == port and (fits(addresses[row]) or takes(row))
        return own or (peer_ports[row] == port and fits(peers[row]))

    return end


def _taker(word: Word, table: Columns) -> _Test:
    """Return whether a row waits on a wildcard that takes what is sent to the address of a word, or may take it.

    A word that must not hold hides only what has that very address: what is open on more addresses stays in sight.
    """
    from porttui.model.address import is_wildcard

    wanted = _plain_ip(word.value)
    if wanted is None or wanted.is_unspecified or word.negated:
        return lambda _: False
    wild = cache(is_wildcard)

    def takes(row: int) -> bool:
        if table.states[row] not in _WAITING or table.peer_ports[row] or not wild(table.addresses[row]):
            return False
        from porttui.reading.seen import would_accept

        return would_accept(table.socket(row), str(wanted)) is not False

    return takes


def _address_test(wanted: str) -> Callable[[str], bool]:
    """Return how addresses are compared: with a network, by value when it is one, else by how they begin.

    "*" is any wildcard, and "localhost" what a connection to localhost may lead to: loopback, and the wildcards.
    """
    if wanted in NAMED:
        from porttui.model.address import is_loopback, is_wildcard

        return is_wildcard if wanted == "*" else lambda text: is_loopback(text) or is_wildcard(text)
    if "/" in wanted:
        return _network_test(wanted)
    ip = _plain_ip(wanted)
    scope = wanted.partition("%")[2]
    if ip is None:
        return lambda text: text.lower().startswith(wanted)

    def same(text: str) -> bool:
        return _plain_ip(text) == ip and scope in ("", text.partition("%")[2].lower())

    return same


def _network_test(wanted: str) -> Callable[[str], bool]:
    """Return how addresses are compared with "10.0.0.0/8"; what is no network is the beginning of a path."""
    import ipaddress

    try:
        network = ipaddress.ip_network(wanted, strict=False)
    except ValueError:
        return lambda text: text.lower().startswith(wanted)
    if network.version == 4:
        mask, inside = int(network.netmask), int(network.network_address)
        return lambda text: "." in text and (number := _ipv4_number(text)) >= 0 and number & mask == inside

    def within(text: str) -> bool:
        ip = _plain_ip(text)
        return ip is not None and ip in network

    return within


def _ipv4_number(text: str) -> int:
    """Read an IPv4 address, also one that is written as IPv6; -1 for what is none. Ten times quicker than ipaddress."""
    parts = text.rpartition(":")[2].split(".")
    if len(parts) != 4 or not all(part.isdecimal() for part in parts):
        return -1
    one, two, three, four = map(int, parts)
    return one << 24 | two << 16 | three << 8 | four


def _plain_ip(text: str) -> IPAddress | None:
    """Read an address; an IPv4 address that is written as IPv6 counts as IPv4 (RFC 4291, 2.5.5.2)."""
    from porttui.model.address import parse_ip

    ip = parse_ip(text)
    return getattr(ip, "ipv4_mapped", None) or ip


def _of_owner(word: Word, table: Columns) -> _Test:
    wanted = word.value
    if word.kind == "user":
        users, uids = table.users, table.uids
        return lambda row: users[row].lower() == wanted or str(uids[row]) == wanted
    programs, pids, names = table.programs, table.pids, table.names

    def program(row: int) -> bool:
        return programs[row].strip("()").lower() == wanted or any(
            names.get(pid, "").lower() == wanted for pid in pids[row]
        )

    return program


def _of_text(wanted: str, table: Columns, lines: Mapping[int, str]) -> _Test:
    """Look for a part of what the columns say. Few programs hold many sockets, so each of them is looked at once."""
    names, protocols, states = table.names, table.protocols, table.states
    programs, users, pids, services = table.programs, table.users, table.pids, table.services
    known: dict[tuple[str, str, str, str, str, tuple[int, ...]], bool] = {}
    elsewhere = _text_of_address(wanted, table)

    def text(row: int) -> bool:
        key = (protocols[row], states[row], programs[row], users[row], services[row], pids[row])
        found = known.get(key)
        if found is None:
            texts: tuple[str, ...] = (*key[:5], states[row].replace("_", "-"))
            texts += tuple(told.get(pid, "") for pid in pids[row] for told in (names, lines))
            found = known[key] = any(wanted in each.lower() for each in texts)
        return found or elsewhere(row)

    return text


def _text_of_address(wanted: str, table: Columns) -> _Test:
    """Look for a part of the addresses, of the path, and of what lists say of who can reach it."""
    from porttui.model.address import endpoint, is_loopback

    addresses, ports, peers, peer_ports = table.addresses, table.ports, table.peers, table.peer_ports
    places = table.places
    here = cache(lambda address: wanted in (_HERE if is_loopback(address) else _THERE))
    says_where = wanted in _HERE or wanted in _THERE
    in_address = set(wanted) <= _IN_ADDRESSES or "%" in wanted
    with_port = in_address and bool(set(wanted) & set(":[]"))

    def found(row: int) -> bool:
        if not ports[row]:  # a unix socket
            return wanted in addresses[row].lower() or wanted in _HERE
        if in_address and (wanted in addresses[row].lower() or wanted in peers[row].lower()):
            return True
        if with_port and wanted in f"{endpoint(addresses[row], ports[row])} {endpoint(peers[row], peer_ports[row])}":
            return True
        if row in places:
            return wanted in places[row].lower()
        return says_where and not peer_ports[row] and here(addresses[row])

    return found


def lines_of(processes: Mapping[int, Process]) -> dict[int, str]:
    """Return the command lines by pid, as lists show them."""
    from porttui.reading.words import tilde

    return {pid: " ".join(tilde(part, each.user) for part in each.argv) for pid, each in processes.items()}
