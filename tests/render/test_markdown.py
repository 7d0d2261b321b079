"""The Markdown reads well in a ticket, and what came from the machine cannot break out of its code."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from porttui.model import report as r
from porttui.render.markdown import code, code_block, escape, report_markdown
from tests import reports


def test_a_ticket_holds_answer_fix_evidence_and_signature() -> None:
    text = report_markdown(reports.ipv6_only(), exit_code=1, took=0.21)
    assert text.startswith("**FAULT** `127.0.0.1:5173`: The server listens on IPv6 only; you asked for IPv4.\n")
    assert "\nlistener  FAIL       only [::1]:5173 listens\n" in text
    assert "- **B** Let vite listen on 127.0.0.1 (restarts vite)\n" in text
    assert "     ```\n     npm run dev -- --host 127.0.0.1\n     ```\n" in text
    assert "\nCertain. 31 causes ruled out.\n" in text
    assert "- firewall rules (need root): `sudo nft list ruleset`\n" in text
    assert text.endswith("`ipv6-only-listener`, exit 1. dev&#64;devbox, 2025-11-22 14:02:11 +0100, in 0.21 s.\n")


def test_a_healthy_ticket_has_no_fix() -> None:
    text = report_markdown(reports.healthy())
    assert text.startswith("**OK** `127.0.0.1:3000`: ")
    assert "Fix" not in text


def test_fences_are_balanced_and_longer_than_what_they_hold() -> None:
    evil = r.Evidence(text="banner\t```` <script> @everyone", source="connect")
    text = report_markdown(reports.report_of(evidence=(evil,)))
    assert "`````\nbanner  ```` <script> @everyone\n`````" in text


@pytest.mark.parametrize(
    ("text", "shown"),
    [("a_b", "a\\_b"), ("<b>", "\\<b\\>"), ("@dev", "&#64;dev"), ("http://x", "http&#58;//x"), ("14:02", "14:02")],
)
def test_text_reads_as_itself(text: str, shown: str) -> None:
    assert escape(text) == shown


def test_summaries_with_meaning_in_markdown_are_escaped() -> None:
    text = report_markdown(replace(reports.report_of(summary="*vite* `x` [a](http://evil) | #1")))
    assert "\\*vite\\* \\`x\\` \\[a\\](http&#58;//evil) \\| \\#1" in text


def test_code_survives_backticks() -> None:
    assert code("a`b") == "``a`b``"
    assert code("`") == "`` ` ``"
    assert code_block(["```"]) == "````\n```\n````"
