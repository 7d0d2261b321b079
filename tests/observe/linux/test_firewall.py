from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

from porttui.model.facts import FirewallBackend, Privileges, Unseen
from porttui.observe.linux import firewall as firewall_linux
from porttui.observe.linux.firewall import linux_firewall
from porttui.observe.linux.privileges import linux_privileges
from tests.observe.netns import NOBODY, become, in_namespace, needs_root, nft, sh, tcp_rule

ORDINARY = Privileges(user="ann", uid=1000)
ROOT = Privileges(user="root", uid=0, root=True, capabilities=("net_admin",))
RULES = """
table inet own {
 set banned { type ipv4_addr; elements = { 192.0.2.1, 192.0.2.2 } }
 chain c { type filter hook input priority 0; policy accept;
  ip saddr @banned drop
  tcp dport { 1, 2 } reject
 }
}
"""


def _by_name(found: tuple[FirewallBackend, ...]) -> dict[str, FirewallBackend]:
    return {backend.name: backend for backend in found}


def _look(uid: int = 0) -> dict[str, FirewallBackend]:
    become(uid)
    return _by_name(linux_firewall(linux_privileges()))


@needs_root
def test_rules_are_counted_where_they_are() -> None:
    def work() -> tuple[dict[str, FirewallBackend], int]:
        nft(RULES)
        sh("iptables -A INPUT -p tcp --dport 7 -j DROP", "ip6tables -A INPUT -p tcp --dport 7 -j DROP")
        sh("iptables-legacy -A INPUT -p tcp --dport 8 -j DROP")
        listed = subprocess.run(["nft", "-j", "list", "ruleset"], check=True, capture_output=True).stdout
        return _look(), sum("rule" in item for item in json.loads(listed)["nftables"])

    found, rules = in_namespace(work)
    assert found["nftables"] == FirewallBackend(name="nftables", installed=True, rules=rules)
    assert (rules, found["iptables"].rules, found["iptables-legacy"].rules) == (4, 2, 1)


@needs_root
def test_a_machine_without_rules_has_none_and_looking_makes_none() -> None:
    def work() -> tuple[dict[str, FirewallBackend], str, bytes]:
        found = _look()
        names = Path("/proc/net/ip_tables_names").read_text("utf-8")
        return found, names, subprocess.run(["nft", "list", "ruleset"], check=True, capture_output=True).stdout

    found, names, ruleset = in_namespace(work)
    assert [found[name].rules for name in ("nftables", "iptables", "iptables-legacy")] == [0, 0, 0]
    assert all(backend.unseen is None for backend in found.values())
    assert (names, ruleset) == ("", b"")


@needs_root
def test_looking_at_legacy_rules_makes_no_further_table() -> None:
    def work() -> tuple[dict[str, FirewallBackend], str]:
        sh("iptables-legacy -t nat -A OUTPUT -p tcp --dport 8 -j REDIRECT --to-ports 9")
        return _look(), Path("/proc/net/ip_tables_names").read_text("utf-8")

    found, names = in_namespace(work)
    assert (found["iptables-legacy"].rules, names.split()) == (1, ["nat"])


@needs_root
def test_an_ordinary_user_sees_no_rules_and_is_not_told_there_are_none() -> None:
    def work() -> dict[str, FirewallBackend]:
        nft(tcp_rule("input", "tcp dport 1 drop"))
        return _look(NOBODY)

    found = in_namespace(work)
    for name in ("nftables", "iptables", "iptables-legacy"):
        assert found[name].rules is None
        assert found[name].unseen is not None
    assert found["nftables"].unseen == Unseen(
        what="nftables rules", reason="needs root", how_to_see="nft list ruleset", needs_root=True
    )


def test_for_an_ordinary_user_no_program_is_started(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*argv: str, **_bounds: object) -> None:
        raise AssertionError(argv)

    monkeypatch.setattr(firewall_linux, "run", refuse)
    monkeypatch.setattr(firewall_linux, "find", lambda name: f"/usr/sbin/{name}")
    assert [backend.name for backend in linux_firewall(ORDINARY)] == [
        "nftables",
        "iptables",
        "iptables-legacy",
        "ufw",
        "firewalld",
    ]


def test_without_any_program_the_kernels_tables_are_still_unseen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(firewall_linux, "find", lambda _name: None)
    found = _by_name(linux_firewall(ORDINARY))
    assert not any(backend.installed for backend in found.values())
    assert found["nftables"].rules is None
    assert found["nftables"].unseen is not None


def test_a_kernel_without_legacy_tables_has_no_legacy_rules(tmp_path: Path) -> None:
    found = _by_name(linux_firewall(ORDINARY, tmp_path))
    assert (found["iptables-legacy"].rules, found["iptables-legacy"].unseen) == (0, None)


def test_root_without_the_capability_is_told_which_it_lacks() -> None:
    found = _by_name(linux_firewall(Privileges(user="root", uid=0)))
    unseen = found["nftables"].unseen
    assert unseen is not None
    assert "CAP_NET_ADMIN" in unseen.reason
    assert unseen.how_to_see == "nft list ruleset"


@pytest.fixture
def programs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a folder on PATH for programs that are not installed here."""
    folder = tmp_path / "bin"
    folder.mkdir()
    monkeypatch.setenv("PATH", str(folder), prepend=":")
    return folder


def _program(folder: Path, name: str, script: str) -> None:
    (folder / name).write_text(f"#!/bin/sh\n{script}\n", "utf-8")
    (folder / name).chmod(0o755)


@pytest.mark.parametrize(("enabled", "active"), [("yes", True), ("no", False)])
def test_ufw_settings_are_readable_by_everyone(tmp_path: Path, programs: Path, enabled: str, active: bool) -> None:
    _program(programs, "ufw", "exit 1")
    (tmp_path / "etc/ufw").mkdir(parents=True)
    (tmp_path / "etc/default").mkdir()
    (tmp_path / "etc/ufw/ufw.conf").write_text(f"# comment\nENABLED={enabled}\nLOGLEVEL=low\n", "utf-8")
    (tmp_path / "etc/default/ufw").write_text('DEFAULT_INPUT_POLICY="DROP"\n', "utf-8")
    assert _by_name(linux_firewall(ORDINARY, tmp_path))["ufw"] == FirewallBackend(
        name="ufw", installed=True, active=active, default_input="DROP"
    )


def test_ufw_without_readable_settings_is_unseen(tmp_path: Path, programs: Path) -> None:
    _program(programs, "ufw", "exit 1")
    found = _by_name(linux_firewall(ORDINARY, tmp_path))["ufw"]
    assert found.active is None
    assert found.unseen is not None
    assert (found.unseen.how_to_see, found.unseen.needs_root) == ("ufw status verbose", True)


@pytest.mark.parametrize(
    ("script", "active", "reason"),
    [
        ("echo running", True, ""),
        ("echo not running >&2; exit 252", False, ""),
        ("echo Authorization failed. >&2; exit 253", None, "Authorization failed."),
        ("exec sleep 30", None, "1.5 s"),
    ],
)
def test_firewalld_is_asked_by_root_and_bounded(programs: Path, script: str, active: bool | None, reason: str) -> None:
    _program(programs, "firewall-cmd", script)
    found = _by_name(linux_firewall(ROOT))["firewalld"]
    assert found.active is active
    assert (found.unseen is None) == (active is not None)
    assert found.unseen is None or reason in found.unseen.reason


@pytest.mark.parametrize(("bus", "active"), [(False, False), (True, None)])
def test_without_the_bus_by_which_it_is_asked_firewalld_does_not_run(
    programs: Path, tmp_path: Path, bus: bool, active: bool | None
) -> None:
    _program(programs, "firewall-cmd", "echo Error: DBUS_ERROR: Failed to connect to socket >&2; exit 36")
    if bus:
        (tmp_path / "run/dbus").mkdir(parents=True)
        (tmp_path / "run/dbus/system_bus_socket").touch()
    found = _by_name(linux_firewall(ROOT, tmp_path))["firewalld"]
    assert (found.active, found.unseen is None) == (active, active is not None)


def test_firewalld_is_not_asked_by_others_because_polkit_might_open_a_dialog(programs: Path) -> None:
    _program(programs, "firewall-cmd", "echo running")
    found = _by_name(linux_firewall(ORDINARY))["firewalld"]
    assert found.active is None
    assert found.unseen is not None
