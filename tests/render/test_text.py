"""The plain report is the one that was drawn, fits the terminal, and holds for any report."""

from __future__ import annotations

from pathlib import Path

import pytest
from msgspec.structs import replace

from porttui.model import report as r
from porttui.model.facts import Privileges
from porttui.model.target import Question
from porttui.render.text import last_words, report_text
from tests import reports

GOLDEN = Path(__file__).parent / "golden"
PROGRAM = ("/home/oncall/.local/bin/porttui",)
SAMPLES = {
    "ipv6_only": reports.ipv6_only,
    "two_faults": reports.two_faults,
    "as_nobody": reports.as_nobody,
    "unknown": reports.unknown,
    "healthy": reports.healthy,
}


@pytest.mark.parametrize(
    ("name", "exit_code", "took"),
    [("ipv6_only", 1, 0.21), ("two_faults", 1, 0.34), ("as_nobody", 1, 3.1), ("unknown", 3, 6.2), ("healthy", 0, 0.05)],
)
def test_the_report_is_the_one_that_was_drawn(name: str, exit_code: int, took: float) -> None:
    text = report_text(SAMPLES[name](), command=PROGRAM, exit_code=exit_code, took=took)
    assert text == (GOLDEN / f"{name}.txt").read_text()


@pytest.mark.parametrize("name", SAMPLES)
@pytest.mark.parametrize("width", [80, 100])
def test_it_is_ascii_and_no_line_is_longer_than_the_terminal(name: str, width: int) -> None:
    text = report_text(SAMPLES[name](), width=width)
    assert text.isascii()
    assert max(map(len, text.splitlines())) <= width
    assert all(line == line.rstrip() for line in text.splitlines())
    assert text.endswith("\n")
    assert not text.endswith("\n\n")


@pytest.mark.parametrize("width", [40, 60])
def test_a_narrow_terminal_cuts_no_word(width: int) -> None:
    wide, narrow = report_text(reports.as_nobody(), width=200), report_text(reports.as_nobody(), width=width)
    assert wide.split() == narrow.split()


def test_the_first_line_answers_and_can_be_grepped() -> None:
    first = report_text(reports.report_of()).splitlines()[0]
    assert first == "FAULT  127.0.0.1:4000  Nothing listens on port 4000."


@pytest.mark.parametrize(("severity", "word"), [("ok", "OK"), ("warning", "WARNING"), ("unknown", "UNKNOWN")])
def test_each_severity_has_its_word(severity: str, word: str) -> None:
    text = report_text(reports.report_of(severity=r.Severity(severity), at_step=None))
    assert text.startswith(f"{word}  127.0.0.1:4000  ")


def test_a_healthy_report_is_short() -> None:
    text = report_text(reports.healthy())
    assert "Evidence" not in text
    assert "Fix" not in text
    assert "explain" not in text
    assert len(text.splitlines()) < 18


def test_what_was_not_seen_is_harmless_only_when_the_verdict_is_certain() -> None:
    unseen = (
        r.ReportUnseen(
            what="the rules", reason="need root", how_to_see="nft list ruleset", needs_root=True, matters=False
        ),
    )
    certain = report_text(reports.report_of(unseen=unseen))
    assert "1 thing not seen, which cannot change this:\n  the rules (need root)   sudo nft list ruleset\n" in certain
    likely = report_text(reports.report_of(unseen=unseen, confidence=r.Confidence.LIKELY))
    assert "cannot change" not in likely
    assert "Likely, not certain. Not seen:\n" in likely


def test_what_matters_and_what_does_not_are_two_lists() -> None:
    unseen = (
        r.ReportUnseen(what="the rules", reason="need root", how_to_see="nft list ruleset", needs_root=True),
        r.ReportUnseen(what="who holds 22", reason="needs root", how_to_see="ss -ltnp", needs_root=True, matters=False),
    )
    text = report_text(reports.report_of(unseen=unseen, confidence=r.Confidence.LIKELY))
    assert (
        "Not seen, and it could change this:\n  the rules (need root)   sudo nft list ruleset\n\nAlso not seen:" in text
    )


def test_root_is_not_told_to_use_sudo_nor_to_send_for_root() -> None:
    report = reports.as_nobody()
    as_root = replace(report, facts=replace(report.facts, privileges=Privileges(user="root", uid=0, root=True)))
    text = report_text(as_root)
    assert "sudo" not in text
    assert "For somebody with root" not in text


def test_commands_stand_alone_and_can_be_pasted() -> None:
    argv = ("kill", "-CONT", "it's", "a b", "caf\u00e9")
    way = r.Remedy(
        title="Resume it",
        way="A",
        risk=r.Risk.SAFE,
        proof="127.0.0.1:4000",
        steps=(r.RemedyStep(text="Run:", where="the terminal of app (pts/1)", argv=argv, why="It is stopped."),),
        undo="Stop it again.",
    )
    text = report_text(reports.report_of(remedies=(way,)))
    assert "Fix\n  A  Resume it (safe)\n     1. Run (in the terminal of app (pts/1)):\n" in text
    assert '\n          kill -CONT "it\'s" "a b" $\'caf\\xc3\\xa9\'\n' in text
    assert "\n        It is stopped.\n     Undo: Stop it again.\n" in text


def test_a_place_is_told_once_and_not_when_it_is_this_machine() -> None:
    steps = (
        r.RemedyStep(text="Press ctrl+c.", where="the terminal of app"),
        r.RemedyStep(text="Start it again.", where="the terminal of app"),
        r.RemedyStep(text="Look.", where="devbox"),
    )
    way = r.Remedy(way="A", title="Restart it", risk=r.Risk.RESTARTS, proof="127.0.0.1:4000", steps=steps)
    text = report_text(reports.report_of(remedies=(way,)))
    assert "     1. Press ctrl+c (in the terminal of app).\n     2. Start it again.\n     3. Look.\n" in text


def test_on_windows_commands_are_for_its_shells() -> None:
    way = r.Remedy(
        way="A",
        title="Let it through",
        risk=r.Risk.EXPOSES,
        proof="127.0.0.1:4000",
        steps=(r.RemedyStep(text="Run:", argv=("netsh", "add rule", "name=x"), needs_root=True),),
    )
    report = reports.report_of(remedies=(way,))
    text = report_text(replace(report, facts=replace(report.facts, os="windows")))
    assert '\n          netsh "add rule" name=x\n' in text


def test_hostile_text_cannot_reach_the_terminal() -> None:
    report = reports.report_of(summary="\x1b[2Jevil \u202egnp.exe\x07 caf\u00e9", at_step=None)
    evil = replace(report, found=(r.Side(endpoint="[::1]:1", family="IPv6", text="\x9b31m\x7f"),))
    text = report_text(evil) + last_words(evil)
    assert text.isascii()
    assert all(char == "\n" or char.isprintable() for char in text)


def test_only_the_word_fault_is_coloured_and_only_when_asked() -> None:
    plain, coloured = report_text(reports.two_faults()), report_text(reports.two_faults(), colour=True)
    assert "\x1b" not in plain
    assert coloured.replace("\x1b[1;31mFAULT\x1b[0m", "FAULT") == plain
    assert coloured.count("\x1b[1;31m") == 2


def test_a_warning_beside_a_fault_is_told_in_a_line_of_its_own() -> None:
    also = (reports.verdict_of("shadowed-listener", severity=r.Severity.WARNING, summary="Two programs share 4000."),)
    lines = report_text(reports.report_of(also=also)).splitlines()
    assert lines[0].startswith("FAULT  ")
    assert lines[1] == "WARNING  127.0.0.1:4000  Two programs share 4000."


def test_the_bind_question_is_asked_again_by_root_as_such() -> None:
    unseen = (r.ReportUnseen(what="who holds 4000", reason="needs root", how_to_see="ss -ltnp", needs_root=True),)
    report = reports.report_of(question=Question.BIND, confidence=r.Confidence.LIKELY, unseen=unseen)
    assert "\n  sudo porttui check 127.0.0.1:4000 --bind\n" in report_text(report)


def test_last_words_are_the_ones_that_were_drawn() -> None:
    assert last_words(reports.ipv6_only()) == (GOLDEN / "last_words_fault.txt").read_text()


@pytest.mark.parametrize("name", SAMPLES)
def test_last_words_are_at_most_six_lines_of_80_columns(name: str) -> None:
    lines = last_words(SAMPLES[name]()).splitlines()
    assert len(lines) <= 6
    assert max(map(len, lines)) <= 80
    assert lines[-1].startswith("  again  porttui ")
    assert any("Last look" in line for line in lines)


@pytest.mark.parametrize("width", [40, 60])
@pytest.mark.parametrize("name", SAMPLES)
def test_last_words_on_few_columns_are_at_most_six_rows_of_whole_sentences(name: str, width: int) -> None:
    report = SAMPLES[name]()
    lines = last_words(report, width=width).splitlines()
    assert len(lines) <= 6
    assert lines[-1].startswith("  again  porttui ")
    told = " ".join(" ".join(lines).split())
    assert report.verdict.summary in told
    assert f"Last look {report.at:%H:%M:%S}" in told
    assert not lines[-2].endswith((":", ";", " or", " restart"))


def test_last_words_say_fixed_when_the_fault_is_gone() -> None:
    before = reports.ipv6_only()
    words = last_words(replace(reports.healthy(), target=before.target), before)
    assert words.splitlines() == [
        "FIXED  127.0.0.1:5173  node answers: HTTP 200 in 4 ms. Last look 14:06:00 on",
        "       devbox.",
        "  was    14:02:11  The server listens on IPv6 only; you asked for IPv4.",
    ]
