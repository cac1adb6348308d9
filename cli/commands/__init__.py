"""The commands: their arguments and help, and what they call. Heavy imports wait until a command runs."""
