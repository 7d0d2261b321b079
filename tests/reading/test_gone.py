"""What old connections tell of a server that is gone, and what they do not."""

from __future__ import annotations

from msgspec.structs import replace

from porttui.model.facts import Facts, Socket
from porttui.reading import gone
from tests import worlds as w


def _old(port: int, peer_port: int) -> Socket:
    """Return an end of a connection within this machine that is over."""
    return Socket(
        protocol="tcp", address="127.0.0.1", port=port, state="TIME_WAIT", peer="127.0.0.1", peer_port=peer_port
    )


def _facts(*rows: Socket, tracked: bool = False) -> Facts:
    facts = w.world(attempts=(w.refused(),))
    return replace(facts, sockets=w.sockets(*rows), tracked=tracked)


def test_a_client_with_the_port_for_its_own_is_no_server() -> None:
    """Its other end is the port of a service."""
    assert gone.said(_facts(_old(8080, 40112)))
    assert not gone.said(_facts(_old(8080, 5432)))


def test_where_both_closed_at_once_none_was_first() -> None:
    assert not gone.closed_by_server(_facts(_old(8080, 40112), _old(40112, 8080)))


def test_a_client_may_have_been_led_elsewhere() -> None:
    assert gone.said(_facts(_old(40112, 8080)))
    assert not gone.said(_facts(_old(40112, 8080), tracked=True))
