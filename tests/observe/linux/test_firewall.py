from __future__ import annotations

import contextlib
import json
import shutil
import socket
import struct
import subprocess
import tempfile
import threading
from collections.abc import Iterator
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
def test_firewalld_is_asked_by_root_and_bounded(
    programs: Path, tmp_path: Path, script: str, active: bool | None, reason: str
) -> None:
    _program(programs, "firewall-cmd", script)
    _bus_socket(tmp_path).touch()  # nobody answers there
    found = _by_name(linux_firewall(ROOT, tmp_path))["firewalld"]
    assert found.active is active
    assert (found.unseen is None) == (active is not None)
    assert found.unseen is None or reason in found.unseen.reason


@pytest.mark.parametrize(("bus", "active"), [(False, False), (True, None)])
def test_without_the_bus_by_which_it_is_asked_firewalld_does_not_run(
    programs: Path, tmp_path: Path, bus: bool, active: bool | None
) -> None:
    _program(programs, "firewall-cmd", "echo Error: DBUS_ERROR: Failed to connect to socket >&2; exit 36")
    if bus:
        _bus_socket(tmp_path).touch()
    found = _by_name(linux_firewall(ROOT, tmp_path))["firewalld"]
    assert (found.active, found.unseen is None) == (active, active is not None)


@needs_root
@pytest.mark.skipif(shutil.which("dbus-daemon") is None, reason="dbus-daemon is not installed")
def test_the_bus_tells_whether_firewalld_runs_and_its_slow_program_is_not_started(programs: Path) -> None:
    _program(programs, "firewall-cmd", "exit 1")
    with tempfile.TemporaryDirectory() as short:  # the path of a socket has 107 bytes at most (unix(7))
        root = Path(short)
        with _system_bus(root):
            without = _by_name(linux_firewall(ROOT, root))["firewalld"]
            with _firewalld_on(root):
                found = _by_name(linux_firewall(ROOT, root))["firewalld"]
    assert (without.active, without.unseen) == (False, None)
    assert (found.active, found.unseen) == (True, None)


def _bus_socket(root: Path) -> Path:
    path = root / "run/dbus/system_bus_socket"
    path.parent.mkdir(parents=True, exist_ok=True)
    return path


@contextlib.contextmanager
def _system_bus(root: Path) -> Iterator[None]:
    """Run a message bus of its own below a folder."""
    config = root / "bus.conf"
    rules = '<allow send_destination="*" eavesdrop="true"/><allow own="*"/><allow receive_sender="*"/>'
    address = f"<listen>unix:path={_bus_socket(root)}</listen>"
    config.write_text(f'<busconfig>{address}<policy context="default">{rules}</policy></busconfig>', "utf-8")
    daemon = subprocess.Popen(
        ("dbus-daemon", f"--config-file={config}", "--nofork", "--print-address"), stdout=subprocess.PIPE
    )
    try:
        assert daemon.stdout is not None
        assert daemon.stdout.readline()  # it listens by then
        yield
    finally:
        daemon.kill()
        daemon.communicate()


@contextlib.contextmanager
def _firewalld_on(root: Path) -> Iterator[None]:
    """Hold firewalld's name on the bus, and answer one question as it does (firewalld.dbus(5))."""
    with socket.socket(socket.AF_UNIX) as service:
        service.connect(str(_bus_socket(root)))
        service.sendall(b"\0AUTH EXTERNAL 30\r\n")
        assert service.recv(1000).startswith(b"OK ")
        service.sendall(b"BEGIN\r\n" + _on_bus("Hello", 1) + _on_bus("RequestName", 2, "su", _NAME + bytes(4)))
        heard = b""
        while b"NameAcquired" not in heard or heard.rpartition(b"NameAcquired")[2].count(b"FirewallD1") < 1:
            heard += service.recv(10000)

        def reply() -> None:
            asked = service.recv(10000)
            while b"Properties" not in asked:
                asked += service.recv(10000)
            asker = asked[asked.index(b":1.") :].partition(b"\0")[0]
            fields = b"\5\1u\0" + asked[8:12] + b"\6\1s\0" + struct.pack("<I", len(asker)) + asker + b"\0"
            fields += bytes(-len(fields) % 8) + b"\x08\1g\0\1v\0"
            body = b"\1s\0\0" + struct.pack("<I", 7) + b"RUNNING\0"
            head = struct.pack("<cBBBIII", b"l", 2, 1, 1, len(body), 9, len(fields)) + fields
            service.sendall(head + bytes(-len(head) % 8) + body)

        thread = threading.Thread(target=reply)
        thread.start()
        yield
        thread.join()


_NAME = struct.pack("<I", 28) + b"org.fedoraproject.FirewallD1" + bytes(4)


def _on_bus(member: str, serial: int, signature: str = "", body: bytes = b"") -> bytes:
    """Return a call of the bus itself (D-Bus specification, Message Protocol)."""
    fields = b""
    bus, path = b"org.freedesktop.DBus", b"/org/freedesktop/DBus"
    for code, kind, text in ((1, b"o", path), (6, b"s", bus), (2, b"s", bus), (3, b"s", member.encode())):
        fields += bytes(-len(fields) % 8) + bytes((code, 1)) + kind + b"\0"
        fields += struct.pack("<I", len(text)) + text + b"\0"
    if signature:
        fields += bytes(-len(fields) % 8) + b"\x08\1g\0" + bytes((len(signature),)) + signature.encode() + b"\0"
    head = struct.pack("<cBBBIII", b"l", 1, 0, 1, len(body), serial, len(fields)) + fields
    return head + bytes(-len(head) % 8) + body


def test_firewalld_is_not_asked_by_others_because_polkit_might_open_a_dialog(programs: Path) -> None:
    _program(programs, "firewall-cmd", "echo running")
    found = _by_name(linux_firewall(ORDINARY))["firewalld"]
    assert found.active is None
    assert found.unseen is not None
