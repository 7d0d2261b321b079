"""The ways out that several faults share. Pure: facts in, remedies (data) out, for every operating system."""
