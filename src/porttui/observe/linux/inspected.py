"""What `docker inspect` and `podman inspect` say of containers: both print the same template."""

from __future__ import annotations

import re
from collections.abc import Sequence

from porttui.model.printable import printable
from porttui.observe.command import Output, run

_SECONDS = 0.7

Fields = dict[str, object]
"""Fields of `Process`."""


def inspected(engine: str, image: str, containers: Sequence[str]) -> dict[str, Fields]:
    """Ask an engine about containers.

    Args:
        engine: "docker" or "podman".
        image: the field of its template that holds the name of the image.
        containers: their ids, whole or in part.

    Returns:
        See `read_inspect`; empty when the engine does not answer within 0.7 s.
    """
    fields = (".Id", ".State.Pid", ".RestartCount", ".Name", image, ".Image", ".HostConfig.RestartPolicy.Name")
    template = " ".join("{{" + each + "}}" for each in fields)
    output = run(engine, "inspect", "--format", template, *containers, what="containers", seconds=_SECONDS)
    return read_inspect(output.stdout) if isinstance(output, Output) else {}


def read_inspect(text: str) -> dict[str, Fields]:
    """Read `docker inspect --format`, or podman's: id, main pid, restart count, name, image, its id, restart policy.

    Args:
        text: what it printed: a line for each container. No name of theirs has a blank in it.

    Returns:
        Fields of Process by the first twelve digits of the container's id. An empty policy is their "no".
    """
    found: dict[str, Fields] = {}
    for line in text.splitlines():
        words = line.split()
        if len(words) < 6 or not re.fullmatch(r"[0-9a-f]{64}", words[0]):
            continue
        container, pid, restarts, name, image, image_id, *policy = words[:7]
        if pid.isdecimal() and restarts.isdecimal():
            found[container[:12]] = {
                "container_name": printable(name.removeprefix("/"), 80),
                "image": printable(image, 120),
                "image_id": printable(image_id.removeprefix("sha256:"), 64)[:12],
                "restart": printable(policy[0], 40) if policy else "no",
                "restarts": int(restarts),
                "main_pid": int(pid) or None,
            }
    return found
