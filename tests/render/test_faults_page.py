"""The page about the faults, and what explain prints, come from the faults themselves."""

from __future__ import annotations

from porttui.faults.fault import Fault, Found, Stop
from porttui.faults.registry import BY_CODE
from porttui.model.report import Step
from porttui.model.target import Question
from porttui.render.explanation import see_also, telling_of
from porttui.render.faults_page import NamedLab, codes_text, explain_text, faults_markdown, faults_table

PAUSED = Fault(
    code="sigstopped",
    step=Step.PROBE,
    stop=Stop.ACCEPT,
    title="The server is paused | really",
    explanation="""The server is paused.

    A process in state T (ctrl+z, SIGSTOP, a debugger) keeps its listening socket, so
    the kernel still completes each handshake. This is a long line about
    0.0.0.0 that begins with a digit and is not a list, so it is wrapped with the rest of its paragraph.

    1. A list stands as it was written.

        kill -CONT PID
    """,
    check=lambda _facts: Found(summary="It is paused.", evidence=()),
    remedies=lambda _facts: (),
    questions=(Question.CONNECT, Question.BIND),
    explains=("handler-hangs", "backlog-full"),
)
TAKEN = Fault(
    code="port-taken",
    step=Step.BIND,
    stop=Stop.LISTENER,
    title="Another program has the port",
    explanation="""Another program has the port.

    One port, one listener.

    It comes about when the last run is still there.

    How porttui knows: it tried to bind the port, and `ss -ltn` would show the same
    listener as the table of sockets does.

    What looks the same and is not: time-wait (old connections remain), which privileged-port is not.

    To fix it, stop the other one.

    `kill PID` does so.

    To keep it from coming back, end it with ctrl+c.
    """,
    check=lambda _facts: Found(summary="It is taken.", evidence=()),
    remedies=lambda _facts: (),
    questions=(Question.BIND,),
)


def test_the_page_has_a_section_a_fault_in_order() -> None:
    page = faults_markdown((PAUSED, TAKEN))
    assert [line for line in page.splitlines() if line.startswith("## ")] == ["## sigstopped", "## port-taken"]
    assert "| [sigstopped](#sigstopped) | probe | The server is paused \\| really |" in page
    assert "A process in state T (ctrl+z, SIGSTOP, a debugger) keeps" in page
    assert "\nOne port, one listener.\n\n**How it comes about**\n\nIt comes about when the last run" in page


def test_the_table_of_the_readme_links_into_the_page() -> None:
    assert "| [port-taken](docs/faults.md#port-taken) | bind | Another program has the port |" in faults_table((TAKEN,))


def test_explain_wraps_prose_and_leaves_commands_alone() -> None:
    text = explain_text(PAUSED, [NamedLab("asleep", "Connected, and then nothing")])
    assert max(map(len, text.splitlines())) <= 80
    assert text.isascii()
    assert "  code      sigstopped\n  step      probe\n  severity  FAULT\n" in text
    assert "\n    kill -CONT PID\n" in text
    assert "\n1. A list stands as it was written.\n" in text
    assert "it explains: handler-hangs," in " ".join(text.split())
    assert "To find it once yourself, by porttui lab NAME\n  asleep  Connected, and then nothing\n" in text
    assert text.endswith("  porttui check TARGET\n")


def test_explain_asks_the_question_that_the_fault_answers() -> None:
    assert explain_text(TAKEN).endswith("  porttui check TARGET --bind\n")


def test_the_list_of_codes_has_each_with_its_title() -> None:
    assert codes_text((PAUSED, TAKEN)).splitlines()[1] == "port-taken  Another program has the port"


def test_each_part_of_an_explanation_has_its_heading_and_is_not_told_twice() -> None:
    text = explain_text(TAKEN)
    assert "\n\nOne port, one listener.\n\nHow it comes about\n  It comes about when the last run is" in text
    assert "\nHow porttui knows\n  It tried to bind the port, and `ss -ltn` would" in text
    assert (
        "\nTo fix it\n  Stop the other one.\n\n  `kill PID` does so.\n\nTo keep it away\n  End it with ctrl+c.\n"
        in text
    )


def test_a_code_keeps_its_small_letters_at_the_beginning_of_a_part() -> None:
    assert "\n  time-wait (old connections remain)" in explain_text(TAKEN)


def test_a_command_is_not_broken_at_the_end_of_a_line() -> None:
    for width in range(40, 90):
        assert "`ss -ltn`" in explain_text(TAKEN, width=width)


def test_the_faults_that_an_explanation_names_are_one_step_away() -> None:
    known = [code for code in ("time-wait", "privileged-port") if code in BY_CODE]
    assert [fault.code for fault in see_also(TAKEN)] == known
    text = explain_text(TAKEN)
    assert "\nSee also, by porttui explain CODE\n" in text
    assert f"\n  privileged-port  {BY_CODE['privileged-port'].title}\n" in text
    assert "[privileged-port](#privileged-port)" in faults_markdown((TAKEN,))


def test_words_lead_to_the_faults_that_tell_of_them() -> None:
    assert telling_of("one PORT", (PAUSED, TAKEN)) == (TAKEN,)
    assert telling_of("port", (PAUSED, TAKEN)) == (TAKEN,)
    assert telling_of("por", (PAUSED, TAKEN)) == ()
    assert telling_of("paused", (TAKEN, PAUSED)) == (PAUSED,)
