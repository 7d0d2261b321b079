"""Who is in charge of a process, in words."""

from __future__ import annotations

import pytest

from porttui.model.facts import Ancestor, Process
from porttui.reading.supervisors import supervisors
from tests import worlds as w


def above(*titles: str) -> tuple[Ancestor, ...]:
    """Return ancestors by their command lines, pid 1 first; servers write a title of their own with a colon in it."""
    found = []
    for at, title in enumerate(titles):
        name = "tmux: server" if title.startswith("tmux") else title.split()[0].rstrip(":")
        argv = (title,) if ":" in title else tuple(title.split())
        found.append(Ancestor(pid=1 + 100 * at, name=name, argv=argv))
    return tuple(found)


DOCKER = w.node(
    unit="docker.service",
    manager="system",
    container="0123456789ab",
    container_name="web",
    image="nginx",
    image_id="1a2b3c4d5e6f",
    restart="always",
    restarts=1,
)
RUNS = "active (running)"


@pytest.mark.parametrize(
    ("process", "told"),
    [
        (w.node(ancestors=above("systemd")), ()),
        (
            w.node(unit="app.service", manager="system", unit_state=RUNS, restart="on-failure", restarts=1),
            ("app.service: active (running), Restart=on-failure, restarted once",),
        ),
        (w.node(unit="app.service", manager="system"), ("app.service: state not told",)),
        (
            w.node(unit="dev.service", manager="user", unit_state="active (running)", restart="no", restarts=0),
            ("dev's own systemd, dev.service: active (running), Restart=no, never restarted",),
        ),
        (
            DOCKER,
            ("container web (0123456789ab), of image nginx (1a2b3c4d5e6f), restart policy always, restarted once",),
        ),
        (
            w.node(container="0123456789ab", engine="podman", container_name="shop-redis", image="localhost/redis:7"),
            ("podman container shop-redis (0123456789ab), of image localhost/redis:7",),
        ),
        (
            w.node(container="0123456789ab", engine="cri-o"),
            ("CRI-O container 0123456789ab (its engine does not tell its name and image here)",),
        ),
        (
            w.node(container="0123456789ab"),
            ("container 0123456789ab (its engine does not tell its name and image here)",),
        ),
        (w.node(ancestors=above("systemd", "cron -f", "sh -c x")), ("a timetable: cron, pid 101",)),
        (
            w.node(ancestors=above("systemd", "tmux: server", "-bash"), terminal="pts/2"),
            ("a terminal of tmux, pid 101 (pts/2), which stays when its user logs out",),
        ),
        (
            w.node(
                ancestors=above("systemd", "sshd: /usr/sbin/sshd -D", "sshd: dev@pts/2", "-bash"),
                terminal="pts/2",
                unit="ssh.service",
            ),
            ("a login by ssh of dev (pts/2), and may end with it",),
        ),
        (w.node(ancestors=above("systemd", "supervisord -n")), ("supervisord, pid 101, which starts it again",)),
        (
            w.node(ancestors=above("systemd", "bash", "node /usr/bin/nodemon.js a.js")),
            ("nodemon, pid 201, which starts it anew when a file changes",),
        ),
    ],
)
def test_who_is_in_charge(process: Process, told: tuple[str, ...]) -> None:
    assert supervisors(process) == told
