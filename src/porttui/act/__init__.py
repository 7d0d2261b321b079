"""The only writers: what porttui changes on the machine, after the user has confirmed it."""
