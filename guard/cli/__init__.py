"""The command line: a door. It reads arguments and files, calls the guard, prints, and decides nothing."""
