"""Failure reports: what they are searched by, how they are shown, and how they go again."""
