"""Which of a machine's many unix sockets may stand for a service that a TCP client looks for."""

from __future__ import annotations

import re

_NAMES = (
    *("mysql", "mariadb", "redis", "valkey", "memcached", "mongodb", "rabbitmq", "elasticsearch", "influx", "gunicorn"),
    *("uwsgi", "puma", "unicorn", "nginx", "apache", "haproxy", "caddy", "node", "clamd"),
)
_ENDS = ("/docker.sock", "/podman.sock", "containerd.sock", "/libvirt-sock", "cups.sock", "cupsd.sock")


def is_service_socket(path: str, port: int) -> bool:
    """Tell whether a unix socket is of interest to somebody who asks for a TCP port.

    Args:
        path: of the socket; an abstract name starts with "@".
        port: the target's; a path that has it as a number of its own counts, as ``.s.PGSQL.5433`` does. 0 for none.

    Returns:
        True for such a path and for the sockets of well-known servers.
    """
    if port > 0 and str(port) in path and re.search(rf"(?<!\d){port}(?!\d)", path):
        return True
    known = path.lower()
    before, _, number = known.rpartition(".s.pgsql.")
    return (
        known.endswith(_ENDS)
        or any(name in known for name in _NAMES)
        or (before.endswith("/") and number.isdecimal())
        or "fpm" in known.partition("php")[2]
    )
