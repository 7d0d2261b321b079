"""Reports as text, JSON and Markdown. Nothing here reads the machine."""
