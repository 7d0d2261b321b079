"""The six tabs of the diagnosis screen, one file each. Every tab is a reader of one Report."""
