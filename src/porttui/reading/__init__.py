"""Reading the facts: the questions and the words that faults, steps and reports share. Pure functions, no opinions."""
