"""A system that porttui was not made for."""

from __future__ import annotations

import os
import sys

import pytest

from porttui.diagnose import diagnose
from porttui.model.parse import parse
from porttui.observe import this_platform
from porttui.observe.look import Look
from porttui.observe.observe import observe
from porttui.observe.other import Other
from tests.observe.netns import listen


def test_freebsd_is_not_called_linux(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "freebsd14")
    assert this_platform().os == "other"


def test_a_listener_is_found_and_what_cannot_be_seen_is_told() -> None:
    with listen() as server:
        port = server.getsockname()[1]
        *_, facts = observe(parse(f"127.0.0.1:{port}"), Look(settle=0, http=False), Other())
    assert facts.failures == ()
    report = diagnose(facts)
    assert report.found[0].endpoint == f"127.0.0.1:{port}"
    assert str(os.getpid()) in report.found[0].text
    assert "firewall rules" in [each.what for each in report.unseen]
