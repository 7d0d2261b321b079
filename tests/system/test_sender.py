"""Another machine's connection is worked out from the rules as they are at that moment: real rules, read live."""

from __future__ import annotations

import json
import sys

import pytest

from tests.system.stage import ADDRESS, Namespace

pytestmark = pytest.mark.system
_ASK = """
import json, sys
from porttui.model.target import Asked, Target
from porttui.observe import this_platform
from porttui.observe.look import Look
from porttui.observe.observe import observe
from porttui.observe.judging import judge_sender
from porttui.reading.sender import Sender, sender_of
target = Target(input="", host="127.0.0.1", port=int(sys.argv[1]))
facts = list(observe(Asked(target=target), Look()))[-1]
told = {}
for typed in sys.argv[2:]:
    sender = sender_of(facts, typed)
    assert isinstance(sender, Sender), sender
    judged = judge_sender(facts, this_platform(), sender)
    told[typed] = [sender.to, judged.verdict, judged.rule.text if judged.rule else ""]
print(json.dumps(told))
"""
_RULES = """
table inet guard {{
set banned {{
type ipv4_addr
flags interval
elements = {{ 10.231.8.64/28 }}
}}
chain input {{
type filter hook input priority 0; policy accept;
iifname "lo" accept
ip saddr @banned tcp dport {port} drop
ip saddr 10.231.8.7 tcp dport {port} reject with tcp reset
}}
}}
"""


def test_senders_are_judged_by_the_rules_of_the_moment() -> None:
    with Namespace(lan=True) as stage:
        server = stage.listen(address="0.0.0.0")
        stage.nft(_RULES.format(port=server.port))
        asked = ("10.231.8.7", "10.231.8.66", "10.231.8.99")
        told = json.loads(stage.run(sys.executable, "-c", _ASK, str(server.port), *asked))
    verdicts = {sender: verdict for sender, (_, verdict, _) in told.items()}
    assert verdicts == {"10.231.8.7": "reset", "10.231.8.66": "drop", "10.231.8.99": "accept"}
    assert {to for to, _, _ in told.values()} == {ADDRESS}
    assert "@banned" in told["10.231.8.66"][2]
