"""The labs in their order: each builds on those before."""

from __future__ import annotations

from porttui.labs import next_door, occupied, two_doors
from porttui.labs.lab import Lab

LABS: tuple[Lab, ...] = (next_door.LAB, occupied.LAB, two_doors.LAB)
BY_NAME = {lab.name: lab for lab in LABS}
