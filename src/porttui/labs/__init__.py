"""Labs: real faults on this machine, started to be found; each in a file of its own, in the order of `registry`."""
