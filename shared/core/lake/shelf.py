"""Where the files of the lake rest."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Protocol

from shared.core.ids import AccountId, DomainId
from shared.core.lake.day_statistics import Line
from shared.core.lake.rows import LakeRow


class LakeShelf(Protocol):
    """One set of files for each account and day."""

    def put_facts(self, account: AccountId, day: date, rows: Iterable[LakeRow]) -> int:
        """In the place of what was there; no rows leave no file. How many they were."""

    def put_statistics(self, account: AccountId, day: date, lines: list[Line]) -> None:
        """As ``put_facts``."""

    def forget(self, account: AccountId, day: date, domain: DomainId) -> bool | None:
        """Write the day without a domain, if it has it. None if it has not; otherwise whether anything is
        left of the day."""
