from __future__ import annotations

import gzip

import pytest

from shared.core.ids import AccountId, QuarantineId, ReportId, UploadId
from shared.core.uploads import UploadedReport, UploadProblem
from tests.unit.functions.api.client import Api


@pytest.mark.parametrize(
    ("body", "media_type"),
    [
        (b"<feedback/>", "application/xml"),
        (gzip.compress(b"<feedback/>", mtime=0), "application/gzip"),
        (b'{"organization-name": "x"}', "application/json"),
        (b"\xff\xfe<\x00", "application/json"),
        (b"From: a\r\n\r\nb", "message/rfc822"),
        (b"<feedback/>", "application/x-www-form-urlencoded"),
        (b"<feedback/>", ""),
    ],
)
def test_the_bytes_of_an_upload_rest_as_they_were_sent(api: Api, body: bytes, media_type: str) -> None:
    headers = {"content-type": media_type} if media_type else {}
    answer = api.call("POST", "/reports", body=body, headers=headers, query={"name": "a file.xml"})
    assert answer.status == 202
    assert (answer.data["status"], answer.data["name"]) == ("waiting", "a file.xml")
    number = answer.data["id"].removeprefix("upl_")
    assert api.mailbox.objects == {f"uploads/7/{number}": body}


def test_what_became_of_an_upload_can_be_read(api: Api) -> None:
    upload = api.call("POST", "/reports", body=b"x").data["id"]
    api.uploads.finish(
        AccountId(7),
        UploadId(int(upload.removeprefix("upl_"))),
        (UploadedReport("a.xml", "stored", ReportId(5)),),
        (UploadProblem("b.xml", "not_a_report", "It is empty", QuarantineId(6)),),
    )
    data = api.get(f"/uploads/{upload}").data
    assert data["status"] == "done"
    assert data["reports"] == [{"path": "a.xml", "outcome": "stored", "id": "rpt_5"}]
    assert data["problems"] == [
        {"path": "b.xml", "reason": "not_a_report", "detail": "It is empty", "quarantine_id": "qua_6"}
    ]


def test_a_large_upload_gets_a_link(api: Api) -> None:
    answer = api.post("/uploads", {"name": "history.zip"})
    assert answer.status == 201
    assert "put=1" in answer.data["upload_url"]
    assert answer.data["upload_url_expires_at"] == "2026-11-21T13:00:00Z"
    assert api.get(f"/uploads/{answer.data['id']}").data["name"] == "history.zip"
    assert api.post("/uploads").status == 201


@pytest.mark.parametrize(
    ("path", "body", "status", "param"),
    [
        ("/reports", b"", 400, "body"),
        ("/reports", b"x" * 1_048_577, 413, "body"),
        ("/uploads", b"[]", 400, "body"),
        ("/uploads", b'{"name": 1}', 400, "name"),
        ("/uploads", b'{"name": "a\\nb"}', 422, "name"),
    ],
)
def test_bad_uploads_are_refused(api: Api, path: str, body: bytes, status: int, param: str) -> None:
    answer = api.call("POST", path, body=body)
    assert (answer.status, answer.error["param"]) == (status, param)
    assert api.mailbox.objects == {}


def test_a_form_is_415(api: Api) -> None:
    answer = api.call("POST", "/reports", body=b"--b", headers={"content-type": "multipart/form-data"})
    assert (answer.status, answer.error["code"]) == (415, "unsupported_media_type")


def test_a_body_that_is_too_large_is_pointed_to_the_other_door(api: Api) -> None:
    answer = api.call("POST", "/reports", body=b"x" * 1_048_577)
    assert "/uploads" in answer.error["message"]


def test_a_repeated_upload_rests_once(api: Api) -> None:
    for _ in range(2):
        api.call("POST", "/reports", body=b"x", headers={"idempotency-key": "k"})
    assert len(api.mailbox.objects) == 1


@pytest.mark.parametrize("reference", ["upl_1", "x", "rpt_1"])
def test_an_upload_that_is_not_there_is_404(api: Api, reference: str) -> None:
    assert api.get(f"/uploads/{reference}").status == 404
