from __future__ import annotations

from porttui.observe.linux.unseen import unseen_owners


def test_one_socket_is_told_as_one() -> None:
    one, two = (unseen_owners(count, "ss -lntp", denied=False, cut=False) for count in (1, 2))
    assert (one.what, two.what) == ("owners of 1 socket", "owners of 2 sockets")
    assert one.reason.startswith("no process that is visible here holds it: ")
    assert two.reason.startswith("no process that is visible here holds them: ")
