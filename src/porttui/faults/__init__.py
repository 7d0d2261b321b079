"""The faults, one file each. `registry.FAULTS` is the ordered list of them; `fault.Fault` is what each file defines."""
