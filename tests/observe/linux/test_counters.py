from __future__ import annotations

import contextlib
import errno
import os
import socket

import pytest

from porttui.observe.linux.counters import added, moved, read_counters
from tests.observe.netns import free_port, in_namespace, needs_root


def _refused() -> None:
    with socket.socket() as client, contextlib.suppress(ConnectionRefusedError):
        client.connect(("127.0.0.1", free_port()))


@needs_root
def test_a_refusal_moves_exactly_what_one_refusal_moves() -> None:
    def work() -> dict[str, int]:
        before = read_counters()
        _refused()
        return moved(before, read_counters())

    assert in_namespace(work) == {
        "Ip.InReceives": 2,
        "Ip.InDelivers": 2,
        "Ip.OutRequests": 2,
        "Ip.OutTransmits": 2,
        "Tcp.ActiveOpens": 1,
        "Tcp.AttemptFails": 1,
        "Tcp.InSegs": 2,
        "Tcp.OutSegs": 2,
        "Tcp.OutRsts": 1,
        "Dev.Loopback": 2,
    }


@needs_root
def test_a_quiet_namespace_shows_no_movement() -> None:
    assert in_namespace(lambda: moved(read_counters(), read_counters())) == {}


@needs_root
def test_both_families_and_both_files_are_read() -> None:
    assert in_namespace(read_counters).keys() >= {
        "Ip.OutNoRoutes",
        "Icmp.InDestUnreachs",
        "Tcp.OutRsts",
        "TcpExt.ListenOverflows",
        "TcpExt.TCPRetransFail",
        "TcpExt.IPReversePathFilter",
        "Ip6.InReceives",
        "Ip6.InDelivers",
        "Icmp6.InDestUnreachs",
    }


def test_moved_leaves_out_what_stood_still_and_what_was_not_read_twice() -> None:
    assert moved({"a": 1, "b": 2, "gone": 3}, {"a": 1, "b": 5, "new": 7}) == {"b": 3}


def test_added_sums_two_windows() -> None:
    assert added({"a": 1, "b": 2}, {"b": 3, "c": 4}) == {"a": 1, "b": 5, "c": 4}


def test_a_file_for_which_no_descriptor_is_left_does_not_read_as_counters_that_stand_still(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    really = os.open

    def exhausted(path: str, *rest: int) -> int:
        if path == "/proc/net/snmp":
            raise OSError(errno.EMFILE, os.strerror(errno.EMFILE))
        return really(path, *rest)

    monkeypatch.setattr(os, "open", exhausted)
    assert read_counters() == {}
