"""The TUI: a reader of Reports, drawn with Textual. Nothing here reads or changes the machine by itself."""
