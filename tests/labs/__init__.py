"""Tests of `porttui.labs`."""
