"""Windows: what netsh and reg print, in more than one language, as facts."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from porttui.observe.platform import Platform
from porttui.observe.windows import (
    DYNAMIC_PORTS,
    EXCLUDED_PORTS,
    Windows,
    dynamic_range,
    excluded_ranges,
    firewall_profiles,
)

DATA = Path(__file__).parents[1] / "data" / "windows"


def _read(name: str) -> str:
    return (DATA / name).read_text(encoding="utf-8")


def test_it_is_a_platform() -> None:
    platform: Platform = Windows()
    assert platform.os == "windows"
    assert platform.counters() == {}
    assert platform.fate("127.0.0.1", 80, "127.0.0.1", 50000).row == "unknown"


@pytest.mark.parametrize(
    ("name", "ranges"),
    [
        ("excludedportrange_en.txt", "5357-5357 8251-8350 50000-50059* 59549-59648"),
        ("excludedportrange_es.txt", "5357-5357 50000-50059*"),
    ],
)
def test_reserved_ranges_are_read_in_any_language(name: str, ranges: str) -> None:
    assert excluded_ranges(_read(name)) == ranges


def test_no_reserved_range_is_not_the_same_as_no_table() -> None:
    assert (
        excluded_ranges("Protocol tcp Port Exclusion Ranges\n\nStart Port    End Port\n----------    --------\n") == ""
    )
    assert excluded_ranges("The following command was not found: interface ipv4 show excludedportrange.") is None


def test_the_range_of_source_ports_is_read_in_any_language() -> None:
    assert dynamic_range(_read("dynamicport_en.txt")) == "49152-65535"
    assert dynamic_range(_read("dynamicport_zh.txt")) == "1024-15000"
    assert dynamic_range("") is None


def test_the_profiles_of_the_firewall_are_read_from_the_registry() -> None:
    assert firewall_profiles(_read("firewall_profiles.txt")) == {
        "DomainProfile": True,
        "PublicProfile": False,
        "StandardProfile": True,
    }
    assert firewall_profiles("ERROR: The system was unable to find the specified registry key or value.") == {}


def _program(folder: Path, name: str, script: str) -> None:
    path = folder / name
    path.write_text(f"#!/bin/sh\n{script}\n", encoding="utf-8")
    path.chmod(0o755)


@pytest.fixture
def programs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    return tmp_path


def test_port_ranges_are_settings_of_the_system(programs: Path) -> None:
    _program(programs, "netsh", f"case \"$*\" in *excluded*) cat '{DATA}/excludedportrange_en.txt';; "
             f"*) cat '{DATA}/dynamicport_en.txt';; esac")  # fmt: skip
    assert Windows().sysctls() == {
        EXCLUDED_PORTS: "5357-5357 8251-8350 50000-50059* 59549-59648",
        DYNAMIC_PORTS: "49152-65535",
    }


def test_settings_that_cannot_be_read_are_left_out(programs: Path) -> None:
    _program(programs, "netsh", "exit 1")
    assert Windows().sysctls() == {}


def test_the_rules_of_the_firewall_are_unseen_and_never_none(programs: Path) -> None:
    _program(programs, "reg", f"cat '{DATA}/firewall_profiles.txt'")
    (backend,) = Windows().firewall()
    assert (backend.name, backend.active, backend.rules) == ("windows-firewall", True, None)
    assert backend.unseen is not None


def test_a_firewall_whose_state_cannot_be_read_is_not_called_off(programs: Path) -> None:
    _program(programs, "reg", "exit 1")
    (backend,) = Windows().firewall()
    assert backend.active is None
    assert backend.unseen is not None


def test_a_firewall_that_is_off_hides_nothing(programs: Path) -> None:
    _program(
        programs, "reg", "echo 'HKEY_LOCAL_MACHINE\\X\\PublicProfile'; echo '    EnableFirewall    REG_DWORD    0x0'"
    )
    (backend,) = Windows().firewall()
    assert (backend.active, backend.unseen) == (False, None)


def test_who_and_where_are_read_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("USERNAME", "dev\x1b[31m")
    monkeypatch.setenv("SSH_CONNECTION", "192.0.2.7 51234 192.0.2.1 22")
    who = Windows().privileges()
    assert (who.user, who.uid, who.root) == ("dev\\x1b[31m", None, False)
    ssh = Windows().host().ssh
    assert ssh is not None
    assert (ssh.client, ssh.server_port) == ("192.0.2.7", 22)
