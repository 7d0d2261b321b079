"""The labs in their order: each builds on those before."""

from __future__ import annotations

from porttui.labs import (
    asleep,
    half_ready,
    house_number,
    next_door,
    no_reply,
    occupied,
    one_letter,
    other_kind,
    short_visit,
    two_doors,
    waiting,
    wrong_name,
)
from porttui.labs.lab import Lab

LABS: tuple[Lab, ...] = (
    next_door.LAB,
    occupied.LAB,
    two_doors.LAB,
    house_number.LAB,
    other_kind.LAB,
    half_ready.LAB,
    asleep.LAB,
    waiting.LAB,
    short_visit.LAB,
    wrong_name.LAB,
    one_letter.LAB,
    no_reply.LAB,
)
BY_NAME = {lab.name: lab for lab in LABS}
