"""Facts that were recorded from staged faults by ``python -m tests.system.record``."""

from __future__ import annotations

from pathlib import Path

from porttui.firewall.nft_json import from_json, texts_of
from porttui.model.facts import Facts
from porttui.model.rules import Judged
from porttui.observe.judging import from_elsewhere, judge_one, world_of
from porttui.observe.linux.rules import Rules
from porttui.reading.sender import Sender
from porttui.render.json import facts_from_json
from porttui.ui.given import JudgeSender

RECORDED = Path(__file__).resolve().parents[2] / "tests/data/recorded"


def recorded(name: str) -> Facts:
    """Return recorded facts."""
    return facts_from_json((RECORDED / f"{name}.json").read_bytes())


def judge_recorded(name: str) -> JudgeSender | None:
    """Return what asks recorded rules about a sender; None where none were recorded."""
    listed = RECORDED / f"rules/{name}.json"
    if not listed.exists():
        return None
    texts = texts_of(listed.with_suffix(".txt").read_text(encoding="utf-8"))
    rules = Rules(from_json(listed.read_text(encoding="utf-8"), texts), ())

    def judge(facts: Facts, sender: Sender) -> Judged:
        packet = from_elsewhere(facts, sender.to, sender.address, sender.interface)
        return judge_one(facts, rules, packet, world_of(facts))

    return judge
