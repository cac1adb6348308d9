"""One ``up`` or ``down`` of a checkout at a time."""

from __future__ import annotations

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager

from infra.local import layout
from infra.local.stack_error import StackError


@contextmanager
def only_one() -> Iterator[None]:
    """Hold the checkout's lock; refuses when somebody else does."""
    with layout.LOCK_FILE.open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise StackError(f"another up or down of this checkout is at work ({layout.LOCK_FILE})") from None
        yield
