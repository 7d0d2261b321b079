"""The command line: one subcommand a file. Heavy imports stay inside the functions that need them."""
