"""How well-known servers are told where to listen: the option for a try, the setting to keep.

A row says nothing about this machine; host and port are filled in by those who read it. Options and settings are those
of each program's manual.
"""

from __future__ import annotations

import re

from porttui.model.base import Value
from porttui.model.facts import Process
from porttui.reading.words import tool


class Program(Value, frozen=True, kw_only=True):
    """What one server is told, with ``{host}`` and ``{port}`` to be filled in, ``{place}`` for both."""

    names: tuple[str, ...]
    """Names of the process, or of the tool that an interpreter runs."""
    title: str
    """As its makers write it: "Vite"."""
    host_flag: tuple[str, ...] = ()
    """Arguments that set the address to listen on."""
    port_flag: tuple[str, ...] = ()
    """Arguments that set the port."""
    other_flags: tuple[str, ...] = ()
    """Other spellings of the two, which have to go when one is added: "-p"."""
    after: str = ""
    """The word behind which the place stands as an argument of its own: "runserver"."""
    argument: str = ""
    """That argument: "{place}" or "{port}"."""
    example: tuple[str, ...] = ()
    """How it is started, where its own command line does not tell."""
    variable: str = ""
    """The variable of the environment that sets the port."""
    file: str = ""
    """The file that keeps the setting."""
    setting: str = ""
    """The line for the address."""
    port_setting: str = ""
    """The line for the port; empty where `setting` has both."""
    caution: str = ""
    """What people get wrong with it."""
    unit: str = ""
    """The usual systemd unit."""
    test: tuple[str, ...] = ()
    """The command that checks the settings before they are loaded."""


PROGRAMS = (
    Program(
        names=("vite",),
        title="Vite",
        host_flag=("--host", "{host}"),
        port_flag=("--port", "{port}"),
        example=("npx", "vite"),
        file="vite.config.js",
        setting="server: {{ host: '{host}' }}",
        port_setting="server: {{ port: {port}, strictPort: true }}",
        caution="Not plain --host: that opens the server to your whole network.",
    ),
    Program(
        names=("next", "next-server"),
        title="Next.js",
        host_flag=("-H", "{host}"),
        port_flag=("-p", "{port}"),
        other_flags=("--hostname", "--port"),
        example=("npx", "next", "dev"),
    ),
    Program(
        names=("nuxt", "nuxi"),
        title="Nuxt",
        host_flag=("--host", "{host}"),
        port_flag=("--port", "{port}"),
        other_flags=("-h", "-p"),
        example=("npx", "nuxi", "dev"),
    ),
    Program(
        names=("astro",),
        title="Astro",
        host_flag=("--host", "{host}"),
        port_flag=("--port", "{port}"),
        example=("npx", "astro", "dev"),
    ),
    Program(
        names=("webpack", "webpack-dev-server"),
        title="webpack",
        host_flag=("--host", "{host}"),
        port_flag=("--port", "{port}"),
        example=("npx", "webpack", "serve"),
        file="webpack.config.js",
        setting="devServer: {{ host: '{host}' }}",
        port_setting="devServer: {{ port: {port} }}",
    ),
    Program(
        names=("ng",),
        title="Angular",
        host_flag=("--host", "{host}"),
        port_flag=("--port", "{port}"),
        example=("npx", "ng", "serve"),
    ),
    Program(
        names=("react-scripts",),
        title="create-react-app",
        variable="PORT",
        example=("npm", "start"),
        file=".env",
        setting="HOST={host}",
        port_setting="PORT={port}",
    ),
    Program(
        names=("uvicorn",),
        title="Uvicorn",
        host_flag=("--host", "{host}"),
        port_flag=("--port", "{port}"),
        example=("uvicorn", "main:app"),
    ),
    Program(
        names=("hypercorn",),
        title="Hypercorn",
        host_flag=("--bind", "{place}"),
        port_flag=("--bind", "{place}"),
        other_flags=("-b",),
        example=("hypercorn", "main:app"),
    ),
    Program(
        names=("gunicorn",),
        title="Gunicorn",
        host_flag=("--bind", "{place}"),
        port_flag=("--bind", "{place}"),
        other_flags=("-b",),
        example=("gunicorn", "main:app"),
    ),
    Program(
        names=("flask",),
        title="Flask",
        host_flag=("--host", "{host}"),
        port_flag=("--port", "{port}"),
        other_flags=("-h", "-p"),
        example=("flask", "run"),
    ),
    Program(
        names=("Django",),
        title="Django",
        after="runserver",
        argument="{place}",
        example=("python", "manage.py", "runserver"),
    ),
    Program(
        names=("http.server",),
        title="Python's http.server",
        host_flag=("--bind", "{host}"),
        other_flags=("-b",),
        after="http.server",
        argument="{port}",
        example=("python3", "-m", "http.server"),
    ),
    Program(
        names=("jupyter", "jupyter-lab", "jupyter-notebook", "jupyter-server"),
        title="Jupyter",
        host_flag=("--ip", "{host}"),
        port_flag=("--port", "{port}"),
        example=("jupyter", "lab"),
    ),
    Program(
        names=("php",),
        title="PHP's own server",
        after="-S",
        argument="{place}",
        example=("php", "-S"),
    ),
    Program(
        names=("rails", "puma"),
        title="Rails",
        host_flag=("-b", "{host}"),
        port_flag=("-p", "{port}"),
        other_flags=("--binding", "--port"),
        example=("bin/rails", "server"),
    ),
    Program(
        names=("spring", "java"),
        title="Spring Boot",
        host_flag=("--server.address={host}",),
        port_flag=("--server.port={port}",),
        example=("java", "-jar", "app.jar"),
        file="application.properties",
        setting="server.address={host}",
        port_setting="server.port={port}",
    ),
    Program(
        names=("dotnet",),
        title="ASP.NET Core",
        host_flag=("--urls", "http://{place}"),
        port_flag=("--urls", "http://{place}"),
        example=("dotnet", "run"),
    ),
    Program(
        names=("caddy",),
        title="Caddy",
        file="the Caddyfile, in front of the site's block",
        setting="http://{place}",
        port_setting="http://:{port}",
        unit="caddy.service",
        test=("caddy", "validate", "--config", "/etc/caddy/Caddyfile"),
    ),
    Program(
        names=("nginx",),
        title="nginx",
        file="the server block of nginx's settings",
        setting="listen {place};",
        unit="nginx.service",
        test=("nginx", "-t"),
    ),
    Program(
        names=("apache2", "httpd"),
        title="Apache",
        file="ports.conf or httpd.conf",
        setting="Listen {place}",
        unit="apache2.service",
        test=("apachectl", "configtest"),
    ),
    Program(
        names=("postgres", "postgresql"),
        title="PostgreSQL",
        file="postgresql.conf",
        setting="listen_addresses = '{host}'",
        port_setting="port = {port}",
        unit="postgresql.service",
    ),
    Program(
        names=("redis-server", "redis"),
        title="Redis",
        port_flag=("--port", "{port}"),
        example=("redis-server",),
        file="redis.conf",
        setting="bind {host}",
        port_setting="port {port}",
        unit="redis-server.service",
    ),
    Program(
        names=("mysqld", "mariadbd", "mysql", "mariadb"),
        title="MySQL",
        file="my.cnf, under [mysqld]",
        setting="bind-address = {host}",
        port_setting="port = {port}",
        unit="mysql.service",
    ),
    Program(
        names=("mongod",),
        title="MongoDB",
        file="mongod.conf, under net:",
        setting="bindIp: {host}",
        port_setting="port: {port}",
        unit="mongod.service",
    ),
    Program(
        names=("memcached",),
        title="memcached",
        host_flag=("-l", "{host}"),
        port_flag=("-p", "{port}"),
        other_flags=("--listen", "--port"),
        example=("memcached",),
        unit="memcached.service",
    ),
    Program(
        names=("sshd", "ssh"),
        title="OpenSSH",
        file="sshd_config",
        setting="ListenAddress {host}",
        port_setting="Port {port}",
        unit="ssh.service",
        test=("sshd", "-t"),
    ),
    Program(
        names=("docker-proxy", "com.docker.backend", "com.docke", "rootlessport"),
        title="a container",
    ),
    Program(names=("node", "bun", "deno"), title="a Node server", variable="PORT", example=("npm", "start")),
)

_BY_NAME = {name: program for program in PROGRAMS for name in program.names}
_SCRIPTS = frozenset(
    ("vite", "next", "nuxt", "nuxi", "astro", "webpack", "webpack-dev-server", "ng", "uvicorn", "hypercorn", "gunicorn",
     "flask", "jupyter-lab", "jupyter-notebook", "jupyter-server", "jupyter", "rails", "puma")
)  # fmt: skip
"""Tools that an interpreter runs: a word of its command line names them."""
_PACKAGES = r"node_modules[/\\](react-scripts|next|nuxt|nuxi|astro|vite|webpack-dev-server)[/\\]"
"""Tools by the folder that their script is in, as in node_modules/react-scripts/scripts/start.js."""
_INTERPRETER = r"(?:node|nodejs|bun|deno|python[0-9.]*|ruby[0-9.]*|php[0-9.]*|java|dotnet)"

SERVICES = {
    22: ("OpenSSH", "ssh"), 80: ("the web server", "nginx"), 443: ("the web server", "nginx"), 3306: ("MySQL", "mysql"),
    5432: ("PostgreSQL", "postgresql"), 6379: ("Redis", "redis-server"), 11211: ("memcached", "memcached"),
    27017: ("MongoDB", "mongod"), 5672: ("RabbitMQ", "rabbitmq-server"), 9200: ("Elasticsearch", "elasticsearch"),
    631: ("CUPS", "cups"), 53: ("the name server", "systemd-resolved"),
}  # fmt: skip
"""The service that a port usually stands for, and the unit that starts it (Debian's names)."""


def known(process: Process) -> Program | None:
    """Return what is known of the server that a process runs, by the tool in its command line or its own name."""
    own = _base(process.name.partition(":")[0].partition(" ")[0])
    inside = tool(process) or (_script(process) if re.fullmatch(_INTERPRETER, own) else None)
    if inside is None and own.startswith("php") and "-S" in process.argv:
        return _BY_NAME["php"]
    if inside is None and re.search(r"[/\\]bin[/\\](?:Debug|Release)[/\\]net\d", " ".join(process.argv[:2])):
        return _BY_NAME["dotnet"]
    found = _BY_NAME.get(inside or "") or _BY_NAME.get(own)
    return None if found is not None and found.after == "-S" and "-S" not in process.argv else found


def _script(process: Process) -> str | None:
    for word in process.argv[1:]:
        name = _base(word)
        if name in _SCRIPTS:
            return name
        package = re.search(_PACKAGES, word)
        if package:
            return package[1]
    return None


def _base(word: str) -> str:
    from pathlib import PurePosixPath, PureWindowsPath

    name = (PureWindowsPath(word) if "\\" in word else PurePosixPath(word)).name
    return re.sub(r"\.(?:exe|m?js|cjs|py|rb)$", "", name)


def by_unit(unit: str) -> Program | None:
    """Return what is known of the server behind a systemd unit such as "redis-server.service", or None."""
    return _BY_NAME.get(unit.partition("@")[0].removesuffix(".service"))


def by_port(port: int) -> Program | None:
    """Return what is known of the server that a port usually stands for, or None."""
    return by_unit(SERVICES[port][1]) if port in SERVICES else None
