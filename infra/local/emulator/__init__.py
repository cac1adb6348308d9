"""The emulator of AWS: one process, in an environment of its own."""
