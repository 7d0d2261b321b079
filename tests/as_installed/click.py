"""Stands before the click of a development tool: with it, httpx loads a command line, and porttui starts later."""

msg = "porttui's users do not have it"
raise ImportError(msg)
