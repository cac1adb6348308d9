"""Tests against the deployed local stack of this checkout."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest

from infra.local import processes
from infra.local.down import down
from infra.local.emulator import server
from infra.local.up import up
from tests.local.running import RunningStack


@pytest.fixture(scope="session")
def stack() -> Iterator[RunningStack]:
    """The stack, up to date: the running one, which stays, or one on free ports that ends with the tests."""
    ran_before = processes.find(server.SERVICE) is not None
    try:
        yield RunningStack.of(up(os.environ))
    finally:
        if not ran_before:
            down(purge=False)
