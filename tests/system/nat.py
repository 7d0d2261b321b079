"""NAT rules for the stage: chains of type nat, by nft and by iptables."""

from __future__ import annotations

import sys

from tests.system.stage import Namespace

_PRIORITIES = {"output": -100, "prerouting": -100, "postrouting": 100}


def translate(stage: Namespace, hook: str, *rules: str, family: str = "ip") -> None:
    """Load a base chain of type nat: ``translate(stage, "output", "tcp dport 80 redirect to :8080")``."""
    chain = "\n".join((f"type nat hook {hook} priority {_PRIORITIES[hook]};", *rules))
    stage.nft(f"table {family} translated {{\nchain {hook} {{\n{chain}\n}}\n}}")


_REFUSED = """
import socket, sys
from time import sleep
address = ("127.0.0.1", int(sys.argv[1]))
print("ready", flush=True)
while True:
    with socket.socket() as one:
        one.connect_ex(address)
    sleep(0.0005)
"""


def refused_all_the_time(stage: Namespace, port: int) -> None:
    """Let a client try an empty port some thousand times a second, so that this kernel's resets are counted."""
    client = stage.popen(sys.executable, "-I", "-S", "-c", _REFUSED, str(port))
    assert client.stdout is not None
    assert client.stdout.readline(), client.communicate()[1]
