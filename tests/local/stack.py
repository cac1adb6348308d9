"""The stack as all workers of a test run share it."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from infra.local import layout, processes
from infra.local.emulator import server
from infra.local.stack_file import Stack, read_stack
from infra.local.up import up
from tests.local import sharing
from tests.local.running import RunningStack


@pytest.fixture(scope="session")
def stack() -> RunningStack:
    """The stack, up to date: the running one, which stays, or one on free ports that ends with the tests."""
    with _one_at_a_time():
        return RunningStack.of(_brought_up())


def _brought_up() -> Stack:
    told = sharing.note()
    if told.exists() and (known := read_stack(layout.STACK_FILE)) is not None:
        return known
    told.write_text("" if processes.find(server.SERVICE) else "for the tests")
    return up(os.environ)


@contextmanager
def _one_at_a_time() -> Iterator[None]:
    layout.LOCAL.mkdir(parents=True, exist_ok=True)
    with sharing.LOCK.open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
