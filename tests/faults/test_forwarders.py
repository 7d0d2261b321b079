"""Forwarders that cannot be staged without a cluster or an editor, on recorded command lines."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from porttui.diagnose import diagnose
from porttui.faults.fault import CannotTell, RuledOut
from porttui.faults.ssh_forward_dead import FAULT
from porttui.model import facts as f
from porttui.model.report import Confidence
from tests import worlds as w


def _held_by(*argv: str, name: str = "", ends: tuple[f.FarEnd, ...] | None = None, **fields: object) -> f.Facts:
    holder = w.node(name=name or argv[0], argv=argv)
    unknown = f.FarEnd(pid=holder.pid, place="elsewhere")
    facts = w.world(
        scheme="http",
        sockets=w.sockets(w.listener()),
        processes=(holder,),
        attempts=(w.opened(),),
        exchanges=(w.said(outcome="closed"), w.said("nothing", "closed")),
        far_ends=(unknown,) if ends is None else ends,
    )
    return replace(facts, **fields)


@pytest.mark.parametrize(
    ("argv", "told"),
    [
        (("kubectl", "-n", "shop", "port-forward", "svc/web", "8080:80"), "port 80 of svc/web"),
        (("oc", "port-forward", "web-7d9f", "8080"), "port 8080 of pod/web-7d9f"),
        (("ssh", "-N", "-L", "8080:db:5432", "bastion"), "db:5432 as bastion sees it"),
        (("/home/ana/.vscode-server/cli/servers/x/server/node", "server-main.js"), "somewhere else"),
        (("sshd: ana@notty",), "where ana logged in from"),
    ],
)
def test_a_far_end_elsewhere_is_only_probably_dead(argv: tuple[str, ...], told: str) -> None:
    verdict = diagnose(_held_by(*argv, name=argv[0].rpartition("/")[2].rstrip(":"))).verdict
    assert verdict.code == "ssh-forward-dead"
    assert verdict.confidence is Confidence.LIKELY
    assert verdict.summary.startswith("Probably ")
    assert told in verdict.summary


def test_kubectl_is_asked_for_its_pods() -> None:
    report = diagnose(_held_by("kubectl", "port-forward", "svc/web", "8080:80"))
    commands = [step.argv for way in report.remedies for step in way.steps if step.argv]
    assert ("kubectl", "get", "pods", "-o", "wide") in commands
    assert ("kubectl", "port-forward", "svc/web", "8080:PORT") in commands


def test_a_connection_that_stays_open_until_something_is_said_has_a_living_far_end() -> None:
    said = (w.said(outcome="closed"), w.said("nothing", "silent"))
    facts = _held_by("ssh", "-N", "-L", "8080:db:5432", "bastion", exchanges=said)
    assert isinstance(FAULT.check(facts), RuledOut | CannotTell)
    assert diagnose(facts).verdict.code != "ssh-forward-dead"


def test_a_socks_proxy_is_no_dead_forward() -> None:
    facts = _held_by("ssh", "-D", "8080", "bastion", ends=())
    assert diagnose(facts).verdict.code != "ssh-forward-dead"


def test_a_far_end_that_listens_is_alive() -> None:
    end = f.FarEnd(pid=4121, host="127.0.0.1", port=90, place="here", listeners=(w.listener(port=90),))
    facts = _held_by("socat", "TCP-LISTEN:8080,fork", "TCP:127.0.0.1:90", ends=(end,))
    assert diagnose(facts).verdict.code == "accept-then-close"
    assert "127.0.0.1:90" in diagnose(facts).verdict.summary
