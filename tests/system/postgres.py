"""A real PostgreSQL on the stage, with a folder of its own and room for few clients."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.system.stage import Namespace, Server

CLIENTS = 6
_USER = ("setpriv", "--reuid=1", "--regid=1", "--clear-groups")
"""PostgreSQL refuses to run as root, and as a user without a name; uid 1 is "daemon" on every Linux."""


def make_cluster(folder: Path) -> Path:
    """Make a database folder, or skip the test where PostgreSQL is not installed; once a session, some 2 s."""
    programs = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    if not programs:
        pytest.skip("postgresql is not installed")
    os.chown(folder, 1, 1)
    options = ("-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync")
    subprocess.run([*_USER, programs[-1], "-D", folder / "data", *options], check=True, capture_output=True, cwd="/")
    return programs[-1].with_name("postgres")


def start_postgres(stage: Namespace, folder: Path, program: Path) -> Server:
    """Start it on a copy of the folder; returns when it answers."""
    data = folder / f"data-{stage.pid}"
    shutil.copytree(folder / "data", data)
    for path in (data, *data.rglob("*")):
        os.chown(path, 1, 1)
    port = stage.free_port()
    settings = {"listen_addresses": "127.0.0.1", "max_connections": CLIENTS, "superuser_reserved_connections": 2,
                "max_wal_senders": 0, "fsync": "off", "shared_buffers": "1MB", "autovacuum": "off"}  # fmt: skip
    words = [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]
    server = stage.serve(port, *_USER, str(program), "-D", str(data), "-p", str(port), "-k", str(folder), *words)
    client = str(program.with_name("pg_isready"))
    stage.run(client, "-h", "127.0.0.1", "-p", str(port), "-t", "20")
    return server


def backends(server: Server) -> int:
    """Count the processes that serve a client, by their titles: "postgres: postgres postgres 127.0.0.1(50112) idle"."""
    children = Path(f"/proc/{server.pid}/task/{server.pid}/children").read_text().split()
    titles = (Path(f"/proc/{pid}/cmdline") for pid in children)
    return sum(b"127.0.0.1(" in title.read_bytes() for title in titles if title.exists())
