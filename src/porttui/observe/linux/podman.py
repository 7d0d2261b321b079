"""What podman knows of containers, by what it leaves readable: no daemon has to be asked, as there is none.

conmon(8), the monitor that podman starts above the first process of each container, has the container's name and the
folder of its storage in its command line, which everybody may read. The storage's containers.json has the name of the
image, and only the restart policy is in a database of podman's own: both are asked for when the containers are this
user's.
"""

from __future__ import annotations

import contextlib
import json
import os
import stat
from collections.abc import Iterable

from porttui.model.facts import Ancestor, Process
from porttui.model.printable import printable
from porttui.observe.command import find
from porttui.observe.linux.inspected import Fields, inspected

_MOST = 16
"""Containers that are asked about in one look."""
_BYTES = 4_000_000
"""Of containers.json: some thousands of containers."""


def told(processes: Iterable[Process]) -> dict[str, Fields]:
    """Return what is known of the containers that processes are in, by the first twelve digits of their ids."""
    found: dict[str, Fields] = {}
    mine: list[str] = []
    for process in processes:
        container = process.container
        if container is None or container in found or len(found) >= _MOST:
            continue
        monitor = _monitor(process, container)
        if monitor is None:
            continue
        name, bundle = option(monitor.argv, "-n"), option(monitor.argv, "-b")
        found[container] = {"container_name": printable(name, 80)} if name else {}
        if not is_mine(
            process
        ):  # the folder is the other user's word: on a file system of theirs root might wait for ever
            continue
        mine.append(container)
        if bundle.startswith("/"):
            storage = os.path.dirname(os.path.dirname(bundle))  # noqa: PTH120
            found[container] |= images(_read(f"{storage}/containers.json")).get(container, {})
    policies = inspected("podman", ".ImageName", mine) if mine and find("podman") is not None else {}
    return {container: fields | policies.get(container, {}) for container, fields in found.items()}


def option(argv: tuple[str, ...], name: str) -> str:
    """Return what stands behind an option of conmon(8); empty when it has none."""
    places = [at for at, word in enumerate(argv[:-1]) if word == name and argv[at - 1] != "--exit-command-arg"]
    return argv[places[0] + 1] if places else ""


def images(text: str) -> dict[str, Fields]:
    """Read containers.json of containers/storage: name and image by the first twelve digits of a container's id.

    Args:
        text: a list of objects with "id", "names", "image" (the image's id), and "metadata", which is JSON again and
            has the image's name as podman was told it.
    """
    found: dict[str, Fields] = {}
    # written by another version, or by somebody who wants root to fail: any user can have such a file
    with contextlib.suppress(ValueError, TypeError, AttributeError, KeyError, RecursionError):
        for each in json.loads(text or "[]"):
            metadata = json.loads(each.get("metadata") or "{}")
            fields: Fields = {"image_id": printable(str(each["image"]), 64)[:12] or None}
            if each.get("names"):
                fields["container_name"] = printable(str(each["names"][0]), 80)
            if metadata.get("image-name"):
                fields["image"] = printable(str(metadata["image-name"]), 120)
            found[str(each["id"])[:12]] = fields
    return found


def _monitor(process: Process, container: str) -> Ancestor | None:
    """Return the conmon of a container: the process above its first one."""
    for each in reversed(process.ancestors):
        if each.name == "conmon" and option(each.argv, "-c").startswith(container):
            return each
    return None


def is_mine(process: Process) -> bool:
    """Tell whether the container of a process was started by this user, who alone may ask podman about it."""
    monitor = _monitor(process, process.container or "")
    try:
        return monitor is not None and os.stat(f"/proc/{monitor.pid}").st_uid == os.geteuid()  # noqa: PTH116
    except OSError:
        return False


def _read(path: str) -> str:
    """Return a file's text; empty where this user may not read it, or where it is no plain file that could be read."""
    try:
        # the path is another process's word: opening what is no file must not wait for a writer (fifo(7))
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC | os.O_NOFOLLOW)
    except OSError:
        return ""
    try:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            return ""
        parts: list[bytes] = []
        while len(b"".join(parts)) < _BYTES and (part := os.read(descriptor, 1 << 20)):
            parts.append(part)
        return b"".join(parts).decode("utf-8", "replace")
    except OSError:
        return ""
    finally:
        os.close(descriptor)
