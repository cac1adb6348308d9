"""Quarantine: what arrived and could not be stored, with its reason, kept to be read and replayed."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final, Protocol

from shared.core.clock import utc_day
from shared.core.ids import AccountId, QuarantineId, derive
from shared.core.mail import Door, Trust

NOBODY: Final = AccountId(0)
"""Where entries rest that belong to no account; operators read them."""

RETENTION_DAYS: Final = 30


class Why(StrEnum):
    """Reasons of ours; reports that cannot be read have those of ``mailauth.reports.Reason`` beside."""

    UNKNOWN_RECIPIENT = "unknown_recipient"
    UNKNOWN_DOMAIN = "unknown_domain"
    UNVERIFIED_DOMAIN = "unverified_domain"
    DOMAIN_INACTIVE = "domain_inactive"
    KIND_DISABLED = "kind_disabled"
    CONFLICT = "conflict"
    OUTSIDE_RETENTION = "outside_retention"
    IMPLAUSIBLE_PERIOD = "implausible_period"
    VIRUS = "virus"
    MAIL_MISSING = "mail_missing"


@dataclass(frozen=True, slots=True)
class Entry:
    """``path`` names the part of the delivery; ``domain`` and ``report_id`` are as far as known."""

    id: QuarantineId
    account: AccountId
    reason: str
    detail: str
    path: str
    mail: str
    door: Door
    received: int
    expires: int
    trust: Trust
    recipients: tuple[str, ...] = ()
    sender: str = ""
    subject: str = ""
    domain: str = ""
    reporter: str = ""
    report_id: str = ""
    replayed: int | None = None


class Quarantine(Protocol):
    def add(self, entry: Entry) -> None:
        """File an entry; the same entry again changes nothing but its reason and detail."""

    def page(self, owners: tuple[AccountId, ...], *, after: QuarantineId | None, limit: int) -> list[Entry]:
        """Live entries of some owners, newest first."""

    def count(self, owners: tuple[AccountId, ...]) -> int: ...

    def get(self, owners: tuple[AccountId, ...], entry: QuarantineId) -> Entry | None: ...

    def of_delivery(self, owners: tuple[AccountId, ...], mail: str) -> list[Entry]:
        """Live entries that one delivery left."""

    def mark_replayed(self, entry: Entry, now: int) -> None: ...

    def remove(self, entry: Entry) -> None: ...


def entry_number(account: AccountId, mail: str, path: str, received: int) -> QuarantineId:
    """The same part of the same delivery is the same entry, on every redelivery and replay."""
    return QuarantineId(derive(utc_day(received), str(account), mail, path))
