from __future__ import annotations

import pytest

from porttui.observe.linux.service_sockets import is_service_socket


@pytest.mark.parametrize(
    ("path", "port", "told"),
    [
        ("/var/run/postgresql/.s.PGSQL.5433", 5433, True),
        ("/var/run/postgresql/.s.PGSQL.5433", 5432, True),
        ("/run/mysqld/mysqld.sock", 3306, True),
        ("/var/run/docker.sock", 2375, True),
        ("/tmp/app-8080.sock", 8080, True),
        ("/tmp/app-18080.sock", 8080, False),
        ("@/tmp/.X11-unix/X0", 6000, False),
        ("/run/systemd/notify", 80, False),
        ("/tmp/0", 0, False),
    ],
)
def test_which_unix_sockets_are_told(path: str, port: int, told: bool) -> None:
    assert is_service_socket(path, port) is told
