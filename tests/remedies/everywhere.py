"""Every remedy of the house: each fault's world on each system, with many kinds of owner behind its sockets."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec.structs import replace

from porttui.faults.registry import BY_CODE as FAULTS
from porttui.model import facts as f
from porttui.model.report import Remedy, RemedyStep
from tests import worlds as w
from tests.faults.by_code import BY_CODE, ONLY_ON

SYSTEMS: tuple[tuple[str, f.Os, bool], ...] = (
    ("linux", "linux", True),
    ("linux without systemd", "linux", False),
    ("macos", "macos", False),
    ("windows", "windows", False),
)
VITE = ("node", "/home/dev/shop/node_modules/.bin/vite")
OWNERS: dict[str, f.Process] = {
    "own server in a terminal": w.node(terminal="pts/2"),
    "another user's": w.node(uid=33, user="www-data"),
    "vite": w.node(argv=VITE, terminal="pts/2"),
    "vite by npm": w.node(argv=VITE, ancestors=(f.Ancestor(pid=9, name="npm run dev"),)),
    "next": w.node(name="next-server (v14.1.0)", argv=("next-server (v14.1.0)",)),
    "react": w.node(argv=("node", "/srv/shop/node_modules/react-scripts/scripts/start.js")),
    "django": w.node(name="python3", argv=("python3", "manage.py", "runserver", "0.0.0.0:8080")),
    "gunicorn": w.node(name="gunicorn", argv=("/usr/bin/python3", "/usr/bin/gunicorn", "-b", "0.0.0.0:8080", "a:b")),
    "php": w.node(name="php", argv=("php", "-S", "localhost:8080", "-t", "public")),
    "rails": w.node(name="puma 6.4.0 (tcp", argv=("puma 6.4.0 (tcp://localhost:3000) [shop]",)),
    "spring": w.node(name="java", argv=("java", "-jar", "shop.jar", "--server.port=8080")),
    "nginx": w.node(name="nginx", argv=("nginx: master process /usr/sbin/nginx",), uid=0, unit="nginx.service"),
    "postgres": w.node(name="postgres", argv=("/opt/homebrew/opt/postgresql/bin/postgres",), uid=70),
    "docker": w.node(name="docker-proxy", argv=("docker-proxy", "-host-port", "8080", "-container-port", "80"), uid=0),
    "container": w.node(container="0f3c9a7b1d2e"),
    "user's own service": w.node(unit="shop.service", manager="user"),
    "kernel of Windows": w.node(pid=4, name="System"),
}


def worlds() -> Iterator[tuple[str, f.Facts]]:
    """Yield a name and facts for each fault, system and kind of owner."""
    for code, world in BY_CODE.items():
        for system, os, systemd in SYSTEMS:
            if os not in ONLY_ON.get(code, (os,)):
                continue
            ssh = f.Ssh(client="192.168.4.9", server="192.168.4.20", server_port=2222)
            host = replace(world.host, systemd=systemd, ssh=ssh)
            failed = isinstance(world.binds, tuple) and any(each.error for each in world.binds)
            here = replace(world, os=os, host=host, free_ports=(8081, 8082) if failed else None)
            yield f"{code}, {system}", here
            if not here.processes:
                continue
            for name, owner in OWNERS.items():
                state = here.processes[0].state
                yield f"{code}, {system}, {name}", _with_owner(here, replace(owner, state=state))


def _with_owner(facts: f.Facts, owner: f.Process) -> f.Facts:
    assert isinstance(facts.sockets, f.Sockets)
    rows = tuple(replace(row, pids=(owner.pid,)) if row.pids else row for row in facts.sockets.rows)
    return replace(facts, processes=(owner,), sockets=replace(facts.sockets, rows=rows))


def ways() -> Iterator[tuple[str, f.Facts, Remedy]]:
    """Yield every way of every world."""
    for name, facts in worlds():
        for way in FAULTS[name.partition(",")[0]].remedies(facts):
            yield name, facts, way


def steps() -> Iterator[tuple[str, f.Facts, RemedyStep]]:
    """Yield every step of every way."""
    for name, facts, way in ways():
        for step in way.steps:
            yield f"{name}: {way.title}", facts, step
