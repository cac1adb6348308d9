"""What SES makes of a received mail: the headers that it puts on top, and the notification that it publishes.

The shape is that of the S3 action's SNS notification in the SES developer guide.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.utils import format_datetime
from typing import Any, Final

from infra.local.verdicts import KINDS, Verdicts

HEADER_LIMIT: Final = 10 * 1024
"""Bytes of headers that an SNS notification repeats."""

RECEIVER: Final = "amazonses.com"
_ADDRESSES: Final = {"from": "from", "to": "to", "cc": "cc", "reply-to": "replyTo"}
_TEXTS: Final = {"date": "date", "subject": "subject", "message-id": "messageId"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """One mail as it came over SMTP."""

    message_id: str
    sender: str
    """Envelope-from, empty for a bounce."""
    recipients: tuple[str, ...]
    helo: str
    address: str
    received: datetime
    verdicts: Verdicts


def stamped(delivery: Delivery, raw: bytes) -> bytes:
    """The message as it lies in the bucket: what the receiver says stands above the sender's headers."""
    date = format_datetime(delivery.received)
    verdicts = delivery.verdicts
    results = "; ".join(
        f"{method}={_result(getattr(verdicts, method))}" for method in ("spf", "dkim", "dmarc")
    )
    lines = [
        f"Return-Path: <{delivery.sender}>",
        f"Received: from {delivery.helo} ({delivery.helo} [{delivery.address}])",
        f" by inbound-smtp.us-east-1.amazonaws.com with SMTP id {delivery.message_id}",
        f" for {delivery.recipients[0]}; {date}",
        f"X-SES-Spam-Verdict: {verdicts.spam}",
        f"X-SES-Virus-Verdict: {verdicts.virus}",
        f"Authentication-Results: {RECEIVER}; {results}",
    ]
    return "".join(f"{line}\r\n" for line in lines).encode("utf-8", "replace") + raw


def notification(
    delivery: Delivery, message: bytes, *, bucket: str, topic: str, prefix: str, milliseconds: int
) -> dict[str, Any]:
    """The JSON that SES publishes for ``message``, the stamped one, lying at ``prefix`` + its id."""
    headers = _headers(message)
    kept, truncated = _within_limit(headers)
    verdicts: dict[str, Any] = {
        f"{kind}Verdict": {"status": getattr(delivery.verdicts, kind)} for kind in KINDS
    }
    if delivery.verdicts.dmarc_policy is not None:
        verdicts["dmarcPolicy"] = delivery.verdicts.dmarc_policy
    return {
        "notificationType": "Received",
        "mail": {
            "timestamp": _timestamp(delivery.received),
            "source": delivery.sender,
            "messageId": delivery.message_id,
            "destination": list(delivery.recipients),
            "headersTruncated": truncated,
            "headers": [{"name": name, "value": value} for name, value in kept],
            "commonHeaders": {"returnPath": delivery.sender, **_common(headers)},
        },
        "receipt": {
            "timestamp": _timestamp(delivery.received),
            "processingTimeMillis": milliseconds,
            "recipients": list(delivery.recipients),
            **verdicts,
            "action": {
                "type": "S3",
                "topicArn": topic,
                "bucketName": bucket,
                "objectKeyPrefix": prefix,
                "objectKey": prefix + delivery.message_id,
            },
        },
    }


def _headers(message: bytes) -> list[tuple[str, str]]:
    parsed = message_from_bytes(message[: _header_size(message)], policy=policy.compat32)
    return [(name, _text(value)) for name, value in parsed.items()]


def _header_size(message: bytes) -> int:
    ends = [end for end in (message.find(b"\r\n\r\n"), message.find(b"\n\n")) if end >= 0]
    return min(ends, default=len(message))


def _text(value: object) -> str:
    """A header's value on one line; bytes outside UTF-8 become U+FFFD."""
    text = str(value).encode("utf-8", "surrogateescape").decode("utf-8", "replace")
    return " ".join(text.split())


def _within_limit(headers: list[tuple[str, str]]) -> tuple[list[tuple[str, str]], bool]:
    left = HEADER_LIMIT
    for index, (name, value) in enumerate(headers):
        left -= len(name.encode()) + len(value.encode()) + 4
        if left < 0:
            return headers[:index], True
    return headers, False


def _common(headers: list[tuple[str, str]]) -> dict[str, Any]:
    common: dict[str, Any] = {}
    for name, value in headers:
        key = name.lower()
        if key in _ADDRESSES:
            common.setdefault(_ADDRESSES[key], [part.strip() for part in value.split(",") if part.strip()])
        elif key in _TEXTS:
            common.setdefault(_TEXTS[key], value)
    return common


def _result(status: str) -> str:
    return {"PASS": "pass", "FAIL": "fail", "GRAY": "none"}.get(status, "temperror")


def _timestamp(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z"
