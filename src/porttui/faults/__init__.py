"""The faults, one file each. `registry.FAULTS` is the ordered list of them; `fault.Fault` is what each file defines.

`beginnings` is made from them by `make docs`: the questions that exclude most of them before they are imported.
"""
