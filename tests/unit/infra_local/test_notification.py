"""The notification that stands in for SES's."""

from __future__ import annotations

from datetime import UTC, datetime
from email import message_from_bytes
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from infra.local.notification import HEADER_LIMIT, Delivery, notification, stamped
from infra.local.verdicts import Verdicts

RAW = (
    b"From: Reporter <noreply@reporter.example>\r\nTo: a@reports.test, b@reports.test\r\n"
    b"Date: Fri, 20 Nov 2026 10:00:00 +0000\r\nSubject: Report\r\n Domain: example.test\r\n"
    b"Message-ID: <1@reporter.example>\r\n\r\nbody\r\n"
)


def delivery(**changes: Any) -> Delivery:
    fields: dict[str, Any] = {
        "message_id": "abc123",
        "sender": "bounce@reporter.example",
        "recipients": ("tok-1@reports.test", "tok-2@reports.test"),
        "helo": "mx.reporter.example",
        "address": "127.0.0.1",
        "received": datetime(2026, 11, 20, 10, 0, 1, 234_000, tzinfo=UTC),
        "verdicts": Verdicts(spf="PASS", dkim="FAIL", dmarc="FAIL", dmarc_policy="reject"),
    }
    return Delivery(**(fields | changes))


def told(raw: bytes = RAW, **changes: Any) -> dict[str, Any]:
    mail = delivery(**changes)
    return notification(
        mail, stamped(mail, raw), bucket="mail", topic="arn:topic", prefix="inbound/", milliseconds=7
    )


def test_receipt_has_the_envelope_and_the_verdicts() -> None:
    assert told()["receipt"] == {
        "timestamp": "2026-11-20T10:00:01.234Z",
        "processingTimeMillis": 7,
        "recipients": ["tok-1@reports.test", "tok-2@reports.test"],
        "spamVerdict": {"status": "PASS"},
        "virusVerdict": {"status": "PASS"},
        "spfVerdict": {"status": "PASS"},
        "dkimVerdict": {"status": "FAIL"},
        "dmarcVerdict": {"status": "FAIL"},
        "dmarcPolicy": "reject",
        "action": {
            "type": "S3",
            "topicArn": "arn:topic",
            "bucketName": "mail",
            "objectKeyPrefix": "inbound/",
            "objectKey": "inbound/abc123",
        },
    }


def test_policy_is_told_of_failed_dmarc_only() -> None:
    assert "dmarcPolicy" not in told(verdicts=Verdicts(dmarc="PASS"))["receipt"]


def test_mail_has_the_common_headers() -> None:
    notice = told()
    assert notice["notificationType"] == "Received"
    mail = notice["mail"]
    assert (mail["source"], mail["messageId"]) == ("bounce@reporter.example", "abc123")
    assert mail["headersTruncated"] is False
    assert mail["commonHeaders"] == {
        "returnPath": "bounce@reporter.example",
        "from": ["Reporter <noreply@reporter.example>"],
        "to": ["a@reports.test", "b@reports.test"],
        "date": "Fri, 20 Nov 2026 10:00:00 +0000",
        "subject": "Report Domain: example.test",
        "messageId": "<1@reporter.example>",
    }


def test_stored_mail_begins_with_the_receivers_headers_and_keeps_the_senders_bytes() -> None:
    stored = stamped(delivery(), RAW)
    assert stored.endswith(RAW)
    message = message_from_bytes(stored)
    assert message.keys()[:5] == [
        "Return-Path",
        "Received",
        "X-SES-Spam-Verdict",
        "X-SES-Virus-Verdict",
        "Authentication-Results",
    ]
    assert message["Authentication-Results"] == "amazonses.com; spf=pass; dkim=fail; dmarc=fail"


def test_headers_are_cut_at_the_limit_of_sns() -> None:
    long = b"".join(b"X-%d: %s\r\n" % (number, b"v" * 500) for number in range(40)) + RAW
    mail = told(long)["mail"]
    assert mail["headersTruncated"] is True
    assert sum(len(h["name"]) + len(h["value"]) + 4 for h in mail["headers"]) <= HEADER_LIMIT
    assert mail["commonHeaders"]["subject"] == "Report Domain: example.test"


@given(st.binary(max_size=300))
def test_no_mail_is_too_odd_to_be_told_of(raw: bytes) -> None:
    assert told(raw)["receipt"]["action"]["objectKey"] == "inbound/abc123"
