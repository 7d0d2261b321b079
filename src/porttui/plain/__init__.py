"""The wizard in numbered lines and questions: for screen readers, serial consoles, dumb terminals and scripts.

It reads the same reports as the screen, and needs nothing of it: no Textual, no asyncio, no cursor, no colour.
"""
