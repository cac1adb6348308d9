"""The functions: all that there are, each with what starts it and what it may touch."""

from __future__ import annotations

from typing import Final

from infra.entries.api import API
from infra.entries.looking import LOOKING
from infra.entries.reporting import REPORTING
from infra.entry import Entry

__all__ = ["API", "ENTRIES", "TRIGGERS", "WORKERS"]

WORKERS: Final = (*REPORTING, *LOOKING)

TRIGGERS: Final = (
    Entry("triggers/pre_sign_up", (), memory=256, timeout=5, layer="workers", says_no_by_failing=True),
)
"""What the user pool calls, which waits five seconds for it."""

ENTRIES: Final = (*API, *WORKERS, *TRIGGERS)
