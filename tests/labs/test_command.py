"""A command of the learner's: where it runs, and that it ends with the lab."""

from __future__ import annotations

import threading

from porttui.labs import command
from porttui.labs.play import Play
from porttui.labs.registry import BY_NAME
from tests.system.stage import wait_until


def test_it_has_the_variables_of_the_lab_is_bounded_and_ends_with_the_lab() -> None:
    play = Play(BY_NAME["intercepted"])
    play.begin()
    try:
        done = command.run(play.stage, "sh", "-c", "echo $http_proxy; cat; exit 3")
        assert done.text.startswith(b"http://127.0.0.1:")
        assert done.status == 3
        assert command.run(play.stage, "sleep", "60", seconds=0.1).status is None
        found: list[command.Printed] = []
        under_way = threading.Thread(target=lambda: found.append(command.run(play.stage, "sleep", "60")))
        under_way.start()
        wait_until(lambda: bool(play.stage.commands), "the command")
    finally:
        play.end()
    under_way.join()
    assert found[0].status == -9
    assert not play.stage.commands
