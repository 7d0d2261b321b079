"""Which firewalls this machine has, how many rules they hold, and whether those can be read. Changes nothing.

An ordinary user can read no rule on Linux, and no program is started to be told so. What is unreadable is never
called absent: the kernel's tables are listed even when no program for them is installed.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from porttui.model.facts import FirewallBackend, Privileges, Unseen
from porttui.model.printable import printable
from porttui.observe import files
from porttui.observe.command import Output, find, run
from porttui.observe.errors import errno_name
from porttui.observe.linux.netlink import NoNetlinkError, ask

if TYPE_CHECKING:
    from pathlib import Path

_SECONDS = 1.5
_NETLINK_NETFILTER = 12
_NFT_GETCHAIN, _NFT_GETRULE = 10 << 8 | 4, 10 << 8 | 7
"""NFNL_SUBSYS_NFTABLES with NFT_MSG_GETCHAIN and NFT_MSG_GETRULE (linux/netfilter/nfnetlink.h, nf_tables.h)."""
_NFGENMSG = bytes(4)
"""struct nfgenmsg: any family, version 0."""
_LEGACY_NAMES = ("proc/net/ip_tables_names", "proc/net/ip6_tables_names")
"""The legacy tables in use, one a line (mode 0440); the files are there when the kernel has legacy tables at all."""


_FIREWALLD, _FIREWALLD_PATH = "org.fedoraproject.FirewallD1", "/org/fedoraproject/FirewallD1"
"""firewalld.dbus(5), also for the property "state"."""


def linux_firewall(privileges: Privileges, root: Path | str = "") -> tuple[FirewallBackend, ...]:
    """Tell which firewalls are installed, and whether their rules can be read.

    Args:
        privileges: of the user who looks; CAP_NET_ADMIN is what reading rules takes.
        root: where the settings are; another folder in tests.

    Returns:
        nftables, iptables (the rules that iptables keeps in nftables), iptables-legacy, ufw and firewalld, each once.
    """
    may = "net_admin" in privileges.capabilities
    nftables = _nftables(privileges, may)
    return (
        nftables,
        _iptables(privileges, may, nftables),
        _legacy(privileges, may, root),
        _ufw(privileges, root),
        _firewalld(privileges, may, root),
    )


def _nftables(who: Privileges, may: bool) -> FirewallBackend:
    """Count the rules by netlink, which needs no program; it is what `nft list ruleset` reads too."""
    installed = find("nft") is not None
    rules, unseen = None, _denied(who, "nftables rules", "nft list ruleset")
    if may:
        try:
            rules = sum(1 for _ in ask(_NFT_GETRULE, _NFGENMSG, dump=True, protocol=_NETLINK_NETFILTER))
        except NoNetlinkError as error:
            if errno_name(error) == "EPROTONOSUPPORT":  # the kernel has no netfilter to speak to
                rules = 0
            else:
                unseen = _not_told("nftables rules", f"netlink: {errno_name(error)}", "nft list ruleset")
        except OSError as error:
            unseen = _not_told("nftables rules", f"netlink: {errno_name(error)}", "nft list ruleset")
    return FirewallBackend(name="nftables", installed=installed, rules=rules, unseen=unseen if rules is None else None)


def has_no_nft_chains() -> bool:
    """Tell whether the kernel has no chain of nftables, so that nothing of it, not even a policy, has a say.

    It is asked for as root, whatever programs are installed; False when the kernel does not tell.
    """
    try:
        return not any(True for _ in ask(_NFT_GETCHAIN, _NFGENMSG, dump=True, protocol=_NETLINK_NETFILTER))
    except OSError as error:
        return isinstance(error, NoNetlinkError) and errno_name(error) == "EPROTONOSUPPORT"


def has_no_rules() -> bool:
    """Tell whether the kernel has no chain of nftables, and no table of the old iptables in use."""
    if not has_no_nft_chains():
        return False
    for name in _LEGACY_NAMES:
        try:
            if files.read(f"/{name}", 1):
                return False
        except OSError:  # this kernel has none of it
            continue
    return True


def no_right_to_rules() -> Unseen:
    """Return what is said to a user who may not read rules."""
    return Unseen(what="firewall rules", reason="needs root", how_to_see="nft list ruleset", needs_root=True)


def _iptables(who: Privileges, may: bool, nftables: FirewallBackend) -> FirewallBackend:
    """Count the rules that iptables keeps in nftables; without any rule there, no program needs to be started."""
    installed = find("iptables") is not None
    programs = [name for name in map(nft_saver, ("iptables", "ip6tables")) if name is not None]
    if not programs:
        return FirewallBackend(name="iptables", installed=installed)
    if nftables.rules == 0:
        return FirewallBackend(name="iptables", installed=installed, rules=0)
    if not may:
        unseen = _denied(who, "iptables rules", programs[0])
        return FirewallBackend(name="iptables", installed=installed, unseen=unseen)
    counted = _count("iptables rules", programs)
    if isinstance(counted, Unseen):
        return FirewallBackend(name="iptables", installed=installed, unseen=counted)
    return FirewallBackend(name="iptables", installed=installed, rules=counted)


def nft_saver(name: str) -> str | None:
    """Return the program that saves what `name` keeps in nftables, by its usual name if it has that; None: none has."""
    path = find(f"{name}-save")
    if path is not None and "nft" in os.path.realpath(path).rpartition("/")[2]:
        return f"{name}-save"
    return f"{name}-nft-save" if find(f"{name}-nft-save") is not None else None


def _legacy(who: Privileges, may: bool, root: Path | str) -> FirewallBackend:
    """Count the rules of the old kernel interface, which nft does not show.

    Never by `iptables-legacy -S` or -L, which make the table that they list; iptables-legacy-save does not.
    """
    installed = find("iptables-legacy") is not None
    what, programs = "iptables-legacy rules", ("iptables-legacy-save", "ip6tables-legacy-save")
    there = [path for name in _LEGACY_NAMES if files.is_there(path := f"{root}/{name}")]
    if not there:
        return FirewallBackend(name="iptables-legacy", installed=installed, rules=0)
    try:
        tables = {table for path in there for table in files.read(path).decode("utf-8", "replace").split()}
    except OSError:
        unseen = _denied(who, what, programs[0])
        return FirewallBackend(name="iptables-legacy", installed=installed, unseen=unseen)
    if not tables:
        return FirewallBackend(name="iptables-legacy", installed=installed, rules=0)
    usable = [name for name in programs if find(name) is not None]
    counted: int | Unseen
    if not may:
        counted = _denied(who, what, programs[0])
    elif not usable:
        listed = printable(", ".join(sorted(tables)), 100)
        counted = _not_told(what, f"{programs[0]} is not installed; the tables {listed} are in use", programs[0])
    else:
        counted = _count(what, usable)
    if isinstance(counted, Unseen):
        return FirewallBackend(name="iptables-legacy", installed=installed, unseen=counted)
    return FirewallBackend(name="iptables-legacy", installed=installed, rules=counted)


def _count(what: str, programs: list[str]) -> int | Unseen:
    """Count the rules in the output of iptables-save programs: the lines that append to a chain."""
    rules = 0
    for program in programs:
        done = run(program, what=what, seconds=_SECONDS)
        if isinstance(done, Unseen):
            return done
        if done.status != 0 or done.cut:
            reason = "too many rules" if done.cut else _said(program, done)
            return _not_told(what, reason, program)
        rules += sum(line.startswith("-A ") for line in done.stdout.splitlines())
    return rules


def _ufw(who: Privileges, root: Path | str) -> FirewallBackend:
    """Read what ufw's settings say; its rules are counted where the kernel has them. Both files have mode 0644."""
    installed = find("ufw") is not None
    if not installed:
        return FirewallBackend(name="ufw", installed=False)
    enabled = _setting(f"{root}/etc/ufw/ufw.conf", "ENABLED")
    policy = _setting(f"{root}/etc/default/ufw", "DEFAULT_INPUT_POLICY")
    unseen = None if enabled is not None else _denied(who, "whether ufw is active", "ufw status verbose")
    return FirewallBackend(
        name="ufw",
        installed=True,
        active=None if enabled is None else enabled.lower() == "yes",
        default_input=policy,
        unseen=unseen,
    )


def _firewalld(who: Privileges, may: bool, root: Path | str) -> FirewallBackend:
    """Ask firewalld whether it runs, as root only: for others polkit may open a dialog, even for a question.

    It is asked by D-Bus, and ends where there is none (firewalld(1)): so without the system's bus it does not run. Its
    own program, a hundred times slower, is asked only where that did not tell, for its words.
    """
    what, shown = "whether firewalld runs", "firewall-cmd --state"
    if find("firewall-cmd") is None:
        return FirewallBackend(name="firewalld", installed=False)
    if who.uid != 0 or not may:
        return FirewallBackend(name="firewalld", installed=True, unseen=_denied(who, what, shown))
    from porttui.observe.linux import bus  # and the module socket, which a look without firewalld has no use for

    if not bus.is_there(str(root)):
        return FirewallBackend(name="firewalld", installed=True, active=False)
    try:
        state = bus.text_property(_FIREWALLD, _FIREWALLD_PATH, "state", root=str(root))
    except OSError:
        state = "unknown"
    if state in {None, "RUNNING"}:
        return FirewallBackend(name="firewalld", installed=True, active=state is not None)
    done = run(*shown.split(), what=what, seconds=_SECONDS)
    if isinstance(done, Unseen):
        return FirewallBackend(name="firewalld", installed=True, unseen=done)
    if done.status in {0, 252}:  # running, NOT_RUNNING: firewall-cmd(1), EXIT CODES
        return FirewallBackend(name="firewalld", installed=True, active=done.status == 0)
    return FirewallBackend(name="firewalld", installed=True, unseen=_not_told(what, _said("firewall-cmd", done), shown))


def _setting(path: str, name: str) -> str | None:
    """Return the value of NAME=VALUE in a settings file, without quotes; None when it is not there."""
    try:
        lines = files.read(path, 65536).decode("utf-8", "replace").splitlines()
    except OSError:
        return None
    values = [value for key, _, value in (line.partition("=") for line in lines) if key.strip() == name]
    return printable(values[-1].strip().strip("\"'"), 40) if values else None


def _denied(who: Privileges, what: str, command: str) -> Unseen:
    if who.uid == 0:
        return Unseen(what=what, reason="needs CAP_NET_ADMIN, which root lacks here", how_to_see=command)
    return Unseen(what=what, reason="needs root", how_to_see=command, needs_root=True)


def _not_told(what: str, reason: str, command: str) -> Unseen:
    return Unseen(what=what, reason=reason, how_to_see=command)


def _said(program: str, done: Output) -> str:
    """Say how a program ended, with the last line of its own words."""
    words = done.stderr.strip().splitlines()
    return printable(f"{program} ended with status {done.status}" + (f": {words[-1]}" if words else ""), 200)
