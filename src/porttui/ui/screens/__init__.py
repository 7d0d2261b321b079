"""The screens: start, diagnosis, and a page of text."""
