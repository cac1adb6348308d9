"""Functions that the user pool calls."""
