"""The labs in their order: each builds on those before."""

from __future__ import annotations

from porttui.labs import (
    after_image,
    asleep,
    detour,
    exam,
    false_refusal,
    front_desk,
    full_house,
    half_ready,
    house_number,
    intercepted,
    low_number,
    missing_street,
    next_door,
    no_reply,
    occupied,
    one_letter,
    other_kind,
    own_four_walls,
    revolving_door,
    short_visit,
    silence,
    turned_away,
    two_doors,
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
    front_desk.LAB,
    intercepted.LAB,
    silence.LAB,
    turned_away.LAB,
    false_refusal.LAB,
    way_out.LAB,
    detour.LAB,
    exam.LAB,
)
BY_NAME = {lab.name: lab for lab in LABS}


def labs_of(topic: str) -> tuple[Lab, ...]:
    """Return the labs to which a lesson leads."""
    return tuple(lab for lab in LABS if lab.lesson == topic)


def labs_on(code: str) -> tuple[Lab, ...]:
    """Return the labs in which a fault is to be found."""
    return tuple(lab for lab in LABS if lab.code == code)
