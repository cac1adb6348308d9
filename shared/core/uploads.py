"""Uploads: reports that a user hands in, and what became of each."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, Protocol

from shared.core.access import Arrivals, WritableArrivals
from shared.core.clock import DAY_SECONDS
from shared.core.errors import Invalid, NotFound
from shared.core.ids import AccountId, QuarantineId, ReportId, UploadId, mint

RETENTION_DAYS: Final = 30


class UploadStatus(StrEnum):
    WAITING = "waiting"
    """The bytes have not arrived, or have not been opened yet."""
    DONE = "done"


@dataclass(frozen=True, slots=True)
class UploadedReport:
    """One report of an upload: how it was filed (``Outcome``) and under which id."""

    path: str
    outcome: str
    report: ReportId


@dataclass(frozen=True, slots=True)
class UploadProblem:
    path: str
    reason: str
    detail: str
    quarantine: QuarantineId


@dataclass(frozen=True, slots=True)
class Upload:
    id: UploadId
    account: AccountId
    key: str
    name: str
    created: int
    expires: int
    status: UploadStatus = UploadStatus.WAITING
    reports: tuple[UploadedReport, ...] = ()
    problems: tuple[UploadProblem, ...] = ()


class Uploads(Protocol):
    def add(self, upload: Upload) -> None: ...

    def get(self, account: AccountId, upload: UploadId) -> Upload | None: ...

    def finish(
        self,
        account: AccountId,
        upload: UploadId,
        reports: tuple[UploadedReport, ...],
        problems: tuple[UploadProblem, ...],
    ) -> None:
        """Note what became of it. What was noted first stays, as a redelivery would find duplicates
        only; nothing happens when the upload was never announced."""


def upload_key(account: AccountId, upload: UploadId) -> str:
    return f"uploads/{account}/{upload}"


def open_upload(
    uploads: Uploads, right: WritableArrivals, name: str, *, now: float, random_bits: Callable[[int], int]
) -> Upload:
    """Announce an upload: what becomes of the bytes put under its key is noted with it."""
    label = name.strip()
    if len(label) > 200 or not label.isprintable():
        raise Invalid("A name has at most 200 printable characters", param="name")
    account, number = right.account.id, UploadId(mint(now, random_bits(12)))
    upload = Upload(
        id=number,
        account=account,
        key=upload_key(account, number),
        name=label,
        created=int(now),
        expires=int(now) + RETENTION_DAYS * DAY_SECONDS,
    )
    uploads.add(upload)
    return upload


def find_upload(uploads: Uploads, right: Arrivals, upload: UploadId) -> Upload:
    found = uploads.get(right.account.id, upload)
    if found is None:
        raise NotFound("The requested resource could not be found", param="id")
    return found
