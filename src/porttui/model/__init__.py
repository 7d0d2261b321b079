"""Frozen values that travel through porttui: target, facts, report. Nothing here reads the machine."""
