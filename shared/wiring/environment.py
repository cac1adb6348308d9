"""What the deployment tells a function, by the names of ``shared.settings``."""

from __future__ import annotations

import os


class NotSet(LookupError):
    """A variable is missing: this entry point was not granted the thing that it names."""


def required(name: str) -> str:
    value = os.environ.get(name, "")
    if not value:
        raise NotSet(f"the environment variable {name} is not set")
    return value


def optional(name: str) -> str:
    return os.environ.get(name, "")
