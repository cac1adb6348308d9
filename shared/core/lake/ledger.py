"""What of the lake is written, and how one sees that a day has changed since.

A day's export is made of the reports of all of an account's domains. Each domain's rollup of the day has a
version that rises with every change of its reports, also a late or a removed one; the fingerprint of a day is
made of those versions.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final, Protocol

from shared.core.ids import AccountId, DomainId

_BITS: Final = 128


@dataclass(frozen=True, slots=True)
class Version:
    """Of a domain's rollup; one that holds nothing is what is left of a removed one."""

    number: int
    holds: bool


@dataclass(frozen=True, slots=True)
class Exported:
    """A day as it was written. ``version`` counts the writes, and is 0 before the first; an empty
    ``fingerprint`` matches no reports at all, so that the next night looks at the day again."""

    day: date
    fingerprint: str = ""
    version: int = 0


class LakeLedger(Protocol):
    def versions(
        self, account: AccountId, domain: DomainId, first: date, last: date
    ) -> Mapping[date, Version]:
        """Of the live rollups of a domain between two days."""

    def versions_on(
        self, account: AccountId, domains: Iterable[DomainId], day: date
    ) -> Mapping[DomainId, Version]:
        """Of the live rollups of a day; strongly consistent."""

    def get(self, account: AccountId, day: date) -> Exported:
        """Strongly consistent."""

    def between(self, account: AccountId, first: date, last: date) -> Mapping[date, Exported]: ...

    def after(self, account: AccountId, day: date | None, limit: int) -> list[date]:
        """The days that are written, ascending, from the one after ``day``."""

    def note(self, account: AccountId, before: Exported, fingerprint: str) -> bool:
        """That a day was written over what it was ``before``; False if another wrote it meanwhile."""

    def strike(self, account: AccountId, before: Exported) -> bool:
        """That nothing is left of a day; as ``note``."""


@dataclass(slots=True)
class Fingerprint:
    """Of any number of domains in any order: memory for one number."""

    total: int = 0

    def add(self, domain: DomainId, version: Version) -> None:
        if version.holds:
            digest = hashlib.sha256(f"{domain}:{version.number}".encode()).digest()
            self.total = (self.total + int.from_bytes(digest[: _BITS // 8], "big")) % 2**_BITS

    def text(self) -> str:
        """Empty where nothing was added."""
        return f"{self.total:x}" if self.total else ""


def fingerprint(versions: Mapping[DomainId, Version]) -> str:
    made = Fingerprint()
    for domain, version in versions.items():
        made.add(domain, version)
    return made.text()
