"""Services are told to start and stop in the words of the system."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from porttui.model import facts as f
from porttui.remedies import manager
from tests import worlds as w
from tests.remedies.everywhere import OWNERS, SYSTEMS

REDIS = {
    "linux": "systemctl restart redis-server",
    "linux without systemd": "service redis-server restart",
    "macos": "brew services restart redis",
    "windows": "Restart-Service -DisplayName *redis*",
}


@pytest.mark.parametrize(("name", "os", "systemd"), SYSTEMS)
def test_restart_redis(name: str, os: f.Os, systemd: bool) -> None:
    facts = replace(w.world(os=os), host=f.Host(name="devbox", systemd=systemd))
    step = manager.change(facts, "redis-server", "restart", "Load it")
    assert " ".join(step.argv or ()) == REDIS[name]
    assert step.needs_root == (os != "macos")
    assert manager.log(facts, "redis-server", "Read why").text


def test_a_service_of_the_users_own_login_takes_no_root() -> None:
    facts = w.world(root=False)
    owner = OWNERS["user's own service"]
    assert manager.unit_of(facts, w.listener(), owner) == "shop.service"
    assert manager.is_users_own(facts, owner)
    step = manager.change(facts, "shop.service", "stop", "Stop it", users_own=True)
    assert step.argv == ("systemctl", "--user", "stop", "shop.service")
    assert not step.needs_root
    assert not manager.is_users_own(facts, replace(owner, uid=33))
    assert manager.unit_of(facts, w.listener(), replace(owner, uid=33)) is None


def test_the_service_of_all_logins_is_never_stopped() -> None:
    assert manager.unit_of(w.world(), w.listener(unit="user@1000.service"), None) is None
    assert manager.unit_of(w.world(), w.listener(unit="session-3.scope"), None) is None
