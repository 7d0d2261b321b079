"""Names on the stage: a resolv.conf of one's own, and name servers that fail in a known way."""

from __future__ import annotations

import sys
from pathlib import Path

from tests.system.hosts import with_files
from tests.system.people import Person
from tests.system.stage import Answer, Namespace

SERVFAIL, NXDOMAIN, REFUSED, SILENT = 2, 3, 5, -1
_SERVER = str(Path(__file__).with_name("name_server.py"))


def check(
    stage: Namespace,
    target: str,
    servers: dict[str, int | None],
    folder: Path,
    person: Person,
    *options: str,
    more: str = "",
) -> Answer:
    """Ask for a target by a name, where these are the name servers.

    Args:
        stage: where.
        target: with a name in it.
        servers: by address, how each answers; None: nobody is there.
        folder: where files can be written that everybody may read.
        person: who asks.
        options: of `check`.
        more: further lines of resolv.conf.
    """
    for address, code in servers.items():
        if code is not None:
            process = stage.popen(sys.executable, "-I", "-S", _SERVER, address, str(code))
            assert process.stdout is not None
            assert process.stdout.readline() == "ready\n", process.communicate()
    lines = "".join(f"nameserver {address}\n" for address in servers) + "options timeout:1 attempts:1\n" + more
    files = {
        "/etc/hosts": "127.0.0.1 localhost\n",
        "/etc/resolv.conf": lines,
        "/etc/nsswitch.conf": "hosts: files dns\n",
    }
    return stage.check(target, *options, person=person, through=with_files(folder, files, person))
