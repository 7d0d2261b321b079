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
    return _mounted(" && ".join(mounts), person)


def with_hosts(folder: Path, text: str, person: Person) -> tuple[str, ...]:
    """Return the words of a command that runs what follows with this text as /etc/hosts."""
    return with_files(folder, {"/etc/hosts": text}, person)


def with_overlay(folder: Path, below: str, files: dict[str, str], person: Person) -> tuple[str, ...]:
    """Return the words of a command that runs what follows with files that a folder does not have.

    Args:
        folder: where files can be written that everybody may read.
        below: the folder of the system, such as /etc.
        files: texts by the path inside of it.
        person: who runs it, as in `with_files`.
    """
    layer = folder / "layer"
    for path, text in files.items():
        (layer / path).parent.mkdir(parents=True, exist_ok=True)
        (layer / path).write_text(text)
    mount = f"mount -t overlay overlay -o lowerdir={shlex.quote(str(layer))}:{below} {below}"
    return _mounted(mount, person)


def in_container(person: Person, *mounts: str) -> tuple[str, ...]:
    """Return the words of a command that runs what follows as if in a container: with its mark, and its own processes.

    Args:
        person: who runs it.
        mounts: further commands, run before.
    """
    mark = "mount -t tmpfs -o mode=755 tmpfs /run && : >/run/.containerenv"
    return _mounted(" && ".join([*mounts, mark]), person, "--pid", "--fork", "--mount-proc", "--kill-child")


def _mounted(mounts: str, person: Person, *namespaces: str) -> tuple[str, ...]:
    script = f'{mounts} && exec "$@"'
    if person is Person.ROOT:
        return ("unshare", "--mount", *namespaces, "sh", "-c", script, "sh")
    apart = ("unshare", "--user", "--map-current-user", "--mount", *namespaces, "--keep-caps", "sh", "-c", script, "sh")
    return (*apart, "setpriv", "--inh-caps=-all", "--ambient-caps=-all", "--bounding-set=-all")
