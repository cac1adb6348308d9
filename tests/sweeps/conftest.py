"""Sweeps over the deployed local stack: every right of every function, every route as every role and for
another tenant, requests that a generator makes up, races for the last place of a plan, and workers that are
killed in each stage of a job."""

from __future__ import annotations

import pytest

from tests.local.stack import stack

__all__ = ["stack"]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What is generated from the API's document has ids that do not name the operation: the workers of a run
    would take all of them for one test, and run the first."""
    for item in items:
        if item.parent is not None and not item.nodeid.endswith(item.name):
            item._id = item.id.parse(f"{item.parent.nodeid}::{item.name}")
    assert len({item.nodeid for item in items}) == len(items)
