"""Why a listener deserves a look: what is behind it is a database, a debugger, a way to administer the machine ...

A program is known by its name or by what it answered; where neither is known, by the port alone, and then it is called
probable. These are reasons to look, no faults: many a database is meant to be reached from its network.
"""

from __future__ import annotations

import re
from itertools import pairwise
from typing import Literal

from porttui.model.base import Value
from porttui.model.facts import Process, Socket
from porttui.reading import kin, words

Kind = Literal["debugger", "database", "admin", "deleted", "cleartext", "root"]


class Reason(Value, frozen=True, kw_only=True):
    """One reason to look at a listener that is open to others."""

    kind: Kind
    text: str
    """"a database: Redis", "probably a database: port 6379 is that of Redis"."""
    certain: bool
    """False: it is known from the port number, or from a program that only probably holds the socket."""


_DATABASES = {
    "redis-server": "Redis", "valkey-server": "Valkey", "keydb-server": "KeyDB", "memcached": "memcached",
    "postgres": "PostgreSQL", "postmaster": "PostgreSQL", "mysqld": "MySQL", "mariadbd": "MariaDB",
    "mongod": "MongoDB", "mongos": "MongoDB", "clickhouse": "ClickHouse", "clickhouse-server": "ClickHouse",
    "cockroach": "CockroachDB", "influxd": "InfluxDB", "influxdb3": "InfluxDB", "etcd": "etcd",
    "sqlservr": "SQL Server",
    "tnslsnr": "Oracle", "qdrant": "Qdrant", "meilisearch": "Meilisearch", "arangod": "ArangoDB", "rqlited": "rqlite",
    "slapd": "LDAP (OpenLDAP)", "surreal": "SurrealDB", "tarantool": "Tarantool", "questdb": "QuestDB",
}  # fmt: skip
_DATABASE_ARGUMENTS = {
    "org.elasticsearch.": "Elasticsearch", "org.opensearch.": "OpenSearch", "CassandraDaemon": "Cassandra",
    "org.neo4j.": "Neo4j", "kafka.Kafka": "Kafka", "QuorumPeerMain": "ZooKeeper", "couchdb": "CouchDB",
}  # fmt: skip
"""Words in the command lines of programs that run in Java or Erlang."""
_DATABASE_PORTS = {
    1433: "SQL Server", 1521: "Oracle", 2181: "ZooKeeper", 2379: "etcd", 3306: "MySQL", 5432: "PostgreSQL",
    5984: "CouchDB", 6379: "Redis", 7687: "Neo4j", 8086: "InfluxDB", 8123: "ClickHouse", 9042: "Cassandra",
    9092: "Kafka", 9200: "Elasticsearch", 11211: "memcached", 26257: "CockroachDB", 27017: "MongoDB",
}  # fmt: skip
_DATABASE_PROTOCOLS = {"redis": "Redis", "postgresql": "PostgreSQL", "mysql": "MySQL", "memcached": "memcached",
                       "mongodb": "MongoDB"}  # fmt: skip
_SSH = "SSH, by which people log in"
_TELNET = "Telnet, by which people log in"
_DOCKER = "Docker, whose API is as good as root"
_VNC = "VNC, a screen"
_JUPYTER = "Jupyter, which runs code"
_ADMIN = {
    "sshd": _SSH, "dropbear": _SSH, "telnetd": _TELNET, "in.telnetd": _TELNET, "dockerd": _DOCKER,
    "kubelet": "Kubernetes (kubelet)", "kube-apiserver": "Kubernetes (API)", "k3s-server": "Kubernetes (k3s)",
    "cockpit-ws": "Cockpit", "cockpit-tls": "Cockpit", "portainer": "Portainer", "supervisord": "supervisord",
    "jupyter": _JUPYTER, "jupyter-lab": _JUPYTER, "jupyter-notebook": _JUPYTER, "jupyter-server": _JUPYTER,
    "code-server": "code-server, which runs code", "ttyd": "a terminal (ttyd)", "gotty": "a terminal (gotty)",
    "shellinaboxd": "a terminal (shellinabox)", "xvnc": _VNC, "xtigervnc": _VNC, "x11vnc": _VNC,
    "xrdp": "RDP, a screen", "xorg": "X11, a screen", "vault": "Vault", "consul": "Consul", "nomad": "Nomad",
    "snmpd": "SNMP", "chromedriver": "a browser (chromedriver)", "geckodriver": "a browser (geckodriver)",
}  # fmt: skip
_ADMIN_PORTS = {
    22: _SSH, 23: _TELNET, 2375: _DOCKER, 2376: _DOCKER, 3389: "RDP, a screen", 5900: _VNC, 6000: "X11, a screen",
    6443: "Kubernetes (API)", 8500: "Consul", 10000: "Webmin", 10250: "Kubernetes (kubelet)",
    15672: "RabbitMQ's administration",
}  # fmt: skip
_ADMIN_PROTOCOLS = {"ssh": _SSH, "vnc": _VNC, "telnet": _TELNET}
_CLEARTEXT_PORTS = {
    ("tcp", 21): "FTP", ("tcp", 23): "Telnet", ("udp", 69): "TFTP", ("tcp", 80): "HTTP", ("tcp", 110): "POP3",
    ("tcp", 143): "IMAP", ("udp", 161): "SNMP", ("tcp", 389): "LDAP", ("tcp", 513): "rlogin", ("tcp", 514): "rsh",
    ("tcp", 873): "rsync", ("tcp", 1883): "MQTT",
}  # fmt: skip
_CLEARTEXT_PROTOCOLS = frozenset(("http", "http2", "ftp", "telnet", "pop3", "imap", "redis", "memcached", "rtsp"))
"""Those that say nothing of TLS when one connects without it. What begins so may still go over to TLS (STARTTLS)."""
_ANYTHING = frozenset(
    """
    java beam.smp erl docker-proxy rootlessport slirp4netns pasta ssh sshd-session socat containerd-shim systemd init
    kube-proxy inetd xinetd podman conmon
    """.split()  # noqa: SIM905
)
"""Programs that say nothing about what answers on their port: they run others, or hand connections on to them."""


def reasons(row: Socket, processes: tuple[Process, ...], protocol: str | None = None) -> tuple[Reason, ...]:
    """Tell why a listener deserves a look when others can reach it.

    Args:
        row: a socket that waits for others.
        processes: those that hold it, as far as they are known.
        protocol: what it answered as, where it was asked.

    Returns:
        The gravest first; () for none that is known, which is not to say that there is none.
    """
    seen = row.owner_by == "descriptor"
    return tuple(
        each
        for each in (
            _debugger(row, processes, seen=seen),
            _service(row, processes, protocol, seen=seen),
            _admin(row, processes, protocol, seen=seen),
            _deleted(processes, seen=seen),
            _cleartext(row, protocol),
            _root(row, processes, seen=seen),
        )
        if each is not None
    )


def _debugger(row: Socket, processes: tuple[Process, ...], *, seen: bool) -> Reason | None:
    """Find a debugger that listens on this very port: whoever reaches it runs code as the program's user."""
    if row.protocol != "tcp":
        return None
    for process in processes:
        for name, port in _debug_ports(process.argv):
            if port == row.port:
                text = f"a debugger, by which anybody runs code in the program: {name}"
                return Reason(kind="debugger", text=_said(text, seen), certain=seen)
    if row.port == 9229 and any("node" in kin.names(each) for each in processes):
        text = "probably a debugger, by which anybody runs code in the program: port 9229 is that of node --inspect"
        return Reason(kind="debugger", text=text, certain=False)
    return None


def _debug_ports(argv: tuple[str, ...]) -> list[tuple[str, int]]:
    """Return the debuggers that a command line switches on, with their ports (0: chosen by the kernel).

    By the documentation of each: Node.js --inspect, debugpy, JDWP (-agentlib), delve, gdbserver, Chrome, rdbg.
    """
    found: list[tuple[str, int]] = []
    program = argv[0].rpartition("/")[2] if argv else ""
    for word, after in pairwise((*argv, "")):
        node = re.fullmatch(r"--inspect(?:-brk|-wait|-port)?(?:=(?:.*:)?(\d+)?.*)?", word)
        if node:
            found.append(("node --inspect", int(node[1] or 9229)))
        java = re.fullmatch(r"-(?:agentlib:|Xrun)jdwp[=:].*\baddress=(?:[^,]*:)?(\d+).*", word)
        if java and "server=y" in word:
            found.append(("JDWP of Java", int(java[1])))
        chrome = re.fullmatch(r"--remote-debugging-port=(\d+)", word)
        if chrome:
            found.append(("a browser's --remote-debugging-port", int(chrome[1])))
        if word == "--listen" and any("debugpy" in each for each in argv[: argv.index(word)]):
            found += _port_of("debugpy", after)
        if program == "dlv" and word.startswith(("--listen=", "-l=")):
            found += _port_of("delve", word.partition("=")[2])
        if program == "dlv" and word in {"--listen", "-l"}:
            found += _port_of("delve", after)
        if program == "gdbserver" and re.fullmatch(r"[\w.\[\]:-]*:\d+", word):
            found += _port_of("gdbserver", word)
        if "rdbg" in program and word == "--port":
            found += _port_of("rdbg", after)
    return found


def _port_of(name: str, text: str) -> list[tuple[str, int]]:
    number = text.rpartition(":")[2]
    return [(name, int(number))] if number.isdecimal() and len(number) <= 5 else []


def _service(row: Socket, processes: tuple[Process, ...], protocol: str | None, *, seen: bool) -> Reason | None:
    if protocol in _DATABASE_PROTOCOLS:
        return Reason(kind="database", text=f"a database: {_DATABASE_PROTOCOLS[protocol]}", certain=True)
    names = {name for each in processes for name in kin.names(each)}
    known = next((_DATABASES[name] for name in sorted(names & _DATABASES.keys())), None)
    argv = [word for each in processes for word in each.argv]
    known = known or next((name for mark, name in _DATABASE_ARGUMENTS.items() if any(mark in w for w in argv)), None)
    if known is not None and row.protocol != "unix":
        return Reason(kind="database", text=_said(f"a database: {known}", seen), certain=seen)
    number = _by_port(row, processes, protocol, _DATABASE_PORTS)
    return Reason(kind="database", text=f"probably a database: {number}", certain=False) if number else None


def _admin(row: Socket, processes: tuple[Process, ...], protocol: str | None, *, seen: bool) -> Reason | None:
    if protocol in _ADMIN_PROTOCOLS:
        return Reason(kind="admin", text=f"for administration: {_ADMIN_PROTOCOLS[protocol]}", certain=True)
    names = {name for each in processes for name in kin.names(each)}
    known = next((_ADMIN[name] for name in sorted(names & _ADMIN.keys())), None)
    if known is not None:
        return Reason(kind="admin", text=_said(f"for administration: {known}", seen), certain=seen)
    number = _by_port(row, processes, protocol, _ADMIN_PORTS)
    return Reason(kind="admin", text=f"probably for administration: {number}", certain=False) if number else None


def _by_port(row: Socket, processes: tuple[Process, ...], protocol: str | None, ports: dict[int, str]) -> str:
    """Guess by the port, where neither an answer nor the program says what it is: "port 22 is that of SSH"."""
    telling = any(not kin.names(each) & _ANYTHING for each in processes)
    known = row.protocol == "tcp" and protocol is None and not telling and row.port in ports
    return f"port {row.port} is that of {ports[row.port]}" if known else ""


def _deleted(processes: tuple[Process, ...], *, seen: bool) -> Reason | None:
    gone = next((each for each in processes if each.exe_deleted), None)
    if gone is None:
        return None
    text = "its program was deleted or replaced on disk after it was started; what runs is the old one"
    return Reason(kind="deleted", text=_said(text, seen), certain=seen)


def _cleartext(row: Socket, protocol: str | None) -> Reason | None:
    if protocol is not None:
        if protocol not in _CLEARTEXT_PROTOCOLS:
            return None
        return Reason(kind="cleartext", text=f"not encrypted: it answers in {words.protocol(protocol)}", certain=True)
    name = _CLEARTEXT_PORTS.get((row.protocol, row.port))
    if name is None:
        return None
    text = f"probably not encrypted: port {row.port} is that of {name}"
    return Reason(kind="cleartext", text=text, certain=False)


def _root(row: Socket, processes: tuple[Process, ...], *, seen: bool) -> Reason | None:
    run = next((each for each in processes if each.uid == 0), None)
    if run is not None:
        place = f" in container {run.container}" if run.container else ""
        return Reason(kind="root", text=_said(f"runs as root{place}", seen), certain=seen)
    if not processes and row.uid == 0 and row.inode:
        return Reason(kind="root", text="its socket was made by root", certain=True)
    return None


def _said(text: str, seen: bool) -> str:
    return text if seen else f"probably {text}"
