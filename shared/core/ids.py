"""Identifiers: typed, prefixed on the wire, and numbers below 2**53 inside.

JavaScript reads such numbers exactly. Two kinds of number exist: *minted* ones (milliseconds and random
bits, for what somebody creates) and *derived* ones (a day and a hash, for what arrives by mail and may
arrive again: the same thing always gets the same number, on any redelivery and in any order).
"""

from __future__ import annotations

import hashlib
import re
from datetime import UTC, date, datetime, timedelta
from typing import Final, NewType

from shared.core.clock import epoch_of
from shared.core.errors import NotFound

AccountId = NewType("AccountId", int)
DomainId = NewType("DomainId", int)
ApiKeyId = NewType("ApiKeyId", int)
ReportId = NewType("ReportId", int)
QuarantineId = NewType("QuarantineId", int)
UploadId = NewType("UploadId", int)
UserId = NewType("UserId", int)
GroupId = NewType("GroupId", int)
TagId = NewType("TagId", int)
AuditId = NewType("AuditId", int)
AlertId = NewType("AlertId", int)
WebhookId = NewType("WebhookId", int)
DeliveryId = NewType("DeliveryId", int)
MatterId = NewType("MatterId", int)
FilterId = NewType("FilterId", int)

ACCOUNT: Final = "usr"
DOMAIN: Final = "ud"
API_KEY: Final = "key"
REPORT: Final = "rpt"
QUARANTINE: Final = "qua"
UPLOAD: Final = "upl"
USER: Final = "user"
GROUP: Final = "grp"
TAG: Final = "tag"
AUDIT: Final = "aud"
ALERT: Final = "alr"
WEBHOOK: Final = "whk"
DELIVERY: Final = "dlv"
ISSUE: Final = "iss"
TLS_POLICY: Final = "tlsp"
TASK: Final = "task"
POLICY_FILTER: Final = "pf"
SOURCE_FILTER: Final = "sf"

_LARGEST: Final = 2**53 - 1
_EPOCH_MS: Final = int(datetime(2025, 1, 1, tzinfo=UTC).timestamp() * 1000)
_RANDOM_BITS: Final = 12
_HASH_BITS: Final = 37
_EPOCH_DAY: Final = date(1970, 1, 1)
_LAST_DAY: Final = (1 << (53 - _HASH_BITS)) - 1


def mint(now: float, random_bits: int) -> int:
    """A new number that orders by time. ``now`` in epoch seconds; 12 of ``random_bits`` are used."""
    milliseconds = max(int(now * 1000) - _EPOCH_MS, 1)
    return (milliseconds << _RANDOM_BITS | random_bits & (1 << _RANDOM_BITS) - 1) & _LARGEST


def minted_at(number: int) -> float:
    """When a number was minted, in epoch seconds."""
    return ((number >> _RANDOM_BITS) + _EPOCH_MS) / 1000


def first_minted(day: date) -> int:
    """The smallest number that can be minted on a day."""
    return min(max(epoch_of(day) * 1000 - _EPOCH_MS, 0) << _RANDOM_BITS, _LARGEST)


def last_minted(day: date) -> int:
    """The largest number that can be minted on a day."""
    return max(first_minted(day + timedelta(days=1)) - 1, 0)


def derive(day: date, *identity: str) -> int:
    """The number of the thing that happened on ``day`` and has this identity."""
    digest = hashlib.sha256("\x1f".join(identity).encode("utf-8", "surrogatepass")).digest()
    return day_number(day) << _HASH_BITS | int.from_bytes(digest[:8], "big") >> (64 - _HASH_BITS)


def derive_now(now: float, random_bits: int) -> int:
    """A number among derived ones, of what has no identity but itself. 37 of ``random_bits`` are used."""
    day = datetime.fromtimestamp(now, UTC).date()
    return max(day_number(day) << _HASH_BITS | random_bits & (1 << _HASH_BITS) - 1, 1)


def day_number(day: date) -> int:
    return min(max((day - _EPOCH_DAY).days, 0), _LAST_DAY)


def day_of(number: int) -> date:
    """The day that a derived number was made with."""
    return _EPOCH_DAY + timedelta(days=number >> _HASH_BITS)


def first_of(day: date) -> int:
    """The smallest derived number of a day."""
    return day_number(day) << _HASH_BITS


def last_of(day: date) -> int:
    """The largest derived number of a day."""
    return first_of(day) | (1 << _HASH_BITS) - 1


def render(prefix: str, number: int) -> str:
    return f"{prefix}_{number}"


def parse(prefix: str, text: str, *, param: str = "id") -> int:
    """``ud_19`` and ``19`` are the same thing. Anything else names nothing: ``NotFound``."""
    match = re.fullmatch(rf"(?:{prefix}_)?([1-9][0-9]{{0,15}})", text, re.ASCII)
    number = int(match.group(1)) if match else 0
    if not 0 < number <= _LARGEST:
        raise NotFound("The requested resource could not be found", param=param)
    return number
