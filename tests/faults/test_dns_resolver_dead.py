"""dns-resolver-dead: what keeps porttui from asking says nothing about the name servers."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from porttui.diagnose import diagnose
from porttui.model import facts as f
from tests.faults.by_code import BY_CODE


def _world(*outcomes: str) -> f.Facts:
    facts = BY_CODE["dns-resolver-dead"]
    assert facts.name is not None
    assert isinstance(facts.name.resolver, f.Resolver)
    first = facts.name.resolver.replies[0]
    replies = tuple(replace(first, outcome=outcome) for outcome in outcomes)
    return replace(facts, name=replace(facts.name, resolver=replace(facts.name.resolver, replies=replies)))


@pytest.mark.parametrize("outcome", ["EMFILE", "ENOBUFS", "EAFNOSUPPORT"])
def test_porttui_itself_could_not_ask(outcome: str) -> None:
    assert diagnose(_world(outcome)).verdict.code == "undetermined"


def test_a_name_server_answered_when_it_was_asked_again() -> None:
    report = diagnose(_world("NOERROR", "timeout"))
    assert report.verdict.code == "undetermined"
    assert any("NOERROR" in each.text for each in report.verdict.evidence)


def test_nothing_could_be_asked() -> None:
    assert diagnose(_world()).verdict.code == "undetermined"
