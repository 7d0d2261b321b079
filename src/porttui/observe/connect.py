"""Trying to connect, in a way that tells why it fails.

The outcome of connect(2) alone cannot tell a kernel's refusal from a firewall's, nor a full queue from a dropped
packet. So each attempt stands between two readings of the kernel's counters, and is repeated a few times in the
same short window when it costs nothing or when it was met with silence: what moved as often as packets were sent was
moved by them, not by the machine's other traffic.
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Iterable
from typing import Literal

from porttui.model.address import destination, is_loopback, is_wildcard, same_address
from porttui.model.base import Value
from porttui.model.facts import Attempt, Counters, Fate
from porttui.observe.connection import OPEN, UNDER_WAY, Connection, wait
from porttui.observe.linux.counters import added, moved
from porttui.observe.rounds import rounds

Role = Literal["asked", "elsewhere", "sidestep"]
FateReader = Callable[[str, int, str, int], Fate]
"""Server address and port, our address and port -> where the connection stands (`Platform.fate`)."""

_FIRST = 0.01
"""Seconds of the window around the first packet. On loopback the whole exchange is over when connect(2) returns."""
_SILENT = 0.15
"""Seconds after which an unanswered packet counts as met with silence. The first retransmission comes after 1 s."""
_AGAIN = 0.02
"""Seconds of the window around the packets that are sent to confirm the silence."""
_REFUSED_TRIES = 5
_SILENT_TRIES = 4


def no_counters() -> Counters:
    """Stand for the counters on a system that has none."""
    return {}


class _Ask(Value, frozen=True):
    """What is the same for every address of one call."""

    port: int
    timeout: float
    counters: Callable[[], Counters]
    role: Role = "asked"
    fate: FateReader | None = None
    source: str = ""


def attempts(  # noqa: PLR0913 - each is a choice of its own, and by keyword
    addresses: Iterable[str],
    port: int,
    *,
    timeout: float,
    counters: Callable[[], Counters] = no_counters,
    role: Role = "asked",
    fate: FateReader | None = None,
    source: str = "",
) -> tuple[Attempt, ...]:
    """Connect to each address in turn; those that stay silent are then waited for together.

    Few connections are begun to an address that was asked for: five when this machine's kernel refuses, which costs
    nothing; four when nothing answers; one when it opens, or when another machine refuses. Where a rule of this machine
    refuses, five to twenty more follow (see rounds.py). One is begun to an address elsewhere. Open ones are closed at
    once, without a byte sent.

    Args:
        addresses: IPv4 or IPv6, with scopes where they need one.
        port: 1 to 65535.
        timeout: seconds for each address, counted from its first packet; a silence under 1.2 s is not to be believed.
        counters: reads the kernel's counters.
        role: what the attempts are for.
        fate: how to look up the server's side of a connection; asked just before one that opened, or that nothing has
            answered, is given up.
        source: an address of this machine to connect from; empty for the one that the kernel chooses.

    Returns:
        One attempt an address, in the order given. Every error is an outcome.

    Raises:
        ValueError: one of `addresses` is no address.
    """
    return _attempts(tuple(addresses), _Ask(port, timeout, counters, role, fate, source))


class _Trying:
    """An attempt in the making: its first connection, and what was learned around it."""

    def __init__(self, address: str, ask: _Ask) -> None:
        self.address = address
        self.ask = ask
        self.counters = ask.counters
        self.before = ask.counters()
        self.first = Connection(address, ask.port, ask.source)
        self.deadline = self.first.began + ask.timeout
        self.tries = 1
        self.burst: Counters = {}
        self.whole: Counters = {}
        self.fate: Fate | None = None
        self.confirmed = False
        """The silence was confirmed by further first packets."""
        self.rounds: tuple[Counters, ...] | None = None

    def quick(self) -> None:
        """Do all that can be done in the first moments."""
        asked = self.ask.role != "elsewhere"
        wait((self.first,), min(self.deadline, self.first.began + _FIRST))
        self.burst = moved(self.before, self.counters())
        if self._silent():
            wait((self.first,), min(self.deadline, self.first.began + _SILENT))
            if not self._silent():
                self.burst = moved(self.before, self.counters())
            elif asked:
                self._confirm_silence()
        if asked and self.first.outcome == "ECONNREFUSED" and self.first.icmp is None and self._here:
            self._refused_again()
        if not self._silent():
            self.finish()
        if asked and (self._here or self._stayed()) and self._refused_by_a_rule() and "Dev.Outside" in self.before:
            self.rounds = rounds(self._begin, self.first.outcome, self.counters)

    def _stayed(self) -> bool:
        """Tell whether the refusal of another machine's address may have come from here: nothing has left, it seems."""
        return not self.burst.get("Dev.Outside", 0) and self.burst.get("Dev.Loopback", 0) > 0

    def _begin(self) -> Connection:
        return Connection(self.address, self.ask.port, self.ask.source)

    def _refused_by_a_rule(self) -> bool:
        """Tell whether something else than this machine's TCP has refused: with an ICMP error, or uncounted."""
        if self.first.icmp is not None:
            return True
        return self.first.outcome == "ECONNREFUSED" and self.burst.get("Tcp.OutRsts", 0) < self.tries

    def finish(self) -> None:
        """Take the last reading, now that the outcome is known or the time is over."""
        self.whole = moved(self.before, self.counters())
        self.fate = self._fate()
        if self.confirmed and not self._silent():
            self.burst = self.whole  # the answer came late: what moved around the first packets is not of it

    def _fate(self) -> Fate | None:
        """Look up the server's side of the connection while it is there."""
        reader, (source, source_port) = self.ask.fate, self.first.source
        if reader is None or self.first.socket is None or not source_port or self.first.self_connected:
            return None
        if self.first.outcome == OPEN:
            found = reader(*self.first.peer, source, source_port)
            if found.row == "missing" and not found.to_address:  # the kernel may not have written it down yet
                found = reader(*self.first.peer, source, source_port)
            return found
        return reader(destination(self.address), self.ask.port, source, source_port)

    def close(self) -> None:
        """Close the connection. A second call does nothing."""
        self.first.close()

    @property
    def over(self) -> bool:
        """Whether there is nothing more to wait for."""
        return not self._silent() or time.monotonic() >= self.deadline

    def _silent(self) -> bool:
        return self.first.outcome == UNDER_WAY

    @property
    def _here(self) -> bool:
        """Whether the address is one of this machine's: then the refusal was counted where it can be read."""
        source = self.first.source[0]
        own = is_loopback(self.address) or is_wildcard(self.address)
        return own or bool(self.ask.source) or same_address(source, self.address)

    def _refused_again(self) -> None:
        """Be refused a few times more in the same window, to be told from other traffic."""
        for _ in range(_REFUSED_TRIES - 1):
            again = self._begin()
            try:
                wait((again,), again.began + _SILENT)
            finally:
                if again.outcome != OPEN:
                    again.close()
            self.tries += 1
            if again.outcome == OPEN:  # a server has just come up: that is what is true now
                self.first = again
            if again.outcome != "ECONNREFUSED":
                break
        self.burst = moved(self.before, self.counters())

    def _confirm_silence(self) -> None:
        """Send a few more first packets at once, each on a connection of its own that is given up again."""
        left = self.deadline - time.monotonic()
        if left <= 0:
            return
        before = self.counters()
        with contextlib.ExitStack() as opened:
            more = []
            for _ in range(_SILENT_TRIES - 1):
                one = self._begin()
                opened.callback(one.close)
                more.append(one)
            until = time.monotonic() + min(_AGAIN, left)
            while time.monotonic() < until and any(one.outcome == UNDER_WAY for one in more):
                wait(more, until)
            self.burst = added(self.burst, moved(before, self.counters()))
        self.tries += len(more)
        self.confirmed = True

    def attempt(self) -> Attempt:
        """Write down what was learned."""
        first = self.first
        return Attempt(
            address=self.address,
            port=self.ask.port,
            role=self.ask.role,
            outcome=first.outcome,
            immediate=first.immediate,
            ms=round(first.ms, 3),
            tries=self.tries,
            icmp=first.icmp,
            burst=self.burst,
            transmits_counted="Ip.OutTransmits" in self.before,
            devices_counted="Dev.Outside" in self.before,
            whole=self.whole,
            rounds=self.rounds,
            source=first.source[0],
            source_port=first.source[1],
            peer=first.peer[0],
            self_connected=first.self_connected,
            fate=self.fate,
        )


def _attempts(addresses: tuple[str, ...], ask: _Ask) -> tuple[Attempt, ...]:
    with contextlib.ExitStack() as opened:
        tryings = []
        for address in addresses:
            one = _Trying(address, ask)
            opened.callback(one.close)
            one.quick()
            tryings.append(one)
        # Not earlier: the end of a connection is acknowledged late, and would be counted in another's window.
        for one in tryings:
            if one.over:
                one.close()
        silent = [one for one in tryings if one.first.outcome == UNDER_WAY]
        while silent:
            wait([one.first for one in silent], min(one.deadline for one in silent))
            for one in [one for one in silent if one.over]:
                silent.remove(one)
                one.finish()
                one.close()
        return tuple(one.attempt() for one in tryings)
