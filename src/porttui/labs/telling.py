"""Setting a lab as plain lines: what it tells first, what it says while it goes on, and what at its end."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from porttui.labs.lab import Lab, Scene
from porttui.labs.registry import LABS
from porttui.labs.stage import Stage
from porttui.render.lines import columns, paragraph, shell_command

WIDTH = 79
KEYS = "h hint  d diagnose  e OPTIONS  a ANSWER  ! COMMAND  z again  ? keys  q leave"


def listed(solved: Collection[str], missing: dict[str, str]) -> list[str]:
    """Return the list of labs.

    Args:
        solved: the names of those that were solved.
        missing: why some cannot run here, by name.
    """
    rows = [
        (
            f"{at:>2}",
            lab.name,
            "solved" if lab.name in solved else "",
            lab.title + (f" (not here: {missing[lab.name]})" if missing.get(lab.name) else ""),
        )
        for at, lab in enumerate(LABS, 1)
    ]
    done = sum(lab.name in solved for lab in LABS)
    return [
        *columns(rows, WIDTH, indent=0),
        "",
        f"{done} of {len(LABS)} solved. One of them: porttui lab NAME. Each starts a real fault, on this machine only.",
    ]


def filled(text: str, scene: Scene) -> str:
    """Return a text of a lab with the ports and pids of this time; its line breaks are those of its source."""
    return " ".join(text.format(target=scene.target, **scene.words).split())


def opening(lab: Lab, scene: Scene, stage: Stage, minutes: int) -> list[str]:
    """Return what a lab begins with."""
    number = f"lab {LABS.index(lab) + 1} of {len(LABS)}"
    return [
        lab.title + number.rjust(WIDTH - len(lab.title)),
        "",
        *paragraph(filled(lab.story, scene), WIDTH, "Story  "),
        *paragraph(filled(lab.goal, scene), WIDTH, "Goal   "),
        *start_line(stage),
        *second_terminal(lab, scene, stage),
        "",
        *paragraph(
            f"It is looked at every second, and ends by itself after {minutes} minutes. Only what this lab started is "
            "touched.",
            WIDTH,
        ),
        KEYS,
    ]


def start_line(stage: Stage) -> list[str]:
    """Return how the server starts; nothing where the lab has none that the learner may change."""
    if stage.line is None:
        return []
    words = shell_command((f"{stage.line.program}.py", *stage.line.words))
    return paragraph(words, WIDTH, "Start  ")


def second_terminal(lab: Lab, scene: Scene, stage: Stage) -> list[str]:
    """Return what may be typed in another terminal to look at it."""
    ask = ("porttui", "check", scene.target, *(("--bind",) if lab.question == "bind" else ()))
    return paragraph(shell_command((*stage.inside(), *ask)), WIDTH, "Look   ")


def hint(lab: Lab, scene: Scene, opened: int) -> list[str]:
    """Return a hint, counted from 1."""
    head = f"Hint {opened} of {len(lab.hints)}: "
    return paragraph(head + filled(lab.hints[opened - 1], scene), WIDTH)


def ending(lab: Lab, scene: Scene) -> list[str]:
    """Return what is told when a lab is solved."""
    following: Sequence[Lab] = LABS[LABS.index(lab) + 1 :][:1]
    return [
        "",
        "Solved.",
        *paragraph(filled(lab.explanation, scene), WIDTH),
        "",
        f"More: porttui explain {lab.code}; porttui learn {lab.lesson}",
        *(f"Next: porttui lab {lab.name}" for lab in following),
    ]
