"""proxy-env: a proxy variable captures the request, and the server itself works."""

from __future__ import annotations

import pytest

from tests.system.expect import EVERYBODY, expect_fault, expect_healthy
from tests.system.people import Person
from tests.system.stage import Namespace

pytestmark = [pytest.mark.system, EVERYBODY]


def test_the_proxy_is_dead(person: Person) -> None:
    with Namespace() as stage:
        server = stage.listen(person=Person.OTHER)
        proxy = {"http_proxy": f"http://127.0.0.1:{stage.free_port()}"}
        url = f"http://127.0.0.1:{server.port}/"
        caught = stage.check(url, person=person, environment=proxy)
        only_proxy = stage.check(url, "--proxy", person=person, environment=proxy)
        direct = stage.check(url, "--direct", person=person, environment=proxy)
        spared = stage.check(url, person=person, environment={**proxy, "no_proxy": "127.0.0.1"})
    expect_fault(caught, "proxy-env", "probe", server.port, person)
    expect_fault(only_proxy, "proxy-env", "probe", server.port, person)
    expect_healthy(direct, person)
    expect_healthy(spared, person)


def test_the_server_itself_is_down(person: Person) -> None:
    with Namespace() as stage:
        port = stage.free_port()
        proxy = {"http_proxy": f"http://127.0.0.1:{stage.free_port()}"}
        answer = stage.check(f"http://127.0.0.1:{port}/", person=person, environment=proxy)
    expect_fault(answer, "nothing-listening", "listener", port, person)
