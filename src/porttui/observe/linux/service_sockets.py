"""Which of a machine's many unix sockets may stand for a service that a TCP client looks for."""

from __future__ import annotations

import re

_KNOWN = re.compile(
    r"""
    /\.s\.PGSQL\.\d+$ | mysql | mariadb | redis | valkey | memcached | mongodb | rabbitmq | elasticsearch | influx
    | /docker\.sock$ | /podman\.sock$ | containerd\.sock$ | /libvirt-sock$
    | php.*fpm | gunicorn | uwsgi | puma | unicorn | nginx | apache | haproxy | caddy | node | cupsd?\.sock$ | clamd
    """,
    re.IGNORECASE | re.VERBOSE,
)


def is_service_socket(path: str, port: int) -> bool:
    """Tell whether a unix socket is of interest to somebody who asks for a TCP port.

    Args:
        path: of the socket; an abstract name starts with "@".
        port: the target's; a path that has it as a number of its own counts, as ``.s.PGSQL.5433`` does. 0 for none.

    Returns:
        True for such a path and for the sockets of well-known servers.
    """
    named = port > 0 and re.search(rf"(?<!\d){port}(?!\d)", path) is not None
    return named or _KNOWN.search(path) is not None
