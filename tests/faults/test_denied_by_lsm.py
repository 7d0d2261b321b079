"""SELinux and AppArmor, on recorded facts: this kernel has neither."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec.structs import replace

from porttui.diagnose import diagnose
from porttui.model import facts as f
from porttui.model.target import Question
from tests import worlds as w

SELINUX = f.Privileges(user="nginx", uid=991, selinux=True, label="system_u:system_r:httpd_t:s0", seccomp=0)
PERMISSIVE = replace(SELINUX, selinux=False)
APPARMOR = f.Privileges(user="dev", uid=1000, label="shop (enforce)", seccomp=0)
NO_PROFILE = replace(APPARMOR, label="unconfined")


def _connect(privileges: f.Privileges, **fields: Any) -> f.Facts:
    attempt = f.Attempt(address="127.0.0.1", port=8080, outcome="EACCES", immediate=True)
    return w.world(privileges=privileges, attempts=(attempt,), **fields)


def _bind(privileges: f.Privileges, port: int = 8888) -> f.Facts:
    tries = tuple(
        f.BindTry(address="0.0.0.0", port=port, reuse_address=reuse, error="EACCES") for reuse in (False, True)
    )
    return w.world("0.0.0.0", port, question=Question.BIND, privileges=privileges, binds=tries)


@pytest.mark.parametrize(("privileges", "named"), [(SELINUX, "SELinux"), (APPARMOR, "the AppArmor profile shop")])
def test_the_policy_at_work_is_named(privileges: f.Privileges, named: str) -> None:
    for facts in (_connect(privileges), _bind(privileges)):
        report = diagnose(facts)
        assert report.verdict.code in {"connect-denied-policy", "bind-denied-policy"}
        assert f"probably {named}" in report.verdict.summary


@pytest.mark.parametrize("privileges", [PERMISSIVE, NO_PROFILE])
def test_without_one_the_verdict_is_only_likely(privileges: f.Privileges) -> None:
    for facts in (_connect(privileges), _bind(privileges)):
        report = diagnose(facts)
        assert report.verdict.confidence == "likely"
        assert "SELinux" not in report.verdict.summary
        assert "AppArmor" not in report.verdict.summary


def test_a_web_port_is_added_to_the_policy() -> None:
    steps = [step.argv for way in diagnose(_bind(SELINUX)).remedies for step in way.steps]
    assert ("semanage", "port", "-a", "-t", "http_port_t", "-p", "tcp", "8888") in steps


def test_a_low_port_is_reserved_whatever_the_policy() -> None:
    assert diagnose(_bind(SELINUX, 80)).verdict.code == "privileged-port"


def test_a_route_that_prohibits_is_the_cause() -> None:
    route = f.Route(destination="127.0.0.1", error="EACCES")
    report = diagnose(_connect(SELINUX, routes=(route,)))
    assert report.verdict.code != "connect-denied-policy"
