"""Time and chance, for everything that takes them as arguments."""

from __future__ import annotations

import base64
import secrets
import time


def now() -> float:
    """Epoch seconds."""
    return time.time()


def new_token() -> str:
    """20 characters of lower-case base32: the local part of a reporting address, 100 random bits."""
    return base64.b32encode(secrets.token_bytes(15)).decode().lower()[:20]


def new_secret() -> str:
    """43 URL-safe characters, 256 random bits."""
    return secrets.token_urlsafe(32)


def random_bits(count: int) -> int:
    return secrets.randbits(count)


def wait_until(moment: float) -> None:
    """Until that time, in epoch seconds."""
    time.sleep(max(moment - time.time(), 0))
