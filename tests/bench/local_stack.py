"""The local stack for sections of the benchmark that go through all of it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager

from infra.local.down import down
from infra.local.emulator import server
from infra.local.processes import find
from infra.local.stack_file import Stack
from infra.local.up import up


@contextmanager
def local_stack() -> Iterator[Stack]:
    """Up to date; down again afterwards unless it ran before."""
    ran_before = find(server.SERVICE) is not None
    stack = up(dict(os.environ))
    try:
        yield stack
    finally:
        if not ran_before:
            down(purge=False)
