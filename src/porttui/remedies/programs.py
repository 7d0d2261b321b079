"""How well-known servers are told where to listen: the flag for a try, the setting to keep.

A row says nothing about this machine; `address.py` fills in host and port.
"""

from __future__ import annotations

from porttui.model.base import Value
from porttui.model.facts import Process
from porttui.reading.words import tool


class Program(Value, frozen=True, kw_only=True):
    """What one server is told, with ``{host}`` and ``{port}`` to be filled in."""

    names: tuple[str, ...]
    """Names of the process, or of the tool that an interpreter runs."""
    host_flag: tuple[str, ...] = ()
    """Arguments that set the address to listen on."""
    port_flag: tuple[str, ...] = ()
    file: str = ""
    """The file that keeps the setting."""
    setting: str = ""
    """The line for it."""
    caution: str = ""
    """What people get wrong with it."""
    unit: str = ""
    """The usual systemd unit."""


PROGRAMS = (
    Program(
        names=("vite",),
        host_flag=("--host", "{host}"),
        port_flag=("--port", "{port}"),
        file="vite.config.js",
        setting="server: {{ host: '{host}' }}",
        caution="Not plain --host: that opens the server to your whole network.",
    ),
    Program(names=("next",), host_flag=("-H", "{host}"), port_flag=("-p", "{port}")),
    Program(names=("nuxt", "astro"), host_flag=("--host", "{host}"), port_flag=("--port", "{port}")),
    Program(names=("webpack",), host_flag=("--host", "{host}"), port_flag=("--port", "{port}")),
    Program(names=("uvicorn", "hypercorn"), host_flag=("--host", "{host}"), port_flag=("--port", "{port}")),
    Program(names=("gunicorn",), host_flag=("--bind", "{host}:{port}"), port_flag=("--bind", "{host}:{port}")),
    Program(names=("flask",), host_flag=("--host", "{host}"), port_flag=("--port", "{port}")),
    Program(names=("Django",), host_flag=("{host}:{port}",), port_flag=("{host}:{port}",)),
    Program(names=("http.server",), host_flag=("--bind", "{host}"), port_flag=("{port}",)),
    Program(names=("jupyter",), host_flag=("--ip", "{host}"), port_flag=("--port", "{port}")),
    Program(
        names=("nginx",),
        file="the server block of nginx's configuration",
        setting="listen {host}:{port};",
        unit="nginx.service",
    ),
    Program(
        names=("apache2", "httpd"),
        file="ports.conf or httpd.conf",
        setting="Listen {host}:{port}",
        unit="apache2.service",
    ),
    Program(
        names=("postgres", "postgresql"),
        file="postgresql.conf",
        setting="listen_addresses = '{host}'",
        unit="postgresql.service",
    ),
    Program(names=("redis-server", "redis"), file="redis.conf", setting="bind {host}", unit="redis-server.service"),
    Program(
        names=("mysqld", "mariadbd"),
        file="my.cnf, under [mysqld]",
        setting="bind-address = {host}",
        unit="mysql.service",
    ),
    Program(names=("mongod",), file="mongod.conf, under net:", setting="bindIp: {host}", unit="mongod.service"),
    Program(names=("memcached",), host_flag=("-l", "{host}"), port_flag=("-p", "{port}"), unit="memcached.service"),
    Program(names=("sshd",), file="sshd_config", setting="ListenAddress {host}", unit="ssh.service"),
)

_BY_NAME = {name: program for program in PROGRAMS for name in program.names}

SERVICES = {
    22: ("OpenSSH", "ssh"), 80: ("the web server", "nginx"), 443: ("the web server", "nginx"), 3306: ("MySQL", "mysql"),
    5432: ("PostgreSQL", "postgresql"), 6379: ("Redis", "redis-server"), 11211: ("memcached", "memcached"),
    27017: ("MongoDB", "mongod"), 5672: ("RabbitMQ", "rabbitmq-server"), 9200: ("Elasticsearch", "elasticsearch"),
    631: ("CUPS", "cups"), 53: ("the name server", "systemd-resolved"),
}  # fmt: skip
"""The service that a port usually stands for, and the unit that starts it (Debian's names)."""


def known(process: Process) -> Program | None:
    """Return what is known of the server that a process runs, or None."""
    return _BY_NAME.get(tool(process) or "") or _BY_NAME.get(process.name.partition(":")[0])


def by_unit(unit: str) -> Program | None:
    """Return what is known of the server behind a systemd unit such as "redis-server.service", or None."""
    return _BY_NAME.get(unit.partition("@")[0].removesuffix(".service"))
