"""Who asks: from a request's headers and address to a caller, or to the refusal it gets."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from ipaddress import IPv6Address, IPv6Network, ip_address
from typing import Any, Final

from shared.core.access import Caller
from shared.core.accounts import Accounts
from shared.core.api_keys import AddressLimits, Allowance, ApiKeys, spend_key
from shared.core.errors import Limited, Refusal, Unauthenticated
from shared.core.plans import ANONYMOUS_REQUESTS_PER_MINUTE, REFUSED_KEYS_PER_MINUTE

_BEARER: Final = re.compile(r"bearer +(\S+) *", re.IGNORECASE | re.ASCII)
_KEYLESS: Final = "keyless"


@dataclass(frozen=True, slots=True)
class Admission:
    """``allowance`` is what the rate limit has left; without a caller, ``refusal`` says why, if at all."""

    allowance: Allowance
    caller: Caller | None = None
    refusal: Refusal | None = None


def with_key(
    event: Mapping[str, Any], keys: ApiKeys, accounts: Accounts, limits: AddressLimits, now: float
) -> Admission:
    """Admit a request by its API key. Without one, or with a wrong one, its address is counted."""
    secret = bearer_of(event)
    if secret is None:
        return _turned_away(limits, event, _KEYLESS, ANONYMOUS_REQUESTS_PER_MINUTE, now)
    try:
        spent = spend_key(keys, secret, now)
    except Unauthenticated:
        return _turned_away(limits, event, "refused", REFUSED_KEYS_PER_MINUTE, now)
    if spent.allowance.exceeded:
        return Admission(spent.allowance, refusal=_limited(spent.allowance, now))
    account = accounts.get(spent.key.account)
    if account is None:
        return Admission(spent.allowance, refusal=_unauthenticated())
    return Admission(
        spent.allowance, Caller(account, spent.key.id, now, spent.key.rights, label=spent.key.name)
    )


def with_or_without_key(
    event: Mapping[str, Any], keys: ApiKeys, accounts: Accounts, limits: AddressLimits, now: float
) -> Admission:
    """Admit a request by its API key, or as its address's where it comes without one; a key has to be right
    where there is one."""
    if "authorization" in {name.lower() for name in event.get("headers") or {}}:
        return with_key(event, keys, accounts, limits, now)
    return anyone(event, limits, bucket=_KEYLESS, per_minute=ANONYMOUS_REQUESTS_PER_MINUTE, now=now)


def anyone(
    event: Mapping[str, Any], limits: AddressLimits, *, bucket: str, per_minute: int, now: float
) -> Admission:
    """Admit a request of whomever, so many a minute from one address."""
    allowance = limits.spend(address_of(event), bucket, per_minute, int(now))
    return Admission(allowance, refusal=_limited(allowance, now) if allowance.exceeded else None)


def bearer_of(event: Mapping[str, Any]) -> str | None:
    headers = {name.lower(): value for name, value in (event.get("headers") or {}).items()}
    match = _BEARER.fullmatch(headers.get("authorization", ""))
    return match.group(1) if match else None


def address_of(event: Mapping[str, Any]) -> str:
    """Whose address pays: an IPv6 customer has a /64 at least, so that is counted as one."""
    text = str(event["requestContext"]["http"].get("sourceIp", ""))
    try:
        address = ip_address(text)
    except ValueError:
        return "unknown"
    if isinstance(address, IPv6Address):
        return str(address.ipv4_mapped or IPv6Network((int(address), 64), strict=False).network_address)
    return str(address)


def _turned_away(
    limits: AddressLimits, event: Mapping[str, Any], bucket: str, per_minute: int, now: float
) -> Admission:
    found = anyone(event, limits, bucket=bucket, per_minute=per_minute, now=now)
    return Admission(found.allowance, refusal=found.refusal or _unauthenticated())


def _unauthenticated() -> Unauthenticated:
    return Unauthenticated("Invalid or missing API key")


def _limited(allowance: Allowance, now: float) -> Limited:
    wait = max(allowance.reset - int(now), 1)
    return Limited(f"Rate limit of {allowance.limit} requests a minute exceeded", retry_after=wait)
