"""Names of services and schemes with the ports they are known by, as data.

The IANA registry (RFC 6335) where it has the name; for servers of development the default port of the program itself.
The list is built in, so that an answer does not depend on /etc/services, which minimal systems lack.
"""

from __future__ import annotations

SCHEME_PORTS: dict[str, int] = {
    "amqp": 5672,
    "amqps": 5671,
    "bolt": 7687,
    "clickhouse": 9000,
    "consul": 8500,
    "couchdb": 5984,
    "elasticsearch": 9200,
    "ftp": 21,
    "ftps": 990,
    "http": 80,
    "https": 443,
    "imap": 143,
    "imaps": 993,
    "kafka": 9092,
    "ldap": 389,
    "ldaps": 636,
    "mariadb": 3306,
    "memcached": 11211,
    "mongodb": 27017,
    "mqtt": 1883,
    "mqtts": 8883,
    "mysql": 3306,
    "nats": 4222,
    "neo4j": 7687,
    "pop3": 110,
    "pop3s": 995,
    "postgresql": 5432,
    "rdp": 3389,
    "redis": 6379,
    "rediss": 6379,
    "rtsp": 554,
    "sftp": 22,
    "smtp": 25,
    "smtps": 465,
    "socks5": 1080,
    "sqlserver": 1433,
    "ssh": 22,
    "telnet": 23,
    "vnc": 5900,
    "ws": 80,
    "wss": 443,
}
"""Schemes by the name that `Target.scheme` has, with the port that a URL without one means."""

SCHEME_ALIASES: dict[str, str] = {
    "memcache": "memcached",
    "mongo": "mongodb",
    "mssql": "sqlserver",
    "pg": "postgresql",
    "postgres": "postgresql",
    "psql": "postgresql",
    "scp": "sftp",
    "socks": "socks5",
    "socks5h": "socks5",
}
"""Other spellings of schemes."""

TRANSPORTS = frozenset({"tcp", "tcp4", "tcp6", "ssl", "tls"})
"""Words before ``://`` that name no protocol of an application: ``tcp://127.0.0.1:3000`` (puma, DOCKER_HOST)."""

SERVICE_PORTS: dict[str, int] = {
    **SCHEME_PORTS,
    "cassandra": 9042,
    "cockroachdb": 26257,
    "cups": 631,
    "docker": 2375,
    "domain": 53,
    "dns": 53,
    "etcd": 2379,
    "grafana": 3000,
    "http-alt": 8080,
    "influxdb": 8086,
    "ipp": 631,
    "jaeger": 16686,
    "jupyter": 8888,
    "kibana": 5601,
    "kubernetes": 6443,
    "mailhog": 8025,
    "mailpit": 8025,
    "minio": 9000,
    "ms-sql-s": 1433,
    "nfs": 2049,
    "ollama": 11434,
    "opensearch": 9200,
    "oracle": 1521,
    "prometheus": 9090,
    "rabbitmq": 5672,
    "selenium": 4444,
    "smb": 445,
    "submission": 587,
    "vault": 8200,
    "vite": 5173,
    "www": 80,
    "x11": 6000,
    "zookeeper": 2181,
}
"""Words that may stand where a port is expected: ``localhost:redis``."""


def scheme_name(word: str) -> str:
    """Return the one name of a scheme: "postgres" and "postgresql+psycopg" are both "postgresql".

    Args:
        word: what stands before ``://``, in any case.
    """
    name = word.lower()
    first, _, last = name.partition("+")
    for part in (name, first, last):
        known = SCHEME_ALIASES.get(part, part)
        if known in SCHEME_PORTS:
            return known
    return name


def service_port(word: str) -> int | None:
    """Return the port of a service by its name, or None when the name is not known."""
    name = word.lower()
    return SERVICE_PORTS.get(SCHEME_ALIASES.get(name, name))


def service_scheme(word: str) -> str | None:
    """Return the scheme that goes with a service's name, or None when it has none."""
    name = scheme_name(word)
    return name if name in SCHEME_PORTS else None


TLS_SCHEMES = frozenset(("https", "wss", "rediss", "ldaps", "imaps", "pop3s", "smtps", "ftps", "amqps", "mqtts"))
"""Schemes whose connections begin with a TLS handshake."""
