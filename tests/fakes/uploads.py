from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from shared.core.ids import AccountId, UploadId
from shared.core.uploads import Upload, UploadedReport, UploadProblem, UploadStatus


class FakeUploads:
    def __init__(self, now: Callable[[], float] = lambda: 0.0) -> None:
        self.now = now
        self.stored: dict[tuple[AccountId, UploadId], Upload] = {}

    def add(self, upload: Upload) -> None:
        self.stored[upload.account, upload.id] = upload

    def get(self, account: AccountId, upload: UploadId) -> Upload | None:
        found = self.stored.get((account, upload))
        return found if found is not None and found.expires > self.now() else None

    def finish(
        self,
        account: AccountId,
        upload: UploadId,
        reports: tuple[UploadedReport, ...],
        problems: tuple[UploadProblem, ...],
    ) -> None:
        found = self.stored.get((account, upload))
        if found is not None and found.status is UploadStatus.WAITING:
            self.stored[account, upload] = replace(
                found, status=UploadStatus.DONE, reports=reports, problems=problems
            )
