from __future__ import annotations

from dataclasses import replace

from shared.core.ids import AccountId, QuarantineId, ReportId, UploadId
from shared.core.uploads import Upload, UploadedReport, UploadProblem, UploadStatus, upload_key
from tests.contract.stores import Stores

OWNER = AccountId(7)
REPORTS = (UploadedReport("a.xml", "stored", ReportId(12)), UploadedReport("b.xml", "resent", ReportId(13)))
PROBLEMS = (UploadProblem("c.xml", "truncated", "ends early", QuarantineId(14)),)


def upload(stores: Stores, *, expires: int = 2**40) -> Upload:
    number = UploadId(3)
    made = Upload(number, OWNER, upload_key(OWNER, number), "history.zip", 1_000, expires)
    stores.uploads.add(made)
    return made


def test_an_upload_waits_and_is_then_done(stores: Stores) -> None:
    made = upload(stores)
    assert stores.uploads.get(OWNER, made.id) == made

    stores.uploads.finish(OWNER, made.id, REPORTS, PROBLEMS)

    expected = replace(made, status=UploadStatus.DONE, reports=REPORTS, problems=PROBLEMS)
    assert stores.uploads.get(OWNER, made.id) == expected


def test_what_was_noted_first_stays(stores: Stores) -> None:
    made = upload(stores)
    stores.uploads.finish(OWNER, made.id, REPORTS, PROBLEMS)

    stores.uploads.finish(OWNER, made.id, (), ())

    found = stores.uploads.get(OWNER, made.id)
    assert found is not None
    assert found.reports == REPORTS


def test_what_was_never_announced_is_not_noted(stores: Stores) -> None:
    stores.uploads.finish(OWNER, UploadId(9), REPORTS, ())

    assert stores.uploads.get(OWNER, UploadId(9)) is None


def test_strangers_and_latecomers_find_nothing(stores: Stores) -> None:
    made = upload(stores, expires=int(stores.clock()))

    assert stores.uploads.get(OWNER, made.id) is None
    assert stores.uploads.get(AccountId(8), made.id) is None
