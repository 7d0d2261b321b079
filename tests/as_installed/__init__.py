"""On the PYTHONPATH of each porttui that tests start: what its users do not have is not there for it either."""
