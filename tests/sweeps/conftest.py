"""Sweeps over the deployed local stack: every right of every function, every route as every role and for
another tenant, and requests that a generator makes up."""

from __future__ import annotations

from tests.local.stack import stack

__all__ = ["stack"]
