"""How a server is started again: its own command line, with one thing changed."""

from __future__ import annotations

from porttui.remedies import command_line, programs
from tests import worlds


def test_an_address_that_was_given_first_is_replaced_and_not_given_twice() -> None:
    argv = ("python3", "-m", "http.server", "8000", "--bind", "::1")
    process = worlds.node(name="python3", argv=argv)
    program = programs.known(process)
    assert program is not None
    again = command_line.again(worlds.world(), process, program, "127.0.0.1", 8000)
    assert again == ("python3", "-m", "http.server", "8000", "--bind", "127.0.0.1")
