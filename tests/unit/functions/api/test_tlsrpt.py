from __future__ import annotations

import gzip

import pytest

from tests.unit.functions.api.client import Answer, Api

JSON = "application/tlsrpt+json"


def deliver(api: Api, token: str = "dom", body: bytes = b"{}", media_type: str = JSON) -> Answer:
    headers = {"content-type": media_type} if media_type else {}
    return api.call("POST", f"/tlsrpt/{token}", body=body, headers=headers, key=None)


@pytest.mark.statement("7.11")
@pytest.mark.parametrize("token", ["dom", "acct", "DOM"])
@pytest.mark.parametrize(
    "media_type", [JSON, "application/tlsrpt+gzip", "application/json; charset=utf-8", ""]
)
def test_a_report_is_accepted_for_the_address_of_an_account_or_domain(
    api: Api, token: str, media_type: str
) -> None:
    answer = deliver(api, token, gzip.compress(b"{}", mtime=0), media_type)
    assert answer.status == 201
    ((key, stored),) = api.mailbox.objects.items()
    assert key.startswith(f"tlsrpt/{token.lower()}/")
    assert gzip.decompress(stored) == b"{}"


@pytest.mark.statement("7.11")
def test_a_report_that_is_sent_again_rests_once(api: Api) -> None:
    assert [deliver(api).status for _ in range(3)] == [201, 201, 201]
    assert len(api.mailbox.objects) == 1


@pytest.mark.parametrize(
    ("token", "body", "media_type", "status"),
    [
        ("nobody", b"{}", JSON, 404),
        ("..", b"{}", JSON, 404),
        ("dom", b"", JSON, 400),
        ("dom", b"<html>", "text/html", 415),
        ("dom", b"--b", "multipart/form-data; boundary=b", 415),
        ("dom", b"x" * 4_000_001, JSON, 413),
    ],
)
def test_what_is_not_accepted(api: Api, token: str, body: bytes, media_type: str, status: int) -> None:
    assert deliver(api, token, body, media_type).status == status
    assert api.mailbox.objects == {}


def test_another_method_is_405(api: Api) -> None:
    answer = api.call("GET", "/tlsrpt/dom", key=None)
    assert (answer.status, answer.headers["Allow"]) == (405, "POST")


def test_one_address_may_deliver_600_a_minute(api: Api) -> None:
    statuses = [deliver(api, "nobody").status for _ in range(601)]
    assert statuses[-2:] == [404, 429]
