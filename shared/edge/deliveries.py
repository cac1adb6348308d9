"""What a message of the mail queue announces. Three shapes come through it:

- a mail: the notification of SES's S3 action, wrapped by SNS. It alone has the envelope recipients and the
  verdicts; what the mail's own headers say of either could be the sender's invention (standards 14.4, 14.5);
- an object put under ``uploads/`` or ``tlsrpt/``: an S3 event, its keys URL-encoded (standards 14.9);
- a delivery to be taken in again, as we wrote it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final
from urllib.parse import unquote_plus

from shared.core.ids import AccountId
from shared.core.mail import Delivery, Door, Verdicts
from shared.core.messages import Unreadable, decode_delivery

_UPLOAD: Final = re.compile(r"uploads/([1-9][0-9]{0,15})/[^/]+", re.ASCII)
_HTTPS: Final = re.compile(r"tlsrpt/([^/]+)/[^/]+")
_TEXT: Final = 1_000
_RECIPIENTS: Final = 100


def deliveries_in(body: str) -> list[Delivery]:
    """The deliveries that a message announces, none for S3's test message. ``Unreadable`` for a message
    of no shape that we know."""
    message = _object(body)
    if "delivery" in message:
        return [decode_delivery(body)]
    if message.get("Type") == "Notification":
        return [_mailed(_object(message.get("Message")))]
    if message.get("Event") == "s3:TestEvent":
        return []
    records = message.get("Records")
    if not isinstance(records, list):
        raise Unreadable("neither a notification, nor an S3 event, nor a delivery of ours")
    return [_put(_mapping(record, "a record")) for record in records]


def _mailed(notification: Mapping[str, Any]) -> Delivery:
    receipt = _mapping(notification.get("receipt"), "receipt")
    mail = _mapping(notification.get("mail"), "mail")
    action = _mapping(receipt.get("action"), "receipt.action")
    headers = mail.get("commonHeaders")
    subject = headers.get("subject") if isinstance(headers, dict) else ""
    recipients = receipt.get("recipients")
    if not isinstance(recipients, list):
        raise Unreadable("receipt.recipients is missing")
    return Delivery(
        key=_text(action.get("objectKey"), "receipt.action.objectKey"),
        door=Door.MAIL,
        received=_instant(receipt.get("timestamp") or mail.get("timestamp")),
        recipients=tuple(str(recipient) for recipient in recipients[:_RECIPIENTS]),
        verdicts=Verdicts(
            spam=_verdict(receipt, "spam"),
            virus=_verdict(receipt, "virus"),
            spf=_verdict(receipt, "spf"),
            dkim=_verdict(receipt, "dkim"),
            dmarc=_verdict(receipt, "dmarc"),
        ),
        sender=str(mail.get("source") or "")[:_TEXT],
        subject=str(subject or "")[:_TEXT],
    )


def _put(record: Mapping[str, Any]) -> Delivery:
    stored = _mapping(_mapping(record.get("s3"), "s3").get("object"), "s3.object")
    key = unquote_plus(_text(stored.get("key"), "s3.object.key"))
    received = _instant(record.get("eventTime"))
    uploaded = _UPLOAD.fullmatch(key)
    if uploaded:
        return Delivery(key, Door.UPLOAD, received, account=AccountId(int(uploaded.group(1))))
    posted = _HTTPS.fullmatch(key)
    if posted:
        return Delivery(key, Door.HTTPS, received, recipients=(posted.group(1),))
    raise Unreadable(f"nothing is expected at {key[:200]!r}")


def _verdict(receipt: Mapping[str, Any], name: str) -> str:
    verdict = receipt.get(f"{name}Verdict")
    return str(verdict.get("status") or "") if isinstance(verdict, dict) else ""


def _instant(text: object) -> int:
    try:
        return int(datetime.fromisoformat(_text(text, "the time")).timestamp())
    except ValueError as error:
        raise Unreadable(f"{str(text)[:60]!r} is no time") from error


def _object(text: object) -> Mapping[str, Any]:
    try:
        return _mapping(json.loads(_text(text, "the message")), "the message")
    except (ValueError, RecursionError) as error:
        raise Unreadable(f"the message is no JSON object: {error}") from error


def _mapping(value: object, name: str) -> Mapping[str, Any]:
    if not isinstance(value, dict):
        raise Unreadable(f"{name} is no object")
    return value


def _text(value: object, name: str) -> str:
    if not isinstance(value, str) or not value:
        raise Unreadable(f"{name} is no text")
    return value
