"""dns-nxdomain: the name server says that there is no such name."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from tests.system.expect import EVERYBODY, expect_fault
from tests.system.hosts import with_files
from tests.system.people import Person
from tests.system.stage import Namespace

pytestmark = [pytest.mark.system, EVERYBODY]

_NAME_SERVER = """
import socket, sys
server = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
server.bind(("127.0.0.1", 53))
print("ready", flush=True)
while True:
    query, client = server.recvfrom(512)
    server.sendto(query[:2] + bytes([0x81, 0x83]) + query[4:6] + bytes(6) + query[12:], client)  # NXDOMAIN (RFC 1035)
"""


def test_the_name_server_does_not_know_it(person: Person, open_folder: Path) -> None:
    files = {"/etc/hosts": "127.0.0.1 localhost\n", "/etc/resolv.conf": "nameserver 127.0.0.1\n"}
    with Namespace() as stage:
        server = stage.popen(sys.executable, "-I", "-S", "-c", _NAME_SERVER)
        assert server.stdout is not None
        assert server.stdout.readline() == "ready\n"
        answer = stage.check("nosuch.example:8080", person=person, through=with_files(open_folder, files, person))
    expect_fault(answer, "dns-nxdomain", "name", 8080, person, named="nosuch.example")
