"""Other files of /etc for one command, in a mount namespace of its own."""

from __future__ import annotations

import shlex
from pathlib import Path

from tests.system.people import Person


def with_files(folder: Path, files: dict[str, str], person: Person) -> tuple[str, ...]:
    """Return the words of a command that runs what follows with other texts in the place of files.

    Args:
        folder: where files can be written that everybody may read.
        files: texts by the path that they are seen at.
        person: who runs it. Without root the mounts are made in a user namespace, and its rights are given back.
    """
    mounts = []
    for number, (path, text) in enumerate(files.items()):
        own = folder / f"file{number}"
        own.write_text(text)
        mounts.append(f"mount --bind {shlex.quote(str(own))} {shlex.quote(path)}")
    script = " && ".join([*mounts, 'exec "$@"'])
    if person is Person.ROOT:
        return ("unshare", "--mount", "sh", "-c", script, "sh")
    apart = ("unshare", "--user", "--map-current-user", "--mount", "--keep-caps", "sh", "-c", script, "sh")
    return (*apart, "setpriv", "--inh-caps=-all", "--ambient-caps=-all", "--bounding-set=-all")


def with_hosts(folder: Path, text: str, person: Person) -> tuple[str, ...]:
    """Return the words of a command that runs what follows with this text as /etc/hosts."""
    return with_files(folder, {"/etc/hosts": text}, person)
