"""Signatures of what webhooks are sent, in the manner of Standard Webhooks: any of its libraries verifies
them."""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Iterable
from typing import Final

PREFIX: Final = "whsec_"
MEDIA_TYPE: Final = "application/json"


def new_signing_secret(secret: str) -> str:
    """``secret``: 43 URL-safe characters, 256 random bits; told apart by a prefix and in plain base64."""
    raw = base64.urlsafe_b64decode(secret + "=")
    return PREFIX + base64.b64encode(raw).decode()


def signature(secret: str, message_id: str, timestamp: int, body: bytes) -> str:
    """``v1,`` and the HMAC-SHA256 of id, time and body in base64."""
    key = base64.b64decode(secret.removeprefix(PREFIX))
    signed = f"{message_id}.{timestamp}.".encode() + body
    return "v1," + base64.b64encode(hmac.digest(key, signed, hashlib.sha256)).decode()


def headers(
    secrets: Iterable[str], message_id: str, timestamp: int, body: bytes
) -> tuple[tuple[str, str], ...]:
    """One signature for each secret: a receiver that knows any of them is content."""
    signatures = (signature(secret, message_id, timestamp, body) for secret in secrets)
    return (
        ("Content-Type", MEDIA_TYPE),
        ("webhook-id", message_id),
        ("webhook-timestamp", str(timestamp)),
        ("webhook-signature", " ".join(signatures)),
    )
