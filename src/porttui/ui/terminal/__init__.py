"""What goes to the terminal and what it shows; nothing here knows what the screens mean."""
