"""A container as Docker makes one, as far as the network goes: a namespace of its own, and a real docker-proxy.

docker-proxy comes with Docker's packages; the daemon is not needed.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import pytest

from tests.system import people
from tests.system.people import Person
from tests.system.stage import Namespace, Server


@dataclass(frozen=True)
class Docker:
    """A host and a container behind it."""

    host: Namespace
    inside: Namespace
    address: str
    """The container's."""

    @property
    def gateway(self) -> str:
        """The host's address, as the container sees it."""
        return f"{self.address.rpartition('.')[0]}.1"

    def publish(self, port: int, inside: int, *, at: str = "127.0.0.1") -> Server:
        """Start docker-proxy as root, as dockerd does, in front of a port of the container."""
        proxy = people.find("docker-proxy")
        if proxy is None:
            pytest.skip("docker-proxy is not installed")
        ends = ("-host-ip", at, "-host-port", str(port), "-container-ip", self.address, "-container-port", str(inside))
        # it tells dockerd on descriptor 3 that it is up
        return self.host.serve(port, "sh", "-c", 'exec "$@" 3>/dev/null', "sh", proxy, "-proto", "tcp", *ends)

    def past_the_proxy(self, port: int, inside: int) -> None:
        """Add the rule that Docker makes for clients on the host that ask for another address than loopback."""
        rule = f"ip daddr != 127.0.0.0/8 tcp dport {port} dnat to {self.address}:{inside}"
        self.host.nft(f"table ip nat {{\nchain output {{\ntype nat hook output priority -100;\n{rule}\n}}\n}}")


@contextmanager
def container(address: str = "") -> Iterator[Docker]:
    """Make a host and a container behind it; its address is a rare one, so that tests may run side by side."""
    address = address or f"10.{random.randrange(200, 250)}.{random.randrange(1, 250)}.{random.randrange(3, 250)}"
    with Namespace() as host, Namespace() as inside:
        host.join(inside, f"{address.rpartition('.')[0]}.1", address)
        yield Docker(host, inside, address)


def answering(namespace: Namespace, port: int, address: str) -> Server:
    """Start a small web server of another user."""
    return namespace.listen(address=address, port=port, person=Person.OTHER)
