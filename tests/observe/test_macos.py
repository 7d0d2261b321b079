"""macOS: what its programs print, as facts. The recordings follow the layouts of macOS 12 to 26."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from porttui.model.facts import Route, Socket, Sockets, Unseen
from porttui.observe.macos import MacOS, application_firewall_state, pf_rules, route_of, sysctl_values
from porttui.observe.netstat_macos import sockets_of_lsof, sockets_of_netstat
from porttui.observe.platform import Platform

DATA = Path(__file__).parents[1] / "data" / "macos"


def _read(name: str) -> str:
    return (DATA / name).read_text(encoding="utf-8")


def _listener(rows: list[Socket], port: int) -> Socket:
    (row,) = [row for row in rows if row.port == port and row.state == "LISTEN"]
    return row


def test_it_is_a_platform() -> None:
    platform: Platform = MacOS()
    assert platform.os == "macos"


def test_netstat_names_every_listener_with_its_process() -> None:
    rows = sockets_of_netstat(_read("netstat_tcp_new.txt"))
    vite = _listener(rows, 5173)
    assert (vite.address, vite.pids, vite.owner_by) == ("127.0.0.1", (13942,), "descriptor")
    assert _listener(rows, 3000).address == "::1"
    assert _listener(rows, 49152).address == "fe80::aede:48ff:fe00:1122%en5"
    assert len(rows) == 13


def test_a_name_with_spaces_does_not_hide_the_pid() -> None:
    rows = sockets_of_netstat(_read("netstat_tcp_new.txt"))
    assert _listener(rows, 5948).pids == (602,)
    (chrome,) = [row for row in rows if row.port == 61234]
    assert (chrome.pids, chrome.peer, chrome.peer_port) == ((35474,), "127.0.0.1", 5173)


def test_a_socket_of_both_families_is_told_from_one_of_ipv6_alone() -> None:
    rows = sockets_of_netstat(_read("netstat_tcp_new.txt"))
    both = _listener(rows, 38123)
    assert (both.address, both.v6only) == ("::", False)
    airplay = {row.address: row.v6only for row in rows if row.port == 5000}
    assert airplay == {"0.0.0.0": None, "::": True}


def test_a_connection_that_no_process_holds_has_no_owner() -> None:
    rows = sockets_of_netstat(_read("netstat_tcp_new.txt"))
    (waiting,) = [row for row in rows if row.state == "TIME_WAIT"]
    assert (waiting.pids, waiting.owner_by) == ((), None)


def test_states_have_the_names_that_the_faults_know() -> None:
    states = {row.state for row in sockets_of_netstat(_read("netstat_tcp_new.txt"))}
    assert states == {"ESTABLISHED", "LISTEN", "TIME_WAIT", "FIN_WAIT2"}


def test_the_queue_of_a_listener_is_unknown_and_not_zero() -> None:
    rows = sockets_of_netstat(_read("netstat_tcp_new.txt"))
    assert _listener(rows, 5173).queue is None
    assert _listener(rows, 5173).backlog is None
    (telemetry,) = [row for row in rows if row.port == 65195]
    assert (telemetry.queue, telemetry.send_queue) == (0, 523)


def test_the_older_table_of_netstat_is_read_by_its_header() -> None:
    rows = sockets_of_netstat(_read("netstat_tcp_old.txt"))
    assert [(row.address, row.port, row.pids) for row in rows] == [
        ("127.0.0.1", 8443, (31607,)),
        ("::", 2222, (43379,)),
        ("0.0.0.0", 80, (10521,)),
    ]


def test_a_table_without_the_column_of_the_pid_still_shows_the_sockets() -> None:
    text = (
        "Proto Recv-Q Send-Q  Local Address          Foreign Address        (state)\n"
        "tcp4       0      0  127.0.0.1.8080         *.*                    LISTEN\n"
    )
    (row,) = sockets_of_netstat(text)
    assert (row.port, row.pids, row.owner_by) == (8080, (), None)


def test_udp_sockets_have_no_state() -> None:
    rows = sockets_of_netstat(_read("netstat_udp_new.txt"))
    assert [(row.protocol, row.state, row.address, row.port, row.pids) for row in rows] == [
        ("udp", "ESTABLISHED", "192.168.1.20", 63657, (94258,)),
        ("udp", "UNCONN", "::", 5353, (188,)),
        ("udp", "UNCONN", "0.0.0.0", 0, (188,)),
    ]


@pytest.mark.parametrize(
    "text", ["", "netstat: sysctl: Operation not permitted", "tcp4 malformed", "Proto \ntcp4 0 0 x y z"]
)
def test_what_is_no_table_has_no_sockets(text: str) -> None:
    assert sockets_of_netstat(text) == []


def test_lsof_names_the_sockets_of_this_users_processes() -> None:
    rows = sockets_of_lsof(_read("lsof.txt"))
    assert [(row.address, row.port, row.state, row.pids, row.user) for row in rows] == [
        ("0.0.0.0", 7000, "LISTEN", (702,), "simone"),
        ("::", 7000, "LISTEN", (702,), "simone"),
        ("::1", 3000, "LISTEN", (13950,), "simone"),
        ("::1", 3000, "ESTABLISHED", (13950,), "simone"),
    ]
    assert (rows[3].peer, rows[3].peer_port) == ("::1", 58000)
    assert sockets_of_lsof("") == []


def test_a_route_to_this_machine_is_local() -> None:
    route = route_of("127.0.0.1", _read("route_loopback.txt"))
    assert route == Route(destination="127.0.0.1", kind="local", interface="lo0")


def test_a_route_through_a_gateway_names_it() -> None:
    route = route_of("203.0.113.5", _read("route_default.txt"))
    assert route == Route(destination="203.0.113.5", kind="unicast", interface="en0", gateway="192.168.64.1")


def test_a_missing_route_is_an_error_and_unreadable_text_is_unseen() -> None:
    missing = route_of("10.9.9.9", "", "route: writing to routing socket: not in table\n")
    assert missing == Route(destination="10.9.9.9", error="ENETUNREACH")
    unseen = route_of("10.9.9.9", "", "route: bad address: 10.9.9.9")
    assert isinstance(unseen, Unseen)
    assert unseen.how_to_see == "route -n get 10.9.9.9"


def test_settings_and_firewalls_are_read() -> None:
    assert sysctl_values(_read("sysctl.txt"))["net.inet.ip.portrange.first"] == "49152"
    assert application_firewall_state("Firewall is enabled. (State = 1)\n") is True
    assert application_firewall_state("Firewall is disabled. (State = 0)\n") is False
    assert application_firewall_state("") is None
    rules = 'scrub-anchor "com.apple/*" all fragment reassemble\nanchor "com.apple/*" all\nblock drop in proto tcp\n'
    assert pf_rules(rules) == 3


def _program(folder: Path, name: str, prints: str, status: int = 0) -> None:
    path = folder / name
    path.write_text(f"#!/bin/sh\ncat <<'END'\n{prints}\nEND\nexit {status}\n", encoding="utf-8")
    path.chmod(0o755)


@pytest.fixture
def programs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    monkeypatch.setattr("os.geteuid", lambda: 501)
    return tmp_path


def test_an_ordinary_user_sees_all_sockets_through_netstat(programs: Path) -> None:
    _program(programs, "netstat", _read("netstat_tcp_new.txt"))
    found = MacOS().sockets(5173)
    assert isinstance(found, Sockets)
    assert found.source == "command"
    assert {row.state for row in found.rows if 5173 in (row.port, row.peer_port)} >= {"LISTEN", "TIME_WAIT"}
    assert not any(row.port == 65195 for row in found.rows)
    assert any(unseen.what == "unix sockets" for unseen in found.unseen)


def test_without_netstat_lsof_shows_a_part_and_says_so(programs: Path) -> None:
    _program(programs, "netstat", "netstat: sysctl: Operation not permitted", 1)
    _program(programs, "lsof", _read("lsof.txt"))
    found = MacOS().sockets(3000)
    assert isinstance(found, Sockets)
    assert [row.address for row in found.rows if row.port == 3000] == ["::1", "::1"]
    (others,) = [unseen for unseen in found.unseen if unseen.what == "sockets of other users"]
    assert (others.how_to_see, others.needs_root) == ("lsof -nP -iTCP:3000", True)


def test_the_fate_of_a_connection_is_told_only_when_a_process_holds_it(programs: Path) -> None:
    _program(programs, "netstat", _read("netstat_tcp_new.txt"))
    assert MacOS().fate("127.0.0.1", 5173, "127.0.0.1", 61234).row == "accepted"
    assert MacOS().fate("127.0.0.1", 5173, "127.0.0.1", 61999).row == "unknown"
    assert MacOS().fate("127.0.0.1", 5173, "127.0.0.1", 61111).row == "unknown"


def test_pf_rules_are_unseen_without_root_and_never_none(programs: Path) -> None:
    pf, applications = MacOS().firewall()
    assert (pf.name, pf.installed, pf.rules) == ("pf", True, None)
    assert pf.unseen is not None
    assert pf.unseen.how_to_see.startswith("pfctl")
    assert pf.unseen.needs_root
    assert (applications.active, applications.installed) == (None, False), "its program is not on this machine"
    assert applications.unseen is not None
