from __future__ import annotations

from collections.abc import Callable

from shared.adapters.dynamodb import keys
from shared.adapters.dynamodb.expressions import Item
from shared.adapters.dynamodb.table import ConditionFailed, Table
from shared.core.ids import AccountId, QuarantineId, ReportId, UploadId
from shared.core.segments import pack_document, unpack_document
from shared.core.uploads import Upload, UploadedReport, UploadProblem, UploadStatus


class DynamoUploads:
    """``Uploads`` on the table; ``now`` tells what has expired."""

    def __init__(self, table: Table, now: Callable[[], float]) -> None:
        self._table = table
        self._now = now

    def add(self, upload: Upload) -> None:
        self._table.put(
            {
                **keys.upload(upload.account, upload.id)._asdict(),
                "id": upload.id,
                "account": upload.account,
                "key": upload.key,
                "name": upload.name,
                "created": upload.created,
                "expires": upload.expires,
                "status": upload.status.value,
                "outcome": _packed(upload.reports, upload.problems),
            }
        )

    def get(self, account: AccountId, upload: UploadId) -> Upload | None:
        item = self._table.get(keys.upload(account, upload))
        return _upload(item) if item is not None and item["expires"] > self._now() else None

    def finish(
        self,
        account: AccountId,
        upload: UploadId,
        reports: tuple[UploadedReport, ...],
        problems: tuple[UploadProblem, ...],
    ) -> None:
        try:
            self._table.update(
                keys.upload(account, upload),
                "SET #status = :done, #outcome = :outcome",
                "#status = :waiting",
                {
                    "done": UploadStatus.DONE.value,
                    "waiting": UploadStatus.WAITING.value,
                    "outcome": _packed(reports, problems),
                },
            )
        except ConditionFailed:
            return


def _packed(reports: tuple[UploadedReport, ...], problems: tuple[UploadProblem, ...]) -> bytes:
    return pack_document(
        [
            [[report.path, report.outcome, report.report] for report in reports],
            [[problem.path, problem.reason, problem.detail, problem.quarantine] for problem in problems],
        ]
    )


def _upload(item: Item) -> Upload:
    reports, problems = unpack_document(item["outcome"])
    return Upload(
        id=UploadId(item["id"]),
        account=AccountId(item["account"]),
        key=item["key"],
        name=item["name"],
        created=item["created"],
        expires=item["expires"],
        status=UploadStatus(item["status"]),
        reports=tuple(UploadedReport(path, outcome, ReportId(report)) for path, outcome, report in reports),
        problems=tuple(
            UploadProblem(path, reason, detail, QuarantineId(entry))
            for path, reason, detail, entry in problems
        ),
    )
