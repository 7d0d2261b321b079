"""Facts of the machine and of the user who looks."""

from __future__ import annotations

from porttui.model.base import Value


class Privileges(Value, frozen=True, kw_only=True):
    """What the user of this run may do."""

    user: str
    uid: int | None = None
    """None on Windows."""
    gid: int | None = None
    """The group of what porttui opens: its fsgid (credentials(7)); None where it was not read."""
    groups: tuple[int, ...] | None = None
    """Its supplementary groups."""
    root: bool = False
    """Full rights: uid 0 with all of the capabilities that porttui uses, or an elevated Windows token."""
    capabilities: tuple[str, ...] = ()
    """Effective Linux capabilities in lower case without the prefix: "net_bind_service", "net_admin", "sys_ptrace"."""
    seccomp: int | None = None
    """Mode of seccomp(2) for porttui itself: 0 none, 1 strict, 2 a filter."""
    no_new_privs: bool | None = None
    """Whether porttui may never gain rights (PR_SET_NO_NEW_PRIVS), as programs in a sandbox; Landlock asks for it."""
    label: str = ""
    """Context or profile of SELinux or AppArmor (/proc/self/attr/current); empty where there is none."""
    selinux: bool | None = None
    """Whether SELinux enforces its policy; None where it is not in use."""
    cgroup: str = ""
    """porttui's own cgroup of version 2: "/system.slice/shop.service"."""
    open_files: int | None = None
    """Descriptors that porttui had when the look began."""
    open_files_limit: int | None = None
    """Soft RLIMIT_NOFILE of porttui."""
    sudo_uid: int | None = None
    """Who became root by sudo(8) to run this (SUDO_UID); None where nobody did."""
    sudo_gid: int | None = None
    """That user's own group (SUDO_GID); the supplementary ones are not told."""
    sudo_user: str = ""
    """That user's name (SUDO_USER)."""


class Ssh(Value, frozen=True, kw_only=True):
    """The SSH session that porttui runs in, from SSH_CONNECTION (ssh(1), ENVIRONMENT)."""

    client: str
    server: str
    server_port: int = 22


class Host(Value, frozen=True, kw_only=True):
    """The machine."""

    name: str
    release: str = ""
    """Kernel or system version."""
    ssh: Ssh | None = None
    tmux: bool = False
    container: str | None = None
    """What the marks of a container say: "docker", "podman", "kubernetes", "container"; None when there are none."""
    wsl: bool = False
    systemd: bool = False
    """Whether systemd is pid 1 (sd_booted(3))."""


class Interface(Value, frozen=True, kw_only=True):
    """A network interface with its addresses."""

    name: str
    up: bool
    loopback: bool = False
    addresses: tuple[str, ...] = ()
    """IPv4 and IPv6 addresses without prefix length; link-local IPv6 with its scope."""
    kind: str = ""
    """What made it, where the system tells (ip-link(8), type): "veth", "bridge", "tun"; empty for hardware."""
    networks: tuple[str, ...] = ()
    """The networks of these addresses, "10.0.0.0/8", where the system tells them."""
