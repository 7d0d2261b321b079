"""The words of the trade: each has two lines, and is found in its forms, in the order of the text."""

from __future__ import annotations

from porttui.faults.registry import BY_CODE
from porttui.learn.contents import LESSONS, lessons_of
from porttui.learn.glossary import EVERYDAY, TERMS, hard_words, words_in
from porttui.render.faults_page import explain_text

_MOST = 120


def test_each_meaning_is_short_and_each_word_once() -> None:
    assert [term.word for term in TERMS if len(term.meaning) > _MOST or not term.meaning.endswith(".")] == []
    assert len({term.word for term in TERMS}) == len(TERMS)


def test_words_are_found_in_their_forms_and_in_order() -> None:
    text = "LISTEN [::1]:80, queue 0 of 511\nconnect ECONNREFUSED in 0.1 ms, reset by this kernel; 3 in TIME-W"
    found = [term.word for term in words_in(text)]
    assert found == ["LISTEN", "backlog", "refused", "RST", "kernel", "TIME_WAIT"]
    found = [term.word for term in words_in("UNCONN, pid 15438+; nft insert rule inet filter input, handle 4")]
    assert found == ["UNCONN", "pid", "pid with +", "nftables", "insert rule", "handle"]
    assert [term.word for term in words_in("Read on: RFC 4291 2.5.3, ipv6(7)")] == ["RFC", "manual page"]
    assert words_in("a support slot, an important export") == ()


def test_an_explanation_draws_where_the_packet_ends_and_names_its_lessons() -> None:
    told = explain_text(BY_CODE["sigstopped"])
    assert "  name -> address -> route -> firewall -> [socket] -> process\n" in told
    assert "Lessons, by porttui learn TOPIC\n" in told
    assert all(f"  {lesson.topic} " in told for lesson in lessons_of("sigstopped"))
    assert "->" not in explain_text(BY_CODE["port-taken"]).partition("\n\n  ")[2].splitlines()[0]


def test_accept_is_a_verdict_in_the_lesson_on_firewalls_and_a_call_everywhere_else() -> None:
    in_lesson, elsewhere = words_in("accept, drop", "firewall"), words_in("accept, drop")
    assert [term.word for term in in_lesson] == [term.word for term in elsewhere] == ["accept", "drop"]
    assert "accept(2)" in elsewhere[0].meaning
    assert "firewall lets the packet pass" in in_lesson[0].meaning
    assert in_lesson[0].word in {term.word for term in TERMS}
    assert any(lesson.topic == "firewall" for lesson in LESSONS)


def test_the_words_in_need_of_a_gloss_are_told_apart_from_those_of_every_screen() -> None:
    told = [
        term.word for term in hard_words("LISTEN port 80, pid 7, queue 0 of 511; ECONNREFUSED, reset by this kernel")
    ]
    assert told == ["backlog", "RST"]
    assert {term.word for term in TERMS} >= EVERYDAY


def test_an_explanation_ends_with_its_words_of_the_trade() -> None:
    told = explain_text(BY_CODE["backlog-full"]).partition("\nWords of the trade in it\n")[2].partition("\n\n")[0]
    assert "  backlog " in told
    assert "connections may wait to be accepted" in told
    assert "RST" not in told  # it stands where the text tells of other faults, which have their own pages
