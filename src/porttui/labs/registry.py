"""The labs in their order: each builds on those before."""

from __future__ import annotations

import os
from collections.abc import Sequence

from porttui.labs import (
    address_book,
    after_image,
    asleep,
    detour,
    false_refusal,
    front_desk,
    full_house,
    half_ready,
    house_number,
    intercepted,
    look_again,
    low_number,
    missing_street,
    next_door,
    no_reply,
    occupied,
    one_letter,
    other_house,
    other_kind,
    own_four_walls,
    revolving_door,
    short_visit,
    silence,
    turned_away,
    two_doors,
    use_by_date,
    waiting,
    way_out,
    wrong_name,
)
from porttui.labs.lab import Lab

LABS: tuple[Lab, ...] = (
    next_door.LAB,
    occupied.LAB,
    after_image.LAB,
    low_number.LAB,
    two_doors.LAB,
    house_number.LAB,
    address_book.LAB,
    own_four_walls.LAB,
    missing_street.LAB,
    other_kind.LAB,
    half_ready.LAB,
    revolving_door.LAB,
    asleep.LAB,
    waiting.LAB,
    full_house.LAB,
    short_visit.LAB,
    wrong_name.LAB,
    one_letter.LAB,
    no_reply.LAB,
    use_by_date.LAB,
    front_desk.LAB,
    intercepted.LAB,
    other_house.LAB,
    silence.LAB,
    turned_away.LAB,
    false_refusal.LAB,
    way_out.LAB,
    detour.LAB,
    look_again.LAB,
)
BY_NAME = {lab.name: lab for lab in LABS}
_NO_POSIX = "" if hasattr(os, "fork") else "it takes a POSIX system: Linux, macOS, or WSL on Windows"


def why_not(lab: Lab) -> str:
    """Tell why a lab cannot run here; empty where it can. Takes some hundredths of a second: it is tried."""
    return _NO_POSIX or lab.missing()


def reasons(labs: Sequence[Lab] = LABS) -> dict[str, str]:
    """Return why labs cannot run here, by name, empty where they can; the same question is asked once."""
    asked = {ask: _NO_POSIX or ask() for ask in {lab.missing for lab in labs}}
    return {lab.name: asked[lab.missing] for lab in labs}


def has_exam(labs: Sequence[Lab]) -> bool:
    """Tell whether an exam goes with these: it is drawn from those that come with porttui."""
    return any(lab is LABS[0] for lab in labs)


def labs_of(topic: str) -> tuple[Lab, ...]:
    """Return the labs to which a lesson leads."""
    return tuple(lab for lab in LABS if lab.lesson == topic)


def labs_on(code: str) -> tuple[Lab, ...]:
    """Return the labs in which a fault is to be found."""
    return tuple(lab for lab in LABS if lab.code == code)
