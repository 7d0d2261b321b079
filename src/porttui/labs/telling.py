"""Setting a lab as plain lines: what it tells first, what it says while it goes on, and what at its end."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from porttui.labs.lab import Lab, Scene
from porttui.labs.play import Play
from porttui.labs.registry import LABS, has_exam
from porttui.render.lines import columns, paragraph, shell_command

WIDTH = 79
KEYS = "h hint  d diagnose  e OPTIONS  a ANSWER  ! COMMAND  z again  ? keys  q leave"

_EXAM = "    exam{}: six of them by lot, and points: porttui lab exam"
GIVE_UP = "n gives this round up"


def listed(
    solved: Collection[str], missing: dict[str, str], labs: Sequence[Lab] = LABS, call: str = "porttui lab"
) -> list[str]:
    """Return the list of labs.

    Args:
        solved: the names of those that were solved.
        missing: why some cannot run here, by name.
        labs: which; those that come with porttui.
        call: what stands before the name of one.
    """
    rows = [
        (
            f"{at:>2}",
            lab.name,
            "solved" if lab.name in solved else "",
            lab.title + (f" (not here: {missing[lab.name]})" if missing.get(lab.name) else ""),
        )
        for at, lab in enumerate(labs, 1)
    ]
    done = sum(lab.name in solved for lab in labs)
    return [
        *columns(rows, WIDTH, indent=0),
        *([_EXAM.format("  passed" if "exam" in solved else "")] if has_exam(labs) else []),
        "",
        f"{done} of {len(labs)} solved. Each starts a real fault, on this machine only.",
        f"One of them: {call} NAME. On the screen: {call} --screen",
    ]


def filled(text: str, scene: Scene) -> str:
    """Return a text of a lab with the ports and pids of this time; its line breaks are those of its source."""
    return " ".join(text.format(target=scene.target, **scene.words).split())


def opening(play: Play, minutes: int, heading: str = "") -> list[str]:
    """Return what a lab begins with; with a heading in place of its title in an exam."""
    lab, scene = play.lab, play.scene
    return [
        heading or lab.title + number(play).rjust(WIDTH - len(lab.title)),
        "",
        *paragraph(filled(lab.story, scene), WIDTH, "Story  "),
        *paragraph(filled(lab.goal, scene), WIDTH, "Goal   "),
        *start_line(play),
        *second_terminal(play),
        "",
        *paragraph(
            f"It is looked at every second, and ends by itself after {minutes} minutes. Only what this lab started is "
            "touched.",
            WIDTH,
        ),
        "",
        f"Type one of these and press enter{f'; {GIVE_UP}' if heading else ''}:",
        KEYS,
    ]


def number(play: Play) -> str:
    """Return "lab 6 of 29"."""
    return f"lab {play.labs.index(play.lab) + 1} of {len(play.labs)}"


def start_line(play: Play) -> list[str]:
    """Return how the server starts; nothing where the lab has none that the learner may change."""
    command = start_command(play)
    return paragraph(command, WIDTH, "Start  ") if command else []


def start_command(play: Play) -> str:
    """Return how the server starts, as one line; empty where the lab has none that the learner may change."""
    line = play.stage.line
    return shell_command((f"{line.program}.py", *line.words)) if line is not None else ""


def second_terminal(play: Play) -> list[str]:
    """Return what may be typed in another terminal to look at it."""
    return paragraph(other_command(play), WIDTH, "Look   ")


def other_command(play: Play) -> str:
    """Return what asks porttui about it in another terminal, as one line."""
    variables = [f"{name}={value}" for name, value in play.stage.variables.items()]
    return shell_command((*play.stage.inside(), *(["env", *variables] if variables else []), "porttui", *play.check))


def hint(play: Play) -> list[str]:
    """Return the hint that was opened last."""
    head = f"Hint {play.opened} of {len(play.lab.hints)}: "
    return paragraph(head + filled(play.lab.hints[play.opened - 1], play.scene), WIDTH)


def solution(play: Play) -> list[str]:
    """Return what is told after a round of an exam: the last hint, and what was the matter."""
    lab, scene = play.lab, play.scene
    return [
        *paragraph(filled(lab.hints[-1], scene), WIDTH),
        *paragraph(filled(lab.explanation, scene), WIDTH),
    ]


def following(play: Play) -> Lab | None:
    """Return the lab after this one; None after the last."""
    rest = play.labs[play.labs.index(play.lab) + 1 :][:1]
    return rest[0] if rest else None


def ending(play: Play, call: str = "porttui lab") -> list[str]:
    """Return what is told when a lab is solved."""
    lab, after = play.lab, following(play)
    return [
        "",
        "Solved.",
        *paragraph(filled(lab.explanation, play.scene), WIDTH),
        "",
        f"More: porttui explain {lab.code}; porttui learn {lab.lesson}",
        *([f"Next: {call} {after.name}"] if after else []),
    ]
