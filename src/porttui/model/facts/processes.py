"""Facts of processes."""

from __future__ import annotations

import datetime as dt
from typing import Literal

from porttui.model.base import Value


class Ancestor(Value, frozen=True, kw_only=True):
    """A process on the way from pid 1 to a process."""

    pid: int
    name: str
    argv: tuple[str, ...] = ()
    """Empty when not told."""


class Process(Value, frozen=True, kw_only=True):
    """A process that holds, or seems to hold, a socket on the port. None: not told to this user."""

    pid: int
    name: str
    argv: tuple[str, ...] = ()
    user: str | None = None
    uid: int | None = None
    state: str = ""
    """Letter of proc(5): R, S, D, T (stopped), t (held by a tracer), Z, X."""
    tracer: int = 0
    """Pid of the process that traces it, 0 for none (TracerPid of proc(5))."""
    group: int | None = None
    """Its process group: in an interactive shell the pid of the first process of its job (credentials(7))."""
    session: int | None = None
    """Its session: the pid of the shell or daemon that began it (setsid(2))."""
    adopted: bool | None = None
    """The parent that started it is gone: it began no session itself, and its parent, by now init or a subreaper, is in
    another one than it (prctl(2), PR_SET_CHILD_SUBREAPER). None where that cannot be told: it began a session, or is in
    that of init."""
    forked: bool | None = None
    """It is a copy of its parent and has never executed a program itself (PF_FORKNOEXEC, flags of proc_pid_stat(5))."""
    started: dt.datetime | None = None
    cwd: str | None = None
    terminal: str | None = None
    """Controlling terminal: "pts/2"."""
    ancestors: tuple[Ancestor, ...] = ()
    """From pid 1 down to the parent."""
    unit: str | None = None
    manager: Literal["system", "user"] | None = None
    """Which systemd has the unit: the machine's, or one user's (systemctl --user)."""
    container: str | None = None
    engine: Literal["docker", "podman", "containerd", "cri-o", "kubernetes", "lxc", "nspawn"] | None = None
    """What runs the container, by its cgroup; "containerd" and "cri-o" for those of Kubernetes, and "kubernetes" where
    the cgroup does not tell which of them. None where it tells nothing."""
    container_name: str | None = None
    """What its engine calls the container; None when it was not asked, or does not tell this user."""
    image: str | None = None
    """The image that the engine was told to make it of: "nginx:1.25"."""
    image_id: str | None = None
    """The first 12 digits of that image's id."""
    restart: str | None = None
    """What the manager of its unit or container does when it ends, in the manager's word: "no", "on-failure", "always"
    (Restart= of systemd.service(5)), "unless-stopped" (docker)."""
    restarts: int | None = None
    """How often that manager has started it again (NRestarts of systemd, RestartCount of docker)."""
    main_pid: int | None = None
    """The process whose end is for the manager the end of the unit or container."""
    unit_state: str | None = None
    """ActiveState and SubState of the unit: "active (running)"."""
    cpu_percent: float | None = None
    memory: int | None = None
    """Resident set size, bytes."""
    threads: int | None = None
    open_files: int | None = None
    open_files_limit: int | None = None
    """Soft RLIMIT_NOFILE."""
    capabilities: tuple[str, ...] | None = None
    seccomp: int | None = None
    no_new_privs: bool | None = None
    exe_deleted: bool | None = None
    """Whether the file of its program was deleted, or replaced by another, since it was started; None when this user
    may not know that."""
    sockets_given: int | None = None
    """How many listening sockets an activator gave it, by its own environment (LISTEN_FDS of sd_listen_fds(3)); 0 for
    none, None when this user may not read that."""


class Doing(Value, frozen=True, kw_only=True):
    """What a process did for a tenth of a second. None: not told, or not measured."""

    pid: int
    state: str = ""
    """As in `Process.state`, at the end of that time."""
    cpu_percent: float | None = None
    """Of one processor, all of its threads together."""
    busy: float | None = None
    """The share of that time, 0 to 1, for which its first thread ran or waited for a processor to run on."""
    busiest: float | None = None
    """The same of the thread with the highest share."""
    open_files: int | None = None
    open_files_limit: int | None = None
    """Soft RLIMIT_NOFILE."""
    open_files_most: int | None = None
    """Hard RLIMIT_NOFILE, up to which the process and its user may raise the soft one."""
    waits: tuple[str, ...] | None = None
    """The functions of the kernel that its first thread is in, the innermost first; () when it runs. Root is told."""
