"""porttui finds out why a connection to a local port fails, shows the fix, and teaches while it does so."""

__version__ = "0.1.0"
