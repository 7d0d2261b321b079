"""Which socket keeps another one from being bound to the same port (ip(7), ipv6(7))."""

from __future__ import annotations

import pytest

from porttui.reading import keeping
from tests import worlds


@pytest.mark.parametrize(
    ("there", "v6only", "wanted", "kept"),
    [
        ("127.0.0.1", None, "127.0.0.1", True),
        ("127.0.0.1", None, "127.0.0.2", False),
        ("0.0.0.0", None, "127.0.0.2", True),
        ("127.0.0.1", None, "0.0.0.0", True),
        ("::1", None, "127.0.0.1", False),
        ("::", False, "127.0.0.1", True),
        ("::", True, "127.0.0.1", False),
        ("::", None, "127.0.0.1", True),
        ("127.0.0.1", None, "::", True),
        ("127.0.0.1", None, "::1", False),
    ],
)
def test_a_socket_is_in_the_way_of_those_that_it_would_take_connections_from(
    there: str, v6only: bool | None, wanted: str, kept: bool
) -> None:
    assert keeping.in_the_way(worlds.listener(there, v6only=v6only), wanted) is kept
