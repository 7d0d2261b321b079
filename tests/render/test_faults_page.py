"""The page about the faults, and what explain prints, come from the faults themselves."""

from __future__ import annotations

from porttui.faults.fault import Fault, Found, Stop, no_remedies
from porttui.model.report import Step
from porttui.model.target import Question
from porttui.render.faults_page import codes_text, explain_text, faults_markdown, faults_table

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
    remedies=no_remedies,
    questions=(Question.CONNECT, Question.BIND),
    explains=("handler-hangs", "backlog-full"),
)
TAKEN = Fault(
    code="port-taken",
    step=Step.BIND,
    stop=Stop.LISTENER,
    title="Another program has the port",
    explanation="One port, one listener.",
    check=lambda _facts: Found(summary="It is taken.", evidence=()),
    remedies=no_remedies,
    questions=(Question.BIND,),
)


def test_the_page_has_a_section_a_fault_in_order() -> None:
    page = faults_markdown((PAUSED, TAKEN))
    assert [line for line in page.splitlines() if line.startswith("## ")] == ["## sigstopped", "## port-taken"]
    assert "| [sigstopped](#sigstopped) | probe | The server is paused \\| really |" in page
    assert "A process in state T (ctrl+z, SIGSTOP, a debugger) keeps" in page
    assert page.endswith("One port, one listener.\n")


def test_the_table_of_the_readme_links_into_the_page() -> None:
    assert "| [port-taken](docs/faults.md#port-taken) | bind | Another program has the port |" in faults_table((TAKEN,))


def test_explain_wraps_prose_and_leaves_commands_alone() -> None:
    text = explain_text(PAUSED)
    assert max(map(len, text.splitlines())) <= 80
    assert text.isascii()
    assert "  code      sigstopped\n  step      probe\n  severity  FAULT\n" in text
    assert "\n    kill -CONT PID\n" in text
    assert "\n1. A list stands as it was written.\n" in text
    assert "it explains: backlog-full." in text
    assert text.endswith("  porttui check TARGET\n")


def test_explain_asks_the_question_that_the_fault_answers() -> None:
    assert explain_text(TAKEN).endswith("  porttui check TARGET --bind\n")


def test_the_list_of_codes_has_each_with_its_title() -> None:
    assert codes_text((PAUSED, TAKEN)).splitlines()[1] == "port-taken  Another program has the port"
