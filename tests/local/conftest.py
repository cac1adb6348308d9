"""Tests of what the deployed local stack of this checkout can do."""

from __future__ import annotations

from typing import Final

import pytest

from tests.local.stack import stack

__all__ = ["stack"]

_BEFORE_ALL: Final = "test_stack.py"
"""A restart takes the shorter the less there is in the stack."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items.sort(key=lambda item: item.path.name != _BEFORE_ALL)
